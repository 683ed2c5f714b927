"""The README is true: every command in it runs in a fresh copy, and every page it points to is there.

Installations are the slow part. Here a stand-in takes the place of each installed command and runs the copy's
own code; with OUTREACH_README=install, as `make prove-loop` has it, everything is installed for real.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from outreach.cli import outreach

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOT_COPIED = (".git", ".venv", "venv", "demo", "demo-*", "acme", "__pycache__", ".*_cache", ".hypothesis")
INSTALLS = os.environ.get("OUTREACH_README") == "install"  # noqa: TID251  # asked for by the long proof alone
STAND_IN = '#!/bin/sh\nexec "{python}" -m outreach "$@"\n'
LONGEST = 600


def commands() -> list[str]:
    """Every line of every block of commands, in order; what follows a # is for the reader."""
    lines = [line.split(" # ")[0].strip() for block in BLOCK.findall(README) for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def is_ours(command: str) -> bool:
    """True for the suite itself, which cannot run inside one of its own tests."""
    return command in {"make test", "make bench"} or command.startswith("make prove-")


def is_install(command: str) -> bool:
    """True for what makes or fills an environment."""
    return re.search(r"-m venv |/pip install ", command) is not None


def what(command: str) -> str:
    """The command without the workspace it is for: asked of one workspace, it need not be of another."""
    return re.sub(r"^\S*/outreach -w \S+ ", "", command)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A fresh copy of the repository, with a stand-in for whatever would be installed."""
    target = tmp_path / "outreach"
    shutil.copytree(ROOT, target, ignore=shutil.ignore_patterns(*NOT_COPIED))
    if not INSTALLS:
        for name in (".venv", "venv"):
            program = target / name / "bin" / "outreach"
            program.parent.mkdir(parents=True)
            program.write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
            program.chmod(0o755)
        (program.parent / "python").symlink_to(sys.executable)
        (target / ".venv" / ".installed").touch()
    return target


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    left = ("MAKEFLAGS", "MAKELEVEL", "VIRTUAL_ENV", "OUTREACH_WORKSPACE", "PYTHONPATH")
    kept = {k: v for k, v in os.environ.items() if k not in left}  # noqa: TID251  # PATH and the like
    kept |= {} if INSTALLS else {"PYTHONPATH": str(folder)}
    return subprocess.run(
        ["sh", "-ec", command],
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )


@pytest.mark.slow
def test_every_command_of_the_readme_runs_in_a_fresh_copy(copy: Path) -> None:
    told: dict[str, subprocess.CompletedProcess[str]] = {}
    for command in commands():
        if is_ours(command):
            told[command] = run(command.replace("make ", "make -n "), copy)
        elif INSTALLS or not (is_install(command) or what(command) in map(what, told)):
            told[command] = run(command, copy)
    failed = {c: f"{d.returncode}: {(d.stderr or d.stdout)[-300:]}" for c, d in told.items() if d.returncode}

    assert len(told) > 5
    assert failed == {}
    assert 'dir="rtl"' in (copy / "demo" / "read-me-in-arabic.html").read_text(encoding="utf-8")


def test_the_readme_begins_with_one_command() -> None:
    assert commands()[0] == "make demo"


def named() -> set[str]:
    """Every `outreach …` that the README's prose and tables name, without options and arguments."""
    return set(re.findall(r"`outreach ((?:[a-z-]+ ?)+)", README))


@pytest.mark.parametrize("words", sorted(named()))
def test_every_command_that_is_named_is_there(words: str) -> None:
    group: click.Command = outreach
    for word in words.split():
        if not isinstance(group, click.Group):
            return  # the rest are its arguments
        found = group.get_command(click.Context(group), word)
        assert found is not None, f"the README names `outreach {words.strip()}`"
        group = found


def test_every_make_target_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    wanted = set(re.findall(r"`make ([a-z-]+)", README)) | {
        c.removeprefix("make ") for c in commands() if c.startswith("make ")
    }

    assert wanted
    assert wanted <= targets


def test_every_page_the_readme_points_to_is_there() -> None:
    links = [link.split("#")[0] for link in re.findall(r"\]\((?!https?:)([^)]+)\)", README)]

    assert links
    assert [link for link in links if link and not (ROOT / link).exists()] == []
