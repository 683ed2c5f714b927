"""The emulator's process, for the length of a block."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.emulator.journal import Entry, accepted

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Emulator:
    """Where it listens, and what it took."""

    url: str
    log: Path
    process: subprocess.Popen[str]
    command: tuple[str, ...]

    def accepted(self) -> list[Entry]:
        """Every message that it took, in order."""
        return accepted(self.log)

    def again(self) -> Emulator:
        """The same on the same port with the same log, in another process: this one died."""
        port = self.url.rpartition(":")[2]
        return _started([*self.command, "--port", port], self.log)

    def end(self) -> None:
        """End its process."""
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def emulator(
    log: Path,
    *,
    fates: Mapping[str, float] | None = None,
    ask_fates: Mapping[str, float] | None = None,
    **more: object,
) -> Iterator[Emulator]:
    """Start it and wait until it listens; `more` are the options of its command line, `activity=True` …"""
    command = [sys.executable, "-m", "tests.emulator", "--log", str(log)]
    for name, value in more.items():
        word = f"--{name.replace('_', '-')}"
        command += [word] if value is True else [word, str(value)]
    command += [f"--fate={name}={share}" for name, share in (fates or {}).items()]
    command += [f"--ask-fate={name}={share}" for name, share in (ask_fates or {}).items()]
    made = _started(command, log)
    try:
        yield made
    finally:
        made.end()


def _started(command: Sequence[str], log: Path) -> Emulator:
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline())
    return Emulator(f"http://127.0.0.1:{port}", log, process, tuple(command))
