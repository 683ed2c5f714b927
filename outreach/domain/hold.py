"""Transfer holds: what we asked for, what the core has said since, and what may be told of it. Pure.

Only the core's own word counts, and only its latest: held, until a moment that lies ahead. Whatever it said
before, a core that is silent now has said nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.transfer import Transfer, TransferStatus


class Cause(StrEnum):
    """Why a hold is asked for without the person's word; the core is told this very word."""

    SUSPECTED_SCAM = "suspected_scam"  # the rule's `hold:`
    COOLING_OFF = "cooling_off"  # a step of the ladder
    REPEAT_ATTEMPT = "repeat_attempt"  # another try while a hold stands


class AtEnd(StrEnum):
    """What the core does with a transfer when its hold ends and nobody has said anything: a setting."""

    GOES = "goes"
    RETURNED = "returned"
    UNSAID = "unsaid"  # the firm has not told us, so nobody is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """The core's word on one transfer as it is kept. `until` is the end it confirmed last, also once the hold
    has ended; `as_of` is what it dated its word by."""

    is_held: bool
    until: datetime
    at: datetime
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView:
    """What may be told now: a hold that ends at `ends_at`, or one that ended at `ended_at`, or nothing."""

    ends_at: datetime | None = None
    ended_at: datetime | None = None


def believed(said: Transfer | None, kept: Word | None, now: datetime) -> Transfer | None:
    """The core's answer as far as it may be told: None where it says nothing, or less than it said before.

    An answer dated before one that we know already is an old one. A hold whose end has passed is none.
    """
    if said is None or said.status is TransferStatus.UNKNOWN:
        return None
    if kept and kept.as_of and said.as_of and said.as_of < kept.as_of:
        return None
    return said.at(now)


def is_confirmed(said: Transfer | None, now: datetime) -> bool:
    """Whether this is a hold with an end that lies ahead: nothing less confirms one that we asked for."""
    return bool(said and said.is_held and said.hold_expires_at and said.hold_expires_at > now)


def view(said: Transfer | None, kept: Word | None, now: datetime) -> HoldView:
    """What may be told of the hold now; of one that ended only where the core had confirmed it."""
    current = believed(said, kept, now)
    if current is None:
        return HoldView()
    if is_confirmed(current, now):
        return HoldView(ends_at=current.hold_expires_at)
    if current.is_held or kept is None:
        return HoldView()
    told = said.hold_expires_at if said and said.is_held else None
    return HoldView(ended_at=min(told or kept.until, now if kept.is_held else kept.at))


def next_word(said: Transfer | None, kept: Word | None, now: datetime) -> Word | None:
    """The word to keep now; None where nothing has changed. A hold's end passes also under a silent core."""
    current = believed(said, kept, now)
    if current is not None and is_confirmed(current, now):
        assert current.hold_expires_at is not None
        if kept and kept.is_held and kept.until == current.hold_expires_at:
            return None
        return Word(is_held=True, until=current.hold_expires_at, at=now, as_of=_dated(current, kept))
    if kept is None or not kept.is_held:
        return None
    is_told = current is not None and not current.is_held and current.status is not TransferStatus.UNKNOWN
    if not is_told and kept.until > now and not _is_over(said, kept, now):
        return None
    return Word(is_held=False, until=kept.until, at=now, as_of=_dated(current, kept))


def _dated(current: Transfer | None, kept: Word | None) -> datetime | None:
    """What the newest word that we believed was dated by: an old answer makes no older one new."""
    if current is not None and current.as_of is not None:
        return current.as_of
    return kept.as_of if kept else None


def _is_over(said: Transfer | None, kept: Word, now: datetime) -> bool:
    """True where the core itself says now that the end has passed."""
    moved = believed(said, kept, now) is not None and said is not None and said.is_held
    return bool(moved and said and said.hold_expires_at and said.hold_expires_at <= now)


def fitted(due_at: datetime, now: datetime, ends_at: datetime | None) -> datetime:
    """When the next step is due where the hold ends at `ends_at`: a step that would come after it comes
    halfway to it, because nothing is sent later."""
    if ends_at is None or due_at < ends_at or ends_at <= now:
        return due_at
    return now + (ends_at - now) / 2


def left(ends_at: datetime | None, now: datetime) -> timedelta | None:
    """How long a hold still lasts, whole minutes, rounded down; None where there is none."""
    if ends_at is None or ends_at <= now:
        return None
    return timedelta(minutes=(ends_at - now) // timedelta(minutes=1))
