"""The select: which SQL expression over the raw columns makes which column of a flag.

The operator writes expressions; DuckDB's own parser says what is in them, and only what gives the same
flag from the same line, row by row, is let through: no clock, no dice, no second table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

import duckdb

from outreach.domain.facts import Catalogue, FactSource
from outreach.domain.flag import PROFILE_COLUMNS
from outreach.domain.outcomes.columns import NEEDED
from outreach.errors import FeedError

SOURCE_ID = "source_id"
"""The feed's own id of a flag, where it has one; becomes the identity."""

USER = "user_ref"
REQUIRED = (USER, "pattern", "risk_score")
_MANY_ROWS = {"STAR": "*", "SUBQUERY": "a subquery", "WINDOW": "a window function"}


def flag_columns(catalogue: Catalogue) -> tuple[str, ...]:
    """The columns a feed may fill: the user, the profile and every fact that is not our own ledger's."""
    facts = tuple(spec.name for spec in catalogue.values() if spec.source is not FactSource.ENGINE)
    return facts if is_of_no_flags(catalogue) else (SOURCE_ID, USER, *PROFILE_COLUMNS, *facts)


def is_of_no_flags(catalogue: Catalogue) -> bool:
    """Whether these are whole columns of something else, such as outcomes: even the user is one of them."""
    return USER in catalogue


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """A checked select: `given` by the operator; `needed` raw columns; `optional` ones, same-named.

    `required` are the columns that every row must fill.
    """

    given: Mapping[str, str]
    needed: tuple[str, ...]
    optional: tuple[str, ...]
    required: tuple[str, ...] = REQUIRED

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every raw column worth reading."""
        return (*self.needed, *self.optional)

    def expressions(self, present: Sequence[str]) -> dict[str, str]:
        """Column → SQL over a raw table that has the columns `present`."""
        same = {name: quoted(name) for name in (*self.required, *self.optional) if name in present}
        return {**same, **self.given}

    def lacking(self, present: Sequence[str], offered: Sequence[str] = ()) -> str:
        """What to tell the operator about needed columns that are not `present`; '' where all are.

        `offered` are the source's own columns, for a hint.
        """
        missing = [name for name in self.needed if name not in present]
        hints = [hint for name in missing if (hint := _did_you_mean(name, offered or present))]
        return (
            f"lacks the column{'s'[: len(missing) > 1]} {', '.join(missing)}{''.join(hints)}"
            if missing
            else ""
        )


def read_select(feed: str, select: Mapping[str, str], catalogue: Catalogue) -> Select:
    """The select, checked; FeedError with everything that is wrong in it."""
    allowed = flag_columns(catalogue)
    used = _checked(feed, select, allowed) if select else []
    wanted = NEEDED if is_of_no_flags(catalogue) else REQUIRED
    required = [name for name in wanted if name not in select and name in allowed]
    needed = _unique([*used, *required])
    optional = [name for name in allowed if name not in select and name not in needed]
    return Select(
        given=dict(select), needed=needed, optional=_unique(optional, taken=needed), required=wanted
    )


def _checked(feed: str, select: Mapping[str, str], allowed: Sequence[str]) -> list[str]:
    """The raw columns a select reads."""
    with duckdb.connect(":memory:") as connection:
        trees = {column: _tree(connection, sql) for column, sql in select.items()}
    problems = [problem for column, tree in trees.items() for problem in _problems(column, tree, allowed)]
    if problems:
        raise FeedError(f"feed {feed}: the select does not fit\n  " + "\n  ".join(problems))
    return [name for tree in trees.values() for name in _columns(tree)]


def _unique(names: Sequence[str], taken: Sequence[str] = ()) -> tuple[str, ...]:
    """Names without repeats; SQL does not tell `Amount` from `amount`, so neither do we."""
    seen = {name.casefold() for name in taken}
    return tuple(n for n in names if not (n.casefold() in seen or seen.add(n.casefold())))  # type: ignore[func-returns-value]


def _problems(column: str, tree: dict[str, Any], allowed: Sequence[str]) -> Iterator[str]:
    if column not in allowed:
        yield f"{column}: a feed fills no such column{_did_you_mean(column, allowed)}"
    if tree.get("error"):
        yield f"{column}: {tree['error_message']}"
        return
    node = tree["statements"][0]["node"]
    if len(tree["statements"]) != 1 or node.get("from_table", {}).get("type") != "EMPTY":
        yield f"{column}: one expression is expected here"
        return
    for part in _nodes(node):
        if part.get("class") in _MANY_ROWS:
            yield f"{column}: {_MANY_ROWS[part['class']]} is not an expression over one row"
        elif part.get("class") == "FUNCTION" and part["function_name"] in _unsteady():
            yield f"{column}: {part['function_name']}() would give another flag when the line is read again"


@cache
def _unsteady() -> frozenset[str]:
    """Functions that answer differently next time, or with several rows."""
    with duckdb.connect(":memory:") as connection:
        found = connection.execute(
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability <> 'CONSISTENT'"
            " OR function_type = 'aggregate' AND function_name NOT IN (SELECT function_name"
            " FROM duckdb_functions() WHERE function_type IN ('scalar', 'macro'))"
        ).fetchall()
    return frozenset({"unnest", *(name for (name,) in found)})


def _tree(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    """DuckDB's own parse of one expression."""
    row = connection.execute("SELECT json_serialize_sql(?)", [f"SELECT (\n{sql}\n)"]).fetchone()
    tree: dict[str, Any] = json.loads(row[0]) if row else {}
    return tree


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from _nodes(part)


def _columns(tree: dict[str, Any]) -> Iterator[str]:
    """The raw columns an expression reads; a lambda's own variable is none."""
    nodes = list(_nodes(tree))
    lambdas = [part["lhs"] for part in nodes if part.get("class") == "LAMBDA"]
    own = {p["column_names"][0] for lhs in lambdas for p in _nodes(lhs) if p.get("class") == "COLUMN_REF"}
    for part in nodes:
        if part.get("class") == "COLUMN_REF" and part["column_names"][0] not in own:
            yield part["column_names"][0]


def _did_you_mean(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]}?" if near else ""
