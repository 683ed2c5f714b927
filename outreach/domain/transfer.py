"""Transfers: what the core system says of the money. We ask; we never claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


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


def read_transfers(entries: object) -> dict[str, Transfer]:
    """What a core system said, `{ref: {"status": …, "hold_expires_at": …, "as_of": …}}`; what cannot be
    understood is left out, as if it had said nothing of it."""
    found: dict[str, Transfer] = {}
    for ref, entry in entries.items() if isinstance(entries, Mapping) else ():
        try:
            found[ref] = _read(ref, entry)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return found


def _read(ref: str, entry: Mapping[str, Any]) -> Transfer:
    return Transfer(
        ref=ref,
        status=TransferStatus(entry["status"]),
        hold_expires_at=_time(entry.get("hold_expires_at")),
        as_of=_time(entry.get("as_of")),
    )


def _time(text: str | None) -> datetime | None:
    """An ISO time, UTC where it names no zone."""
    if text is None:
        return None
    time = datetime.fromisoformat(text)
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
