"""What a rule's experiment had to do with a decision, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from outreach.domain.decision import Decision, Truth, Verdict
from outreach.domain.edition import SHORT
from outreach.domain.plan import RulePlan


def experiment_words(plan: RulePlan, truths: Sequence[Truth], said: Decision | None, now: datetime) -> str:
    """What the rule's experiment had to do with it; "" for a rule without one, or that says nothing."""
    one = plan.rule.experiment
    if one is None or said is None:
        return ""
    head = f"{one.design.value}, registration {one.sha256[:SHORT]}"
    if said.registration:
        return (
            f"{head}: in the arm {said.arm}, by lot" if said.arm else f"{head}: compared, nobody is assigned"
        )
    if one.is_over(now):
        return f"{head}: over since {one.until}"
    if said.verdict not in {Verdict.WARN, Verdict.NEAR_MISS}:
        return f"{head}: not asked"
    if plan.spared is not None and truths[plan.spared] is not False:
        return f"{head}: not assigned, for nobody who is or may be vulnerable, or lost money before, ever is"
    return f"{head}: does not cover this flag"
