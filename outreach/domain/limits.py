"""Limits: when what a run opened must wait for a person's word, and why, in words and figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from statistics import median

from outreach.domain.facts import Facts
from outreach.domain.moment import zone_of
from outreach.domain.ruleset import Limits, Warn

FEWEST_FOR_A_SHARE = 50
"""A share of fewer people than this says nothing: three matches of ten flags are no alarm."""

LONGEST_USEFUL = timedelta(days=1)
"""When a warning expires whose expiry fact is unknown."""

APPROVED_TIMES = 2
"""A day that a person approved is asked about again when it has come to so many times what they saw."""


class Limit(StrEnum):
    """What was passed."""

    SHARE = "share"
    USERS = "users"
    HOUR = "hour"
    USUAL = "usual"
    MESSAGES = "messages"
    MONEY = "money"
    RESTORED = "restored"  # from a copy: who was warned since is unknown
    RAMP = "ramp"  # a canary stopped
    GONE = "gone"  # the rule of a ramp is not in force any more


@dataclass(frozen=True, slots=True)
class Passed:
    """One limit that was passed, in words with its figures."""

    limit: Limit
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlastPolicy:
    """The firm's own bounds. `times_usual` 0 switches the alarm off; a rule's own counts before it.

    Usual: the median of the rule's own days (in `zone`) of the last `usual_days`; of fewer than `least_days`,
    or of a day with fewer than `least_people`, nothing is said. Money is in millionths of `currency`.
    """

    messages_per_day: int | None = None
    money_per_day: int | None = None
    currency: str = "USD"
    dearest: int = 0
    times_usual: Decimal = Decimal(5)
    usual_days: int = 28
    least_days: int = 7
    least_people: int = 100
    zone: str = "UTC"
    two_people: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a rule did: `users` in this run of `read` flags, `let_go` in the hour before it, `today` with it.

    `days` has what each of its past days came to, the silent ones as 0; `approved` what today had come to
    when a person last said yes.
    """

    users: int
    read: int
    let_go: int = 0
    today: int = 0
    days: Sequence[int] = ()
    approved: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """Messages and millionths of money of a day: gone out, or let go and sure to go."""

    messages: int
    money: int


def over(limits: Limits, users: int, read: int) -> str:
    """Why so many people of so many flags are too many for a rule, whatever was before; empty where not."""
    return "; ".join(each.words for each in _of_a_run(limits, users, read))


def passed(limits: Limits, seen: Seen, policy: BlastPolicy) -> tuple[Passed, ...]:
    """Every bound of its own that a rule passed."""
    found = list(_of_a_run(limits, seen.users, seen.read))
    if limits.max_per_hour is not None and seen.users + seen.let_go > limits.max_per_hour:
        words = f"{_people(seen.users)} with {seen.let_go:,} of the hour before, more than max_per_hour"
        found.append(Passed(Limit.HOUR, f"{words} {limits.max_per_hour:,}"))
    if words := unusual(limits, seen, policy):
        found.append(Passed(Limit.USUAL, words))
    return tuple(found)


def _of_a_run(limits: Limits, users: int, read: int) -> Iterator[Passed]:
    if limits.max_users is not None and users > limits.max_users:
        yield Passed(Limit.USERS, f"{_people(users)}, more than max_users {limits.max_users:,}")
    if limits.max_share is not None and users >= FEWEST_FOR_A_SHARE and read:
        share = Decimal(users) / Decimal(read)
        if share > limits.max_share:
            words = f"{users:,} of {read:,} flags ({share:.1%}), more than max_share"
            yield Passed(Limit.SHARE, f"{words} {limits.max_share:.1%}")


def unusual(limits: Limits, seen: Seen, policy: BlastPolicy) -> str:
    """How a rule's day is out of its usual, in words; empty where it is not, or where nobody can say."""
    times = policy.times_usual if limits.times_usual is None else limits.times_usual
    if not times or len(seen.days) < policy.least_days or seen.today < policy.least_people:
        return ""
    usual = Decimal(median(seen.days))
    if seen.today <= max(times * usual, Decimal(APPROVED_TIMES * seen.approved)):
        return ""
    grown = f"{seen.today / usual:.1f} times its usual {usual:,.0f}" if usual else "and usually none"
    return (
        f"{_people(seen.today)} today, {grown} a day (of {len(seen.days)} days; the alarm: {times:f} times)"
    )


def over_budget(users: int, cost: int, spent: Spent, policy: BlastPolicy) -> tuple[Passed, ...]:
    """Which of the day's budgets these people would pass; `cost` is what one is thought to cost."""
    passed = []
    most = policy.messages_per_day
    if most is not None and spent.messages + users > most:
        words = (
            f"{_people(users)} after {spent.messages:,} messages today, more than messages_per_day {most:,}"
        )
        passed.append(Passed(Limit.MESSAGES, words))
    purse, price = policy.money_per_day, users * cost
    if purse is not None and price and spent.money + price > purse:
        about = f"about {money(price, policy.currency)} after {money(spent.money, policy.currency)} today"
        passed.append(
            Passed(Limit.MONEY, f"{about}, more than money_per_day {money(purse, policy.currency)}")
        )
    return tuple(passed)


def money(millionths: int, currency: str) -> str:
    """`12.40 USD`."""
    return f"{Decimal(millionths) / 1_000_000:,.2f} {currency}"


def day_of(now: datetime, zone: str) -> datetime:
    """When the day of a moment began in this zone, in UTC."""
    here = now.astimezone(zone_of(zone))
    return datetime.combine(here.date(), time(), here.tzinfo).astimezone(UTC)


def expires_at(warn: Warn, facts: Facts, now: datetime) -> datetime:
    """When a warning opened now must no longer be sent."""
    if isinstance(warn.expires, timedelta):
        return now + warn.expires
    moment = facts.get(warn.expires)
    return moment if isinstance(moment, datetime) else now + LONGEST_USEFUL


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"
