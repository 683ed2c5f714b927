"""Lines summed up by DuckDB: one pass over the columns that are asked of, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow.dataset import Dataset

from outreach.adapters.summary.query import SUMMARY, TIRED, taken
from outreach.domain.outcomes.summary import LOST, SUMS, Cut, Group, Lead, Lost, Sum, Summary, Tired

__all__ = ["summarise"]

MEMORY = "3GB"
"""Of DuckDB; what needs more goes to `folder`."""


def summarise(
    lines: Dataset | pa.Table | Iterable[pa.RecordBatch],
    schema: pa.Schema,
    cut: Cut | None = None,
    *,
    folder: str = "",
    threads: int = 2,
) -> Summary:
    """What these lines come to. They are read once; of a dataset (a Parquet file) only the columns needed."""
    source = lines if isinstance(lines, pa.Table | Dataset) else _reader(lines, schema)
    settings = {"threads": threads, "memory_limit": MEMORY, "temp_directory": folder}
    with closing(duckdb.connect(":memory:", config=settings)) as connection:  # type: ignore[arg-type]
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("lines", source)
        connection.execute(taken(cut))
        found = _rows(connection, SUMMARY)
        tired = _rows(connection, TIRED)
    told = (_group(row) for row in found if cut and not row["is_all"])
    groups = sorted(told, key=lambda group: (-group.flagged, group.name))
    everybody = next((_group(row) for row in found if row["is_all"]), Group())
    return Summary(everybody=everybody, groups=tuple(groups), tired=tuple(Tired(**row) for row in tired))


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    table: pa.Table = connection.sql(query).to_arrow_table()
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def _reader(lines: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(schema, lines)


_COUNTS = (
    "people", "flagged", "eligible", "control", "near_miss", "sent", "delivered", "seen", "answered",
    "abandoned", "continued", "confirmed", "too_late", "labelled", "false_alarms", "opted_out",
    "messages", "contradicted", "unreckoned",
)  # fmt: skip


def _group(row: Mapping[str, Any]) -> Group:
    return Group(
        name="" if row["is_all"] else row["cut"] or "?",
        **{name: _count(row[name]) for name in _COUNTS},
        gated=dict(sorted(row["gated"] or ())),
        answers=dict(sorted(row["answers"] or ())),
        cost=row["cost"] or Decimal(0),
        lead=Lead(n=int(row["leads"]), **_quantiles(row["lead"])),
        sums={key: Sum(**_three(row, column)) for key, column in SUMS.items()},
        lost={
            window: Lost(
                matured=_count(row[f"matured_{column}"]),
                lost=_count(row[f"some_{column}"]),
                amount=row[f"sum_{column}"] or Decimal(0),
            )
            for window, column in LOST.items()
        },
    )


def _count(told: Any) -> int:
    """What is true of no line at all is counted as NULL."""
    return int(told or 0)


def _three(row: Mapping[str, Any], column: str) -> dict[str, Any]:
    return {
        "amount": row[f"sum_{column}"] or Decimal(0),
        "episodes": _count(row[f"some_{column}"]),
        "open": _count(row[f"open_{column}"]),
    }


def _quantiles(seconds: list[float] | None) -> dict[str, timedelta]:
    names = ("tenth", "median", "ninetieth")
    return {name: timedelta(seconds=round(s)) for name, s in zip(names, seconds or (), strict=False)}
