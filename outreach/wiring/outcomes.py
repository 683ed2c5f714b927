"""What is told of money, put together: the settings' feeds, files by hand, and how addresses are spelled."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from outreach.adapters import chains
from outreach.adapters.feeds import FileFeed
from outreach.domain.chains import Chain, key_of
from outreach.domain.outcomes.columns import COLUMNS
from outreach.engine.confirmed_losses import ConfirmedLosses
from outreach.engine.outcome_intake import OutcomeIntake
from outreach.engine.ports import FlagFeed
from outreach.settings import FeedSettings, HttpFeedSettings, Settings
from outreach.wiring.cases import case_clock
from outreach.wiring.feeds import feed
from outreach.wiring.house import House

FORMATS = {"csv": "csv", "ndjson": "ndjson", "jsonl": "ndjson", "parquet": "parquet"}
"""Formats by the ending of a file's name."""

MOST_ROWS = 2_000
"""Told in one transaction: about half a second, for which nobody else writes to SQLite."""

BY_HAND = "import"
"""Whose ids a file has that nobody says otherwise of."""


def outcome_intake(house: House) -> OutcomeIntake:
    """The stage that is told."""
    own = house.settings.outcomes
    return OutcomeIntake(
        store=house.store,
        feeds=outcome_feeds(house.settings),
        currency=own.currency,
        wait=timedelta(days=own.wait_days),
        spell=spelled,
        clock=house.clock,
    )


def confirmed_losses(house: House) -> ConfirmedLosses:
    """The stage that opens recovery cases of what others confirm as lost."""
    days = house.settings.outcomes.case_days
    return ConfirmedLosses(
        store=house.store,
        clock=house.clock,
        within=timedelta(days=days) if days else None,
        times=case_clock(house.settings),
    )


def outcome_feeds(settings: Settings) -> list[FlagFeed]:
    """Every declared feed of outcomes, in the order of the file."""
    return [feed(name, _bounded(one), settings, COLUMNS) for name, one in settings.outcomes.feeds.items()]


def _bounded(one: FeedSettings) -> FeedSettings:
    if isinstance(one, HttpFeedSettings):
        return one  # its pages are what they are
    return one.model_copy(update={"batch_rows": min(one.batch_rows, MOST_ROWS)})


def outcome_file(path: Path, format: str, delimiter: str) -> FileFeed:
    """A file by hand; `format`: '' by the file's name."""
    ending = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    return FileFeed(
        name=BY_HAND,
        catalogue=COLUMNS,
        glob=glob.escape(str(path.resolve())),
        format=format or FORMATS.get(ending, "csv"),
        patterns=(),
        delimiter=delimiter,
        batch_rows=MOST_ROWS,
    )


def spelled(text: str) -> tuple[str, Sequence[str]]:
    """A beneficiary's one spelling, and every one that a flag may have of it."""
    place = key_of(text)
    forms = {text, text.strip(), place}
    for address in chains.read_any(text):
        forms |= {address.text, address.also, key_of(address.text)}
        if address.chain is Chain.EVM:
            place, digits = address.text, address.text[2:]
            forms |= {chains.mixed_case(address.text), f"0x{digits.upper()}", digits}
    return place, sorted(forms - {""})
