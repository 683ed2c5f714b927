"""Outflow: money that left after a warning was seen, or after a decision: sent again, elsewhere, or lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from outreach.domain.outcomes.episode_money import NOTHING, EpisodeSeen, worth_of
from outreach.domain.outcomes.fates import Transfer, is_here
from outreach.domain.outcomes.labels import Labels
from outreach.domain.outcomes.told import By, Kind, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Money that left at a moment; `amount` is None where nobody can price it."""

    at: datetime
    amount: Decimal | None
    id: str
    is_again: bool = False  # the same episode tried again, and not another way


def after(
    episode: EpisodeSeen, transfers: Sequence[Transfer], told: Sequence[Told], said: Labels, since: datetime
) -> tuple[Left, ...]:
    """What must be taken off a saving that began at `since`: re-attempts, other addresses, other rails.

    Of what was not flagged, payments to somebody the person had paid before the episode are no displacement,
    unless a list or an analyst says that it is a scam; nor is what an analyst calls legitimate. Money sent
    another way counts from when the warning was seen, before the flagged transfer was given up, too.
    """
    begun = episode.seen_at or since
    again = [one for one in transfers if one.attempt is not None and one.at >= since]
    others = [one for one in transfers if one.attempt is None and (one.made_at or begun) >= begun]
    trusted = _paid_before(episode, transfers)
    found = [_left(one, is_again=True) for one in again if one.made_at is not None]
    found += [_left(one) for one in others if one.made_at and _is_displaced(episode, one, said, trusted)]
    losses = (one for one in told if _is_unplaced_loss(episode, one) and one.at >= begun)
    return (*found, *(Left(at=one.at, amount=worth_of(one), id=one.id) for one in losses))


def _left(one: Transfer, *, is_again: bool = False) -> Left:
    return Left(at=one.made_at or one.at, amount=one.most, id=one.key, is_again=is_again)


def _paid_before(episode: EpisodeSeen, transfers: Iterable[Transfer]) -> frozenset[str]:
    before = (one for one in transfers if one.made_at is not None and one.made_at < episode.opened_at)
    return frozenset(one.beneficiary for one in before if one.beneficiary) - {episode.beneficiary}


def _is_displaced(episode: EpisodeSeen, one: Transfer, said: Labels, trusted: frozenset[str]) -> bool:
    if said.is_fine_at(one):
        return False
    if one.key in episode.flagged_elsewhere or said.is_scam_at(one):
        return True
    return one.beneficiary not in trusted


def _is_unplaced_loss(episode: EpisodeSeen, one: Told) -> bool:
    """A loss that names no transfer, so that nothing else tells of it."""
    return one.kind is Kind.LOSS and not one.transfer and one.person is not None and is_here(episode, one)


def taken_off(left: Iterable[Left], since: datetime, window: timedelta) -> Decimal | None:
    """The sum of what left within the window; None: it cannot be priced, so it may be all."""
    amounts = [one.amount for one in left if one.at <= since + window]
    return None if None in amounts else sum((each for each in amounts if each is not None), NOTHING)


def lost(
    episode: EpisodeSeen, transfers: Sequence[Transfer], told: Sequence[Told], said: Labels
) -> tuple[Left, ...]:
    """All that the person lost to a scam from the decision on, wherever they sent it: flagged here, flagged
    in another episode, or never flagged. By the word of a list or an analyst, never by the user's alone."""
    gone = [one for one in transfers if one.made_at is not None and one.made_at >= episode.opened_at]
    found = [_left(one) for one in gone if not one.is_hearsay and _is_lost(episode, one, said)]
    by_analyst = [
        Left(at=one.at, amount=worth_of(one), id=one.id)
        for one in told
        if _is_unplaced_loss(episode, one) and one.by is By.ANALYST
    ]
    # An analyst's sum that names no transfer is about those that are known, where there are some.
    return tuple(found or by_analyst)


def _is_lost(episode: EpisodeSeen, one: Transfer, said: Labels) -> bool:
    is_ours = one.attempt is not None or (one.beneficiary != "" and one.beneficiary == episode.beneficiary)
    return said.is_scam_at(one) or (is_ours and bool(said.is_scam))
