"""Constant queries about many rows at once: through the driver, without SQLAlchemy's cost a row.

Building a statement and finding it in SQLAlchemy's cache costs as much as SQLite's answer to it, and its rows
turn each value by itself. Here a query is compiled once, and its columns are turned one after the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import Boolean, ColumnElement, Connection, Dialect, Select, Text, UpdateBase, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from outreach.store.bulk import placing

Convert = Callable[[Any], Any]
Question = Select[Any] | UpdateBase
"""A SELECT, or a change that gives rows back."""


class Many(TypeDecorator[Sequence[str]]):
    """Any number of strings as one parameter: JSON on SQLite, the text of an array on PostgreSQL.

    As an array of its own psycopg looks at each of them for 4 µs.
    """

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Sequence[str] | None], str]:
        """To the driver: one text."""
        return _array if dialect.name == "postgresql" else json.dumps


def _array(values: Sequence[str] | None) -> str:
    values = values or ()
    text = '","'.join(values)
    if "\\" in text or text.count('"') != 2 * max(len(values) - 1, 0):
        text = '","'.join(v.replace("\\", "\\\\").replace('"', '\\"') for v in values)
    return f'{{"{text}"}}' if values else "{}"


class _Among(FunctionElement[bool]):
    """That a column is one of many values."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: object = None) -> Self:
        """Itself: as a function SQLite would get it as `… = 1`, and look at every row."""
        return self


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, many = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({many})))"


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, many = element.clauses
    kind = compiler.dialect.type_compiler_instance.process(column.type)
    return f"({compiler.process(column, **kw)} = ANY (CAST({compiler.process(many, **kw)} AS {kind}[])))"


def among(column: ColumnElement[str], values: Sequence[str] | str) -> ColumnElement[bool]:
    """That a column is one of these values, or of those that a constant query is given under a name."""
    if isinstance(values, str):
        return _Among(column, bindparam(values, type_=Many()))
    return _Among(column, bindparam(None, values, type_=Many(), unique=True))


def rows(connection: Connection, query: Question, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What a constant query finds with these values of its `bindparam`s, all of it.

    It is compiled once for as long as the process lives: keep it in a module. It may have no IN list.
    """
    sql, constants, binds, results = _compiled(query, connection.dialect)
    values = {**constants, **given}
    parameters = tuple(values[name] if convert is None else convert(values[name]) for name, convert in binds)
    found = connection.exec_driver_sql(sql, parameters).all()
    if not found:
        return []
    columns = zip(*found, strict=True)
    turned = (
        column if turn is None else map(turn, column) for column, turn in zip(columns, results, strict=True)
    )
    return list(zip(*turned, strict=True))


@lru_cache(maxsize=256)
def _compiled(
    query: Question, dialect: Dialect
) -> tuple[str, Mapping[str, Any], tuple[tuple[str, Convert | None], ...], tuple[Convert | None, ...]]:
    compiled = query.compile(dialect=placing(dialect))
    names = tuple(compiled.positiontup or ())
    binds = ((name, _type(compiled.binds[name].type, dialect).bind_processor(dialect)) for name in names)
    columns = query.exported_columns
    results = (_type(column.type, dialect).result_processor(dialect, None) for column in columns)
    return str(compiled), compiled.params, tuple(binds), tuple(results)


def _type(kind: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return kind.dialect_impl(dialect)
