"""What each rule can ever do: rules that no flag reaches, and warnings that would go to a thief."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outreach.adapters.rulebook.page import Page
from outreach.domain.condition import (
    All,
    AnyOf,
    Compare,
    Condition,
    Fact,
    Literal,
    Not,
    Operator,
    Span,
    Within,
)
from outreach.domain.facts import Catalogue, FactType, WhenNull
from outreach.domain.gate.policy import GatePolicy
from outreach.domain.possible import FALSE, TRUE, UNKNOWN, Wish, is_impossible
from outreach.domain.ruleset import Exclusion, IfUnknown, Rule, RuleStatus, Score
from outreach.domain.scale import Channel
from outreach.domain.takeover import CHANGED, SIGNS

REFUSED = AnyOf(())
"""Stands in for a condition that was refused: nothing is said of it a second time."""

_POLICY = GatePolicy()
_WRITTEN = frozenset({Channel.PUSH, Channel.SMS, Channel.EMAIL})


def report_reach(page: Page, pattern: str, rules: Sequence[Rule], catalogue: Catalogue) -> None:
    """Report rules and exclusions that never act, and ladders that a takeover would lead astray."""
    sound = [rule for rule in rules if not _is_refused(rule) and rule.status is not RuleStatus.RETIRED]
    before: list[Rule] = []
    for rule in sound:
        if _acts(page, rule):
            _report_covered(page, rule, before)
            _report_takeover(page, pattern, rule, catalogue)
            if rule.status is RuleStatus.LIVE and rule.ramp is None:  # who waits for a ramp falls through
                before.append(rule)


def _is_refused(rule: Rule) -> bool:
    return REFUSED in (rule.when, *(exclusion.when for exclusion in rule.exclusions))


def _holds(rule: Rule) -> int:
    """The answers of a condition on which the rule goes on."""
    return TRUE | UNKNOWN if rule.if_unknown is IfUnknown.WARN else TRUE


def _cut_off(score: Score | None, *, widest: bool) -> tuple[Condition, ...]:
    """The score that warns; `widest` with the band in which the lot decides."""
    if score is None:
        return ()
    low = score.at_least - score.tie_break if widest and score.tie_break is not None else score.at_least
    fact = Fact(score.fact, FactType.SCORE)
    return (Compare(Operator.GE, fact, Literal(low, FactType.SCORE)),)


def _warns(rule: Rule) -> list[Wish]:
    """What must be so wherever this rule warns."""
    holds, spared = _holds(rule), FALSE | (_holds(rule) & UNKNOWN)
    asked = (rule.when, *_cut_off(rule.score, widest=True))
    return [(one, holds) for one in asked] + [(e.when, spared) for e in rule.exclusions]


def _acts(page: Page, rule: Rule) -> bool:
    """True where some flag makes the rule warn; what stands in the way is reported."""
    heads = [(one, _holds(rule)) for one in (rule.when, *_cut_off(rule.score, widest=True))]
    place = rule.span or Span(1, 1)
    if is_impossible(*heads):
        if not is_impossible(heads[0]):  # alone it is E042, told already
            page.report("E045", place, f"'{rule.id}' never warns: its score contradicts its condition")
        return False
    found = [_report_exclusion(page, rule, heads, exclusion) for exclusion in rule.exclusions]
    if all(found) and is_impossible(*_warns(rule)):
        page.report("E045", place, f"'{rule.id}' never warns: its exclusions together leave nothing over")
        return False
    return all(found)


def _report_exclusion(page: Page, rule: Rule, heads: Sequence[Wish], exclusion: Exclusion) -> bool:
    """False where the exclusion leaves nothing of the rule."""
    place = exclusion.when.span or rule.span or Span(1, 1)
    spared = FALSE | (_holds(rule) & UNKNOWN)
    if is_impossible((exclusion.when, TRUE)):
        return True  # E042, told already
    if is_impossible((rule.when, TRUE | UNKNOWN), (exclusion.when, TRUE)):
        words = f"'{exclusion.because}' never holds where '{rule.id}' does"
        page.report("E044", place, words, "remove it, or ask what you meant")
    elif is_impossible(*heads, (exclusion.when, spared)):
        words = f"'{exclusion.because}' holds wherever '{rule.id}' does: the rule never warns"
        page.report("E045", place, words)
        return False
    return True


def _report_covered(page: Page, rule: Rule, before: Sequence[Rule]) -> None:
    """A live rule that warns only where earlier ones do: they win, and it never speaks."""
    if rule.status is not RuleStatus.LIVE or not before:
        return
    place = rule.span or Span(1, 1)
    for earlier in before:
        if is_impossible(*_warns(rule), _is_silent(earlier)):
            words = f"'{rule.id}' is never reached: wherever it warns, '{earlier.id}' above does"
            page.report("R034", place, words, "put it first, or narrow the one above")
            return
    if len(before) > 1 and is_impossible(*_warns(rule), *map(_is_silent, before)):
        words = f"'{rule.id}' is never reached: wherever it warns, one of the rules above does"
        page.report("R034", place, words, "put it first, or narrow those above")


def _is_silent(rule: Rule) -> Wish:
    asked = (rule.when, *_cut_off(rule.score, widest=False))
    whole = All((*asked, *(Not(e.when) for e in rule.exclusions)))
    return whole, (TRUE | FALSE | UNKNOWN) & ~_holds(rule)


def _report_takeover(page: Page, pattern: str, rule: Rule, catalogue: Catalogue) -> None:
    """Somebody else may have chosen the contacts: only what is known of the takeover tells the old ones."""
    written = sorted({s.channel.value for s in rule.warn.ladder.said if s.channel in _WRITTEN})
    if not written or (not rule.is_run and rule.status is not RuleStatus.DRAFT):
        return
    place, said = rule.span or Span(1, 1), ", ".join(written)
    if pattern in _POLICY.takeover_patterns:
        if not is_impossible(*_warns(rule), (_lately(SIGNS, catalogue), FALSE | UNKNOWN)):
            words = f"'{rule.id}' may write by {said} to a contact that the thief chose"
            hint = (
                "ask for a sign that tells since when, like within(device_added_at, '30 days'),"
                " or climb a ladder of calls alone"
            )
            page.report("R035", place, words, hint)
    elif is_impossible(*_warns(rule), (_lately((CHANGED,), catalogue), FALSE | UNKNOWN)):
        words = f"'{rule.id}' warns after a contact was changed, and would write to the new one by {said}"
        known = ", ".join(sorted(_POLICY.takeover_patterns))
        page.report("R035", place, words, f"contacts from before a change are looked up for {known} only")


def _lately(signs: Sequence[str], catalogue: Catalogue) -> Condition:
    """One of these signs was seen within the window in which contacts are taken for changed."""
    return AnyOf(tuple(_asked(signs, catalogue)))


def _asked(signs: Sequence[str], catalogue: Catalogue) -> Iterator[Condition]:
    for name in signs:
        spec = catalogue.get(name)
        if spec is not None and spec.type is FactType.TIME:
            yield Within(Fact(name, spec.type), _POLICY.takeover, spec.when_null is WhenNull.NEVER)
