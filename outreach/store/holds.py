"""The core's words on holds as they were heard: appended when they change, the last one counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from outreach.domain.hold import Word, fitted
from outreach.domain.ladder import thaw
from outreach.domain.transfer import Transfer
from outreach.store.database import Tx
from outreach.store.intake import chunks
from outreach.store.tables import hold_words, outreaches

MOST_WORDS = 1_000
"""Words kept of one transfer: a core that changes its mind every second fills no disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A transfer whose hold we follow, with the last word on it: its number, 0 and None where none was."""

    person: str
    episode: str
    transfer_ref: str
    n: int = 0
    word: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the core just said of a transfer that is followed; None where it said nothing."""

    watched: Watched
    said: Transfer | None


def words_of(tx: Tx, episodes: Collection[str]) -> dict[tuple[str, str], Watched]:
    """The last word on each transfer of these episodes, by episode and transfer."""
    found: dict[tuple[str, str], Watched] = {}
    for chunk in chunks(episodes):
        query = select(hold_words).where(
            hold_words.c.episode.in_(chunk), hold_words.c.transfer_ref.is_not(None)
        )
        for row in tx.connection.execute(query.order_by(hold_words.c.n)):
            found[row.episode, row.transfer_ref] = _watched(row)
    return found


def standing(tx: Tx, now: datetime, at_most: int) -> list[Watched]:
    """Holds whose last word is that they stand, in turns where there are more than so many."""
    held = select(hold_words).where(hold_words.c.is_held, hold_words.c.transfer_ref.is_not(None))
    later = hold_words.alias()
    is_last = ~(
        select(later.c.id)
        .where(
            later.c.episode == hold_words.c.episode,
            later.c.transfer_ref == hold_words.c.transfer_ref,
            later.c.n > hold_words.c.n,
        )
        .exists()
    )
    rows = list(tx.connection.execute(held.where(is_last).order_by(hold_words.c.until, hold_words.c.id)))
    ending = [row for row in rows if row.until <= now][:at_most]
    others = [row for row in rows if row.until > now]
    start = int(now.timestamp()) // 5 * at_most % len(others) if others else 0
    turn = (others[start:] + others[:start])[:at_most]
    return [_watched(row) for row in (*ending, *turn)]


def _watched(row: Row[Any]) -> Watched:
    word = Word(is_held=row.is_held, until=row.until, at=row.at, as_of=row.as_of)
    return Watched(person=row.person, episode=row.episode, transfer_ref=row.transfer_ref, n=row.n, word=word)


def write_words(tx: Tx, changed: Sequence[tuple[Watched, Word]]) -> None:
    """Append these words; one that another process heard at the same time is kept once."""
    rows = [
        {
            "id": tx.new_id(),
            "person": one.person,
            "episode": one.episode,
            "transfer_ref": one.transfer_ref,
            "n": one.n + 1,
            "is_held": word.is_held,
            "until": word.until,
            "as_of": word.as_of,
            "at": word.at,
        }
        for one, word in changed
        if one.n < MOST_WORDS
    ]
    tx.insert_new(hold_words, rows)
    for one, word in changed:
        if word.is_held:
            _refit(tx, one.episode, word)


def _refit(tx: Tx, episode: str, word: Word) -> None:
    """Bring the next step of a climb that is planned against this hold in front of its end."""
    o = outreaches.c
    query = select(o.id, o.due_at, o.step, o.ladder).where(
        o.episode == episode, o.state == "climbing", o.due_at >= word.until, o.lease_until.is_(None)
    )
    for row in tx.connection.execute(query).all():
        ladder = thaw(row.ladder)
        is_over = row.step >= len(ladder.steps)
        if is_over or not ladder.asks_holds or (row.step and ladder.steps[row.step - 1].cool_off):
            continue
        due_at = fitted(row.due_at, word.at, word.until)
        tx.connection.execute(
            update(outreaches).where(o.id == row.id, o.lease_until.is_(None)).values(due_at=due_at)
        )
