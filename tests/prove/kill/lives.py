"""Daemons in processes of their own: started, killed, paused, and stopped when all is settled."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.prove.ground import environment
from tests.prove.kill.arena import SECRETS

STOPS_WITHIN = 90
Process = subprocess.Popen[bytes]


def start(workspace: Path) -> Process:
    """A daemon, as people start it."""
    words = [sys.executable, "-m", "outreach", "-w", str(workspace), "daemon"]
    with workspace.with_suffix(".daemon").open("ab") as log:
        return subprocess.Popen(words, stdout=log, stderr=log, env=_told())


def _told() -> Mapping[str, str]:
    return environment(**SECRETS)


@contextmanager
def daemons(workspace: Path, count: int) -> Iterator[Sequence[Process]]:
    """So many at once, asked to stop at the end, and killed where they do not."""
    running = [start(workspace) for _ in range(count)]
    try:
        yield running
    finally:
        for process in running:
            process.send_signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
        for process in running:
            _wait(process)


def _wait(process: Process) -> None:
    try:
        process.wait(STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Nursery:
    """A process that bears one daemon after another (see `doomed`), each of them a process of its own."""

    def __init__(self, workspace: Path) -> None:
        self.diary = workspace.with_suffix(".diary")
        words = [sys.executable, "-m", "tests.prove.kill.doomed", str(workspace), str(self.diary)]
        with workspace.with_suffix(".doomed").open("ab") as log:
            self._process = subprocess.Popen(
                words, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=_told()
            )
        self.born = 0

    def bear(self, told: str = "") -> int:
        """Another daemon: its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{told}\n".encode())
        self.born = int(self._line())
        return self.born

    def is_over(self) -> bool:
        """Whether its daemon has ended."""
        return bool(select.select([self._process.stdout], [], [], 0)[0])

    def end(self) -> tuple[float, bool]:
        """SIGKILL: when that was, and whether it was a SIGKILL that ended it."""
        at = time.time()
        with suppress(ProcessLookupError):
            os.kill(self.born, signal.SIGKILL)
        return at, int(self._line()) == -signal.SIGKILL

    def said(self, word: str) -> tuple[str, float] | None:
        """The point and the time of the daemon's first such word; None where it did not say it."""
        for process, said, point, at in read_diary(self.diary):
            if process == self.born and said == word:
                return point, at
        return None

    def close(self) -> None:
        """No more daemons."""
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._process.wait(STOPS_WITHIN)

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the nursery of daemons died")
        return bytes(line)


def read_diary(file: Path) -> list[tuple[int, str, str, float]]:
    """Who said which word of what point, and when."""
    rows = [line.split("\t") for line in file.read_text("utf-8").splitlines()] if file.exists() else []
    return [(int(row[0]), row[1], row[2], float(row[3])) for row in rows]


def until(is_so: Callable[[], bool], seconds: float, every: float = 0.25) -> bool:
    """Wait for something; False where it did not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(every)
    return is_so()
