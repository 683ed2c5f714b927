"""Lists of addresses over a real store, with honest addresses and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from outreach.adapters.chains import read
from outreach.adapters.lookup import DuckLookup
from outreach.domain.chains import Address, Chain
from outreach.domain.entries import Entry, together
from outreach.domain.hitting import HitPolicy, Hits
from outreach.domain.listed import Row
from outreach.engine.destinations import Destinations
from outreach.engine.list_changes import Change, ListChanges
from outreach.engine.lists import Brought, Lists, Taken
from outreach.store.database import Store
from outreach.store.entries import voices
from outreach.store.listings import News, listed_since
from tests.fakes import FakeClock

BY = Change(actor="eva", reason="because")
NULL = Address(Chain.EVM, f"0x{'0' * 40}")


def evm(n: int) -> str:
    """An address; each n another one."""
    return f"0x{n + 0xABCDEF:040x}"


def a_row(n: int = 1, **said: Any) -> Row:
    """A row of a list about the n-th address."""
    return Row(**{"line": n, "chain": "ETH", "address": evm(n), "categories": ("drainer",), **said})


@dataclass
class ListWorld:
    """What a test of lists stands on. `paid`: how many recent transfers go to which address; `of` all."""

    store: Store
    clock: FakeClock = field(default_factory=FakeClock)
    paid: dict[str, int] = field(default_factory=dict)
    of: int = 1000
    allowed: Mapping[Address, str] = field(default_factory=lambda: {NULL: "the null address"})
    policy: HitPolicy = field(default_factory=HitPolicy)

    def weigh(self, addresses: Sequence[Address], now: datetime, days: int) -> Hits:
        """Counts the transfers of this world."""
        hit = {each: self.paid[each.text] for each in addresses if each.text in self.paid}
        return Hits(transfers=self.of, matched=sum(hit.values()), by_entry=hit)

    @property
    def lists(self) -> Lists:
        """The stage that keeps lists."""
        return Lists(
            store=self.store,
            check=read,
            shipped=lambda: self.allowed,
            weigh=self.weigh,
            policy=self.policy,
            clock=self.clock,
            new_id=self.store.new_id,
        )

    @property
    def changes(self) -> ListChanges:
        """The stage of people's own words."""
        return ListChanges(store=self.store, shipped=lambda: self.allowed, clock=self.clock)

    def destinations(self) -> Destinations:
        """What joins the lists to flags."""
        return Destinations(store=self.store, lookup=DuckLookup(threads=1), shipped=lambda: self.allowed)

    def take(self, *rows: Row, feed: str = "public", **said: Any) -> Taken:
        """Import these rows."""
        return self.lists.take(Brought(feed=feed, rows=rows, **said), "eva")

    def entries(self) -> dict[str, Entry]:
        """What is listed now, by its address; without a look at what is allowed."""
        with self.store.read() as tx:
            return {each.address.text: each for each in together(voices(tx, self.clock()))}

    def news(self, after: int = 0) -> list[News]:
        """What became listed behind `after`."""
        with self.store.read() as tx:
            return listed_since(tx, after, self.clock())


def dated(rows: Iterable[Row], at: str) -> list[Row]:
    """The rows as of a day."""
    return [replace(row, at=at) for row in rows]
