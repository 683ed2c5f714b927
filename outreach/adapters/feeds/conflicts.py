"""Two rows of one batch that say they are the same flag and are not."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc


def conflicting(table: pa.Table) -> list[int]:
    """Places of the rows whose identity an earlier row has with other content."""
    identity = table["identity"]
    if pc.count_distinct(identity).as_py() == table.num_rows:  # nearly always: no row is looked at
        return []
    counts = pc.value_counts(identity.combine_chunks())
    repeated = counts.field(0).filter(pc.greater(counts.field(1), 1))
    places = pc.indices_nonzero(pc.is_in(identity, value_set=repeated))
    return list(_later_and_different(table.take(places).drop_columns(["line"]), places.to_pylist()))


def _later_and_different(rows: pa.Table, places: list[int]) -> Iterator[int]:
    filled = [name for name in rows.column_names if rows[name].null_count < rows.num_rows]
    first: dict[str, dict[str, object]] = {}
    for place, row in zip(places, rows.select(filled).to_pylist(), strict=True):
        if first.setdefault(row["identity"], row) != row:
            yield place
