"""Builders for feed tests: a catalogue with every type, one good line, and what a pull came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from outreach.adapters.feeds import FileFeed
from outreach.domain.facts import Catalogue, FactSource, FactSpec, FactType, Privacy
from outreach.domain.flag import FlagBatch, Rejected


def a_fact(name: str, kind: FactType, **options: Any) -> FactSpec:
    """A line of a catalogue."""
    return FactSpec(name=name, type=kind, about=name, **options)


CATALOGUE: Catalogue = {
    spec.name: spec
    for spec in (
        a_fact("pattern", FactType.TEXT),
        a_fact("claimed_pattern", FactType.TEXT, longest=20),
        a_fact("risk_score", FactType.SCORE),
        a_fact("flagged_at", FactType.TIME),
        a_fact("beneficiary", FactType.TEXT, longest=40),
        a_fact("tags", FactType.TAGS, longest=10),
        a_fact("amount", FactType.MONEY),
        a_fact("share", FactType.NUMBER),
        a_fact("sends", FactType.INTEGER),
        a_fact("kind", FactType.TEXT, one_of=("crypto", "bank")),
        a_fact("on_call", FactType.BOOLEAN),
        a_fact("memo", FactType.TEXT, longest=140, privacy=Privacy.PERSONAL),
        a_fact("last_warned_at", FactType.TIME, source=FactSource.ENGINE),
    )
}
PATTERNS = ("pig_butchering", "recovery")
HEADER = "user_ref,pattern,risk_score,email,phone,time_zone,amount,beneficiary"
GOOD = "u1,pig_butchering,85.5,ann@example.com,+4915112345678,Europe/Berlin,12.50,bc1q"


@dataclass(frozen=True, slots=True)
class Pull:
    """What a whole pull came to."""

    rows: list[dict[str, Any]]
    rejected: list[Rejected]
    lines: int
    cursors: list[str]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        """(line, reason) of every rejected line."""
        return [(r.line, r.reason) for r in self.rejected]


def pulled(batches: Iterable[FlagBatch[pa.Table]]) -> Pull:
    """Read a pull to its end, holding every batch to the law of lines."""
    pull = Pull([], [], 0, [])
    total = 0
    for batch in batches:
        assert batch.table.num_rows + len(batch.rejected) == batch.lines
        total += batch.lines
        pull.rows.extend(batch.table.to_pylist())
        pull.rejected.extend(batch.rejected)
        pull.cursors.append(batch.cursor)
    return Pull(pull.rows, pull.rejected, total, pull.cursors)


def a_feed(glob: Path, kind: str = "csv", **options: Any) -> FileFeed:
    """A file feed over the small catalogue."""
    return FileFeed(
        name="risk", catalogue=CATALOGUE, glob=str(glob), format=kind, patterns=PATTERNS, **options
    )


def pull_csv(folder: Path, *lines: str | bytes, header: str = HEADER, **options: Any) -> Pull:
    """Write these lines under a header, each ended by a newline, and pull them."""
    path = folder / "flags.csv"
    body = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in (header, *lines))
    path.write_bytes(body)
    return pulled(a_feed(path, **options).batches(None))


def line(**columns: object) -> str:
    """The good line with some fields changed."""
    fields: dict[str, object] = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))
    return ",".join(str(value) for value in (fields | columns).values())


def known(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without its NULLs."""
    return {name: value for name, value in row.items() if value is not None}
