"""Near misses beside those just over the cut-off: nobody is assigned, so more has to be checked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from outreach.adapters.estimators import Bandwidths, Discontinuity, TooFew, density_jump, heap, sharp
from outreach.adapters.estimators.local import Numbers
from outreach.adapters.measuring.arms import LEAST_HAPPENED, USUAL_FEWER, WITHIN, delivered, told_by, withheld
from outreach.adapters.measuring.intervals import capped
from outreach.adapters.measuring.people import Mask, People
from outreach.domain.experiment import Metric, Registered
from outreach.domain.outcomes.level import named
from outreach.domain.outcomes.measured import ArmSeen, Check, Effect, Measured
from outreach.domain.planning import about

FINE = "scores as the model gives them, to the thousandth"
UNMOVED = "scores that nobody moves across the cut-off; a tie-breaker does not depend on it"
ELSEWHERE = "one of the two cut-offs to be moved; a tie-breaker does not depend on it"

METHOD = "regression discontinuity at the cut-off, local linear, bias corrected; robust interval of 95 %"
SUSPICIOUS = 0.05
DENSITY_WINDOW = 10.0
"""Points of the score on each side in which its density is looked at, as far as scores reach."""

UNLIKELY = 0.01

PLACEBOS = (-1.5, -1.0, -0.5, 0.5, 1.0, 1.5)
"""Bandwidths from the cut-off."""

SHARED = 0.05
"""From this share of its people on, another rule that cuts the same score there cannot be told apart."""


def discontinuity(people: People, one: Registered, lines: pa.Table, blank: Measured) -> Measured:
    """What changes at the cut-off; true only of people just over it."""
    told = replace(blank, method=METHOD, where="people just over the cut-off, within the bandwidth")
    cut = float(one.cut_off) if one.cut_off is not None else float("nan")
    happened = people.happened(one)
    chosen = ~np.isnan(happened) & ~np.isnan(people.score)
    score, outcome = people.score[chosen], happened[chosen]
    over = people.score >= cut
    told = replace(told, arms=(_arm("over", over, chosen, happened), _arm("under", ~over, chosen, happened)))
    checks = [
        *_scores(score, cut),
        told_by(people),
        delivered(people, over & chosen),
        _alone(people, lines, one),
    ]
    checks.append(_controls(people, chosen, cut))
    told = replace(told, checks=tuple(checks))
    if refusal := withheld(told.checks):
        return replace(told, refusal=refusal)
    try:
        found = sharp(score, outcome, cut)
    except TooFew as few:
        return replace(told, refusal=f"too few near the cut-off: {few}")
    if refusal := _few(score, outcome, cut, found):
        return replace(told, refusal=refusal)
    more = (
        _precise(score, outcome, cut, found),
        _placebo(score, outcome, cut, found),
        _bandwidths(score, outcome, cut, found),
    )
    return replace(
        told,
        checks=(*told.checks, *more),
        effect=_prevented(found),
        money=_money(people, one, chosen, cut),
        spent=_spent(people, one, chosen, (cut, found.h)),
        warned=int(((score >= cut) & (score < cut + found.h)).sum()),
        where=f"people with a score from {cut:g} to {cut + found.h:.3g}",
    )


def _arm(name: str, side: np.ndarray, chosen: np.ndarray, happened: Numbers) -> ArmSeen:
    there = side & chosen
    return ArmSeen(
        name=name, people=int(side.sum()), matured=int(there.sum()), happened=int(happened[there].sum())
    )


def _few(score: Numbers, outcome: Numbers, cut: float, found: Discontinuity) -> str:
    """Why nothing is told of so few losses; "" where there are enough."""
    near = np.abs(score - cut) < found.h
    together = int(outcome[near].sum())
    if together >= LEAST_HAPPENED:
        return ""
    return (
        f"too few events: {together} among {int(near.sum()):,} people near the cut-off,"
        f" at least {LEAST_HAPPENED} are needed; a tie-breaker needs about a quarter of the people"
    )


def _precise(score: Numbers, outcome: Numbers, cut: float, found: Discontinuity) -> Check:
    """How many near the cut-off it would take, by how wide the interval is of those that there are."""
    near = np.abs(score - cut) < found.h
    wanted = WITHIN * USUAL_FEWER * float(outcome[near & (score < cut)].mean())
    reach = (found.high - found.low) / 2
    needed = near.sum() * (reach / wanted) ** 2 if wanted else np.inf
    words = (
        f"needs about {about(int(needed)):,}"
        if np.isfinite(needed)
        else "needs losses under the cut-off, or more"
    )
    return Check(
        name="enough people",
        passed=bool(near.sum() >= needed),
        words=f"{words} near the cut-off for ±50 % of an effect of 30 %; there are {int(near.sum()):,}",
    )


def _controls(people: People, chosen: np.ndarray, cut: float) -> Check:
    """Whether a hard control begins at the same score: then what changes there is not the warning's alone."""
    held = (people.numbers("held") > 0).astype(np.float64)[chosen]
    words, passed = "no hard control begins at the cut-off", True
    try:
        if held.sum() < LEAST_HAPPENED:
            raise TooFew
        found = sharp(people.score[chosen], held, cut)
    except TooFew:
        return Check(name="no control there", passed=True, words="too few were held by a control to tell")
    if found.low > 0 and found.p < UNLIKELY:
        passed = False
        words = f"{found.corrected:+.1%} more are held by a hard control from the cut-off on"
    return Check(
        name="no control there",
        passed=passed,
        words=words,
        withholds=True,
        needed="the control, or the warning, to begin at another score",
    )


def _prevented(found: Discontinuity) -> Effect:
    """Fewer losses over the cut-off is a jump down."""
    return Effect(estimate=-found.corrected, low=-found.high, high=-found.low)


def _scores(score: Numbers, cut: float) -> list[Check]:
    grid = heap(score)
    fine = "to the thousandth" if grid is None else f"rounded to {grid:g}: too coarse to compare neighbours"
    checks = [Check(name="scores", passed=grid is None, words=fine, withholds=True, needed=FINE)]
    try:
        jump = density_jump(score, cut, _reach(score, cut))
    except TooFew as few:
        return [*checks, Check(name="density", passed=False, words=str(few), withholds=True)]
    words = f"{jump.ratio:.2f} times as many scores just over the cut-off as just under (p {jump.p:.3f})"
    passed = jump.p >= SUSPICIOUS
    return [*checks, Check(name="density", passed=passed, words=words, withholds=True, needed=UNMOVED)]


def _reach(score: Numbers, cut: float) -> float:
    """How far from the cut-off there are scores on both sides: where none can be, none are missing."""
    if not len(score):
        return DENSITY_WINDOW
    return max(min(DENSITY_WINDOW, cut - float(score.min()), float(score.max()) - cut), 0.001)


def _alone(people: People, lines: pa.Table, one: Registered) -> Check:
    """Whether another rule cuts the same people, by the same score, there."""
    same = pc.equal(lines.column("cut_off").cast(pa.float64()), float(one.cut_off or 0))
    named_so = pc.and_(
        pc.equal(lines.column("pattern"), one.pattern), pc.equal(lines.column("rule"), one.rule)
    )
    mine = people.table.select(["person", "score"])
    others = lines.filter(pc.and_not(same, named_so)).select(["person", "score"])
    both = mine.join(others, ["person", "score"], join_type="inner")
    share = len(pc.unique(both.column("person"))) / max(len(people), 1)
    words = f"{share:.0%} of these people also met another rule that cuts the same score at {one.cut_off}"
    passed = share < SHARED
    return Check(name="alone at the cut-off", passed=passed, words=words, withholds=True, needed=ELSEWHERE)


def _placebo(score: Numbers, outcome: Numbers, cut: float, found: Discontinuity) -> Check:
    """Nothing happens at scores where nobody is treated otherwise, on either side alone."""
    jumps, places = [], [cut + times * found.h for times in PLACEBOS]
    for place in places:
        side = score < cut if place < cut else score >= cut
        try:
            jumps.append(sharp(score[side], outcome[side], place).p)
        except TooFew:
            continue
    odd = sum(p < SUSPICIOUS / len(jumps) for p in jumps)  # of many, one shows by chance more often
    words = f"{odd} of {len(jumps)} cut-offs at which nothing changes show a jump"
    return Check(name="placebo cut-offs", passed=not odd, words=words)


def _bandwidths(score: Numbers, outcome: Numbers, cut: float, found: Discontinuity) -> Check:
    told = []
    for times in (0.5, 2.0):
        try:
            other = sharp(score, outcome, cut, at=Bandwidths(h=found.h * times, b=found.b * times))
        except TooFew:
            continue
        told.append((times, other))
    agree = all(other.low <= found.corrected <= other.high for _, other in told)
    words = ", ".join(f"× {times:g}: {-other.corrected:.4f}" for times, other in told)
    return Check(
        name="half and double bandwidth",
        passed=agree,
        words=f"{words or 'too few'} (figure: {-found.corrected:.4f})",
    )


def _money(people: People, one: Registered, chosen: np.ndarray, cut: float) -> Effect | None:
    """Capped amounts; without a cap nothing is told: heavy tails make raw amounts mean nothing."""
    if one.cap is None or one.metric is Metric.ANSWERED:
        return None
    amounts = capped(people.lost(named(one.window)), float(one.cap))
    try:
        return _prevented(sharp(people.score[chosen], amounts[chosen], cut))
    except TooFew:
        return None


def _spent(people: People, one: Registered, chosen: Mask, near: tuple[float, float]) -> float | None:
    """The difference within the bandwidth: what a message costs does not grow with the score."""
    if one.metric is Metric.ANSWERED:
        return None
    cut, h = near
    over = people.score >= cut
    within = chosen & (np.abs(people.score - cut) < h)
    return people.mean_cost(within & over) - people.mean_cost(within & ~over)
