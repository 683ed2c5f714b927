"""Transfers: what the core system says of the money. We ask; we never claim."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class TransferStatus(StrEnum):
    """The core system's word on a transfer; UNKNOWN where it has none or did not answer."""

    PENDING = "pending"
    HELD = "held"  # a confirmed transfer hold
    RELEASED = "released"  # the hold was lifted, not yet sent
    SENT = "sent"  # the money has left
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One transfer as the core system last described it."""

    ref: str
    status: TransferStatus
    hold_expires_at: datetime | None = None
    as_of: datetime | None = None

    @property
    def is_held(self) -> bool:
        """True only where the core has confirmed a hold."""
        return self.status is TransferStatus.HELD

    def at(self, now: datetime) -> Transfer:
        """What may be believed of it now: a hold that has run out is none, whatever the core still says."""
        over = self.is_held and self.hold_expires_at is not None and self.hold_expires_at < now
        return replace(self, status=TransferStatus.UNKNOWN) if over else self
