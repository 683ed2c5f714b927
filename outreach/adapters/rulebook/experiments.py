"""A rule's `experiment:`: how its effect is measured, until when, and that nobody in it must be warned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import yaml

from outreach.adapters.rulebook import values
from outreach.adapters.rulebook.page import Page
from outreach.adapters.rulebook.shapes import elements, mapping
from outreach.domain.condition import All, AnyOf, Compare, Condition, Fact, IsKnown, IsTrue, Literal, Operator
from outreach.domain.experiment import DAY, HALF, MOST_HELD_BACK, PLAIN, Design, Experiment, Metric
from outreach.domain.facts import Catalogue, FactType
from outreach.domain.outcomes.level import CURVE, DEFINITION, PRIMARY, named
from outreach.domain.ruleset import Score, Warn
from outreach.domain.scale import Channel, Urgency

LONGEST = timedelta(days=366)
"""Until when a person may be held back at the most, from today on."""

VULNERABLE = "is_vulnerable"
_VICTIM_TRUE, _VICTIM_COUNTS = ("is_repeat",), ("losses_before", "prior_loss_usd")
_VICTIM_SINCE = ("prior_report_at", "case_opened_at", "reported_at")
_WORDING = re.compile(r"[a-z0-9]{1,12}")

_ALWAYS = ("design",)
_ANY = ("metric", "cap", "window", "until")
_OWN: Mapping[Design, tuple[tuple[str, ...], tuple[str, ...]]] = {  # required, optional
    Design.TIE_BREAKER: (("until",), ()),
    Design.HOLDBACK: (("until", "share", "below"), ()),
    Design.WAIT_LIST: (("until",), ("wait", "share", "below")),
    Design.CALL_LOTTERY: (("until",), ()),
    Design.DISCONTINUITY: ((), ()),
    Design.VARIANTS: (("variants",), ()),
}
KEYS = ("metric", "cap", "window", "until", "share", "below", "wait", "variants")


@dataclass(frozen=True, slots=True)
class Ruled:
    """What of its rule an experiment is read against; `name` is pattern and id."""

    name: tuple[str, str]
    score: Score | None
    warn: Warn
    has_ramp: bool
    catalogue: Catalogue
    today: date


def experiment_of(page: Page, got: Mapping[str, yaml.Node], ruled: Ruled) -> Experiment | None:
    """A rule's experiment; a band without one would assign people to something that nobody registered."""
    found = read_experiment(page, got["experiment"], ruled) if "experiment" in got else None
    is_tied = ruled.score is not None and ruled.score.tie_break is not None
    if is_tied and (found.design is not Design.TIE_BREAKER if found else "experiment" not in got):
        hint = "remove it, or add experiment: {design: tie_breaker, until: 2027-06-30}"
        page.report("R039", got["score"], "tie_break without the design tie_breaker", hint)
    if found and found.design is Design.TIE_BREAKER and ruled.score and not is_tied:
        page.report("R039", got["score"], "tie_breaker needs 'tie_break' here", "like tie_break: 2")
    return found


def read_experiment(page: Page, node: yaml.Node, ruled: Ruled) -> Experiment | None:
    """`{design: holdback, share: 5%, below: 90, until: 2027-06-30}`; None where it makes no sense."""
    before = len(page.problems)
    got = mapping(page, node, _ALWAYS, KEYS)
    design = Design(values.word(page, got["design"], Design)) if "design" in got else None
    if design is None or len(page.problems) > before:
        return None
    _check_keys(page, node, got, design)
    made = _made(page, got, design, ruled)
    if len(page.problems) == before:
        for place, code, words, hint in _wrong(node, got, made, ruled):
            page.report(code, place, words, hint)
    if made.is_over_by(ruled.today):
        page.report(
            "R040", got["until"], f"the experiment ended on {made.until}", "remove it", is_warning=True
        )
    return made


def _check_keys(page: Page, node: yaml.Node, got: Mapping[str, yaml.Node], design: Design) -> None:
    required, optional = _OWN[design]
    for key in (key for key in required if key not in got):
        code = "R040" if key == "until" else "R039"
        page.report(code, node, f"{design.value} needs '{key}'", _HINTS[key])
    for key in got.keys() - {*_ALWAYS, *_ANY, *required, *optional}:
        page.report("R039", got[key], f"'{key}' is nothing of {design.value}", "remove it")


_HINTS = {
    "until": "its last day, like until: 2027-06-30; nobody is held back without an end",
    "share": "the part that is held back, like share: 5%",
    "below": "the score from which everybody is warned, like below: 90",
    "variants": "the wordings, like variants: [a, b]; a is the one without a name",
}


def _made(page: Page, got: Mapping[str, yaml.Node], design: Design, ruled: Ruled) -> Experiment:
    score = ruled.score
    usual = DAY if design is Design.WAIT_LIST else None
    wait = values.duration(page, got["wait"]) if "wait" in got else usual
    return Experiment(
        pattern=ruled.name[0],
        rule=ruled.name[1],
        design=design,
        score=score.fact if score else "",
        cut_off=score.at_least if score else None,
        band=_band(design, score),
        below=values.number(page, got["below"], 0, 100) if "below" in got else None,
        share=values.share(page, got["share"]) if "share" in got else HALF,
        wait=wait,
        variants=_variants(page, got["variants"]) if "variants" in got else (PLAIN,),
        metric=Metric(values.word(page, got["metric"], Metric)) if "metric" in got else Metric.CASES,
        cap=values.number(page, got["cap"], 1) if "cap" in got else None,
        window=_window(page, got["window"]) if "window" in got else (wait or PRIMARY),
        until=values.day(page, got["until"]) if "until" in got else None,
        definition=DEFINITION,
        spared=spared(ruled.catalogue),
    )


def _band(design: Design, score: Score | None) -> Decimal | None:
    """A tie-breaker's half-width; of a discontinuity how far under the cut-off near misses are seen."""
    if score is None:
        return None
    if design is Design.TIE_BREAKER:
        return score.tie_break
    is_seen = design is Design.DISCONTINUITY and score.observe_from is not None
    return score.at_least - score.observe_from if is_seen and score.observe_from is not None else None


def _variants(page: Page, node: yaml.Node) -> tuple[str, ...]:
    names = tuple(values.text(page, each) for each in elements(page, node))
    for each in names:
        if not _WORDING.fullmatch(each):
            page.report("R018", node, f"'{each}' is no name of a wording", "like b, for <name>@b")
    return names


def _window(page: Page, node: yaml.Node) -> timedelta:
    known = {named(window): window for window in CURVE}
    return known[values.word(page, node, known)]


Wrong = tuple[yaml.Node, str, str, str]
"""Where, code, what, and what to do."""


def _wrong(node: yaml.Node, got: Mapping[str, yaml.Node], one: Experiment, ruled: Ruled) -> Iterator[Wrong]:
    """What an experiment that is said whole still gets wrong."""
    if one.lessens and ruled.warn.urgency is Urgency.CRITICAL:
        hint = "remove the experiment, or the urgency is not critical"
        yield node, "R024", f"{one.design.value} with urgency critical", hint
    if one.lessens and VULNERABLE not in ruled.catalogue:
        yield node, "R043", f"facts.yml has no '{VULNERABLE}': nobody can be spared by it", "declare the fact"
    if one.until is not None and one.lessens and one.until - ruled.today > LONGEST:
        yield got["until"], "R040", f"{one.until} is more than a year away", "register it anew in a year"
    yield from _beyond(node, got, one)
    yield from _unmeasured(node, got, one, ruled)


def _beyond(node: yaml.Node, got: Mapping[str, yaml.Node], one: Experiment) -> Iterator[Wrong]:
    """Arms that are too large, or reach too high or too long."""
    most = MOST_HELD_BACK if one.design is Design.HOLDBACK else HALF
    if one.share > most and "share" in got:
        yield got["share"], "R041", f"{one.share * 100:f}% are held back", f"{most * 100:f}% at the most"
    if one.below is not None and (one.cut_off is None or one.below <= one.cut_off):
        words = f"below {one.below} is not over at_least {one.cut_off}"
        yield got["below"], "R041", words, "those between at_least and below take part"
    if one.wait is not None and one.wait != DAY:
        yield (
            got["wait"],
            "R041",
            f"the control arm would wait {one.wait}",
            "24h, by which losses are counted",
        )


def _unmeasured(
    node: yaml.Node, got: Mapping[str, yaml.Node], one: Experiment, ruled: Ruled
) -> Iterator[Wrong]:
    """Experiments of which nothing could be learnt."""
    if one.design in _SCORED and ruled.score is None:
        yield node, "R042", f"{one.design.value} on a rule without a score", "give the rule a score"
    elif one.design is Design.DISCONTINUITY and not one.band:
        yield node, "R042", "no near misses are recorded", "give the score observe_from"
    if one.withholds and ruled.has_ramp:
        yield node, "R042", "a ramp makes people wait, too: the arms cannot be told apart", "remove the ramp"
    calls = any(step.channel is Channel.CALL for step in ruled.warn.ladder.said)
    if one.design is Design.CALL_LOTTERY and ruled.warn.ladder.steps and not calls:
        yield node, "R042", "no step of its ladder is a call", "add {channel: call, wait: 1h}"
    is_one = len(one.variants) < 2 or len(set(one.variants)) < len(one.variants)
    if one.design is Design.VARIANTS and is_one:
        yield got["variants"], "R042", "nothing to compare", "two wordings or more, each once, like [a, b]"
    yield from _uncounted(got, one)


def _uncounted(got: Mapping[str, yaml.Node], one: Experiment) -> Iterator[Wrong]:
    """Metrics and windows that say nothing of these arms."""
    if one.metric is Metric.MONEY and one.cap is None:
        yield got["metric"], "R042", "money without a cap: a few large losses would decide", "like cap: 5000"
    if one.metric is Metric.ANSWERED and one.design is not Design.VARIANTS:
        yield got["metric"], "R042", "only who is warned can answer", "metric: cases"
    if one.wait is not None and one.window > one.wait:
        yield got["window"], "R042", "after the wait both arms are warned", f"window: {named(one.wait)}"


_SCORED = frozenset({Design.TIE_BREAKER, Design.HOLDBACK, Design.DISCONTINUITY})


def spared(catalogue: Catalogue) -> Condition | None:
    """Who is, or may be, vulnerable, or is a confirmed victim; None where the catalogue cannot tell."""
    if VULNERABLE not in catalogue:
        return None
    lost = [
        All((IsKnown(fact), Compare(Operator.GT, fact, Literal(Decimal(0), FactType.NUMBER))))
        for fact in _known(catalogue, _VICTIM_COUNTS, (FactType.INTEGER, FactType.MONEY))
    ]
    said = [IsKnown(fact) for fact in _known(catalogue, _VICTIM_SINCE, (FactType.TIME,))]
    again = [
        All((IsKnown(fact), IsTrue(fact))) for fact in _known(catalogue, _VICTIM_TRUE, (FactType.BOOLEAN,))
    ]
    return AnyOf((IsTrue(Fact(VULNERABLE, FactType.BOOLEAN)), *again, *lost, *said))


def _known(catalogue: Catalogue, names: tuple[str, ...], kinds: tuple[FactType, ...]) -> Iterator[Fact]:
    for name in names:
        spec = catalogue.get(name)
        if spec is not None and spec.type in kinds:
            yield Fact(name, spec.type)
