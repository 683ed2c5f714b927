"""A look-back over fake transfers and a fake list: the engine's own feed on a real store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from threading import Barrier
from typing import Any

import pyarrow as pa

from outreach.domain.facts import FactSource, FactType, WhenNull
from outreach.domain.lookback import PATTERN, Bounds, Turned
from outreach.domain.ruleset import Rulebook
from outreach.engine.intake import Intake
from outreach.engine.lookback import Lookback
from tests.build import CATALOGUE, LISTED, a_fact, a_rule, a_rule_set
from tests.engine.world import World

KNOWN = {
    spec.name: spec
    for spec in (
        a_fact("sent_usd", FactType.MONEY),
        a_fact("days_since", FactType.INTEGER),
        a_fact("sent_at", FactType.TIME),
        a_fact("is_vulnerable", FactType.BOOLEAN),
        a_fact("tags", FactType.TAGS),
        a_fact("destination_categories", FactType.TAGS),
        a_fact("losses_before", FactType.INTEGER, source=FactSource.ENGINE),
        a_fact("is_repeat", FactType.BOOLEAN, source=FactSource.ENGINE),
        a_fact("answered_here_at", FactType.TIME, source=FactSource.ENGINE, when_null=WhenNull.NEVER),
    )
}

Sent = tuple[str, str, datetime, Decimal]
"""Who, to whom, when, how much."""


@dataclass
class FakeTransfers:
    """Transfers in memory, grouped as the port promises, in tables of `rows` rows."""

    sent: list[Sent] = field(default_factory=list)
    rows: int = 3
    searches: int = 0
    name: str = "fake transfers"
    by_person: bool = False
    meet: Barrier | None = None

    def check(self) -> None:
        pass

    def sent_to(self, turned: Sequence[Turned], since: datetime, until: datetime) -> Iterator[pa.Table]:
        self.searches += 1
        if self.meet is not None:
            self.meet.wait()
        wanted = {one.key for one in turned}
        found: dict[tuple[str, str], list[Sent]] = defaultdict(list)
        for one in self.sent:
            if one[1] in wanted and since <= one[2] <= until:
                found[one[1], one[0]].append(one)
        rows = [self._row(key, who, each) for (key, who), each in sorted(found.items())]
        for start in range(0, len(rows), self.rows):
            yield pa.Table.from_pylist(rows[start : start + self.rows], schema=SCHEMA)

    def _row(self, key: str, who: str, sent: list[Sent]) -> dict[str, Any]:
        return {
            "key": key,
            "beneficiary": key,
            "user_ref": None if self.by_person else who,
            "person": who if self.by_person else None,
            "sent_usd": sum((one[3] for one in sent), Decimal()),
            "last_sent_at": max(one[2] for one in sent),
            "sends_there": len(sent),
            "transfer_ref": f"to-{key}-by-{who}",
            "email": f"{who}@example.com",
            "locale": "en",
        }


SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("key", "beneficiary", "user_ref", "person", "transfer_ref", "email")]
    + [("locale", pa.string()), ("sends_there", pa.int64())]
    + [("sent_usd", pa.decimal128(18, 4)), ("last_sent_at", pa.timestamp("us", tz="UTC"))]
)


@dataclass
class FakeList:
    """A list that grows; the cursor is how many were read."""

    turned: list[Turned] = field(default_factory=list)
    name: str = "fake list"
    let_go: set[str] = field(default_factory=set)

    def turned_since(self, cursor: str | None, most: int) -> tuple[Sequence[Turned], str | None]:
        news = self.turned[int(cursor or 0) :][:most]
        return (news, str(int(cursor or 0) + len(news))) if news else ((), None)

    def hold(self, turned: Sequence[Turned]) -> Collection[str]:
        return {one.key for one in turned if one.key not in self.let_go}


def a_silent_book() -> Rulebook:
    """One rule: whoever paid what is listed is written to."""
    rule = a_rule("looked-back", template=f"{PATTERN}/after_loss", when=LISTED, exclusions=())
    found = a_rule_set(PATTERN, rule)
    return Rulebook(
        catalogue={**CATALOGUE, **KNOWN},
        lists={},
        ladders={},
        sets={PATTERN: found},
        sha256="0" * 64,
        texts={},
    )


@dataclass
class Backward:
    """A world with a look-back in it."""

    world: World
    transfers: FakeTransfers = field(default_factory=FakeTransfers)
    listed: FakeList = field(default_factory=FakeList)
    bounds: Bounds = field(default_factory=Bounds)

    def __post_init__(self) -> None:
        self.world.book = a_silent_book()

    def feed(self) -> Lookback:
        """The feed, as a run has it."""
        return Lookback(
            store=self.world.store,
            sources=[self.transfers],
            lists=[self.listed],
            bounds=self.bounds,
            catalogue=self.world.book.catalogue,
            clock=self.world.clock,
        )

    def intake(self) -> Intake:
        """An intake that pulls nothing else."""
        intake = self.world.intake()
        return Intake(feeds=lambda book: [self.feed()], rulebook=lambda: self.world.book, tools=intake.tools)

    def run(self) -> dict[str, int]:
        """One run."""
        return dict(self.intake().run())

    def pay(self, who: str, whom: str = "bad", usd: int = 100, **ago: float) -> None:
        """A transfer that left, so long ago (a week unless told)."""
        from datetime import timedelta

        at = self.world.clock() - timedelta(**(ago or {"days": 7}))
        self.transfers.sent.append((who, whom, at, Decimal(usd)))

    def turns(self, *whom: str, **known: Any) -> None:
        """These turn bad."""
        self.listed.turned += [Turned(beneficiary=one, **known) for one in whom]
