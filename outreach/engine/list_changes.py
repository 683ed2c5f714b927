"""What people change about the lists: an address taken off, allowed, accepted; a source withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from outreach.domain.chains import Address
from outreach.domain.listed import Told, with_word
from outreach.engine.ports import Clock
from outreach.store import allowed, imports, lists, suggestions
from outreach.store.database import Store, Tx
from outreach.store.desk import write_audit
from outreach.store.listings import follow
from outreach.store.suggestions import Suggestion

OWN = "own"
"""The feed of what people here add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Who changes something, and why."""

    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChanges:
    """The stage of people's own words on addresses; each change is audited, and in force at once."""

    store: Store
    shipped: Callable[[], Mapping[Address, str]]
    clock: Clock

    def add(self, address: Address, told: Told, by: Change) -> bool:
        """List an address on a colleague's word; whether that was new."""
        now = self.clock()
        with self.store.begin() as tx:
            lists.take_edition(tx)
            is_new = self._add(tx, address, told, by)
            self._follow(tx, "addresses add", _named(address), by)
            lists.write_feed(tx, OWN, looked_at=now)
        return is_new

    def _add(self, tx: Tx, address: Address, told: Told, by: Change) -> bool:
        known = lists.said_by(tx, OWN).get((OWN, address.chain.value, address.text))
        after = with_word(known.told if known else None, told)
        change = lists.Change(OWN, address, after, known.id if known else None)
        lists.write(tx, OWN, [change], by.actor, self.clock())
        return known is None

    def remove(self, address: Address, feed: str | None, by: Change) -> int:
        """Say that an address is bad no more, of one list or all; how many words that takes back."""
        with self.store.begin() as tx:
            lists.take_edition(tx)
            rows = lists.remove(tx, address, feed, self.clock())
            self._follow(tx, "addresses remove", _named(address), by)
        return rows

    def allow(self, address: Address, by: Change) -> bool:
        """No list makes it listed from now on; whether that is new."""
        with self.store.begin() as tx:
            lists.take_edition(tx)
            count = allowed.allow(tx, [address], by.reason, by.actor, self.clock())
            self._follow(tx, "addresses allow", _named(address), by)
        return bool(count)

    def disallow(self, address: Address, by: Change) -> bool:
        """Lists count for it again; whether it was allowed here."""
        with self.store.begin() as tx:
            lists.take_edition(tx)
            was = allowed.disallow(tx, address)
            self._follow(tx, "addresses disallow", _named(address), by)
        return was

    def withdraw(self, name: str, by: Change) -> tuple[int, int]:
        """Take away all that a source said or a list brought, and take no more of it.

        How many words went, and how many addresses are not listed any more.
        """
        with self.store.begin() as tx:
            lists.take_edition(tx)
            rows = lists.withdraw(tx, name, by.reason, by.actor, self.clock())
            for one in imports.imports(tx, state="held", of=name):
                imports.answer_import(tx, one, "rejected", one.figures, by.actor, self.clock())
            _, ended = self._follow(tx, "addresses withdraw", name, by)
        return rows, ended

    def restore(self, name: str, by: Change) -> bool:
        """Believe a withdrawn source again, from its next import on; whether it was withdrawn."""
        with self.store.begin() as tx:
            was = lists.believe_again(tx, name)
            write_audit(tx, "addresses restore", name, by.reason, by.actor, self.clock())
        return was

    def answer(self, id: str, told: Told | None, by: Change) -> Suggestion | None:
        """List a suggested address as `told`, or (None) do not; None where nothing of this id waits."""
        now = self.clock()
        with self.store.begin() as tx:
            lists.take_edition(tx)
            one = suggestions.find_suggestion(tx, id)
            if one is None:
                return None
            state = "rejected" if told is None else "accepted"
            suggestions.answer(tx, one, state, by.reason, by.actor, now)
            if told is not None:
                self._add(tx, one.address, told, by)
                lists.write_feed(tx, OWN, looked_at=now)
            self._follow(tx, f"addresses review {state}", one.id, by)
        return one

    def _follow(self, tx: Tx, act: str, about: str, by: Change) -> tuple[int, int]:
        now = self.clock()
        write_audit(tx, act, about, by.reason, by.actor, now)
        return follow(tx, list(self.shipped()), now)


def _named(address: Address) -> str:
    return f"{address.chain.value}:{address.text}"
