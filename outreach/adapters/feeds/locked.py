"""A DuckDB for text that others wrote: it knows the closed sets and reaches nothing but its own memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from zoneinfo import available_timezones

import duckdb

from outreach.adapters.feeds.casting import enum_name
from outreach.domain.facts import Catalogue
from outreach.domain.flag import UNKNOWN_PATTERN


def locked_duckdb(catalogue: Catalogue, patterns: Collection[str]) -> duckdb.DuckDBPyConnection:
    """A DuckDB that knows the closed sets and can reach nothing outside its memory."""
    connection = duckdb.connect(
        ":memory:", config={"threads": 1, "memory_limit": "1GB", "temp_directory": ""}
    )
    connection.execute("SET TimeZone = 'UTC'")
    _enum(connection, "iana_zone", _zones())
    _enum(connection, "known_pattern", {*patterns, UNKNOWN_PATTERN})
    for spec in catalogue.values():
        if spec.one_of:
            _enum(connection, enum_name(spec), spec.one_of)
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _enum(connection: duckdb.DuckDBPyConnection, name: str, values: Iterable[str]) -> None:
    texts = ", ".join("'" + value.replace("'", "''") + "'" for value in sorted(values))
    connection.execute(f"CREATE TYPE {name} AS ENUM ({texts})")


@cache
def _zones() -> frozenset[str]:
    """The zones that `zoneinfo` (and so the gate) can read here."""
    return frozenset(available_timezones())
