"""The disk of the database fills up while daemons send, and has room again: nothing is lost or repeated."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from tests.prove.figures import Figure, MissingPart
from tests.prove.ground import Ground
from tests.prove.kill.arena import Arena, arena
from tests.prove.kill.came import counted
from tests.prove.kill.trouble import Rounds, through

SIZE = "48m"
FULL_FOR = 6.0
ROUNDS = {"full": Rounds(count=5, people=300, daemons=2), "short": Rounds(count=2, people=120)}
CHUNK = 64 * 1024


def run(ground: Ground) -> dict[str, Figure]:
    """SQLite, its archive and everything else of a workspace on a small disk of their own."""
    rounds = ROUNDS[ground.form]
    folder = ground.place("disk")
    with small_disk(folder), arena(ground, folder, "sqlite:///outreach.db") as here:
        came, hit, died = through(here, rounds, lambda _: _fill(here))
    return {
        **counted([came]),
        "times the disk was full while sending": Figure(hit, rounds.count, "times"),
        "daemons that ended by themselves": Figure(died, rounds.daemons, "daemons"),
    }


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of a few MB in memory."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except OSError as error:
        raise MissingPart(f"no small disk can be made ({error.strerror}): `mount` is needed") from error
    if done.returncode:
        raise MissingPart("no small disk can be made: a tmpfs can be mounted by root only; run it as root")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def _fill(here: Arena) -> None:
    """Not a byte is left for some seconds."""
    file = here.workspace / "filler"
    end = time.monotonic() + FULL_FOR
    _give_back(here)
    try:
        with file.open("wb", buffering=0) as filler:
            while time.monotonic() < end:  # what was given back meanwhile is taken, too
                _write(filler)
                time.sleep(0.05)
    finally:
        file.unlink()


def _give_back(here: Arena) -> None:
    """A checkpoint: the write-ahead log has to grow again for the next commit, and there is no room."""
    with closing(sqlite3.connect(here.workspace / "outreach.db", timeout=1)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _write(filler: IO[bytes]) -> None:
    for size in (CHUNK, 512, 1):
        try:
            while filler.write(b"\0" * size) == size:
                pass
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
