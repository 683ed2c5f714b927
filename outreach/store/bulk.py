"""Many rows in one statement, through the driver: SQLAlchemy's schema and types, without its cost a row.

Core's own `insert` spends about 30 µs a row on parameters that are the same every time; here the statement
and the columns' converters are worked out once (measured in bench/loop.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table

Convert = Callable[[Any], Any]
Columns = tuple[str, ...]


def insert(connection: Connection, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write these rows; all have the keys of the first."""
    names = tuple(rows[0])
    sql, converters = _statement(table, names, connection.dialect)
    connection.exec_driver_sql(sql, _values(rows, names, converters))


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
