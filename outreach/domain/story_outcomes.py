"""The part of a story that the ledger of outcomes wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRecord:
    """An entry of the ledger: what a level came to in a window, and why it is not what it was."""

    at: datetime
    episode: str
    pattern: str
    n: int
    level: str
    window: str
    amount: Decimal | None
    currency: str | None
    state: str
    owner: str | None
    reason: str
    definition: str
