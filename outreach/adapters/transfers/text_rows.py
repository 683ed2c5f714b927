"""Rows of other systems as one table of text, which the search reads like a file's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa


def text_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """All rows, each value as text; a column that a row lacks is NULL in it."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in names})


def _text(value: Any) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case date():  # and datetime
            return value.isoformat()
        case _:
            return str(value)
