"""The consent ledger: rows are added and never touched again; what stands is read from all of them.

The database itself refuses to change or delete a row (see migration 0007).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from outreach.domain.consent import ALL, NEVER_ASKED, Basis, Program, Row, Standing, standing_of
from outreach.domain.scale import Channel
from outreach.store.asked import among
from outreach.store.database import Tx
from outreach.store.tables import consents


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One word of consent or of its withdrawal.

    `channel` None: all of them; `program` None: all of them. `source` says where it was heard (a feed's
    name, `sms_reply`, `one_click`, `support` …), `actor` who wrote it down (a colleague, a provider …),
    `text_sha256` which text the person saw; it names a row of `texts`.
    """

    person: str
    channel: Channel | None
    program: Program | None
    granted: bool
    source: str
    actor: str
    basis: Basis = Basis.CONSENT
    text_sha256: str | None = None


def change(tx: Tx, wanted: Change, now: datetime) -> bool:
    """Add this word to the ledger, in force at once; False where it repeats the last one of its scope."""
    return changes(tx, [wanted], now) == 1


def changes(tx: Tx, wanted: Sequence[Change], now: datetime) -> int:
    """Add these words, each as `change` would; the number that were news."""
    kept = ledger_of(tx, {each.person for each in wanted})
    fresh = []
    for each in wanted:
        rows = [row for row in kept[each.person] if _overlaps(row, each)]
        last = max(rows, key=lambda row: (row.at, not row.granted), default=None)
        if last is not None and _repeats(last, each):
            continue
        # A clock that is behind must not put a word before the one that it follows.
        row = _row(tx, each, max(now, last.at) if last else now)
        fresh.append(row)
        kept[each.person].append(_Kept(**row))
    tx.insert(consents, fresh)
    return len(fresh)


class Word(NamedTuple):
    """What a feed says of one channel: the state of a column, said again with every flag."""

    person: str
    channel: Channel
    granted: bool
    text_sha256: str | None = None


def write_words(tx: Tx, words: Sequence[Word], source: str, now: datetime) -> None:
    """Add what is news in a feed's words about warnings.

    A feed repeats itself, so a word counts only where it differs from that feed's own last one; and a first
    yes never undoes a no that somebody else heard: it may be older than the no.
    """
    kept = ledger_of(tx, {word.person for word in words}) if words else {}
    fresh = []
    for word in words:
        rows = kept[word.person]
        said = _last(rows, word.channel, source)
        is_first_yes = word.granted and said is None
        if said is word.granted or (is_first_yes and _is_no(rows, word.channel)):
            continue
        about = Change(
            person=word.person,
            channel=word.channel,
            program=Program.SECURITY,
            granted=word.granted,
            source=source,
            actor=source,
            text_sha256=word.text_sha256,
        )
        fresh.append(_row(tx, about, now))
    tx.insert(consents, fresh)


def _last(rows: Sequence[Any], channel: Channel, source: str) -> bool | None:
    own = [row for row in rows if row.source == source[:64] and row.channel == channel]
    return max(own, key=lambda row: (row.at, row.id)).granted if own else None


def _is_no(rows: Sequence[Any], channel: Channel) -> bool:
    facts = [(row.channel, row.program, row.basis, row.granted, row.at) for row in rows]
    return standing_of(facts).security.get(channel) is False


_c = consents.c
_WORDS = select(_c.person, _c.channel, _c.program, _c.basis, _c.granted, _c.at).where(
    among(_c.person, "persons")
)


def standing(tx: Tx, persons: Iterable[str]) -> dict[str, Standing]:
    """What stands for each of these people now."""
    # Read for every message that is sent. One query, five columns, by the index on `person`. It must not
    # grow with anything but a person's own changes of mind: who writes rows leaves repeats out.
    wanted = set(persons)
    rows: dict[str, list[Row]] = defaultdict(list)
    for person, *row in tx.rows(_WORDS, persons=list(wanted)):
        rows[person].append(tuple(row))
    return {person: standing_of(rows[person]) if person in rows else NEVER_ASKED for person in wanted}


def withdrawn_since(tx: Tx, persons: Iterable[str], since: datetime) -> set[str]:
    """Those of these people of whom a withdrawal was written down since then."""
    # Asked for every batch in the transaction that writes its attempts: hardly ever is there one.
    c = consents.c
    query = select(c.person).where(tx.among(c.person, persons), c.granted.is_(False), c.at > since)
    return set(tx.connection.execute(query).scalars())


def ledger_of(tx: Tx, persons: Iterable[str]) -> dict[str, list[Any]]:
    """The whole rows of these people, as they were written; nobody is left out."""
    wanted = set(persons)
    found: dict[str, list[Any]] = {person: [] for person in wanted}
    for row in tx.connection.execute(select(consents).where(tx.among(consents.c.person, wanted))):
        found[row.person].append(row)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A row that was written in this transaction, as a query would return it."""

    id: str
    person: str
    channel: str
    program: str
    basis: str
    granted: bool
    at: datetime
    source: str
    actor: str
    text_sha256: str | None


def _row(tx: Tx, wanted: Change, at: datetime) -> dict[str, Any]:
    return {
        "id": tx.new_id(),
        "person": wanted.person,
        "channel": wanted.channel.value if wanted.channel else ALL,
        "program": wanted.program.value if wanted.program else ALL,
        "basis": wanted.basis.value,
        "granted": wanted.granted,
        "at": at,
        "source": wanted.source[:64],
        "actor": wanted.actor[:64],
        "text_sha256": wanted.text_sha256,
    }


def _overlaps(row: Any, wanted: Change) -> bool:
    return (row.channel == ALL or wanted.channel in (None, row.channel)) and (
        row.program == ALL or wanted.program in (None, row.program)
    )


def _repeats(row: Any, wanted: Change) -> bool:
    """Whether the last word that touches this scope is the very same word on the very same scope."""
    return (
        row.channel == (wanted.channel or ALL)
        and row.program == (wanted.program or ALL)
        and row.basis == wanted.basis
        and row.granted is wanted.granted
        and (row.text_sha256 == wanted.text_sha256 or wanted.text_sha256 is None)
    )
