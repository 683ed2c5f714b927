"""Decisions: what the rules said of one flag, with the rule, the version and the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from outreach.domain.facts import Facts
from outreach.domain.plan import RulePlan
from outreach.domain.ruleset import IfUnknown, Rule, RuleStatus

Truth = bool | None
"""True, False, or None for unknown."""


class Verdict(StrEnum):
    """What follows from a flag. "No rule held" is a count on the run, not a row."""

    WARN = "warn"
    CONTROL = "control"  # inside a registered experiment, the arm that is not warned
    NEAR_MISS = "near_miss"  # under the cut-off, observed, never messaged
    SKIP = "skip"  # a named exclusion, or the gate's past
    UNDECIDED = "undecided"  # a fact is unknown


class Reason(StrEnum):
    """Why the verdict is what it is; `because` carries the author's words where there are some."""

    HELD = "held"  # condition and cut-off hold
    ASSIGNED = "assigned"  # the experiment's keyed hash
    UNDER_CUT_OFF = "under_cut_off"
    EXCLUDED = "excluded"  # a named exclusion of the rule
    UNKNOWN_CONDITION = "unknown_condition"
    UNKNOWN_EXCLUSION = "unknown_exclusion"
    EPISODE_WARNED = "episode_warned"  # this episode was warned, and nothing got worse since
    OVERTAKEN = "overtaken"  # a more severe pattern warns this person
    SAID_MINE = "said_mine"  # the person checked it, and said that it is theirs
    TRIED_AGAIN = "tried_again"  # warned: another transfer in an episode that was warned
    WORSE_SINCE = "worse_since"  # warned: it got worse since the person said that it is theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One rule's word on one flag. `arm` is `treated` or `control` inside an experiment's band."""

    verdict: Verdict
    reason: Reason
    rule: RulePlan
    because: str = ""
    arm: str = ""

    @property
    def is_shadow(self) -> bool:
        """True where the rule only watches."""
        return self.rule.rule.status is RuleStatus.SHADOW


Assign = Callable[[Rule], bool]
"""True where the experiment's keyed hash puts this person in the treated arm of this rule."""


def _within_cut_off(rule: Rule, facts: Facts, assign: Assign) -> tuple[Verdict, Reason, str]:
    """The verdict of a rule whose condition holds and that no exclusion takes back."""
    if rule.score is None:
        return Verdict.WARN, Reason.HELD, ""
    raw = facts.get(rule.score.fact)
    if raw is None:  # the condition held without its score: only `if_unknown: warn` leads here
        return Verdict.WARN, Reason.HELD, ""
    score = Decimal(str(raw))
    if rule.score.tie_break is not None and abs(score - rule.score.at_least) < rule.score.tie_break:
        if assign(rule):
            return Verdict.WARN, Reason.ASSIGNED, "treated"
        return Verdict.CONTROL, Reason.ASSIGNED, "control"
    if score >= rule.score.at_least:
        return Verdict.WARN, Reason.HELD, ""
    return Verdict.NEAR_MISS, Reason.UNDER_CUT_OFF, ""


def judge(rule: RulePlan, truths: Sequence[Truth], facts: Facts, assign: Assign) -> Decision | None:
    """One rule's decision, or None where its condition is false.

    Order: condition, then exclusions that hold, then unknowns, then the cut-off.
    """
    holds = truths[rule.main]
    if holds is False:
        return None
    for place, exclusion in zip(rule.exclusions, rule.rule.exclusions, strict=True):
        if truths[place] is True:
            return Decision(
                verdict=Verdict.SKIP, reason=Reason.EXCLUDED, rule=rule, because=exclusion.because
            )
    if rule.rule.if_unknown is IfUnknown.UNDECIDED:
        if holds is None:
            return Decision(verdict=Verdict.UNDECIDED, reason=Reason.UNKNOWN_CONDITION, rule=rule)
        for place, exclusion in zip(rule.exclusions, rule.rule.exclusions, strict=True):
            if truths[place] is None:
                return Decision(
                    verdict=Verdict.UNDECIDED,
                    reason=Reason.UNKNOWN_EXCLUSION,
                    rule=rule,
                    because=exclusion.because,
                )
    verdict, reason, arm = _within_cut_off(rule.rule, facts, assign)
    return Decision(verdict=verdict, reason=reason, rule=rule, arm=arm)


def decide(
    rules: Sequence[RulePlan], truths: Sequence[Truth], facts: Facts, assign: Assign
) -> tuple[Decision | None, tuple[Decision, ...]]:
    """The pattern's decision on one flag, and the shadow rules' decisions beside it.

    The first live rule that warns (or assigns) wins; where none does, the first live rule that has
    anything to say is the decision, so that an excluded or undecided rule never hides a later warning.
    None where every live rule's condition is false.
    """
    spoken = [d for rule in rules if (d := judge(rule, truths, facts, assign)) is not None]
    live = [d for d in spoken if not d.is_shadow]
    shadow = tuple(d for d in spoken if d.is_shadow)
    acting = (d for d in live if d.verdict in {Verdict.WARN, Verdict.CONTROL})
    return next(acting, live[0] if live else None), shadow
