"""Experiments for the analyst: which are registered, and how many people a new one would take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from outreach.adapters.estimators import Plan
from outreach.domain.decision import Verdict
from outreach.domain.experiment import Design, Registered
from outreach.domain.outcomes.level import LAG, PRIMARY
from outreach.domain.planning import Needed
from outreach.domain.ruleset import Rule
from outreach.store.outcome_lines import lines
from outreach.store.registrations import registered
from outreach.wiring.house import House

LOOKED_BACK = timedelta(days=365)
ENOUGH = 30
"""From so many unwarned people on their share of losses is told; fewer say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What a rule's own past says: of `unwarned` people `lost` lost money; `per_day` are flagged."""

    unwarned: int
    lost: int
    per_day: float

    @property
    def losing(self) -> float | None:
        """The share that lost; None where too few are known, or none lost."""
        return self.lost / self.unwarned if self.unwarned >= ENOUGH and self.lost else None


def needed(wanted: Needed) -> Needed:
    """The same, with how many flagged people it takes."""
    plan = Plan(losing=wanted.losing, fewer=wanted.fewer, apart=wanted.apart, within=wanted.within)
    return Needed(
        losing=wanted.losing,
        fewer=wanted.fewer,
        apart=wanted.apart,
        within=wanted.within,
        flagged=plan.flagged(),
        per_day=wanted.per_day,
    )


def rule_named(house: House, name: str) -> Rule | None:
    """The rule `pattern/id` of the edition in force."""
    pattern, _, id = name.partition("/")
    rule_set = house.rules.current().sets.get(pattern)
    return next((rule for rule in rule_set.rules if rule.id == id), None) if rule_set else None


def apart_of(rule: Rule) -> float | None:
    """The share that the rule's own experiment does not warn."""
    one = rule.experiment
    is_split = one is not None and one.design not in {Design.DISCONTINUITY, Design.VARIANTS}
    return float(one.share) if one is not None and is_split else None


def rates(house: House, name: str) -> Rates:
    """What is known of a rule's last year: its near misses and controls, as far as they have matured."""
    pattern, _, id = name.partition("/")
    now = house.clock()
    found, first = [], now
    with house.store.read() as tx:
        for batch in lines(tx, now - LOOKED_BACK, now):
            rows = batch.select(["pattern", "rule", "verdict", "opened_at", "person", "lost_14d"]).to_pylist()
            found += [row for row in rows if (row["pattern"], row["rule"]) == (pattern, id)]
    first = min((row["opened_at"] for row in found), default=now)
    unwarned = [row for row in found if _is_known(row, now)]
    lost = {row["person"] for row in unwarned if row["lost_14d"]}
    scored = {row["person"] for row in found if row["verdict"] != Verdict.SKIP}
    days = max((now - first) / timedelta(days=1), 1.0)
    return Rates(
        unwarned=len({row["person"] for row in unwarned}), lost=len(lost), per_day=len(scored) / days
    )


_UNWARNED = frozenset({Verdict.NEAR_MISS.value, Verdict.CONTROL.value})


def _is_known(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether somebody was not warned, and what they lost since has had the time to come to light."""
    is_mature = row["opened_at"] + PRIMARY + LAG <= now and row["lost_14d"] is not None
    return is_mature and row["verdict"] in _UNWARNED


def experiments(house: House, *, is_past_too: bool) -> list[Registered]:
    """The registrations in force, or every one there ever was."""
    with house.store.read() as tx:
        found = registered(tx)
    return found if is_past_too else [one for one in found if one.ended_at is None]
