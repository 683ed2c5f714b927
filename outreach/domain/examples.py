"""Examples: whether a rule file's own cases come out as its author says."""

from __future__ import annotations

from datetime import UTC, date, datetime, time


def examples_run_at(today: date) -> datetime:
    """The run time that examples are told from: midnight UTC, so that a day's runs all agree."""
    return datetime.combine(today, time(), tzinfo=UTC)
