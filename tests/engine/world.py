"""A whole engine over a real store and fake parties, with a clock that stands still."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from outreach.domain.gate import GatePolicy
from outreach.domain.ruleset import Rule, Rulebook
from outreach.domain.scale import Channel
from outreach.engine.dispatch import Dispatch
from outreach.engine.feedback import Feedback
from outreach.engine.grounds import Grounds
from outreach.engine.handing import Hands, one_by_one
from outreach.engine.intake import Intake
from outreach.engine.ports import Sender
from outreach.engine.pulling import Tools
from outreach.engine.recovery import Recovery
from outreach.engine.settle import Settle
from outreach.engine.traffic import Straight, Traffic
from outreach.store.database import Store
from outreach.wiring import chance
from tests.build import CATALOGUE, a_batch, a_rulebook
from tests.fakes import (
    FakeArchive,
    FakeClock,
    FakeCore,
    FakeFeed,
    FakeRenderer,
    FakeSender,
    OracleMatcher,
)

LOT = chance.assignment(b"a key of the tests")
SENT_CHANNELS = (Channel.PUSH, Channel.SMS, Channel.EMAIL)


@dataclass
class World:
    """What a test of the engine stands on."""

    store: Store
    book: Rulebook = field(default_factory=a_rulebook)
    clock: FakeClock = field(default_factory=FakeClock)
    core: FakeCore = field(default_factory=FakeCore)
    archive: FakeArchive = field(default_factory=FakeArchive)
    renderer: FakeRenderer = field(default_factory=FakeRenderer)
    policy: GatePolicy = field(default_factory=GatePolicy)
    senders: dict[Channel, FakeSender] = field(
        default_factory=lambda: {channel: FakeSender(channel) for channel in SENT_CHANNELS}
    )
    others: list[FakeSender] = field(default_factory=list)  # further providers of these channels
    assign: Callable[[str, Rule, datetime], str | None] = LOT
    traffic: Callable[[], Traffic] | None = None  # a process's own; one provider a channel where None
    holders: itertools.count[int] = field(default_factory=itertools.count)
    pages: int = 0

    def __post_init__(self) -> None:
        self.store.clock = self.clock  # leases live by the test's clock on PostgreSQL, too

    def intake(self, *pages: Any, name: str = "fake") -> Intake:
        """An intake over one feed of these batches."""
        tools = Tools(
            store=self.store,
            matcher=OracleMatcher(),
            archive=self.archive,
            assign=self.assign,
            clock=self.clock,
            new_id=self.store.new_id,
        )
        feeds = [FakeFeed(pages, name)]
        return Intake(feeds=lambda book: feeds, rulebook=lambda: self.book, tools=tools)

    def flag(self, *rows: Mapping[str, Any]) -> dict[str, int]:
        """Pull these rows, as a feed of their own, decide and release."""
        self.pages += 1
        return dict(self.intake(a_batch(*rows), name=f"feed-{self.pages}").run())

    def dispatch(self) -> Dispatch:
        """Another process that sends."""
        return Dispatch(
            store=self.store,
            renderer=self.renderer,
            senders=self.lanes,
            traffic=self.traffic() if self.traffic else self.straight(),
            grounds=Grounds(
                core=self.core,
                catalogue=lambda: CATALOGUE,
                new_id=self.store.new_id,
                firm="Acme",
                default_locale="en",
                default_zone="UTC",
            ),
            policy=self.policy,
            clock=self.clock,
            new_id=self.store.new_id,
            dice=lambda: 1.0,
            holder=f"process-{next(self.holders)}",
            hands=Hands(together=one_by_one, elapsed=lambda: self.clock().timestamp()),
        )

    def straight(self) -> Traffic:
        """One provider a channel."""
        return Straight({channel: sender.name for channel, sender in self.senders.items()})

    def settle(self) -> Settle:
        """Another process that asks."""
        return Settle(
            store=self.store,
            senders=self.lanes,
            clock=self.clock,
            new_id=self.store.new_id,
            holder=f"process-{next(self.holders)}",
        )

    @property
    def lanes(self) -> dict[tuple[Channel, str], Sender]:
        """Every sender by channel and name."""
        return {(s.channel, s.name): s for s in (*self.senders.values(), *self.others)}

    def feedback(self) -> Feedback:
        """The ear."""
        return Feedback(store=self.store, core=self.core, firm="Acme")

    def recovery(self) -> Recovery:
        """The voice to the core."""
        return Recovery(store=self.store, core=self.core, clock=self.clock)

    def rows(self, table: Any) -> list[Any]:
        """Every row of a table, in order of id where it has one."""
        with self.store.read() as tx:
            rows = list(tx.connection.execute(table.select()))
        return sorted(rows, key=lambda row: getattr(row, "id", ""))

    def sent(self) -> list[tuple[Channel, str]]:
        """What reached a provider: channel and template, in the order of channels' sending."""
        return [(m.channel, m.content.title) for sender in self.senders.values() for m in sender.sent]
