"""Pulls of what is told: where each feed is read on, and the lines of it that could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, func, select

from outreach.domain.flag import Rejected
from outreach.store.database import Conflict, Tx
from outreach.store.tables import outcome_pulls, outcome_unread

P = outcome_pulls.c
COUNTED = ("new", "corrected", "repeated", "quarantined")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """One pull. `n` is its number among the feed's; None: the next one, whichever it is."""

    feed: str
    cursor: str
    counts: Mapping[str, int]
    rejected: Sequence[Rejected] = field(default=(), repr=False)
    n: int | None = None


def position(tx: Tx, feed: str) -> tuple[int, str | None]:
    """How many pulls this feed has had, and the cursor the last one left."""
    query = select(P.n, P.cursor).where(P.feed == feed).order_by(P.n.desc()).limit(1)
    row = tx.connection.execute(query).one_or_none()
    return (0, None) if row is None else (row.n, row.cursor)


def write_pull(tx: Tx, pull: Pulled, now: datetime) -> str:
    """Keep a pull and its unread lines, sealed; its id. Whoever writes holds the turn.

    Raises Conflict where somebody else has pulled it: all of this transaction is undone.
    """
    last, _ = position(tx, pull.feed)
    if pull.n is not None and pull.n != last + 1:
        raise Conflict(f"pull {pull.n} of the feed is taken")
    counts = {name: pull.counts.get(name, 0) for name in COUNTED}
    row = {"id": tx.new_id(), "feed": pull.feed, "n": last + 1, "cursor": pull.cursor, "at": now}
    tx.insert(outcome_pulls, [{**row, **counts, "lines": sum(counts.values())}])
    tx.insert(outcome_unread, [_unread(tx, str(row["id"]), each, now) for each in pull.rejected])
    return str(row["id"])


def _unread(tx: Tx, pull: str, line: Rejected, now: datetime) -> dict[str, Any]:
    return {
        "id": tx.new_id(),
        "pull": pull,
        "place": line.place,
        "line": line.line,
        "reason": line.reason,
        "column": line.column,
        "text_enc": tx.vault.seal(line.text.decode("utf-8", "backslashreplace")),
        "at": now,
    }


def heard_from(tx: Tx) -> list[dict[str, Any]]:
    """Every source by name: how much it told, and when it was last pulled."""
    sums = [func.sum(outcome_pulls.c[name]).cast(Integer).label(name) for name in COUNTED]
    query = select(P.feed, *sums, func.max(P.at).label("last")).group_by(P.feed).order_by(P.feed)
    return [dict(row._mapping) for row in tx.connection.execute(query)]


def unread_lines(tx: Tx, limit: int = 50) -> list[str]:
    """The newest lines that could not be read: source, place, line, column and reason; never their text."""
    u = outcome_unread.c
    query = select(P.feed, u.place, u.line, u.column, u.reason).join(outcome_pulls, P.id == u.pull)
    rows = tx.connection.execute(query.order_by(u.at.desc(), u.line).limit(limit))
    return [
        f"{row.feed}: {row.place or 'row'}:{row.line} {row.column} {row.reason}".replace("  ", " ")
        for row in rows
    ]
