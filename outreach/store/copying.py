"""Copies of a SQLite database, made while others write to it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from outreach.errors import StoreError

PARTS = ("", "-wal", "-shm")
"""What a SQLite database is on the disk, by the end of the name."""


def copy_sqlite(source: Path, target: Path) -> None:
    """A whole, checked copy at one moment; `target` appears only when it is on the disk.

    Raises StoreError where the source is not a whole database, or the target cannot be written.
    """
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(source, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.rename(target)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        words = error.strerror if isinstance(error, OSError) else str(error)
        raise StoreError(f"{source} cannot be copied to {target}: {words}") from None


def _copy(source: Path, part: Path) -> None:
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(part)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, that may be carried away
        (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError("the copy is not whole")


def put_in_place(new: Path, place: Path, aside: Path) -> None:
    """Move the database at `place`, if there is one, aside, and the new one there."""
    for end in PARTS:
        old = place.with_name(place.name + end)
        if old.exists():
            old.rename(aside.with_name(aside.name + end))
    new.rename(place)
