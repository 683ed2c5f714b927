"""Raw rows: a batch as its source spelled it, before the select and the types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from outreach.domain.flag import Rejected

LINE = "__line"
"""The raw column that carries the line (record, row) a row is from."""


class BrokenSourceError(Exception):
    """One file cannot be read on; says why without quoting it. Becomes part of the pull's FeedError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRows:
    """One bounded piece: the rows of `table` (raw columns and LINE) and `rejected` are `lines` together.

    Every string in `table` is valid UTF-8. `text_of` gives a line as it stood, for the quarantine.
    """

    table: pa.Table
    rejected: tuple[Rejected, ...]
    lines: int
    place: str
    text_of: Callable[[int], bytes]


def text_table(columns: dict[str, pa.Array], numbers: list[int]) -> pa.Table:
    """Raw columns with the lines they are from."""
    return pa.table({**columns, LINE: pa.array(numbers, pa.int64())})
