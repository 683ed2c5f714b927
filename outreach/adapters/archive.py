"""The flag archive: what was pulled, as facts without contacts, for backtests and "why not".

One zstd Parquet file a pull, `date=YYYY-MM-DD/<pull id>.parquet`. A file is complete or not there at all: it
is written beside its place, synced, renamed, and the folder synced; the same pull written again overwrites.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import dataset, parquet

from outreach.domain.facts import Catalogue, Privacy
from outreach.domain.flag import CONTACT_COLUMNS, NEVER_ARCHIVED, PROFILE_COLUMNS
from outreach.errors import ArchiveError

REACHABLE = "reachable"
"""Tags: the channels that had an address when the flag came."""

_KEPT_PROFILE = frozenset({"locale", "time_zone", "country"})
_PULL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The Parquet files under `folder`; `catalogue` says which facts are personal and stay out."""

    folder: Path
    catalogue: Catalogue

    def write(self, table: pa.Table, *, pull_id: str, day: date) -> Path:
        """Keep a pull's flags and return their file, which is on the disk when this returns.

        `table` is in the flag schema with a column `person` (the ledger's id) beside it, and whatever else
        the caller adds; contacts, personal facts and the feed's identity are dropped, `reachable` is added.
        ArchiveError where the disk refuses; nothing half-written is left then.
        """
        if not _PULL_ID.fullmatch(pull_id) or "person" not in table.column_names:
            raise ArchiveError("the archive wants a pull id of letters and digits, and a column person")
        place = self.folder / f"date={day.isoformat()}" / f"{pull_id}.parquet"
        beside = place.with_name(f".{pull_id}.tmp")
        try:
            _make_folder(place.parent)
            _write(self.without_contacts(table), beside)
            beside.replace(place)
            _sync(place.parent)
        except OSError as error:
            beside.unlink(missing_ok=True) if beside.parent.is_dir() else None
            raise ArchiveError(_refusal(self.folder, error)) from None
        return place

    def blank(self, pull_id: str, day: date, person: str) -> int:
        """Take out of a pull's file what is about this person: every fact that is not plain; how many rows.

        The rows stay, for what is counted. 0 where the file is gone, or holds nothing of theirs any more.
        """
        place = self.folder / f"date={day.isoformat()}" / f"{pull_id}.parquet"
        beside = place.with_name(f".{pull_id}.tmp")
        try:
            table = parquet.read_table(place, partitioning=None)
            blanked, rows = _blanked(table, person, self._private())
            if rows:
                _write(blanked, beside)
                beside.replace(place)
                _sync(place.parent)
        except FileNotFoundError:
            if not self.folder.is_dir():  # not a file that has grown old: this machine has no archive
                raise ArchiveError(f"there is no archive at {self.folder}: another machine has it") from None
            return 0
        except OSError as error:
            raise ArchiveError(_refusal(self.folder, error)) from None
        return rows

    def of_person(self, pull_id: str, day: date, person: str) -> list[dict[str, Any]] | None:
        """What a pull's file holds of one person, a row a flag; None where the file is gone.

        ArchiveError where this machine has no archive, or the file cannot be read.
        """
        place = self.folder / f"date={day.isoformat()}" / f"{pull_id}.parquet"
        if not self.folder.is_dir():
            raise ArchiveError(f"there is no archive at {self.folder}: another machine has it")
        try:
            theirs = [("person", "=", person)]
            found: list[dict[str, Any]] = parquet.read_table(
                place, partitioning=None, filters=theirs
            ).to_pylist()
        except FileNotFoundError:
            return None
        except (OSError, pa.ArrowException) as error:
            raise ArchiveError(f"{place} cannot be read ({type(error).__name__})") from None
        return found

    def _private(self) -> set[str]:
        return {spec.name for spec in self.catalogue.values() if spec.privacy is not Privacy.PLAIN}

    def drop_before(self, day: date) -> int:
        """Take away the files of every day before this one; how many."""
        old = self.files(date.min, day - timedelta(days=1))
        for path in old:
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in old}:
            with suppress(OSError):  # somebody's own file stands in it
                folder.rmdir()
        return len(old)

    def without_contacts(self, table: pa.Table) -> pa.Table:
        """The columns that may be archived, `reachable` among them.

        The identity stays out: a hash over the user's id could be tried out against a list of users.
        """
        personal = {spec.name for spec in self.catalogue.values() if spec.privacy is Privacy.PERSONAL}
        dropped = NEVER_ARCHIVED | personal | {"identity"} | (PROFILE_COLUMNS.keys() - _KEPT_PROFILE)
        kept = table.select([name for name in table.column_names if name not in dropped | {REACHABLE}])
        return kept.append_column(REACHABLE, _reachable(table))

    def files(self, since: date, until: date) -> tuple[Path, ...]:
        """The files of the days `since` … `until`, both included, in order of day and pull."""
        found = []
        for path in self.folder.glob("date=*/*.parquet"):
            if since.isoformat() <= path.parent.name.removeprefix("date=") <= until.isoformat():
                found.append(path)
        return tuple(sorted(found))

    def read(
        self, since: date, until: date, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The archived flags of these days, streamed; a column that a file does not have is NULL in it.

        ArchiveError where a file cannot be read, or no file has one of the columns.
        """
        paths = self.files(since, until)
        if not paths:
            return
        try:
            schema = pa.unify_schemas([parquet.read_schema(path) for path in paths])
            if lacking := [name for name in columns or () if name not in schema.names]:
                raise ArchiveError(
                    f"no file of the archive {self.folder} has the column {', '.join(lacking)}"
                )
            wanted = None if columns is None else [*columns]
            for path in paths:
                yield from dataset.dataset(path, schema=schema, format="parquet").to_batches(columns=wanted)
        except (OSError, pa.ArrowException) as error:
            raise ArchiveError(f"the archive {self.folder} cannot be read ({type(error).__name__})") from None


def _blanked(table: pa.Table, person: str, names: Collection[str]) -> tuple[pa.Table, int]:
    theirs = pc.equal(table["person"], person)
    count = 0
    for place, name in enumerate(table.column_names):
        if name in names and (here := pc.sum(pc.and_(theirs, pc.is_valid(table[name]))).as_py() or 0):
            count = max(count, here)
            nothing = pa.scalar(None, table[name].type)
            table = table.set_column(place, table.field(name), pc.if_else(theirs, nothing, table[name]))
    return table, count


def _reachable(table: pa.Table) -> pa.Array:
    """Each row's channels with an address; taken over where the caller has worked it out."""
    if REACHABLE in table.column_names:
        return table[REACHABLE]
    known = {channel: name for channel, name in CONTACT_COLUMNS.items() if name in table.column_names}
    has = [pc.is_valid(table[name]).to_pylist() for name in known.values()]
    rows = zip(*has, strict=True) if has else iter([()] * table.num_rows)
    names = [channel.value for channel in known]
    return pa.array(
        [[name for name, is_there in zip(names, row, strict=True) if is_there] for row in rows],
        pa.list_(pa.string()),
    )


def _write(table: pa.Table, path: Path) -> None:
    with path.open("wb") as file:
        parquet.write_table(table, file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())


def _make_folder(folder: Path) -> None:
    """Make a folder last a power cut: its parent is synced too."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refusal(folder: Path, error: OSError) -> str:
    cause = error.strerror or type(error).__name__
    return (
        f"the archive {folder} cannot be written: {cause}; free space or mend its permissions, then run again"
    )
