"""The ledger of outcomes as the settings have it: in which currency, and what messages cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from outreach.engine.maturing import Maturing
from outreach.store.processes import lives
from outreach.wiring.backtest.bills import prices
from outreach.wiring.house import House
from outreach.wiring.outcomes import confirmed_losses, outcome_intake

SILENT = timedelta(minutes=1)
"""A daemon that says nothing for so long is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was done for the ledger of outcomes where no daemon does it."""

    told: int
    cases: int
    reckoned: int


def has_daemon(house: House) -> bool:
    """Whether a daemon lives, which keeps the ledger of outcomes by itself."""
    with house.store.read() as tx:
        return lives(tx, "daemon", house.clock() - SILENT)


def keep_outcomes(
    house: House,
    is_stopping: Callable[[], bool] = lambda: False,
    tell: Callable[[int], object] = lambda looked: None,
    batches: int | None = None,
) -> Kept:
    """Do once what the daemon does for the ledger of outcomes, but for reading feeds: what our own tables
    know is told, confirmed losses open their cases, and every episode that is due is reckoned (in so many
    `batches` at most)."""
    own = outcome_intake(house).own(is_stopping)
    losses = confirmed_losses(house).run(is_stopping)
    found = maturing(house).catch_up(is_stopping, tell, batches)
    return Kept(told=own["new"] + own["corrected"], cases=losses["cases"], reckoned=found["looked"])


def maturing(house: House) -> Maturing:
    """The stage that keeps the ledger of outcomes."""
    days = house.settings.retention.facts
    return Maturing(
        store=house.store,
        clock=house.clock,
        holder=house.holder,
        currency=house.settings.outcomes.currency,
        prices=prices(house.settings),
        kept_for=timedelta(days=days) if days else None,
    )
