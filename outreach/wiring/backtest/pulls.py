"""The archived pulls of some days: their files, when each was decided, and in which run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from outreach.adapters.archive import Archive
from outreach.adapters.matcher.archived import Pulled
from outreach.errors import ArchiveError, SettingsError, StoreError
from outreach.store.forgotten import forgotten_ids
from outreach.store.known import Label, labels, runs_of_pulls
from outreach.wiring.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is replayed. `runs` and `read` go with `pulls`; `lacking` counts files by facts they lack."""

    since: datetime
    until: datetime
    pulls: tuple[Pulled, ...]
    runs: tuple[str, ...]
    read: tuple[int, ...]
    columns: Mapping[str, int]  # in how many files a column stands
    guessed: int  # pulls of which this store knows no time


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What the store knows beside the archive; nothing where there is no database."""

    pulls: Mapping[str, tuple[str, datetime]]
    forgotten: tuple[str, ...]
    labels: tuple[Label, ...]
    is_there: bool = True


def ledger(house: House, since: datetime, until: datetime) -> Ledger:
    """What the store knows of these days; empty where it cannot be read, as in a checkout without keys."""
    try:
        with house.store.read() as tx:
            return Ledger(
                pulls=runs_of_pulls(tx, since - timedelta(days=1)),
                forgotten=tuple(forgotten_ids(tx)),
                labels=tuple(labels(tx, since, until)),
            )
    except (StoreError, SettingsError):
        return Ledger(pulls={}, forgotten=(), labels=(), is_there=False)


def window(archive: Archive, known: Ledger, since: datetime, until: datetime) -> Window:
    """The pulls of these days. ArchiveError where there is no archive, nothing in it, or it is unreadable."""
    if not archive.folder.is_dir():
        raise ArchiveError(
            f"there is no archive at {archive.folder}: another machine has it, or nothing was pulled yet"
        )
    files = archive.files(since.date(), until.date())
    if not files:
        kept = sorted(
            path.parent.name.removeprefix("date=") for path in archive.folder.glob("date=*/*.parquet")
        )
        there = f"it holds {kept[0]} … {kept[-1]}: ask for more --days" if kept else "it is empty"
        raise ArchiveError(
            f"the archive {archive.folder} has no flags of {since:%Y-%m-%d} … {until:%Y-%m-%d}; {there}"
        )
    return _window(files, known, since, until)


def _window(files: tuple[Path, ...], known: Ledger, since: datetime, until: datetime) -> Window:
    found = sorted(_looked_at(files, known), key=lambda one: (one[0].at, one[0].path))
    columns: Counter[str] = Counter()
    for _, _, _, names, _ in found:
        columns.update(names)
    return Window(
        since=since,
        until=until,
        pulls=tuple(pulled for pulled, *_ in found),
        runs=tuple(run for _, run, *_ in found),
        read=tuple(rows for _, _, rows, *_ in found),
        columns=columns,
        guessed=sum(guessed for *_, guessed in found),
    )


def _looked_at(files: tuple[Path, ...], known: Ledger) -> Iterator[tuple[Pulled, str, int, list[str], bool]]:
    for path in files:
        try:
            with parquet.ParquetFile(path) as file:
                run, at = known.pulls.get(path.stem, ("", None))
                moment = at or _newest(file, path)
                yield (
                    Pulled(path=path, at=moment),
                    run or path.stem,
                    file.metadata.num_rows,
                    file.schema_arrow.names,
                    at is None,
                )
        except (OSError, pa.ArrowException) as error:
            raise ArchiveError(f"{path} cannot be read ({type(error).__name__})") from None


def _newest(file: parquet.ParquetFile, path: Path) -> datetime:
    """When a pull that no store knows was decided: with its newest flag, on the day it is filed under."""
    day = datetime.combine(datetime.fromisoformat(path.parent.name.removeprefix("date=")), time(), UTC)
    if "flagged_at" not in file.schema_arrow.names:
        return day + timedelta(days=1)
    newest = pc.max(file.read(["flagged_at"]).column("flagged_at")).as_py()
    return min(max(newest or day, day), day + timedelta(days=1))
