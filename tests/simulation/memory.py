"""The database that survives every crash: a real SQLite in memory, laid out once, copied for each seed."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from outreach.domain.scale import Channel
from outreach.store import schema, tables
from outreach.store.contacts import Reach, write_reaches
from outreach.store.database import Store
from outreach.store.intake import people_of
from outreach.store.vault import Vault
from tests.build_ledger import Ledger
from tests.conftest import MIGRATIONS

PEOPLE = 6
EPISODES = 3  # prepared for each person: more than one outreach may open
DAY = datetime(2026, 11, 23, tzinfo=UTC)
KEY = hashlib.sha256(b"a key for simulations").digest()
ZONES = (
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
)


def a_vault(dice: Random) -> Vault:
    """A vault whose nonces come from the seed."""
    return Vault({"s1": KEY}, KEY, dice.randbytes)


def ids(first: int = 1) -> Callable[[], str]:
    """Ids that rise, as the engine's do, with references that differ."""
    state = {"n": first - 1}

    def new_id() -> str:
        state["n"] += 1
        return f"{state['n']:032x}"

    return new_id


class Memory:
    """One connection that every simulated process shares; `fresh` lays it out anew."""

    def __init__(self, template: bytes) -> None:
        self._template = sqlite3.connect(":memory:", check_same_thread=False)
        self._template.deserialize(template)
        self.connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self.connection.execute("PRAGMA foreign_keys=ON")
        self.engine: Engine = create_engine(
            "sqlite://", creator=lambda: self.connection, poolclass=StaticPool, hide_parameters=True
        )
        event.listen(self.engine, "begin", _begin)

    def fresh(self) -> None:
        """The laid-out database, as if no seed had run before."""
        self._template.backup(self.connection)  # deserialize is faster, and crashes statements over json_each

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What is committed, read past the engine."""
        return self.connection.execute(sql).fetchall()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("outreach_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def laid_out(*, without_step_key: bool = False) -> bytes:
    """A migrated database with people, episodes and decisions; `without_step_key` drops a unique key."""
    with tempfile.TemporaryDirectory(prefix="simulation-") as folder:
        file = Path(folder) / "template.db"
        store = Store(f"sqlite:///{file}", a_vault(Random(0)), ids(1 << 40))
        schema.migrate(store.engine, MIGRATIONS)
        if without_step_key:
            _drop_step_key(file)
        _prepare(store)
        store.close()
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("VACUUM")
            return connection.serialize()


def _drop_step_key(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'messages'").fetchone()
        indexes = connection.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'messages' AND type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        bare = re.sub(r",\s*CONSTRAINT \w+ UNIQUE \(outreach, step\)", "", sql)
        assert bare != sql, "the key is not where it was"
        connection.execute("DROP TABLE messages")
        connection.execute(bare)
        for (index,) in indexes:
            connection.execute(index)


def _prepare(store: Store) -> None:
    before = DAY - timedelta(days=1)
    with store.begin() as tx:
        ledger = Ledger(tx, before).begin()
        known, _ = people_of(tx, [f"user-{n}" for n in range(PEOPLE)], before)
        write_reaches(tx, [_reach(known[f"user-{n}"], n) for n in range(PEOPLE)], "risk", before)
        for n in range(PEOPLE):
            for k in range(EPISODES):
                _decide(ledger, known[f"user-{n}"], f"T-{n}-{k}", k)


def address_of(channel: Channel, n: int) -> str:
    """Where the n-th person is reached."""
    match channel:
        case Channel.SMS:
            return f"+1555010{n:04}"
        case Channel.EMAIL:
            return f"user-{n}@example.com"
        case _:
            return f"token-of-user-{n}"


def _reach(person: str, n: int) -> Reach:
    contacts = {channel: address_of(channel, n) for channel in (Channel.SMS, Channel.EMAIL, Channel.PUSH)}
    return Reach(person=person, locale="en", zone=ZONES[n % len(ZONES)], contacts=contacts)


def _decide(ledger: Ledger, person: str, transfer: str, k: int) -> None:
    episode = ledger.tx.new_id()
    row = {"severity_rank": k, "transfer_ref": transfer, "money_moved": False, "closed_at": None}
    moments = {"opened_at": ledger.now, "last_flag_at": ledger.now}
    ledger.tx.insert(
        tables.episodes,
        [
            {
                "id": episode,
                "person": person,
                "pattern": "pig_butchering",
                "beneficiary": f"{k:064x}",
                **row,
                **moments,
            }
        ],
    )
    ledger.decision(person, episode=episode, facts={"transfer_ref": transfer, "amount": "4200"})
