"""One pattern's file as a rule set."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import yaml

from outreach.adapters.rulebook import values
from outreach.adapters.rulebook.bounds import read_limits, read_ramp
from outreach.adapters.rulebook.check import check
from outreach.adapters.rulebook.examples import read_examples
from outreach.adapters.rulebook.excerpt import cut
from outreach.adapters.rulebook.experiments import Ruled, experiment_of
from outreach.adapters.rulebook.page import Page, span_of
from outreach.adapters.rulebook.reach import REFUSED, report_reach
from outreach.adapters.rulebook.served import Served, report_unserved
from outreach.adapters.rulebook.shapes import elements, entries, mapping
from outreach.adapters.rulebook.shelves import read_hold, read_ladder
from outreach.adapters.rulebook.vocabulary import Vocabulary
from outreach.domain.condition import Condition
from outreach.domain.consent import Program
from outreach.domain.examples import examples_run_at
from outreach.domain.facts import FactType
from outreach.domain.ladder import Ladder
from outreach.domain.problem import did_you_mean
from outreach.domain.ruleset import (
    Exclusion,
    IfUnknown,
    InDoubt,
    Limits,
    Rule,
    RuleSet,
    RuleStatus,
    Score,
    Warn,
)
from outreach.domain.scale import Severity, Urgency

REVIEW_NOTICE = timedelta(days=14)
_NO_LADDER = Ladder(name="", steps=())


@dataclass(slots=True, kw_only=True)
class Shelf:
    """What every rule file is read against, and which ladders were used.

    `served`: the channels that each template has words for; None where nobody looked.
    """

    words: Vocabulary
    ladders: Mapping[str, Ladder]
    today: date
    used_ladders: set[str]
    served: Served | None = None


def read_rule_set(page: Page, root: yaml.Node, file_stem: str, shelf: Shelf) -> RuleSet:
    """The rule set of a file; with any error reported it is a stand-in."""
    required = ("pattern", "title", "severity", "owner", "review_by", "rules")
    got = mapping(page, root, required, ("taxonomy", "examples"))
    pattern = values.name(page, got["pattern"], "snake_case") if "pattern" in got else file_stem
    if pattern != file_stem:
        page.report("R020", got["pattern"], f"the pattern '{pattern}' stands in {file_stem}.yml")
    rules, sound = _read_rules(page, got.get("rules"), shelf, pattern)
    report_reach(page, pattern, sound, shelf.words.catalogue)
    return RuleSet(
        pattern=pattern,
        title=values.text(page, got["title"]) if "title" in got else "",
        severity=Severity(values.word(page, got["severity"], Severity))
        if "severity" in got
        else Severity.LOW,
        owner=values.text(page, got["owner"]) if "owner" in got else "",
        review_by=_read_review(page, got["review_by"], shelf.today) if "review_by" in got else None,
        taxonomy=_read_taxonomy(page, got["taxonomy"]) if "taxonomy" in got else {},
        rules=rules,
        examples=read_examples(
            page, got["examples"], pattern, rules, (shelf.words.catalogue, examples_run_at(shelf.today))
        )
        if "examples" in got
        else (),
        file=page.name,
        text=page.text,
        sha256=hashlib.sha256(page.text.encode()).hexdigest(),
    )


def _read_review(page: Page, node: yaml.Node, today: date) -> date:
    day = values.day(page, node)
    if day < today:
        hint = "review the rules, then move the date"
        page.report("R016", node, f"the review date {day} has passed", hint)
    elif day - today <= REVIEW_NOTICE:
        page.report("R017", node, f"to be reviewed within {(day - today).days} days", is_warning=True)
    return day


def _read_taxonomy(page: Page, node: yaml.Node) -> dict[str, str]:
    return {
        values.name(page, key_node, "snake_case"): values.text(page, value)
        for _, key_node, value in entries(page, node)
    }


def _read_rules(
    page: Page, node: yaml.Node | None, shelf: Shelf, pattern: str
) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """All rules, and those of them that have no problem of their own."""
    rules: list[Rule] = []
    sound: list[Rule] = []
    nodes = elements(page, node)
    for element in nodes:
        before = len(page.problems)
        rule = _read_rule(page, element, shelf, pattern)
        sound += [rule] if len(page.problems) == before else []
        if rule.id and any(rule.id == other.id for other in rules):
            page.report("R019", rule.span or element, f"the id '{rule.id}' is taken in this file")
        rules.append(rule)
    if node is not None and not any(rule.is_run for rule in rules):
        page.report("R032", node, "no rule of this file runs", is_warning=True)
    return tuple(rules), tuple(sound)


def _read_rule(page: Page, node: yaml.Node, shelf: Shelf, pattern: str) -> Rule:
    optional = ("score", "except", "if_unknown", "limits", "ramp", "experiment")
    got = mapping(page, node, ("id", "status", "when", "warn"), optional)
    score = _read_score(page, got["score"], shelf) if "score" in got else None
    warn_page = got.get("warn")
    warn = _read_warn(page, warn_page, shelf) if warn_page is not None else _NO_WARN
    if "ramp" in got and warn.urgency is Urgency.CRITICAL:
        hint = "remove ramp and watch it as shadow first, or the urgency is not critical"
        page.report("R024", got["ramp"], "ramp with urgency critical", hint)
    when, when_text = _read_when(page, got.get("when"), shelf)
    id = values.name(page, got["id"], "kebab-case") if "id" in got else ""
    ruled = Ruled((pattern, id), score, warn, "ramp" in got, shelf.words.catalogue, shelf.today)
    return Rule(
        id=id,
        status=RuleStatus(values.word(page, got["status"], RuleStatus))
        if "status" in got
        else RuleStatus.DRAFT,
        when=when,
        score=score,
        exclusions=_read_exclusions(page, got.get("except"), shelf),
        if_unknown=IfUnknown(values.word(page, got["if_unknown"], IfUnknown))
        if "if_unknown" in got
        else IfUnknown.UNDECIDED,
        limits=read_limits(page, got["limits"]) if "limits" in got else Limits(),
        warn=warn,
        ramp=read_ramp(page, got["ramp"]) if "ramp" in got else None,
        experiment=experiment_of(page, got, ruled),
        when_text=when_text,
        span=span_of(got["id"]) if "id" in got else span_of(node),
    )


def _read_when(page: Page, node: yaml.Node | None, shelf: Shelf) -> tuple[Condition, str]:
    excerpt = cut(page, node) if node is not None else None
    if excerpt is None:
        return REFUSED, ""
    return check(excerpt, shelf.words) or REFUSED, excerpt.text.strip()


def _read_score(page: Page, node: yaml.Node, shelf: Shelf) -> Score:
    got = mapping(page, node, ("fact", "at_least"), ("observe_from", "tie_break"))
    fact = values.text(page, got["fact"]) if "fact" in got else ""
    if "fact" in got:
        _check_fact(page, got["fact"], fact, FactType.SCORE, shelf)
    before = len(page.problems)
    numbers = {key: values.number(page, got[key], 0, 100) for key in got if key != "fact"}
    score = Score(
        fact=fact,
        at_least=numbers.get("at_least", Decimal(0)),
        observe_from=numbers.get("observe_from"),
        tie_break=numbers.get("tie_break"),
    )
    for key, number in numbers.items():
        if number != number.quantize(Decimal("0.001")):
            page.report("R011", got[key], f"{number}: scores have three decimals at most")
    if len(page.problems) == before:  # a stand-in contradicts everything
        _check_cut_offs(page, got, score)
    return score


def _check_cut_offs(page: Page, got: Mapping[str, yaml.Node], score: Score) -> None:
    if score.observe_from is not None and score.observe_from > score.at_least:
        message = f"observe_from {score.observe_from} is over at_least {score.at_least}"
        page.report("R012", got["observe_from"], message, "near misses lie under the cut-off")
    band = score.tie_break
    if band is not None and (band == 0 or score.at_least - band < 0 or score.at_least + band > 100):
        message = f"a band of {band} around {score.at_least} does not lie inside 0 to 100"
        page.report("R012", got["tie_break"], message)


def _check_fact(page: Page, node: yaml.Node, name: str, kind: FactType, shelf: Shelf) -> None:
    spec = shelf.words.catalogue.get(name)
    if spec is None and name:
        known = [s.name for s in shelf.words.catalogue.values() if s.type is kind]
        page.report("R021", node, f"unknown fact '{name}'", did_you_mean(name, known))
    elif spec is not None and spec.type is not kind:
        page.report("R022", node, f"'{name}' is {spec.type.value}; this asks for {kind.value}")


def _read_exclusions(page: Page, node: yaml.Node | None, shelf: Shelf) -> tuple[Exclusion, ...]:
    exclusions: list[Exclusion] = []
    for element in elements(page, node):
        got = mapping(page, element, ("because", "when"))
        because = values.text(page, got["because"]) if "because" in got else ""
        if because and any(because == e.because for e in exclusions):
            page.report("R019", got["because"], f"'{because}' names an exclusion of this rule already")
        exclusions.append(Exclusion(because=because, when=_read_when(page, got.get("when"), shelf)[0]))
    return tuple(exclusions)


_NO_WARN = Warn(
    template="",
    urgency=Urgency.ROUTINE,
    ladder=_NO_LADDER,
    expires=timedelta(0),
    in_doubt=InDoubt.HOLD_FOR_HUMAN,
)


def _read_warn(page: Page, node: yaml.Node, shelf: Shelf) -> Warn:
    got = mapping(page, node, ("template", "urgency", "expires", "ladder"), ("in_doubt", "program", "hold"))
    template = values.name(page, got["template"], "template") if "template" in got else ""
    urgency = Urgency(values.word(page, got["urgency"], Urgency)) if "urgency" in got else Urgency.ROUTINE
    ladder = _ladder(page, got["ladder"], shelf) if "ladder" in got else _NO_LADDER
    if template and "ladder" in got and shelf.served is not None:
        report_unserved(page, (got["template"], got["ladder"]), template, ladder, shelf.served)
    usual = InDoubt.REPEAT if urgency is Urgency.CRITICAL else InDoubt.HOLD_FOR_HUMAN
    program = Program(values.word(page, got["program"], Program)) if "program" in got else Program.SECURITY
    if program is Program.EDUCATION and urgency is Urgency.CRITICAL:
        hint = "remove program, or the urgency is not critical"
        page.report("R033", got["program"], "education with urgency critical", hint)
    return Warn(
        template=template,
        urgency=urgency,
        ladder=replace(
            ladder,
            steps=tuple(
                s if s.cool_off else replace(s, template=s.template or template) for s in ladder.steps
            ),
            program=program,
            hold=read_hold(page, got["hold"]) if "hold" in got else timedelta(),
        ),
        expires=_expires(page, got["expires"], shelf) if "expires" in got else timedelta(0),
        in_doubt=InDoubt(values.word(page, got["in_doubt"], InDoubt)) if "in_doubt" in got else usual,
    )


def _ladder(page: Page, node: yaml.Node, shelf: Shelf) -> Ladder:
    """A ladder by name, or its steps written out."""
    if not isinstance(node, yaml.ScalarNode):
        return read_ladder(page, "inline", node)
    name = values.text(page, node)
    found = shelf.ladders.get(name)
    if found is None:
        hint = did_you_mean(name, shelf.ladders) or f"known: {', '.join(shelf.ladders)}"
        page.report("R023", node, f"unknown ladder '{name}'", hint)
        return _NO_LADDER
    shelf.used_ladders.add(name)
    return found


def _expires(page: Page, node: yaml.Node, shelf: Shelf) -> str | timedelta:
    """The name of a time fact, or a length of time from the opening."""
    if values.looks_like_duration(node):
        return values.duration(page, node)
    name = values.text(page, node)
    _check_fact(page, node, name, FactType.TIME, shelf)
    return name
