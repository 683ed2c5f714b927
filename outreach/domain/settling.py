"""Doubt, settled: what becomes of a message that the provider may or may not have.

The provider is asked. That it has the message is believed at once; that it has not, only when it was asked
late enough to see whatever it took. What it cannot say in a bounded time follows the rule's policy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.delivery import CannotSay, Found, Has, HasNot
from outreach.domain.ruleset import InDoubt

FIRST_ASK = timedelta(seconds=2)
LONGEST_ASK = timedelta(seconds=30)
PATIENCE = timedelta(minutes=5)
"""How long a provider that does not answer is asked again, once its "no" would count."""

REPEATS = 1
"""How often a message may be repeated blindly: a second doubt is for a person to settle."""


class How(StrEnum):
    """How a doubt about an attempt was settled; each is shown in the history in words."""

    ASKED = "asked"  # the provider has it, and said so
    RECEIPT = "receipt"  # a receipt with our id came
    LATE = "late"  # the process that sent it was only slow, and told after all
    NOT_TAKEN = "not_taken"  # the provider was asked late enough and has it not
    REPEATED = "repeated"  # nobody can say, and the rule would rather repeat than lose it
    HELD_FOR_HUMAN = "held_for_human"  # nobody can say: a person decides
    TOLD = "told"  # a person found out that it arrived
    LEFT = "left"  # nobody can say, and the climb had ended: nothing depends on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An attempt whose end nobody heard. `safe_at` is when the provider's "no" begins to count."""

    since: datetime
    safe_at: datetime
    policy: InDoubt
    repeats: int  # how often this message was repeated blindly before


@dataclass(frozen=True, slots=True)
class Taken:
    """The provider has it, under this id."""

    ref: str


@dataclass(frozen=True, slots=True)
class Again:
    """To be sent again: it was not taken, or the rule prefers a repeat to a loss."""

    how: How


@dataclass(frozen=True, slots=True)
class AskLater:
    """Nobody can say yet."""

    at: datetime


@dataclass(frozen=True, slots=True)
class HandToHuman:
    """Nobody can say, and nothing is repeated."""


Verdict = Taken | Again | AskLater | HandToHuman


def settle(doubt: Doubt, found: Found, now: datetime) -> Verdict:
    """What to do about a doubt after the provider was asked at `now`."""
    match found:
        case Has(ref):
            return Taken(ref)
        case HasNot() if now >= doubt.safe_at:
            return Again(How.NOT_TAKEN)
        case CannotSay(_, for_good) if _is_hopeless(doubt, now, for_good=for_good):
            may_repeat = doubt.policy is InDoubt.REPEAT and doubt.repeats < REPEATS
            return Again(How.REPEATED) if may_repeat else HandToHuman()
    return AskLater(_next_ask(doubt, now))


def _is_hopeless(doubt: Doubt, now: datetime, *, for_good: bool) -> bool:
    # Also what never answers gets its settle window: a receipt may come.
    return now >= doubt.safe_at + (timedelta() if for_good else PATIENCE)


def _next_ask(doubt: Doubt, now: datetime) -> datetime:
    """As long again as the doubt is old, within bounds; and at the moment when a no begins to count."""
    soon = now + min(max(now - doubt.since, FIRST_ASK), LONGEST_ASK)
    return doubt.safe_at if now < doubt.safe_at < soon else soon
