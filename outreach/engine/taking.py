"""A list's rows read and counted: what each says of which address, and what becomes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.chains import Address, Fault, ReadAddress, chain_named
from outreach.domain.hitting import Lacks
from outreach.domain.listed import Became, Row, Told, became, is_listed, with_word, word_of
from outreach.store.imports import Waiting
from outreach.store.lists import Change, Kept, Key


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken, and why."""

    row: Row
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """A list as it was read: what its good rows say, in order, and the rows that were not taken.

    A row with two sources is two words, both of its line.
    """

    words: list[Waiting] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    read: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How the rows of a feed are read: by whose rules, as of when, and without whom."""

    feed: str
    check: ReadAddress
    as_of: datetime
    withdrawn: Collection[str] = ()

    def read(self, rows: Iterable[Row]) -> Readings:
        """Every row checked. A row without a source of its own is the feed's word."""
        good: list[Waiting] = []
        rejected: list[Rejected] = []
        seen: dict[tuple[str, Address, datetime | None], Told] = {}
        n = 0
        for n, row in enumerate(rows, 1):
            found = self._words(n, row)
            if isinstance(found, Fault):
                rejected.append(Rejected(row, found))
                continue
            fresh = [word for word in found if _is_new(word, seen)]
            if not fresh:
                rejected.append(Rejected(row, Fault.DUPLICATE))
            good += fresh
        return Readings(words=good, rejected=rejected, read=n)

    def _words(self, n: int, row: Row) -> list[Waiting] | Fault:
        address = self._address(row)
        told = word_of(row, self.as_of)
        if isinstance(address, Fault):
            return address
        if isinstance(told, Fault):
            return told
        named = dict.fromkeys(row.sources or (self.feed,))
        words = [
            Waiting(line=n, source=name, address=address, told=told)
            for name in named
            if name not in self.withdrawn and self.feed not in self.withdrawn
        ]
        return words or Fault.SOURCE_WITHDRAWN

    def _address(self, row: Row) -> Address | Fault:
        if row.fault is not None:
            return row.fault
        if not row.address:
            return Fault.NO_ADDRESS
        chain = chain_named(row.chain)
        return Fault.UNKNOWN_CHAIN if chain is None else self.check(chain, row.address)


def believed(readings: Readings, feed: str, withdrawn: Collection[str]) -> Readings:
    """The same without what withdrawn sources say: one may be withdrawn since the list was read."""
    kept = [w for w in readings.words if feed not in withdrawn and w.source not in withdrawn]
    left = {word.line for word in kept}
    gone = {word.line: word.address for word in readings.words if word.line not in left}
    late = [
        Rejected(Row(line=line, chain=each.chain.value, address=each.text), Fault.SOURCE_WITHDRAWN)
        for line, each in gone.items()
    ]
    return Readings(words=kept, rejected=[*readings.rejected, *late], read=readings.read)


def _is_new(word: Waiting, seen: dict[tuple[str, Address, datetime | None], Told]) -> bool:
    """Whether it says something that the same source has not said of the same day in this file."""
    key = (word.source, word.address, word.told.told_at or word.told.removed_at)
    before = seen.get(key)
    after = with_word(before, word.told)
    if after == before:
        return False
    seen[key] = after
    return True


def merged(words: Iterable[Waiting], known: Mapping[Key, Kept]) -> Iterator[tuple[Waiting, Became, Told]]:
    """Each word with what it came to, and all that its source has said then."""
    now: dict[Key, Told] = {key: kept.told for key, kept in known.items()}
    for word in words:
        key = (word.source, word.address.chain.value, word.address.text)
        before = now.get(key)
        after = now[key] = with_word(before, word.told)
        removes = word.told.told_at is None
        yield word, became(before, after, removes=removes), after


def lacking(known: Mapping[Key, Kept], changes: Sequence[Change], before: Span, after: Span) -> Lacks:
    """What goes by silence: listed until now, said to be bad no more by nobody, and not on this list."""
    said = {key: kept.told for key, kept in known.items()}
    became = said | {(c.source, c.address.chain.value, c.address.text): c.told for c in changes}
    listed = {key[1:] for key, told in said.items() if is_listed(told, *before)}
    left = {key[1:] for key, told in became.items() if is_listed(told, *after)}
    silent = {key[1:] for key, told in became.items() if is_listed(told, *before)}
    return Lacks(listed=len(listed), gone=len(listed & silent - left), left=len(left))


Span = tuple[datetime | None, datetime]
"""As of when a feed's list is complete, and now."""

_ORDER = (Became.NEW, Became.REFRESHED, Became.REMOVED, Became.SAME)


def tallied(readings: Readings, known: Mapping[Key, Kept]) -> tuple[Counter[str], Counter[str], list[Change]]:
    """By what became of the rows, by chain and reason, and the changes to keep: one an address and source.

    Every row is counted once: one of several sources by the newest thing that any of its words came to.
    """
    by_line: dict[int, Became] = {}
    chains: Counter[str] = Counter()
    last: dict[Key, Change] = {}
    for word, came, after in merged(readings.words, known):
        key = (word.source, word.address.chain.value, word.address.text)
        kept = known.get(key)
        last[key] = Change(word.source, word.address, after, kept.id if kept else None)
        if word.line not in by_line:
            chains[f"chain.{word.address.chain.value}"] += 1
        by_line[word.line] = min(came, by_line.get(word.line, came), key=_ORDER.index)
    figures = Counter(came.value for came in by_line.values())
    figures.update(read=readings.read, rejected=len(readings.rejected))
    changes = [c for key, c in last.items() if key not in known or known[key].told != c.told]
    return figures, chains + rejected_by(readings), changes


def rejected_by(readings: Readings) -> Counter[str]:
    """The rows that were not taken, by reason, and by chain where that is the reason."""
    counts: Counter[str] = Counter(f"rejected.{each.fault.value}" for each in readings.rejected)
    return counts
