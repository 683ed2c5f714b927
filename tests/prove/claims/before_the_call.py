"""Every message a sender is handed has a committed open attempt, seen through another connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import create_engine, event, select, text
from sqlalchemy.exc import OperationalError

from outreach.domain.message import Message
from outreach.store.database import Store
from outreach.store.tables import attempts
from tests.build import a_flag
from tests.engine.world import World
from tests.prove.figures import Figure
from tests.prove.ground import Ground

BATCH = 100
PATIENCE_MS = 500


@dataclass
class Witness:
    """Looks at the database through a connection of its own whenever a sender is called."""

    store: Store
    handed: int = 0
    unwritten: int = 0
    calls: int = 0
    locked: int = 0

    def __post_init__(self) -> None:
        self.engine = create_engine(self.store.engine.url)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _be_impatient)

    def look(self, messages: Sequence[Message]) -> None:
        """Count what is about to be sent and has no committed open attempt."""
        self.calls += 1
        self.handed += len(messages)
        ids = [message.id for message in messages]
        with self.engine.connect() as connection:
            open_ones = select(attempts.c.message, attempts.c.n).where(
                attempts.c.message.in_(ids), attempts.c.finished_at.is_(None)
            )
            written = {tuple(row) for row in connection.execute(open_ones)}
        self.unwritten += sum((m.id, m.attempt) not in written for m in messages)
        self.locked += not self._can_write()

    def _can_write(self) -> bool:
        """True where nobody holds the rows of people in a transaction (SQLite: the whole file)."""
        try:
            with self.engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text(f"SET LOCAL lock_timeout = {PATIENCE_MS}"))
                connection.execute(text("UPDATE outreaches SET sent = sent"))
        except OperationalError:
            return False
        return True


def _be_impatient(connection: object, _entry: object) -> None:
    connection.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")  # type: ignore[attr-defined]


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people on each database, every fifth of them unreachable by push."""
    seen = []
    with ground.stores() as stores:
        for store in stores.values():
            world, witness = World(store), Witness(store)
            for sender in world.senders.values():
                sender.before = witness.look
            world.flag(*(_person(n) for n in range(ground.n)))
            replace(world.dispatch(), batch=BATCH).run()
            world.clock.tick(hours=1)
            replace(world.dispatch(), batch=BATCH).run()
            witness.engine.dispose()
            seen.append(witness)
    handed, calls = sum(w.handed for w in seen), sum(w.calls for w in seen)
    of = "messages handed to a sender, on SQLite and PostgreSQL"
    return {
        "without a committed open attempt": Figure(sum(w.unwritten for w in seen), handed, of),
        "under an open transaction": Figure(sum(w.locked for w in seen), calls, "calls of a sender"),
    }


def _person(n: int) -> dict[str, object]:
    token = None if n % 5 == 0 else f"token-{n}"
    return a_flag(f"user-{n}", push_token=token, risk_score=Decimal("91.000"))
