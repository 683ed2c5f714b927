"""Rows in and out of the matcher as plain values, for examples and explanations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from outreach.adapters.matcher.duck import DuckMatcher
from outreach.domain.decision import Truth
from outreach.domain.facts import Catalogue, Facts, Value
from outreach.domain.masks import answers, mask_columns
from outreach.domain.plan import Plan
from outreach.frames import ARROW_TYPES

LINE = "line"


def fact_table(rows: Sequence[Facts], catalogue: Catalogue) -> pa.Table:
    """One row each, every fact of the catalogue a column, and `line`: its place among the rows."""
    columns = {
        name: pa.array([_arrow(row.get(name)) for row in rows], ARROW_TYPES[spec.type])
        for name, spec in catalogue.items()
    }
    return pa.table({LINE: pa.array(range(len(rows)), pa.int64()), **columns})


def _arrow(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def fact_rows(table: pa.Table, catalogue: Catalogue) -> list[dict[str, Value]]:
    """Each row's known facts: Decimal, aware datetime, tuple of tags; unknown ones are left out."""
    rows: list[dict[str, Value]] = [{} for _ in range(table.num_rows)]
    for name in table.column_names:
        column = table.column(name)
        if name not in catalogue or column.null_count == len(column):
            continue
        for row, value in zip(rows, column.to_pylist(), strict=True):
            if value is not None:
                row[name] = tuple(v for v in value if v is not None) if isinstance(value, list) else value
    return rows


def truth_rows(kept: pa.Table, plan: Plan) -> list[Sequence[Truth]]:
    """Each kept row's answers in plan order, read from its masks."""
    true, unknown = mask_columns(len(plan.probes))
    masks = [[kept.column(name).to_pylist() for name in names] for names in (true, unknown)]
    return list(answers(masks[0], masks[1], len(plan.probes)))


def match_facts(
    matcher: DuckMatcher, plan: Plan, rows: Sequence[Facts], catalogue: Catalogue, now: datetime
) -> list[Sequence[Truth]]:
    """The answers to each row, by one query; a row that no main probe wants is answered false throughout."""
    nothing: Sequence[Truth] = (False,) * len(plan.probes)
    found = [nothing] * len(rows)
    for kept in matcher.match(plan, fact_table(rows, catalogue), now):
        for line, truths in zip(kept.column(LINE).to_pylist(), truth_rows(kept, plan), strict=True):
            found[line] = truths
    return found
