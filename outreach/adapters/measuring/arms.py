"""Arms that a lot made: compared by intention to treat, whatever was delivered to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from outreach.adapters.estimators import Plan, mismatch
from outreach.adapters.estimators.checks import MISMATCH
from outreach.adapters.measuring.arm_checks import apart, followed, months
from outreach.adapters.measuring.intervals import capped, difference, mean_difference, spared
from outreach.adapters.measuring.people import Mask, People
from outreach.domain.experiment import CONTROL, TREATED, Design, Metric, Registered
from outreach.domain.outcomes.level import CURVE, named
from outreach.domain.outcomes.measured import ArmSeen, Check, Effect, Measured
from outreach.domain.planning import about

LEAST_HAPPENED = 20
"""In both arms together; with fewer, no interval is worth reading …"""

LEAST_HELD = 5
"""… nor with fewer among those who were not warned."""

USUAL_LOSING, USUAL_FEWER, WITHIN = 0.06, 0.3, 0.5
"""What a plan goes by where nothing is known yet."""

LABELS = "a feed of listed addresses or of analysts' labels, for everybody who is compared"

WHERE = {
    Design.TIE_BREAKER: "people whose score lies in the band around the cut-off",
    Design.HOLDBACK: "people between the cut-off and the score from which everybody is warned",
    Design.WAIT_LIST: "people of this rule, in the hours before those on the list are warned",
    Design.CALL_LOTTERY: "people who waited for a call: what being called sooner adds to the warning",
}
METHOD = "difference of arms by lot, intention to treat; Newcombe's interval of 95 %"


def compared(people: People, one: Registered, lines: pa.Table, blank: Measured) -> Measured:
    """Treated against control."""
    happened = people.happened(one)
    held, warned = (seen(people, one, happened, people.arm == name, name) for name in (CONTROL, TREATED))
    arms = (warned, held)
    checks = [sample_ratio(arms, one), followed(arms), told_by(people)]
    checks += [delivered(people, people.arm == TREATED), months(people, happened), precise(arms, one)]
    if crossed := apart(people, one, lines):
        checks.append(crossed)
    told = replace(blank, method=METHOD, where=WHERE[one.design], arms=arms, checks=tuple(checks))
    if refusal := _refused(told, one, held, warned):
        return replace(told, refusal=refusal)
    known = ~np.isnan(happened)
    return replace(
        told,
        effect=difference(held, warned),
        relative=spared(held, warned),
        money=_money(people, one, known),
        spent=_spent(people, one, known),
        warned=warned.matured,
        curve=_curve(people, one),
    )


def seen(people: People, one: Registered, happened: np.ndarray, chosen: Mask, name: str) -> ArmSeen:
    """One arm, counted."""
    known = chosen & ~np.isnan(happened)
    return ArmSeen(
        name=name,
        people=int(chosen.sum()),
        matured=int(known.sum()),
        happened=int(happened[known].sum()),
        amount=people.sum_lost(known, one),
    )


def sample_ratio(arms: Sequence[ArmSeen], one: Registered) -> Check:
    """Whether the arms are as large as the lot makes them; all assigned people, matured or not."""
    if one.design is Design.VARIANTS:
        shares = [1 / len(arms)] * len(arms)
    else:
        shares = [float(1 - one.share), float(one.share)]
    p = mismatch([arm.people for arm in arms], shares)
    sizes = " and ".join(f"{arm.people:,} {arm.name}" for arm in arms)
    return Check(
        name="sample ratio",
        passed=p >= MISMATCH,
        words=f"{sizes}; arms this uneven come by chance once in {1 / max(p, 1e-12):,.0f}",
        withholds=True,
        needed="to find who was lost, or counted elsewhere, between the lot and the ledger",
    )


def precise(arms: tuple[ArmSeen, ArmSeen], one: Registered) -> Check:
    """Whether as many have matured as a plan would ask for."""
    warned, held = arms
    plan, matured = _plan(held, float(one.share)), warned.matured + held.matured
    return Check(
        name="enough people",
        passed=matured >= plan.flagged(),
        words=f"{_enough(plan)}; the window has closed for {matured:,}",
    )


def delivered(people: People, chosen: Mask) -> Check:
    """How many of those a warning was meant for got one: the figure is of all of them."""
    share = people.share_with("delivered_at", chosen)
    handed = people.share_with("warned_at", chosen)
    return Check(
        name="delivered",
        passed=handed >= 0.5,
        words=f"handed over to {handed:.0%} of those meant, told as delivered for {share:.0%}: all count",
    )


def told_by(people: People) -> Check:
    """Whether losses are known otherwise than by the user's own word, of which a warning makes more."""
    confirmed, said = people.count_true("is_scam"), people.count_true("said_scam")
    words = f"{confirmed:,} confirmed by lists or analysts; {said:,} told by users, who are not the outcome"
    is_known = bool(confirmed) or not said
    return Check(name="detection", passed=is_known, words=words, withholds=True, needed=LABELS)


def _refused(told: Measured, one: Registered, held: ArmSeen, warned: ArmSeen) -> str:
    if failed := withheld(told.checks):
        return failed
    together = held.happened + warned.happened
    if min(held.matured, warned.matured) < 2 or together < LEAST_HAPPENED or held.happened < LEAST_HELD:
        return (
            f"too few events: {together} among {held.matured + warned.matured:,} people whose window has"
            f" closed ({held.happened} of them not warned); {enough(held, float(one.share))}"
        )
    return ""


def withheld(checks: Sequence[Check]) -> str:
    """Why no figure is told, by what failed; "" where nothing did."""
    failed = [check for check in checks if check.withholds and not check.passed]
    return "; ".join(
        f"{check.name}: {check.words}" + (f"; needs {check.needed}" if check.needed else "")
        for check in failed
    )


def enough(held: ArmSeen, share: float) -> str:
    """How many flagged people it takes to say anything."""
    return _enough(_plan(held, share))


def _plan(held: ArmSeen, share: float) -> Plan:
    losing = held.share if held.happened >= LEAST_HELD else USUAL_LOSING
    return Plan(losing=losing, fewer=USUAL_FEWER, apart=share, within=WITHIN)


def _enough(plan: Plan) -> str:
    return f"needs about {about(plan.flagged()):,} flagged for ±50 % of an effect of 30 %"


def _money(people: People, one: Registered, known: Mask) -> Effect | None:
    if one.metric is Metric.ANSWERED or one.cap is None:  # of raw amounts no interval holds: heavy tails
        return None
    amounts = capped(people.lost(named(one.window)), float(one.cap))
    held, warned = (amounts[known & (people.arm == name)] for name in (CONTROL, TREATED))
    return mean_difference(held, warned)


def _spent(people: People, one: Registered, known: Mask) -> float | None:
    if one.metric is Metric.ANSWERED:
        return None
    held, warned = (people.mean_cost(known & (people.arm == name)) for name in (CONTROL, TREATED))
    return warned - held


def _curve(people: People, one: Registered) -> tuple[tuple[str, Effect], ...]:
    """The same difference by every window of the curve that has matured for enough people."""
    if one.metric is Metric.ANSWERED:
        return ()
    found = []
    for window in CURVE:
        if one.design is Design.WAIT_LIST and window > one.window:
            break  # everybody is warned by then: what is left of the difference would be sold as the whole
        happened = people.happened(one, named(window))
        held, warned = (seen(people, one, happened, people.arm == name, name) for name in (CONTROL, TREATED))
        if held.happened + warned.happened >= LEAST_HAPPENED and min(held.matured, warned.matured) > 1:
            found.append((named(window), difference(held, warned)))
    return tuple(found)
