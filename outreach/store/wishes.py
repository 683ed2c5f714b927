"""How people asked to be reached: every word kept, the newest counts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from outreach.domain.wish import IN_WORDS, Wish
from outreach.store.database import Tx
from outreach.store.tables import messages, people, reach_wishes, tasks


def wish(tx: Tx, message: str, asked: Wish, now: datetime) -> bool:
    """Keep a wish said to a message, and tell whoever has its help task; False where it is nobody's."""
    found = select(messages.c.person, messages.c.outreach).join(people, people.c.id == messages.c.person)
    row = tx.connection.execute(found.where(messages.c.id == message)).one_or_none()
    if row is None:
        return False
    if wishes_of(tx, [row.person]).get(row.person) is not asked:
        fresh = {"id": tx.new_id(), "person": row.person, "message": message, "wish": asked.value, "at": now}
        tx.insert(reach_wishes, [fresh])
        waiting = (tasks.c.outreach == row.outreach) & (tasks.c.kind == "help") & tasks.c.closed_at.is_(None)
        told = tx.vault.seal(help_text(asked))
        tx.connection.execute(update(tasks).where(waiting).values(text_enc=told))
    return True


def wishes_of(tx: Tx, persons: Collection[str]) -> dict[str, Wish]:
    """The newest wish of each of these people; one that we do not know counts as "do not call"."""
    c = reach_wishes.c
    query = select(c.person, c.wish).where(tx.among(c.person, persons)).order_by(c.at, c.id)
    known = set(Wish)
    return {
        person: Wish(word) if word in known else Wish.QUIET for person, word in tx.connection.execute(query)
    }


def help_text(asked: Wish | None) -> str:
    """What a colleague is told of somebody who wants help without explaining."""
    how = f"Asked to be reached {IN_WORDS[asked]}." if asked else "Did not say how: write in the app first."
    return f"Wants help after a loss, without having to explain it: do not ask how it happened. {how}"
