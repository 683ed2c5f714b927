"""Counting what a store holds, and looking for texts that must not lie in the clear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet
from sqlalchemy import Table, func, select, text

from outreach.store.database import Store
from outreach.store.tables import metadata


def count(store: Store, table: Table[Any], *where: Any) -> int:
    """How many rows of a table meet all of these conditions."""
    with store.read() as tx:
        return int(tx.connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())


def stored_bytes(store: Store) -> bytes:
    """All that the database holds, as whoever steals it would read it.

    SQLite: its files. PostgreSQL: every row of every table as text, bytes as they are.
    """
    if store.engine.dialect.name == "sqlite":
        file = Path(str(store.engine.url.database))
        return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))
    return b"\n".join(_rows_as_text(store))


def _rows_as_text(store: Store) -> Iterator[bytes]:
    with store.read() as tx:
        for name in metadata.tables:
            for row in tx.connection.execute(text(f"SELECT * FROM {name}")):
                yield b"\t".join(
                    bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row
                )


def archived_bytes(folder: Path) -> bytes:
    """All that the archive holds: names, and every value unpacked."""
    files = sorted(folder.rglob("*"))
    tables = [parquet.read_table(file) for file in files if file.suffix == ".parquet"]
    values = [repr(set(_texts(column))).encode() for table in tables for column in table.columns]
    return "\n".join(map(str, files)).encode() + b"\n".join(values)


def _texts(column: pa.ChunkedArray) -> Iterator[object]:
    """The column's different values, where they can hold words at all."""
    flat = pc.list_flatten(column) if pa.types.is_list(column.type) else column
    if pa.types.is_string(flat.type) or pa.types.is_binary(flat.type):
        yield from pc.unique(flat).to_pylist()


def found(needles: Sequence[str], haystack: bytes, stems: Sequence[str]) -> list[str]:
    """Those of these texts that occur, in any case of letters; each begins with one of `stems`."""
    assert all(needle.startswith(tuple(stems)) for needle in needles)
    lowered = haystack.lower()
    if not any(stem.lower().encode() in lowered for stem in stems):
        return []  # to look for some thousand words in some hundred MB takes minutes
    return [needle for needle in needles if needle.lower().encode() in lowered]
