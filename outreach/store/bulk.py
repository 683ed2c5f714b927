"""Many rows in one statement, through the driver: SQLAlchemy's schema and types, without its cost a row.

Core spends about 30 µs a row on parameters that are the same every time; here the statement and the columns'
converters are worked out once (measured in bench/loop.py and bench/delivery.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table, UpdateBase

Convert = Callable[[Any], Any]
Columns = tuple[str, ...]


def insert(connection: Connection, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write these rows; all have the keys of the first."""
    names = tuple(rows[0])
    sql, converters = _statement(table, names, connection.dialect)
    connection.exec_driver_sql(sql, _values(rows, names, converters))


def each(connection: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> None:
    """Do this statement once for every row of values of its `bindparam`s.

    It is compiled once for as long as the process lives: keep it in a module, and build none of the round's
    values into it.
    """
    sql, constants, names, converters = _compiled(statement, connection.dialect)
    whole = ({**constants, **row} for row in rows)
    connection.exec_driver_sql(sql, _values(whole, names, converters))


@lru_cache(maxsize=256)
def _compiled(
    statement: UpdateBase, dialect: Dialect
) -> tuple[str, Mapping[str, Any], Columns, tuple[tuple[int, Convert], ...]]:
    # With places for marks, which both drivers take: names would be looked up again in every row.
    style = "qmark" if dialect.paramstyle == "qmark" else "format"
    places = type(dialect)(paramstyle=style)  # type: ignore[call-arg]  # every dialect that is one takes it
    compiled = statement.compile(dialect=places)
    names = tuple(compiled.positiontup or ())
    found = (compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
    converters = tuple((n, convert) for n, convert in enumerate(found) if convert is not None)
    return str(compiled), compiled.params, names, converters


@lru_cache(maxsize=256)
def _statement(
    table: Table[Any], names: Columns, dialect: Dialect
) -> tuple[str, tuple[tuple[int, Convert], ...]]:
    quote = dialect.identifier_preparer.quote
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    columns = ", ".join(quote(name) for name in names)
    sql = f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({', '.join([mark] * len(names))})"
    found = (table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
    return sql, tuple((place, convert) for place, convert in enumerate(found) if convert is not None)


def _values(
    rows: Iterable[Mapping[str, Any]], names: Columns, converters: Sequence[tuple[int, Convert]]
) -> list[tuple[Any, ...]]:
    take = itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)
    if not converters:
        return [take(row) for row in rows]
    values = []
    for row in rows:
        taken = list(take(row))
        for place, convert in converters:
            taken[place] = convert(taken[place])
        values.append(tuple(taken))
    return values
