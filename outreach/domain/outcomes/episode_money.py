"""One episode as the ledger of outcomes sees it: what was tried, what was seen, and what else was done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from outreach.domain.outcomes.told import Told

STEP = Decimal("0.00000001")
"""What both databases keep of an amount."""

MOST_DIGITS = 18
"""Of whole units. Whatever is larger is no amount, but a mistake or a prank, and is priced by nobody."""

NOTHING = Decimal(0)


def exact(amount: Decimal | None) -> Decimal | None:
    """An amount as it is counted; None for what is none: unknown, negative, endless or absurdly large."""
    if amount is None or not amount.is_finite() or amount < 0 or amount.adjusted() >= MOST_DIGITS:
        return None
    return amount.quantize(STEP)


def worth_of(told: Told) -> Decimal | None:
    """What is told of, in the firm's outcome currency; None where nobody can price it."""
    if exact(told.amount) is None or exact(told.rate) is None:
        return None
    return exact(told.worth)


class Also(StrEnum):
    """What else was done about an episode's money. Each is listed beside the owner of a saving."""

    HOLD = "hold"  # a confirmed transfer hold stood
    CONTROL = "control"  # the core system, or a person of the firm, stopped some of it
    CALL = "call"  # somebody of the firm reached the person by phone
    QUESTIONS = "questions"  # the person was led through a questionnaire
    OTHER_WARNING = "other_warning"  # of another episode of theirs, seen
    WARNING = "warning"  # this episode's own, seen, where something else is the owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A transfer that was tried. `key` is its keyed hash, or the flag's id where nobody names it.

    `worth` and the `balance` that was available before it are in the firm's outcome currency; None: unknown.
    """

    key: str
    at: datetime
    worth: Decimal | None = None
    balance: Decimal | None = None
    rate: Decimal | None = None
    rate_source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Something that was done about an episode, at this moment and, for a hold, until that one."""

    what: Also
    at: datetime
    until: datetime | None = None
    transfer: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeSeen:
    """An episode, with what the person saw of its warning. `seen_at` is the first sign of a human.

    What other episodes of the same person have to do with it is filled in by `related`: transfers that were
    `flagged_elsewhere`, those of them `owned_elsewhere`, and from when a later episode takes what names no
    transfer: `until` one at all, `until_here` one about the same beneficiary.
    """

    id: str
    person: str
    pattern: str
    beneficiary: str = field(default="", repr=False)
    opened_at: datetime
    last_flag_at: datetime
    attempts: tuple[Attempt, ...] = ()
    seen_at: datetime | None = None
    answer: str | None = None
    answered_at: datetime | None = None
    done: tuple[Done, ...] = ()
    flagged_elsewhere: frozenset[str] = frozenset()
    owned_elsewhere: frozenset[str] = frozenset()
    until: datetime | None = None
    until_here: datetime | None = None

    @property
    def own(self) -> tuple[Attempt, ...]:
        """What was tried in this episode and counts in it, each transfer once, the first one first.

        Of several flags about one transfer the first says when, and the last that knows says how much.
        """
        merged: dict[str, Attempt] = {}
        for one in sorted(self.attempts, key=lambda each: (each.at, each.key, str(each.worth))):
            known = merged.get(one.key)
            merged[one.key] = one if known is None else _also_known(known, one)
        return tuple(one for one in merged.values() if one.key not in self.owned_elsewhere)


def _also_known(first: Attempt, later: Attempt) -> Attempt:
    if later.worth is not None:
        first = replace(first, worth=later.worth, rate=later.rate, rate_source=later.rate_source)
    return first if first.balance is not None else replace(first, balance=later.balance)


def related(episodes: Iterable[EpisodeSeen]) -> tuple[EpisodeSeen, ...]:
    """All episodes of one person, each knowing of the others, so that no transfer counts in two of them.

    A transfer belongs to the episode whose warning was seen first, else to the one opened first.
    """
    known = sorted(episodes, key=lambda one: (one.opened_at, one.id))
    owner: dict[str, str] = {}
    for one in sorted(known, key=_claim):
        for attempt in one.attempts:
            owner.setdefault(attempt.key, one.id)
    return tuple(_related(one, known[n + 1 :], known, owner) for n, one in enumerate(known))


def _claim(one: EpisodeSeen) -> tuple[bool, datetime, datetime, str]:
    return (one.seen_at is None, one.seen_at or one.opened_at, one.opened_at, one.id)


def _related(
    one: EpisodeSeen, later: Sequence[EpisodeSeen], known: Sequence[EpisodeSeen], owner: dict[str, str]
) -> EpisodeSeen:
    others = [other for other in known if other.id != one.id]
    seen = (Done(what=Also.OTHER_WARNING, at=other.seen_at) for other in others if other.seen_at is not None)
    here = (other.opened_at for other in later if other.beneficiary == one.beneficiary)
    return replace(
        one,
        done=(*one.done, *seen),
        flagged_elsewhere=frozenset(attempt.key for other in others for attempt in other.attempts),
        owned_elsewhere=frozenset(each.key for each in one.attempts if owner[each.key] != one.id),
        until=next((other.opened_at for other in later), None),
        until_here=next(here, None),
    )
