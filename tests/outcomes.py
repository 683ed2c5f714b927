"""Builders for the ledger of outcomes: an episode as it was seen, and what is told of its money."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from outreach.domain.outcomes.attribution import Entry, Reckoned, attribute
from outreach.domain.outcomes.episode_money import Attempt, EpisodeSeen
from outreach.domain.outcomes.level import Level, named
from outreach.domain.outcomes.told import By, Kind, Told

T0 = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_AFTER = T0 + 200 * DAY
SCAMMER = "b" * 64
PERSON = "p1"


def an_attempt(
    key: str = "t1", worth: int | str | None = 1000, after: timedelta = HOUR, **more: Any
) -> Attempt:
    """A transfer of a thousand, tried an hour after the episode was opened."""
    amount = None if worth is None else Decimal(worth)
    return Attempt(key=key, at=T0 + after, worth=amount, **more)


def an_episode(*attempts: Attempt, **changes: Any) -> EpisodeSeen:
    """An episode whose warning was seen two hours after it was opened."""
    usual: dict[str, Any] = {
        "id": "e1",
        "person": PERSON,
        "pattern": "pig_butchering",
        "beneficiary": SCAMMER,
        "opened_at": T0,
        "last_flag_at": T0 + HOUR,
        "attempts": attempts or (an_attempt(),),
        "seen_at": T0 + 2 * HOUR,
    }
    return EpisodeSeen(**{**usual, **changes})


def a_telling(kind: Kind, transfer: str = "t1", after: timedelta = 3 * HOUR, **changes: Any) -> Told:
    """A telling of the core system's about a transfer, three hours after the episode was opened."""
    amount = changes.pop("amount", None)
    at = T0 + after
    usual: dict[str, Any] = {
        "id": f"{kind.value}-{transfer}-{after}",
        "feed": "core",
        "kind": kind,
        "at": at,
        "told_at": at + HOUR,
        "person": PERSON,
        "transfer": transfer,
        "beneficiary": SCAMMER,
        "amount": None if amount is None else Decimal(amount),
        "currency": "USD",
        "rate": Decimal(1),
        "rate_source": "1:1",
    }
    return Told(**{**usual, **changes})


def cancelled(transfer: str = "t1", after: timedelta = 3 * HOUR, **changes: Any) -> Told:
    """The person took it back after they had seen the warning."""
    return a_telling(Kind.CANCELLED, transfer, after, **{"by": By.USER, **changes})


def made(transfer: str, amount: int | str | None, after: timedelta = 4 * HOUR, **changes: Any) -> Told:
    """Money left."""
    return a_telling(Kind.MADE, transfer, after, amount=amount, **changes)


def listed(after: timedelta = 5 * DAY, place: str = SCAMMER) -> Told:
    """The beneficiary became listed, whoever pays it."""
    return a_telling(Kind.LISTED, "", after, id=f"list-{place}", person=None, beneficiary=place, by=By.LISTS)


def reckoned(episode: EpisodeSeen, *told: Told, now: datetime = LONG_AFTER) -> Reckoned:
    """What became of it, long after."""
    return attribute(episode, told, now)


def entry(found: Reckoned, level: Level, window: timedelta | None = None) -> Entry:
    """The entry of a level, in the window of seven days where it has windows."""
    name = named(window or 7 * DAY)
    (one,) = (e for e in found.entries if e.level is level and e.window in {name, "episode"})
    return one


def amounts(found: Reckoned) -> dict[str, Decimal]:
    """Each level's amount; P2 and P3 by their window of seven days."""
    return {level.value: entry(found, level).amount for level in Level if level is not Level.P4}
