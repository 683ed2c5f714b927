"""What every table shares: the metadata, its naming and the few column shapes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.schema import SchemaItem

from outreach.store.types import Id, Instant, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *parts: SchemaItem) -> Table[Any]:
    """A table of the schema."""
    return Table(name, metadata, *parts)


def identity() -> Column[str]:
    """The row's own id."""
    return Column("id", Id, primary_key=True)


def person() -> Column[str]:
    """Whose row it is.

    No foreign key: forgetting a person deletes the row in `people` and leaves the ledger's figures true.
    """
    return Column("person", Id, nullable=False, index=True)


def moment(name: str, *, optional: bool = False) -> Column[Any]:
    """A point in time."""
    return Column(name, Instant, nullable=optional)


def word(name: str, *, optional: bool = False, key: bool = False) -> Column[str]:
    """A word from a closed list."""
    return Column(name, Word, nullable=optional, primary_key=key)
