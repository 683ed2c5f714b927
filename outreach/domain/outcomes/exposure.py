"""Exposure: how much of what was tried was at stake at once, capped at what there was.

Replayed over the attempts of an episode in the order they were begun. What was stopped is back, and may be
tried again without counting twice; what left stays counted. An attempt whose end nobody tells is taken for
the same money as the next one: so five attempts of one person count once, and split payments add up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from outreach.domain.outcomes.episode_money import NOTHING
from outreach.domain.outcomes.fates import Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """The moment at which an attempt was begun: what had left by then, what was pending (with it), and the
    most that the person can have had; None where no balance is known."""

    at: datetime
    gone: Decimal
    pending: tuple[Transfer, ...]
    had: Decimal | None

    @property
    def exposed(self) -> Decimal:
        """What had left and what could still leave."""
        total = self.gone + sum((worth(one) for one in self.pending), NOTHING)
        return total if self.had is None else min(total, max(self.had, self.gone))

    def of(self, keys: Collection[str]) -> Decimal:
        """What was pending of these transfers, as the least that is told of each, within what there was."""
        total = sum((least(one) for one in self.pending if one.key in keys), NOTHING)
        return min(total, self.exposed - self.gone)


def worth(one: Transfer) -> Decimal:
    """What was tried: as the flag has it, else the most that is told; what nobody prices is nothing."""
    if one.attempt is not None and one.attempt.worth is not None:
        return one.attempt.worth
    return one.most or NOTHING


def least(one: Transfer) -> Decimal:
    """What a stop of it may claim: the least that the flag or the telling says."""
    return min(worth(one), one.stopped_worth) if one.stopped_worth is not None else NOTHING


def instants(own: Sequence[Transfer]) -> tuple[Instant, ...]:
    """One for each attempt, in the order they were begun; each hangs on nothing that came after it."""
    begun = sorted(own, key=lambda one: (one.at, one.key))
    return tuple(_instants(begun, [_had(begun, one) for one in begun]))


def _instants(own: Sequence[Transfer], had: Sequence[Decimal | None]) -> Iterator[Instant]:
    for place, newest in enumerate(own):
        left = [n for n in range(place + 1) if _has_left(own[n], newest.at)]
        pending = [n for n in range(place + 1) if n not in left and _is_pending(own[n], newest)]
        known = [most for n in (*left, *pending) if (most := had[n]) is not None]
        yield Instant(
            at=newest.at,
            gone=sum((worth(own[n]) for n in left), NOTHING),
            pending=tuple(own[n] for n in pending),
            had=max(known, default=None),
        )


def _has_left(one: Transfer, now: datetime) -> bool:
    return one.made_at is not None and one.made_at <= now


def _is_pending(one: Transfer, newest: Transfer) -> bool:
    """Whether an attempt is under way when the newest is begun; one without a known end gave way to it."""
    if one is newest or one.made_at is not None:
        return True
    return one.stopped_at is not None and one.stopped_at > newest.at


def _had(begun: Sequence[Transfer], one: Transfer) -> Decimal | None:
    """What was available at an attempt, with what had left before it; None where no balance is known."""
    if one.attempt is None or one.attempt.balance is None:
        return None
    earlier = (other for other in begun if other.made_at is not None and other.made_at < one.at)
    return one.attempt.balance + sum((worth(other) for other in earlier if other is not one), NOTHING)


def most(moments: Sequence[Instant], amount: Callable[[Instant], Decimal]) -> Decimal:
    """The largest amount of any moment."""
    return max((amount(each) for each in moments), default=NOTHING)
