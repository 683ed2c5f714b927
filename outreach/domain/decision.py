"""Decisions: what the rules said of one flag, with the rule, the version and the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from outreach.domain.experiment import CONTROL
from outreach.domain.facts import Facts
from outreach.domain.plan import RulePlan
from outreach.domain.ruleset import IfUnknown, Rule, RuleStatus
from outreach.domain.scale import Urgency
from outreach.domain.windows import named

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
    """One rule's word on one flag. `arm` and `registration` are set where its experiment covers the flag."""

    verdict: Verdict
    reason: Reason
    rule: RulePlan
    because: str = ""
    arm: str = ""
    registration: str = ""

    @property
    def is_shadow(self) -> bool:
        """True where the rule only watches."""
        return self.rule.rule.status is RuleStatus.SHADOW


Assign = Callable[[Rule], str | None]
"""The arm of this person in this rule's experiment, by keyed hash; "" where it assigns nobody to arms, None
where no experiment is in force."""


def _by_cut_off(score: Decimal | None, rule: Rule) -> tuple[Verdict, Reason]:
    """The verdict of a rule whose condition holds and that no exclusion takes back."""
    if rule.score is None or score is None:  # it held without its score: only `if_unknown: warn` leads here
        return Verdict.WARN, Reason.HELD
    if score >= rule.score.at_least:
        return Verdict.WARN, Reason.HELD
    return Verdict.NEAR_MISS, Reason.UNDER_CUT_OFF


def _score_of(rule: Rule, facts: Facts) -> Decimal | None:
    raw = None if rule.score is None else facts.get(rule.score.fact)
    return None if raw is None else Decimal(str(raw))


def _assigned(plain: Decision, score: Decimal | None, assign: Assign) -> Decision:
    """The decision as the rule's experiment has it, where it covers this score and is in force."""
    experiment = plain.rule.rule.experiment
    if experiment is None or not experiment.covers(score, warns=plain.verdict is Verdict.WARN):
        return plain
    arm = assign(plain.rule.rule)
    if arm is None:
        return plain
    part = replace(plain, arm=arm, registration=experiment.sha256)
    if not experiment.withholds:
        return part
    if arm != CONTROL:
        return replace(part, verdict=Verdict.WARN, reason=Reason.ASSIGNED)
    because = f"warned in {named(experiment.wait)}" if experiment.wait else ""
    return replace(part, verdict=Verdict.CONTROL, reason=Reason.ASSIGNED, because=because)


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
    score = _score_of(rule.rule, facts)
    verdict, reason = _by_cut_off(score, rule.rule)
    plain = Decision(verdict=verdict, reason=reason, rule=rule)
    return _assigned(plain, score, assign) if _may_be_assigned(rule, truths) else plain


def _may_be_assigned(rule: RulePlan, truths: Sequence[Truth]) -> bool:
    """Nobody is assigned by an unknown. To less than others get: nobody in danger now, and only who certainly
    is none of those to be spared. The check of rule files says so too; here it cannot be got around."""
    experiment = rule.rule.experiment
    if experiment is None or rule.rule.status is not RuleStatus.LIVE:
        return False
    if any(truths[place] is None for place in (rule.main, *rule.exclusions)):
        return False
    if not experiment.lessens:
        return True
    is_spared = rule.spared is None or truths[rule.spared] is not False
    return not is_spared and rule.rule.warn.urgency is not Urgency.CRITICAL


def decide(
    rules: Sequence[RulePlan],
    truths: Sequence[Truth],
    facts: Facts,
    assign: Assign,
    waits: Callable[[RulePlan], bool] = lambda rule: False,
) -> tuple[Decision | None, tuple[Decision, ...]]:
    """The pattern's decision on one flag, and the shadow rules' decisions beside it.

    The first live rule that warns (or assigns) wins; where none does, the first live rule that has
    anything to say is the decision, so that an excluded or undecided rule never hides a later warning.
    A rule whose ramp this person `waits` for gives way to the next that warns: a canary never takes away the
    warning that an older rule gives. None where every live rule's condition is false.
    """
    return choose([d for rule in rules if (d := judge(rule, truths, facts, assign)) is not None], waits)


def choose(
    spoken: Sequence[Decision], waits: Callable[[RulePlan], bool] = lambda rule: False
) -> tuple[Decision | None, tuple[Decision, ...]]:
    """What `decide` says, of the decisions of a pattern's rules in their order."""
    live = [d for d in spoken if not d.is_shadow]
    shadow = tuple(d for d in spoken if d.is_shadow)
    acting = _unwithheld([d for d in live if d.verdict in {Verdict.WARN, Verdict.CONTROL}])
    ready = (d for d in acting if not waits(d.rule))
    return next(ready, next(iter(acting or live), None)), shadow


def _unwithheld(acting: list[Decision]) -> list[Decision]:
    """Where a critical rule warns, no experiment of another has a say, whatever its arm: what must be read
    now is never withheld, and the arms stay alike."""
    if not any(_is_critical(d) for d in acting):
        return acting
    return [d for d in acting if d.reason is not Reason.ASSIGNED]


def _is_critical(decision: Decision) -> bool:
    is_certain = decision.verdict is Verdict.WARN and decision.reason is Reason.HELD
    return is_certain and decision.rule.rule.warn.urgency is Urgency.CRITICAL
