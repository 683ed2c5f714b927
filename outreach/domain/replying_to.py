"""Which message a reply is to: nobody says so, and a number may be several people's. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Texted:
    """An SMS that was handed over to the number which now replies."""

    message: str
    reference: str
    person: str
    outreach: str
    locale: str
    is_open: bool  # its climb goes on
    handed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a reply is to: one message, or nobody can say, and then each of `persons` may have written it.

    `everybody` is reached by that number: who wrote, and whoever shares it.
    """

    texted: Texted | None = None
    persons: frozenset[str] = frozenset()
    everybody: frozenset[str] = frozenset()


def meant(texted: Sequence[Texted], holders: Collection[str], references: Collection[str]) -> Meant:
    """The message that a reply is to: the one it names, else the one handed over last.

    `holders` are the people whose number it is now: where there are any, what others were sent to it before
    is not theirs to answer. A climb that goes on comes before one that has ended. Where two people were
    written to on one number, only a reference tells them apart.
    """
    theirs = [each for each in texted if not holders or each.person in holders]
    if named := [each for each in theirs if each.reference in references]:
        return _one(named, holders)
    persons = frozenset(holders) or frozenset(each.person for each in theirs)
    pool = [each for each in theirs if each.is_open] or theirs
    if len({each.person for each in pool}) != 1:
        return Meant(persons=persons, everybody=persons)
    return _one(pool, holders)


def last(texted: Iterable[Texted]) -> Texted | None:
    """The one that was handed over last."""
    return max(texted, key=lambda each: (each.handed_at, each.message), default=None)


def _one(pool: Sequence[Texted], holders: Collection[str]) -> Meant:
    chosen = last(pool)
    person = frozenset({chosen.person}) if chosen else frozenset[str]()
    return Meant(texted=chosen, persons=person, everybody=person | frozenset(holders))
