"""What intake asks and writes: identities, people, what the ledger knows of them, and a pull in one piece."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Integer, case, func, select, update

from outreach.domain.episode import Episode, OpenOutreach
from outreach.domain.flag import Rejected
from outreach.store.database import Tx
from outreach.store.tables import (
    acknowledgments,
    episodes,
    flags,
    messages,
    outreaches,
    people,
    pulls,
    quarantine,
)

CHUNK = 5_000
"""Values in one IN list: well under SQLite's 32,766 parameters."""

CLOSING = "case-closing"
"""The rule that says the word after a recovery case: it never stands in a warning's way, nor ends for one."""

HANDED_OVER = ("accepted", "sent", "delivered", "in_doubt", "undelivered")


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """The values in lists that fit an IN list."""
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the ledger knows of one person and pattern; `warnings_30d` and the rest are of all patterns."""

    last_warned_at: datetime | None = None
    last_warned_pattern_at: datetime | None = None
    warnings_30d: int = 0
    last_answered_at: datetime | None = None
    answered_mine_at: datetime | None = None


def position(tx: Tx, feed: str) -> tuple[int, str | None]:
    """How many pulls this feed has had, and the cursor the last one left."""
    query = select(pulls.c.n, pulls.c.cursor).where(pulls.c.feed == feed).order_by(pulls.c.n.desc()).limit(1)
    row = tx.connection.execute(query).one_or_none()
    return (0, None) if row is None else (row.n, row.cursor)


def known(tx: Tx, feed: str, identities: Sequence[str]) -> set[str]:
    """Those of these flags that were pulled before."""
    found: set[str] = set()
    for chunk in chunks(identities):
        query = select(flags.c.identity).where(flags.c.feed == feed, flags.c.identity.in_(chunk))
        found.update(tx.connection.execute(query).scalars())
    return found


def people_of(tx: Tx, user_refs: Collection[str], now: datetime) -> tuple[dict[str, str], set[str]]:
    """The person id of each user reference, made where there is none; and the ids that are new."""
    by_hash = {tx.vault.fingerprint(ref): ref for ref in user_refs}
    known = _persons(tx, by_hash)
    fresh = {hash: tx.new_id() for hash in sorted(by_hash) if hash not in known}
    # In order, and those left out that another process makes just now: it is waited for, and theirs count.
    tx.insert_missing(
        people,
        [
            {
                "id": id,
                "user_ref_hmac": hash,
                "user_ref_enc": tx.vault.seal(by_hash[hash]),
                "created_at": now,
            }
            for hash, id in fresh.items()
        ],
    )
    made = fresh if tx.is_alone else _persons(tx, fresh)
    ids = {by_hash[hash]: id for hash, id in (known | made).items()}
    return ids, {id for hash, id in fresh.items() if made.get(hash) == id}


def _persons(tx: Tx, hashes: Collection[str]) -> dict[str, str]:
    """The ids of those who are known, by the hash of their reference."""
    found: dict[str, str] = {}
    for chunk in chunks(hashes):
        query = select(people.c.user_ref_hmac, people.c.id).where(people.c.user_ref_hmac.in_(chunk))
        found.update({row.user_ref_hmac: row.id for row in tx.connection.execute(query)})
    return found


class Forgotten(Exception):
    """Somebody was forgotten since they were looked up: looked up again, they are a new person."""


def require_known(tx: Tx, persons: Iterable[str]) -> None:
    """Hold these people until the transaction ends, so that nobody forgets them halfway.

    Raises Forgotten where one is not there any more: nothing may be written about them under that id.
    """
    wanted = set(persons)
    query = (
        select(people.c.id).where(tx.among(people.c.id, wanted)).with_for_update(read=True, key_share=True)
    )
    if len(tx.connection.execute(query).all()) < len(wanted):
        raise Forgotten


def pasts(tx: Tx, persons: Iterable[str], now: datetime) -> dict[tuple[str, str], Past]:
    """What the ledger knows, by person and pattern; the pattern "" holds what counts over all of them."""
    warned: dict[tuple[str, str], Past] = {}
    month = now - timedelta(days=30)
    for chunk in chunks(persons):
        recent = func.sum(case((messages.c.created_at > month, 1), else_=0)).cast(Integer)
        query = (
            select(messages.c.person, outreaches.c.pattern, func.max(messages.c.created_at), recent)
            .join(outreaches, outreaches.c.id == messages.c.outreach)
            .where(messages.c.person.in_(chunk), messages.c.status.in_(HANDED_OVER))
            .group_by(messages.c.person, outreaches.c.pattern)
        )
        for person, pattern, last, count in tx.connection.execute(query):
            warned[person, pattern] = Past(last_warned_at=last, warnings_30d=count)
        _add_answers(tx, chunk, warned)
    return _totals(warned)


def _add_answers(tx: Tx, persons: Sequence[str], found: dict[tuple[str, str], Past]) -> None:
    mine = func.max(case((acknowledgments.c.answer == "it_is_mine", acknowledgments.c.at)))
    query = (
        select(acknowledgments.c.person, outreaches.c.pattern, func.max(acknowledgments.c.at), mine)
        .join(outreaches, outreaches.c.id == acknowledgments.c.outreach)
        .where(acknowledgments.c.person.in_(persons))
        .group_by(acknowledgments.c.person, outreaches.c.pattern)
    )
    for person, pattern, last, last_mine in tx.connection.execute(query):
        before = found.get((person, pattern), Past())
        found[person, pattern] = Past(
            last_warned_at=before.last_warned_at,
            warnings_30d=before.warnings_30d,
            last_answered_at=last,
            answered_mine_at=last_mine,
        )


def _totals(by_pattern: Mapping[tuple[str, str], Past]) -> dict[tuple[str, str], Past]:
    """Per pattern as asked, and under "" what counts over all patterns of the person."""
    totals: dict[tuple[str, str], Past] = {}
    for (person, pattern), past in by_pattern.items():
        all_of = totals.get((person, ""), Past())
        totals[person, pattern] = past
        totals[person, ""] = Past(
            last_warned_at=_later(all_of.last_warned_at, past.last_warned_at),
            warnings_30d=all_of.warnings_30d + past.warnings_30d,
            last_answered_at=_later(all_of.last_answered_at, past.last_answered_at),
        )
    return totals


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    moments = [moment for moment in (one, other) if moment is not None]
    return max(moments) if moments else None


def open_episodes(tx: Tx, persons: Iterable[str]) -> list[Episode]:
    """The open episodes of these people."""
    found: list[Episode] = []
    for chunk in chunks(persons):
        query = select(episodes).where(episodes.c.person.in_(chunk), episodes.c.closed_at.is_(None))
        found.extend(
            Episode(
                id=row.id,
                key=(row.person, row.pattern, row.beneficiary),
                opened_at=row.opened_at,
                last_flag_at=row.last_flag_at,
                severity_rank=row.severity_rank,
                money_moved=row.money_moved,
                transfer_ref=row.transfer_ref,
            )
            for row in tx.connection.execute(query)
        )
    return found


def under_way(tx: Tx, persons: Iterable[str]) -> dict[str, OpenOutreach]:
    """The most severe outreach under way for each of these people; one that waits for a ramp comes last."""
    found: dict[str, OpenOutreach] = {}
    o = outreaches.c
    waits = o.state == "ramp"
    columns = (o.person, o.id, o.episode, o.severity_rank, waits.label("waits"))
    for chunk in chunks(persons):
        query = (
            select(*columns)
            .where(o.person.in_(chunk), o.state != "closed", o.rule != CLOSING)
            .order_by(waits.desc(), o.severity_rank)
        )
        for person, id, episode, rank, is_waiting in tx.connection.execute(query):
            found[person] = OpenOutreach(id, episode, rank, bool(is_waiting))
    return found


def write_pull(tx: Tx, pull: Mapping[str, Any], rejected: Sequence[Rejected], now: datetime) -> None:
    """The pull's row (its number unique with its feed) and the lines it could not read, sealed."""
    tx.insert(pulls, [pull])
    tx.insert(
        quarantine,
        [
            {
                "id": tx.new_id(),
                "pull": pull["id"],
                "place": line.place,
                "line": line.line,
                "reason": line.reason,
                "column": line.column,
                "text_enc": tx.vault.seal(line.text.decode("utf-8", "backslashreplace")),
                "at": now,
            }
            for line in rejected
        ],
    )


def write_episodes(
    tx: Tx, opened: Sequence[Episode], joined: Sequence[Episode], ended: Sequence[str], now: datetime
) -> None:
    """New episodes, what changed on old ones, and those that lapsed; one may open and lapse at once."""
    lapsed = set(ended)
    for chunk in chunks(ended):
        tx.connection.execute(update(episodes).where(episodes.c.id.in_(chunk)).values(closed_at=now))
    tx.insert(
        episodes,
        [
            {
                "id": e.id,
                "person": e.key[0],
                "pattern": e.key[1],
                "beneficiary": e.key[2],
                "opened_at": e.opened_at,
                "closed_at": now if e.id in lapsed else None,
                **_changing(e),
            }
            for e in opened
        ],
    )
    for episode in joined:
        tx.connection.execute(
            update(episodes).where(episodes.c.id == episode.id).values(**_changing(episode))
        )


def _changing(episode: Episode) -> dict[str, Any]:
    return {
        "severity_rank": episode.severity_rank,
        "transfer_ref": episode.transfer_ref,
        "money_moved": episode.money_moved,
        "last_flag_at": episode.last_flag_at,
    }
