"""What sources say of addresses, and how it adds up: the same whatever the order, the split or the repeats.

Each thing that is remembered of an address only grows by a later word, so that daily lists imported one by
one, in any order, come to the same as one import of them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from enum import StrEnum

from outreach.domain.chains import Fault
from outreach.domain.printable import printable

BAR = "|"
MOST_CATEGORIES, LONGEST_WORD = 32, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a list as it was read, nothing of it checked; `fault` where it is no row at all.

    `at` is the day or moment of which the list speaks; `removed` says that the address is bad no more.
    """

    line: int
    chain: str = ""
    address: str = ""
    sources: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    confidence: str = ""
    first_seen: str = ""
    last_seen: str = ""
    expires_at: str = ""
    at: str = ""
    is_removed: bool = False
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """All that one source has said of one address so far.

    `told_at` and `removed_at` are the last times it said bad, and bad no more. `expires_at` None: never.
    """

    told_at: datetime | None = None
    removed_at: datetime | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    categories: tuple[str, ...] = ()
    confidence: int | None = None
    expires_at: datetime | None = None


class Became(StrEnum):
    """What became of a row of an import."""

    NEW = "new"
    REFRESHED = "refreshed"  # something is known now that was not
    SAME = "same"  # said again
    REMOVED = "removed"  # said to be bad no more
    HELD = "held"  # waits for a person
    REJECTED = "rejected"


def with_word(before: Told | None, word: Told) -> Told:
    """What a source has said, with another word of its: commutative, associative, idempotent."""
    if before is None:
        return word
    newer, older = (word, before) if _moment(word.told_at) >= _moment(before.told_at) else (before, word)
    is_tie = newer.told_at == older.told_at
    return Told(
        told_at=newer.told_at,
        removed_at=_latest(before.removed_at, word.removed_at),
        first_seen=_earliest(before.first_seen, word.first_seen),
        last_seen=_latest(before.last_seen, word.last_seen),
        categories=_both(newer.categories, older.categories) if is_tie else newer.categories,
        confidence=_most(newer.confidence, older.confidence) if is_tie else newer.confidence,
        expires_at=_longest(newer, older) if is_tie else newer.expires_at,
    )


def is_listed(said: Told, complete_at: datetime | None, now: datetime) -> bool:
    """Whether a source holds an address to be bad now.

    On one and the same moment the word that it is bad wins: silence by a slip leaves somebody unwarned.
    """
    told, removed = said.told_at, said.removed_at
    if told is None or (said.expires_at is not None and said.expires_at <= now):
        return False
    return (removed is None or told >= removed) and (complete_at is None or told >= complete_at)


def became(before: Told | None, after: Told, *, removes: bool) -> Became:
    """What a word came to."""
    if removes:
        return Became.REMOVED
    if before is None or before.told_at is None:
        return Became.NEW
    is_back = before.removed_at is not None and before.told_at < before.removed_at
    seen_again = replace(before, told_at=after.told_at, last_seen=after.last_seen)
    return Became.SAME if after == seen_again and not is_back else Became.REFRESHED


def word_of(row: Row, as_of: datetime) -> Told | Fault:
    """What a row says, as of its own day or of `as_of`."""
    moments = [moment_in(said) for said in (row.at, row.first_seen, row.last_seen, row.expires_at)]
    confidence = confidence_in(row.confidence)
    if None in moments:
        return Fault.BAD_MOMENT
    if confidence is None:
        return Fault.BAD_CONFIDENCE
    at, first, last, expires = (None if each is NEVER else each for each in moments)
    told = at or as_of
    if row.is_removed:
        return Told(removed_at=told)
    return Told(
        told_at=told,
        first_seen=min(first or told, last or told),
        last_seen=last or told,
        categories=words_in(row.categories),
        confidence=None if confidence < 0 else confidence,
        expires_at=expires,
    )


NEVER = datetime.min.replace(tzinfo=UTC)
"""An empty date."""


def moment_in(said: str) -> datetime | None:
    """A day (its beginning, UTC) or a moment; NEVER where nothing is said, None where it is neither.

    A moment without an offset is UTC.
    """
    said = said.strip()
    if not said:
        return NEVER
    try:
        found = datetime.fromisoformat(said)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if 1990 <= found.year <= 2200 else None


def midnight(moment: datetime) -> datetime:
    """The beginning of a moment's day, UTC."""
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def confidence_in(said: str) -> int | None:
    """A whole number 0 … 100; -1 where nothing is said, None where it is no such number."""
    said = said.strip()
    if not said:
        return -1
    is_short = len(said) <= LONGEST_WORD and said.isdecimal() and said.isascii()
    return int(said) if is_short and int(said) <= 100 else None


def words_in(said: Sequence[str]) -> tuple[str, ...]:
    """Categories as rules ask for them: lower case, with underscores, in order, each once."""
    plain = (printable(each).lower().replace(BAR, " ") for each in said)
    words = {"_".join(each.split())[:LONGEST_WORD] for each in plain}
    return tuple(sorted(words - {""})[:MOST_CATEGORIES])


def _moment(moment: datetime | None) -> datetime:
    return NEVER if moment is None else moment


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return one if one == other else tuple(sorted({*one, *other}))


def _most(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _longest(one: Told, other: Told) -> datetime | None:
    if one.told_at is None:  # neither has said bad: there is nothing to expire
        return None
    return None if None in (one.expires_at, other.expires_at) else _latest(one.expires_at, other.expires_at)
