"""Tellings about people we do not know: they wait for a flag for a while, as keyed hashes, then they go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from outreach.store.bulk import of
from outreach.store.database import Tx
from outreach.store.outcome_rates import priced
from outreach.store.outcome_telling import take_turn
from outreach.store.tables import outcome_facts, people

F = outcome_facts.c

MOST = 5_000

_RATED = (F.id, F.person, F.transfer, F.amount, F.currency, F.rate, F.rate_source)

_NOW_KNOWN = (
    update(outcome_facts)
    .where(F.id == of(F.id, "row"))
    .values(
        person=of(F.person, "whose"),
        user_hmac="",
        seq=of(F.seq, "place"),
        rate=of(F.rate, "worth"),
        rate_source=of(F.rate_source, "source"),
    )
)


def adopt(tx: Tx, currency: str, since: datetime) -> int:
    """Give what waited to the people who have become known, and rates that flags have said: how many.

    Rates are looked for on what was told since then. What changes moves behind everything that was told:
    whoever asks what is new is told of it.
    """
    take_turn(tx)
    rows = _known_now(tx)
    found = [dict(row._mapping) for row in tx.connection.execute(_unrated(since))]
    rated = [row for row in priced(tx, currency, found) if row["rate"] is not None]
    changed = [*priced(tx, currency, rows), *rated]
    first = take_turn(tx, len(changed)) + 1
    tx.each(_NOW_KNOWN, [_change(row, first + n) for n, row in enumerate(changed)])
    return len(changed)


def _known_now(tx: Tx) -> list[dict[str, Any]]:
    """What waited for somebody who is known by now, oldest first; they are held until the end."""
    p = people.c
    # Found by the database: a bank that tells of all its customers lets millions wait.
    whose = p.user_ref_hmac == F.user_hmac
    query = select(*_RATED, p.id.label("whose")).join(people, whose).where(F.user_hmac != "")
    held = query.order_by(F.seq).limit(MOST).with_for_update(read=True, key_share=True, of=people)
    found = [dict(row._mapping) for row in tx.connection.execute(held)]
    return [{**row, "person": row.pop("whose")} for row in found]


def _unrated(since: datetime) -> Any:
    """The newest tellings whose amount nobody has priced."""
    lacks = F.rate.is_(None) & F.amount.is_not(None) & F.currency.is_not(None)
    whole = lacks & F.person.is_not(None) & (F.transfer != "") & (F.told_at >= since)
    return select(*_RATED).where(whole).order_by(F.seq.desc()).limit(MOST)


def _change(row: dict[str, Any], place: int) -> dict[str, Any]:
    return {
        "row": row["id"],
        "whose": row["person"],
        "place": place,
        "worth": row["rate"],
        "source": row["rate_source"],
    }


def let_go(tx: Tx, before: datetime) -> int:
    """Let go of what was told before then about people who never became known: how many tellings."""
    gone = delete(outcome_facts).where(F.user_hmac != "", F.told_at < before)
    return int(tx.connection.execute(gone).rowcount)
