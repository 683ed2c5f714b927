"""Confirmed losses: money of a person that left to a scam, by the word of somebody who can know. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from outreach.domain.outcomes.fates import standing
from outreach.domain.outcomes.told import By, Kind, Told

OWN = "own/"
"""How the names of what our own ledger tells begin: what it knows of has had its case."""

BY_FEED = "feed"
"""Who reported a case that was opened by what others tell."""

UNNAMED = "unnamed"
"""What a loss that names no transfer is known by in its case: there is one of them."""

_KNOW = frozenset({By.USER, By.CORE, By.AGENT, By.ANALYST, By.PARTNER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A loss that somebody must try to get back; `transfer` and `beneficiary` are keyed hashes, "" where
    nobody says."""

    person: str
    at: datetime
    transfer: str = field(default="", repr=False)
    beneficiary: str = field(default="", repr=False)
    rail: str = ""
    amount: Decimal | None = None
    currency: str | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it one loss, whoever tells of it."""
        return self.person, self.transfer, "" if self.transfer else self.beneficiary


def confirmed(told: Iterable[Told], since: datetime) -> tuple[Confirmed, ...]:
    """Every loss that others than ourselves confirm and that happened from `since` on, each once; those that
    name their transfer first.

    A loss is told as one, or as a payment that somebody says went to a scam. Nobody knows it where `by` is
    unknown; what an analyst calls legitimate is none.
    """
    known = [one for one in standing(told) if one.person is not None]
    fine = [one for one in known if one.kind is Kind.LEGITIMATE and one.by is not By.USER]
    scams = [one for one in known if one.kind is Kind.SCAM and one.by in _KNOW]
    found: dict[tuple[str, str, str], Confirmed] = {}
    for one in known:
        if one.at >= since and one.amount != 0 and _is_lost(one, scams) and not _is_one_of(one, fine):
            loss = _loss(one)
            found[loss.key] = _merged(found.get(loss.key), loss)
    return tuple(sorted(found.values(), key=lambda loss: (not loss.transfer, loss.at, loss.key)))


def _is_lost(one: Told, scams: Sequence[Told]) -> bool:
    if one.feed.startswith(OWN):
        return False
    if one.kind is Kind.LOSS:
        return one.by in _KNOW
    return one.kind is Kind.MADE and _is_one_of(one, scams)


def _is_one_of(one: Told, labels: Sequence[Told]) -> bool:
    """Whether any label of the same person is about this transfer, or about whom it was paid to."""
    return any(
        label.person == one.person
        and (label.transfer == one.transfer if label.transfer else label.beneficiary == one.beneficiary)
        and bool(label.transfer or label.beneficiary)
        for label in labels
    )


def _loss(one: Told) -> Confirmed:
    return Confirmed(
        person=one.person or "",
        at=one.at,
        transfer=one.transfer,
        beneficiary=one.beneficiary,
        rail=one.rail,
        amount=one.amount,
        currency=one.currency,
    )


def _merged(known: Confirmed | None, later: Confirmed) -> Confirmed:
    """Of several tellings of one loss the first says when, and each what those before it did not."""
    if known is None:
        return later
    money = known if known.amount is not None else later
    return Confirmed(
        person=known.person,
        at=known.at,
        transfer=known.transfer,
        beneficiary=known.beneficiary or later.beneficiary,
        rail=known.rail or later.rail,
        amount=money.amount,
        currency=money.currency,
    )
