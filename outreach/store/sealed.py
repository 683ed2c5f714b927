"""Every sealed column of the schema, found by its name: what forgetting empties and a new key seals again.

A table that gets a column `…_enc` is in here from that moment: neither can be forgotten about.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, func, literal
from sqlalchemy.dialects.postgresql import BYTEA

from outreach.store.database import Tx
from outreach.store.tables import metadata
from outreach.store.vault import NONCE_BYTES, TAG_BYTES

ENDING = "_enc"
HASH_ENDING = "_hmac"

EMPTIED = {"messages.body_enc": json.dumps({"text": "", "title": "", "html": ""})}
"""What is sealed in the place of what is forgotten, where that is not an empty text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A sealed column with its table, the table's key, and what an emptied field holds."""

    table: Table[Any]
    column: Column[Any]
    key: Column[Any]
    emptied: str

    @property
    def name(self) -> str:
        """`table.column`."""
        return f"{self.table.name}.{self.column.name}"

    @property
    def is_of_persons(self) -> bool:
        """Whether each row says whose it is."""
        return "person" in self.table.c


@cache
def sealed_columns() -> tuple[Sealed, ...]:
    """All of them, in the order of their names."""
    columns = [column for table in metadata.tables.values() for column in table.c]
    found = [_sealed(column) for column in columns if column.name.endswith(ENDING)]
    return tuple(sorted(found, key=lambda each: each.name))


def _sealed(column: Column[Any]) -> Sealed:
    table: Any = column.table
    (key,) = table.primary_key.columns
    name = f"{table.name}.{column.name}"
    return Sealed(table=table, column=column, key=key, emptied=EMPTIED.get(name, ""))


@cache
def hashed_columns() -> tuple[Column[Any], ...]:
    """Keyed hashes of addresses that stand beside a person's id: with them a number finds its person."""
    tables = [table for table in metadata.tables.values() if "person" in table.c]
    return tuple(c for table in tables for c in table.c if c.name.endswith(HASH_ENDING))


def sealed_with(tx: Tx, column: Column[Any]) -> ColumnElement[bytes]:
    """In SQL: the id of the key that sealed a field, as bytes."""
    return func.substr(column, 1, _end_of_key(tx, column) - 1, type_=LargeBinary())


def is_empty(tx: Tx, column: Column[Any]) -> ColumnElement[bool]:
    """In SQL: that nothing but an empty text is sealed in a field."""
    return func.length(column) <= _end_of_key(tx, column) + NONCE_BYTES + TAG_BYTES


def _end_of_key(tx: Tx, column: Column[Any]) -> ColumnElement[int]:
    if tx.connection.dialect.name == "postgresql":
        return func.position(literal(b"\0", BYTEA).op("IN")(column))
    return func.instr(column, literal(b"\0", LargeBinary))
