"""What became of money, told to a real store: an intake over files that a test writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from outreach.adapters.feeds import FileFeed
from outreach.domain.outcomes.columns import COLUMNS
from outreach.engine.outcome_intake import OutcomeIntake
from outreach.engine.ports import FlagFeed
from outreach.store.database import Store
from outreach.wiring.outcomes import spelled
from tests.build import NOW

HEAD = "source_id,user_ref,kind,at,transfer_ref,beneficiary,amount,currency,rate,rate_source,by"


def an_intake(store: Store, *feeds: FlagFeed, clock: Callable[[], datetime] = lambda: NOW) -> OutcomeIntake:
    """An intake that counts in US dollars."""
    return OutcomeIntake(
        store=store,
        feeds=feeds,
        currency="USD",
        wait=timedelta(days=7),
        spell=spelled,
        clock=clock,
    )


def a_file(path: Path, lines: Sequence[str]) -> None:
    """A CSV of outcomes."""
    path.write_text("\n".join((HEAD, *lines, "")), encoding="utf-8")


def a_feed(folder: Path, *, rows: int = 20_000, name: str = "bank") -> FileFeed:
    """A feed over every CSV of a folder, so many rows at once."""
    return FileFeed(
        name=name, catalogue=COLUMNS, glob=str(folder / "*.csv"), format="csv", patterns=(), batch_rows=rows
    )


def a_line(id: str, user: str = "user-1", amount: str = "100", *, kind: str = "made") -> str:
    """One line of such a file."""
    return f"{id},{user},{kind},2026-11-20T10:00:00Z,t-{id},,{amount},USD,,,core"
