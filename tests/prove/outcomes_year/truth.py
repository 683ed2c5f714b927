"""The truth of a made-up year: who would lose what, and what a warning spares. It imports nothing of ours.

It writes the firm's feeds, and reads the outbox to learn who was really warned and when. Whatever it knows
beyond that, the engine never sees.
"""

from __future__ import annotations

import csv
import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MEDIAN, TAIL = 6.3, 1.6
"""Of the logarithm of an amount."""


@dataclass(frozen=True)
class Kind:
    """People whom one rule is about: how many a week, their scores, and what a warning really spares."""

    pattern: str
    a_week: int
    scores: tuple[float, float]
    spares: float
    losing: float = 0.4
    quickly: float = 0.3  # of losses, the share within some hours


@dataclass
class Person:
    """One person, and what lies in wait. `careful` decides who answers, and who loses less anyway."""

    n: int
    kind: Kind
    score: float
    at: datetime
    amount: float
    careful: float
    is_scam: bool
    would_lose: bool
    left_after: timedelta
    spared: float  # under what a warning spares, they are
    warned_at: datetime | None = None
    message: str = ""
    lost: bool = False
    told: bool = False

    @property
    def chance(self) -> float:
        """Of losing without a warning; it rises with the score."""
        return chance(self.kind, self.score) * 2 * (1 - self.careful)


def chance(kind: Kind, score: float) -> float:
    """The share that loses without a warning at this score."""
    return kind.losing * (0.6 + 0.4 * (score - 60) / 40)


@dataclass
class Truth:
    """Everybody, week by week."""

    kinds: tuple[Kind, ...]
    seed: int
    people: list[Person] = field(default_factory=list)
    read: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def week(self, at: datetime) -> list[Person]:
        """This week's people."""
        fresh = [self._person(kind, at) for kind in self.kinds for _ in range(kind.a_week)]
        return fresh

    def _person(self, kind: Kind, at: datetime) -> Person:
        dice = self.dice
        score = round(dice.uniform(*kind.scores), 3)
        careful = dice.random()
        would_lose = dice.random() < chance(kind, score) * 2 * (1 - careful)
        hours = dice.uniform(1, 20) if dice.random() < kind.quickly else dice.uniform(30, 200)
        person = Person(
            n=len(self.people),
            kind=kind,
            score=score,
            at=at,
            amount=round(math.exp(dice.gauss(MEDIAN, TAIL)), 2) + 60,
            careful=careful,
            is_scam=would_lose,
            would_lose=would_lose,
            left_after=timedelta(hours=hours),
            spared=dice.random(),
        )
        self.people.append(person)
        return person

    def flags(self, people: list[Person], file: Path) -> None:
        """The risk service's feed."""
        _write(file, [_flag(person) for person in people])

    def look(self, outbox: Path) -> None:
        """Who was warned, by the messages themselves: the first word to each counts."""
        for file in outbox.glob("sms/*.json"):
            if file.name in self.read:
                continue
            self.read.add(file.name)
            message = json.loads(file.read_text(encoding="utf-8"))
            person = self.people[int(message["to"].removeprefix("+1555"))]
            person.warned_at = person.warned_at or datetime.fromisoformat(message["at"])
            person.message = message["message"]

    def answers(self) -> Iterator[tuple[str, str]]:
        """Messages that are answered an hour later, and how: who is careful anyway answers most."""
        for person in self.people:
            if person.message and self.dice.random() < 0.7 * person.careful:
                is_spared = person.would_lose and person.spared < person.kind.spares
                yield (
                    person.message,
                    "help_me" if is_spared else "it_is_mine" if not person.would_lose else "",
                )
            person.message = ""

    def outcomes(self, now: datetime, file: Path) -> None:
        """What the core system, the lists and the analysts tell by now."""
        rows = [row for person in self.people if not person.told for row in self._told(person, now)]
        if rows:
            _write(file, rows)

    def _told(self, person: Person, now: datetime) -> Iterator[dict[str, str]]:
        if now < person.at + 14 * DAY:
            return
        person.told = True
        leaves = person.at + person.left_after
        reached = person.warned_at is not None and person.warned_at < leaves
        person.lost = person.would_lose and not (reached and person.spared < person.kind.spares)
        # Who would not have lost changes their mind now and then, too: that saves nothing.
        takes_back = not person.would_lose and reached and person.spared < 0.2
        if person.lost or not (person.would_lose or takes_back):
            yield _row(person, "made", leaves, by="user")
        else:
            yield _row(person, "cancelled", min(leaves, (person.warned_at or leaves) + 2 * HOUR), by="user")
        if person.would_lose:  # whether it left or not: the destination is what it is
            yield _row(person, "listed", person.at + 10 * DAY, by="lists", amount=False, user=False)
        elif person.spared > 0.9:
            yield _row(person, "legitimate", person.at + 5 * DAY, by="analyst", amount=False)

    def effect(self, pattern: str, low: float, high: float, within: timedelta | None = None) -> float:
        """What a warning spares a person of this kind with a score in this range, on average, in truth."""
        kind = next(one for one in self.kinds if one.pattern == pattern)
        mine = [p for p in self.people if p.kind is kind and low <= p.score < high]
        share = 1.0 if within is None else kind.quickly * min(1.0, (within / HOUR - 1) / 19)
        return kind.spares * share * sum(chance(kind, p.score) for p in mine) / max(len(mine), 1)

    def saved(self) -> float:
        """What warnings really saved: the amounts of who would have lost, was warned and was spared."""
        return sum(p.amount for p in self.people if p.would_lose and p.warned_at is not None and not p.lost)


def _flag(person: Person) -> dict[str, str]:
    return {
        "source_id": f"flag-{person.n}",
        "user_ref": f"user-{person.n}",
        "pattern": person.kind.pattern,
        "risk_score": f"{person.score:.3f}",
        "score_model": "year-1",
        "flagged_at": person.at.isoformat(),
        "beneficiary": f"payee-{person.n}",
        "transfer_ref": f"transfer-{person.n}",
        "transfer_state": "pending",
        "amount": f"{person.amount:.2f}",
        "currency": "USD",
        "amount_at_risk_usd": f"{person.amount:.2f}",
        "balance_usd": f"{person.amount * 2:.2f}",
        "is_vulnerable": "false",
        "locale": "en",
        "country": "US",
        "time_zone": "UTC",
        "phone": f"+1555{person.n:07d}",
    }


def _row(
    person: Person, kind: str, at: datetime, *, by: str, amount: bool = True, user: bool = True
) -> dict[str, str]:
    return {
        "source_id": f"{kind}-{person.n}",
        "kind": kind,
        "at": at.isoformat(),
        "user_ref": f"user-{person.n}" if user else "",
        "transfer_ref": f"transfer-{person.n}" if user else "",
        "beneficiary": f"payee-{person.n}",
        "amount": f"{person.amount:.2f}" if amount else "",
        "currency": "USD" if amount else "",
        "by": by,
    }


def _write(file: Path, rows: list[dict[str, str]]) -> None:
    beside = file.with_suffix(".part")
    with beside.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    beside.rename(file)
