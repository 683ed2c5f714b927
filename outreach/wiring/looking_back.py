"""A look-back by hand: asked for, audited, searched at once, and decided like any other run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from outreach.adapters.chains import read_any
from outreach.domain.lookback import PATTERN, Turned
from outreach.domain.wish import Wish
from outreach.engine.lookback import Lookback
from outreach.errors import SettingsError
from outreach.store import lookback as ledger
from outreach.store.desk import write_audit
from outreach.store.wishes import wish
from outreach.wiring.house import House
from outreach.wiring.lookback import bounds, lookback


def require_rules(house: House) -> None:
    """Refuse where no rules say what a look-back's flags come to."""
    if PATTERN not in house.rules.current().sets:
        raise SettingsError(
            [f"there is no rules/{PATTERN}.yml in force: copy it from a fresh `outreach init`"]
        )


def is_address(text: str) -> bool:
    """Whether it is an address of a chain that we can check."""
    return bool(read_any(text))


def ask(house: House, turned: Sequence[Turned], days: int | None, actor: str) -> None:
    """Look back for these by hand, so many days; each is audited."""
    now, own = house.clock(), bounds(house.settings)
    asked = ledger.Asked(source="hand", actor=actor, bounds=replace(own, days=days or own.days))
    with house.store.begin() as tx:
        for one in turned:
            write_audit(tx, "lookback.run", ledger.ask_again(tx, one, asked, now), "", actor, now)


def look(
    house: House,
    progress: Callable[[int], None],
    is_stopping: Callable[[], bool],
    on_look: Callable[[int], None],
) -> Counter[str]:
    """Look back for all that is due, as a run of its own: decided, and released or held for approval."""
    intake = replace(
        house.intake,
        feeds=lambda book: [_feed(house, on_look)(book.catalogue)] if PATTERN in book.sets else [],
    )
    return intake.run(progress, is_stopping)


def _feed(house: House, on_look: Callable[[int], None]) -> Callable[..., Lookback]:
    return lambda catalogue: lookback(house, catalogue, on_look)


def keeps_wishes(house: House) -> Callable[[str, Wish, datetime], bool]:
    """What keeps how somebody wants to be reached, said to a message on the answer page."""

    def keep(message: str, asked: Wish, now: datetime) -> bool:
        with house.store.begin() as tx:
            return wish(tx, message, asked, now)

    return keep
