"""Forgetting by the schema: a canary in every field of every table, and what may be left of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, LargeBinary, String, create_engine, select, text

from outreach.store.database import Store
from outreach.store.forgetting import Wanted, forget
from outreach.store.rotating import turn, usage
from outreach.store.sealed import ENDING, HASH_ENDING, sealed_columns
from outreach.store.tables import metadata
from outreach.store.types import Exact, Id, Instant, Word
from outreach.store.vault import Vault
from tests.build_ledger import NOW
from tests.conftest import KEY, sqlite_store

ABOUT_NOBODY = {
    "allowed", "approvals", "assents", "buckets", "clients", "forgotten", "guesses", "halts", "hearings",
    "lanes", "listed", "listed_feeds", "listed_imports", "listed_waiting", "listings", "lists_edition",
    "lookback_marks", "lookbacks", "looks", "matched", "outcome_edition", "outcome_pulls",
    "outcome_spellings", "processes", "pulls", "ramps", "reckoning_marks", "registration_spans",
    "registrations", "runs", "sealing_keys", "tallies", "texts", "ticks", "withdrawn",
}  # fmt: skip
"""Tables of which no row is one person's: whoever adds a table says here that it is one of them, or sees the
test below go red until forgetting takes its rows."""

BY_LOOKING = {"quarantine.text_enc", "outcome_unread.text_enc"}
"""Sealed lines that nobody could read: who is named in one is found by looking (`lines_naming`)."""

STAYS = {
    "acknowledgments": "",
    "attempts": "reason",  # a word of ours for what the provider said
    "consents": "text_sha256",  # of a text that many were shown
    "core_calls": "reason",  # three words of ours
    "decisions": "because rule_set_sha256 facts registration",  # facts: only those that are about no person
    "episodes": "beneficiary",  # a keyed hash
    "flags": "identity beneficiary score_model",  # `identity`: docs/operations.md says so
    "legal_holds": "reason",  # why somebody was not forgotten
    "messages": "reference template template_sha256",
    "outcome_facts": "feed beneficiary rail by rate_source identity user_hmac",
    "outcomes": "definition reason beside told rate_source",
    "outreaches": "ladder",
    "quarantine": "place column",
    "outcome_unread": "place column",
    "questionings": "sha256",  # of the questions
    "receipts": "event_id detail",
    "reckonings": "beside definition",
    "report_files": "name",  # of a file whose key is gone; the sweep takes it away by that
    "reports": "reference form closed_by",  # the agent
    "suggestions": "address also categories",  # whose the reported address is, is what it was reported for
    "suppressions": "value_hmac",  # their no outlives them
    "waits": "registration",
    "welfare": "lifted_by",  # the agent
}
"""What is left in a row whose person was forgotten, beside ids, closed words, times and numbers."""


def canary(column: Column[Any]) -> str:
    return f"CANARY-{column.table.name}.{column.name}"


def key_of(column: Column[Any]) -> str:
    """An id; the same for a row and for whatever points to it."""
    table = column.table.name
    what = (
        {"outreaches": "outreach"}.get(table, table.removesuffix("s")) if column.name == "id" else column.name
    )
    return hashlib.md5(what.encode(), usedforsecurity=False).hexdigest()


PERSON = hashlib.md5(b"person", usedforsecurity=False).hexdigest()


def value(column: Column[Any], vault: Vault) -> Any:
    kind = column.type
    if column.name in ("person", "object") or (column.table.name, column.name) == ("people", "id"):
        return PERSON
    if column.name.endswith(ENDING):
        return vault.seal(canary(column))
    if kind is Id:
        return key_of(column)
    if isinstance(kind, JSON):
        return {canary(column): canary(column)}
    if isinstance(kind, String):
        return "open" if kind is Word and column.name == "state" else canary(column)
    if isinstance(kind, Instant | Date):
        return NOW if isinstance(kind, Instant) else NOW.date()
    return False if isinstance(kind, Boolean) else b"" if isinstance(kind, LargeBinary) else 0


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Store]:
    """A row in every table, all of them one person's, a canary in every field that takes one."""
    store = sqlite_store(tmp_path)
    (file,) = tmp_path.glob("*.db")
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as raw:  # neither keys nor checks: what is tested is which columns are known
        raw.execute(text("PRAGMA ignore_check_constraints = ON"))
        for table in metadata.tables.values():
            raw.execute(table.insert(), [{c.name: value(c, store.vault) for c in table.c}])
    engine.dispose()
    yield store
    store.close()


def left(store: Store) -> set[str]:
    """Where canaries are readable, `table.column`; closed words and ids are no canaries."""
    found = set()
    with store.read() as tx:
        for table in metadata.tables.values():
            for row in tx.connection.execute(select(table)).mappings():
                for column in table.c:
                    held = row[column.name]
                    is_sealed = column.name.endswith(ENDING) and held is not None
                    said = tx.vault.open(held) if is_sealed else str(held)
                    if "CANARY" in said and column.type is not Word:
                        found.add(f"{table.name}.{column.name}")
    return found


def test_of_every_field_of_every_table_it_is_known_whether_it_goes_with_its_person(full: Store) -> None:
    before = left(full)
    with full.begin() as tx:
        forget(tx, Wanted(person=PERSON, plain={"CANARY-decisions.facts"}), "dpo", "asked", NOW)

    stays = {f"{table}.{name}" for table, names in STAYS.items() for name in names.split()} | BY_LOOKING
    personal = {name for name in left(full) if name.partition(".")[0] not in ABOUT_NOBODY}
    assert {each.name for each in sealed_columns()} <= before
    assert sorted(personal - stays) == []
    assert not {name for name in stays - BY_LOOKING if name.endswith(ENDING)}


def test_every_sealed_field_of_every_table_is_sealed_again_with_a_new_key(full: Store) -> None:
    full.vault = Vault({"t2": bytes(range(32)), "t1": KEY}, KEY, os.urandom)
    for each in sealed_columns():
        assert turn(full, each, "").sealed == 1, each.name
    with full.read() as tx:
        assert {key: sum(by.values()) for key, by in usage(tx).items()} == {"t2": len(sealed_columns())}


def test_every_column_of_bytes_is_sealed_or_a_keyed_hash_by_its_name() -> None:
    columns = [column for table in metadata.tables.values() for column in table.c]
    assert [c for c in columns if isinstance(c.type, LargeBinary) and not c.name.endswith(ENDING)] == []
    assert [c for c in columns if c.name.endswith(HASH_ENDING) and not isinstance(c.type, String)] == []
    assert [c for c in columns if isinstance(c.type, Exact) and c.name.endswith(ENDING)] == []
