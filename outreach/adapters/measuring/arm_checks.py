"""What else is looked at where a lot made the arms: were they followed alike, and did they stay apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.stats import chi2, chi2_contingency

from outreach.adapters.estimators.checks import MISMATCH
from outreach.adapters.estimators.local import Numbers
from outreach.adapters.measuring.people import People
from outreach.domain.experiment import CONTROL, TREATED, Design, Registered
from outreach.domain.outcomes.measured import ArmSeen, Check

CROSSED = 0.05
"""From this share of warned controls on, the figure is of something much smaller than a warning."""

LEAST_A_MONTH = 100
"""People of each arm; a month with fewer is not compared with others."""

UNLIKE = 0.01


def followed(arms: Sequence[ArmSeen]) -> Check:
    """Whether as many of each arm are already told of: else one arm's losses are still on their way."""
    table = np.array([[arm.matured, arm.people - arm.matured] for arm in arms])
    is_told = bool((table.sum(axis=0) > 0).all() and (table.sum(axis=1) > 0).all())
    p = float(chi2_contingency(table).pvalue) if is_told else 1.0
    shares = " and ".join(
        f"{arm.matured / arm.people if arm.people else 0:.1%} of {arm.name}" for arm in arms
    )
    return Check(
        name="followed alike",
        passed=p >= MISMATCH,
        words=f"the window has closed for {shares}",
        withholds=True,
        needed="outcomes of both arms up to the same day",
    )


def apart(people: People, one: Registered, lines: pa.Table) -> Check | None:
    """How many of those who were not to be warned were warned all the same; they still count as assigned."""
    if one.design not in {Design.TIE_BREAKER, Design.HOLDBACK}:
        return None
    control = people.table.filter(pa.array(people.arm == CONTROL)).select(["person", "opened_at"])
    warned = lines.filter(pc.is_valid(lines.column("warned_at"))).select(["person", "warned_at"])
    both = control.join(warned, "person", join_type="inner")
    since = both.column("opened_at")
    until = pc.add(since, pa.scalar(one.window, pa.duration("us")))
    inside = pc.and_(
        pc.greater_equal(both.column("warned_at"), since), pc.less(both.column("warned_at"), until)
    )
    crossed = len(pc.unique(both.filter(inside).column("person")))
    share = crossed / max(control.num_rows, 1)
    return Check(
        name="kept apart",
        passed=share < CROSSED,
        words=f"{share:.1%} of those who were not to be warned were warned within the window all the same; "
        "they count as assigned, so the figure is rather too small",
    )


def months(people: People, happened: Numbers) -> Check:
    """Whether months that are pooled say the same, and each has both arms (Cochran's Q)."""
    month = people.month
    told = [_month(people, happened, month == one) for one in np.unique(month)]
    found = [each for each in told if each is not None]
    if len(found) < 2:
        return Check(name="months", passed=True, words="one month alone: nothing is pooled")
    effects, weights = (np.array(column) for column in zip(*found, strict=True))
    pooled = float((effects * weights).sum() / weights.sum())
    p = float(chi2.sf(float((weights * (effects - pooled) ** 2).sum()), len(found) - 1))
    return Check(
        name="months",
        passed=p >= UNLIKE,
        words=f"{len(found)} months are pooled, from {effects.min():+.4f} to {effects.max():+.4f} a person; "
        f"months this unlike come by chance once in {1 / max(p, 1e-12):,.0f}",
    )


def _month(people: People, happened: Numbers, chosen: np.ndarray) -> tuple[float, float] | None:
    """What warning spared in a month, and its weight."""
    known = chosen & ~np.isnan(happened)
    held, warned = (happened[known & (people.arm == name)] for name in (CONTROL, TREATED))
    if min(len(held), len(warned)) < LEAST_A_MONTH:
        return None
    # With half an event more: a month without any is not infinitely sure of it.
    variance = sum(_share(arm) * (1 - _share(arm)) / len(arm) for arm in (held, warned))
    return float(held.mean() - warned.mean()), 1 / variance


def _share(arm: Numbers) -> float:
    return float((arm.sum() + 0.5) / (len(arm) + 1))
