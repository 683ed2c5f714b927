"""Many rows in one statement, through the driver: SQLAlchemy's schema and types, without its cost a row.

Core spends about 30 µs a row on parameters that are the same every time; here the statement and the columns'
converters are worked out once (measured in bench/loop.py and bench/delivery.py). SQLite takes row after row;
to PostgreSQL they go as one JSON array, which it reads as a table: psycopg spends 10 to 20 µs a row on them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Table,
    TableValuedAlias,
    Text,
    UpdateBase,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import NullType

Convert = Callable[[Any], Any]
Columns = tuple[str, ...]

ROWS = "rows"
"""The one parameter of a statement on PostgreSQL."""


def add(connection: Connection, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write these rows; all have the keys of the first."""
    names = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        _as_table(connection, _whole_insert(table, names, connection.dialect), rows)
        return
    sql, converters = _insert(table, names, connection.dialect)
    connection.exec_driver_sql(sql, _values(rows, names, converters))


def add_missing(connection: Connection, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write those of these rows that break no unique key; all have the keys of the first."""
    names = tuple(rows[0])
    if connection.dialect.name == "postgresql":
        sql, values = _whole_insert(table, names, connection.dialect)
        _as_table(connection, (f"{sql} ON CONFLICT DO NOTHING", values), rows)
        return
    sql, converters = _insert(table, names, connection.dialect)
    connection.exec_driver_sql(f"{sql} ON CONFLICT DO NOTHING", _values(rows, names, converters))


def each(connection: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> None:
    """Do this statement once for every row of values of its `bindparam`s.

    It is compiled once for as long as the process lives: keep it in a module, and build none of the round's
    values into it. Several rows of values must be about different rows of the table. They go together only
    where every parameter has its type, as `of` gives it.
    """
    if connection.dialect.name == "postgresql" and len(rows) > 1:
        whole_update = _whole_update(statement, connection.dialect)
        if whole_update is not None:
            _as_table(connection, whole_update, rows)
            return
    sql, constants, names, converters = _compiled(statement, connection.dialect)
    whole = ({**constants, **row} for row in rows)
    connection.exec_driver_sql(sql, _values(whole, names, converters))


def of(column: Column[Any], name: str) -> BindParameter[Any]:
    """The value of this name in each row, of the column's type."""
    return bindparam(name, type_=column.type)


def _as_table(connection: Connection, statement: tuple[str, tuple[Any, ...]], rows: Sequence[Any]) -> None:
    sql, values = statement
    told = json.dumps(rows, default=_in_json)
    connection.exec_driver_sql(sql, tuple(told if value is ROWS else value for value in values))


def _in_json(value: object) -> object:
    """A value as PostgreSQL reads it from JSON."""
    match value:
        case datetime():
            return _moment(value)
        case bytes():
            return f"\\x{value.hex()}"
        case Decimal():
            return format(value, "f")
        case _:
            raise TypeError(f"a {type(value).__name__} is no value of a column")


@lru_cache(maxsize=256)  # most rows of a batch say the same moments
def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return value.isoformat()


@lru_cache(maxsize=256)
def _whole_insert(table: Table[Any], names: Columns, dialect: Dialect) -> tuple[str, tuple[Any, ...]]:
    rows = _table_of({name: table.c[name] for name in names})
    return _text(insert(table).from_select(list(names), select(*(rows.c[name] for name in names))), dialect)


@lru_cache(maxsize=256)
def _whole_update(statement: UpdateBase, dialect: Dialect) -> tuple[str, tuple[Any, ...]] | None:
    asked = [e for e in visitors.iterate(statement) if isinstance(e, BindParameter) and e.required]
    if any(isinstance(bind.type, NullType | ARRAY) for bind in asked):
        return None
    rows = _table_of({bind.key: bind for bind in asked})

    def of_row(element: object, **_: object) -> ColumnElement[Any] | None:
        return rows.c[element.key] if isinstance(element, BindParameter) and element.required else None

    whole: Any = visitors.replacement_traverse(statement, {}, of_row)
    return _text(whole, dialect)


def _table_of(columns: Mapping[str, ColumnElement[Any]]) -> TableValuedAlias:
    """The rows of the parameter, as a table of these columns."""
    said = func.json_to_recordset(cast(bindparam(ROWS, type_=Text), postgresql.JSON))
    typed = said.table_valued(*(column(name, one.type) for name, one in columns.items()), name=ROWS)
    return typed.render_derived(name=ROWS, with_types=True)


def _text(statement: UpdateBase, dialect: Dialect) -> tuple[str, tuple[Any, ...]]:
    compiled = statement.compile(dialect=placing(dialect))
    names = compiled.positiontup or ()
    return str(compiled), tuple(ROWS if name == ROWS else compiled.params[name] for name in names)


def placing(dialect: Dialect) -> Dialect:
    """The dialect with places for marks, which both drivers take: names are looked up again in every row."""
    style = "qmark" if dialect.paramstyle == "qmark" else "format"
    return type(dialect)(paramstyle=style)  # type: ignore[call-arg]  # every dialect that is one takes it


@lru_cache(maxsize=256)
def _compiled(
    statement: UpdateBase, dialect: Dialect
) -> tuple[str, Mapping[str, Any], Columns, tuple[tuple[int, Convert], ...]]:
    compiled = statement.compile(dialect=placing(dialect))
    names = tuple(compiled.positiontup or ())
    found = (compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
    converters = tuple((n, convert) for n, convert in enumerate(found) if convert is not None)
    return str(compiled), compiled.params, names, converters


@lru_cache(maxsize=256)
def _insert(
    table: Table[Any], names: Columns, dialect: Dialect
) -> tuple[str, tuple[tuple[int, Convert], ...]]:
    quote = dialect.identifier_preparer.quote
    columns = ", ".join(quote(name) for name in names)
    sql = f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({', '.join(['?'] * len(names))})"
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
