"""The archive: whole files or none, facts and never contacts."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from outreach.adapters.archive import Archive
from outreach.domain.facts import FactSpec, FactType, Privacy
from outreach.domain.flag import NEVER_ARCHIVED
from outreach.errors import ArchiveError

CATALOGUE = {
    "pattern": FactSpec(name="pattern", type=FactType.TEXT, about=""),
    "memo": FactSpec(name="memo", type=FactType.TEXT, about="", privacy=Privacy.PERSONAL),
}
DAY = date(2026, 11, 22)


def a_table(*patterns: str) -> pa.Table:
    """Flags with everything about a person in them."""
    count = len(patterns)
    personal = {name: ["secret"] * count for name in sorted(NEVER_ARCHIVED)}
    return pa.table(
        personal
        | {
            "line": list(range(count)),
            "identity": ["id"] * count,
            "person": ["p"] * count,
            "locale": ["ar"] * count,
            "consent_sms": [True] * count,
            "email": pa.array([None] * count, pa.string()),
            "pattern": list(patterns),
            "memo": ["secret"] * count,
        }
    )


def an_archive(folder: Path) -> Archive:
    return Archive(folder=folder, catalogue=CATALOGUE)


def test_nothing_that_names_or_reaches_a_person_is_archived(tmp_path: Path) -> None:
    path = an_archive(tmp_path).write(a_table("recovery"), pull_id="p1", day=DAY)

    kept = parquet.read_table(path, partitioning=None)
    assert set(kept.column_names) == {"line", "person", "locale", "pattern", "reachable"}
    assert b"secret" not in path.read_bytes()


def test_the_channels_with_an_address_are_kept_instead_of_the_addresses(tmp_path: Path) -> None:
    path = an_archive(tmp_path).write(a_table("recovery"), pull_id="p1", day=DAY)

    assert parquet.read_table(path, partitioning=None)["reachable"].to_pylist() == [["sms", "push"]]


def test_the_same_pull_written_again_overwrites(tmp_path: Path) -> None:
    archive = an_archive(tmp_path)
    archive.write(a_table("recovery", "recovery"), pull_id="p1", day=DAY)
    path = archive.write(a_table("other"), pull_id="p1", day=DAY)

    assert path == tmp_path / "date=2026-11-22" / "p1.parquet"
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]
    assert parquet.read_table(path, partitioning=None)["pattern"].to_pylist() == ["other"]


def test_days_are_read_in_order_and_a_column_a_file_lacks_is_null(tmp_path: Path) -> None:
    archive = an_archive(tmp_path)
    archive.write(a_table("late").append_column("extra", pa.array([1])), pull_id="a", day=date(2026, 11, 23))
    archive.write(a_table("early"), pull_id="b", day=DAY)
    archive.write(a_table("outside"), pull_id="c", day=date(2026, 11, 24))

    batches = archive.read(DAY, date(2026, 11, 23), ("pattern", "extra"))

    assert [row for batch in batches for row in batch.to_pylist()] == [
        {"pattern": "early", "extra": None},
        {"pattern": "late", "extra": 1},
    ]
    assert list(archive.read(date(2020, 1, 1), date(2020, 1, 2))) == []


def test_a_column_that_no_file_has_is_an_error(tmp_path: Path) -> None:
    archive = an_archive(tmp_path)
    archive.write(a_table("x"), pull_id="a", day=DAY)

    with pytest.raises(ArchiveError, match="nope"):
        list(archive.read(DAY, DAY, ["nope"]))


def test_a_damaged_file_is_an_error_that_names_the_archive(tmp_path: Path) -> None:
    archive = an_archive(tmp_path)
    archive.write(a_table("x"), pull_id="a", day=DAY).write_bytes(b"junk")

    with pytest.raises(ArchiveError, match="cannot be read"):
        list(archive.read(DAY, DAY))


@contextmanager
def a_disk_with(size: int) -> Iterator[None]:
    """No file may grow over `size` bytes meanwhile: the kernel refuses the write, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_a_disk_that_refuses_is_an_archive_error_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    archive = an_archive(tmp_path)
    before = archive.write(a_table("kept"), pull_id="p1", day=DAY).read_bytes()

    with a_disk_with(100), pytest.raises(ArchiveError, match="cannot be written"):
        archive.write(a_table("lost"), pull_id="p1", day=DAY)

    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert [p.read_bytes() for p in files] == [before]


def test_a_folder_that_cannot_be_made_is_an_archive_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(ArchiveError, match="cannot be written"):
        an_archive(tmp_path / "file").write(a_table("x"), pull_id="p1", day=DAY)


@pytest.mark.parametrize("pull_id", ["../escape", "", "a/b"])
def test_a_pull_id_cannot_lead_out_of_the_archive(tmp_path: Path, pull_id: str) -> None:
    with pytest.raises(ArchiveError):
        an_archive(tmp_path).write(a_table("x"), pull_id=pull_id, day=DAY)
