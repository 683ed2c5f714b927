"""For the newcomer: a folder to work in, with keys of its own and something to try it on."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

import click

from outreach.cli.console import out
from outreach.wiring.workspace import Laid, lay_out

SAID = {
    "outreach.toml": "the settings, each with a word on what it does",
    ".env": "fresh keys; keep a copy, and keep it out of git",
    "rules": "what is warned about, one file a pattern",
    "docs/rules.schema.json": "what editors complete rule files from; after facts.yml: outreach rules schema",
    "templates": "how it is said, one file a message and language",
    "feeds": "a sample feed of invented people",
    "core.json": "what an invented core system says of their transfers",
    "outcomes.csv": "what became of their money, to import and report on",
    ".gitignore": "keeps secrets and data out of git",
}
FOLDERS = {"rules", "templates", "feeds"}


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Lay out a workspace in DIR: settings, keys, rules, templates and a sample feed.

    Nothing that is in DIR already is touched; a workspace is never laid out over another.
    """
    laid = lay_out(folder)
    say_laid(folder, laid)
    out.print("\nNext:")
    for words in ("migrate", "run --once", "history --since 1h"):
        out.print(f"  {as_typed(folder, words)}", markup=False)


def say_laid(folder: Path, laid: Laid) -> None:
    """What a new workspace got."""
    out.print(f"{folder}/ is a workspace now:", markup=False)
    width = max(map(len, SAID)) + 1
    for name, about in SAID.items():
        shown = f"{name}/" if name in FOLDERS else name
        was = "  (was there, left as it is)" if name in laid.kept else ""
        out.print(f"  {shown:{width}}  {about}{was}", markup=False)
    if laid.sample:
        sample = laid.sample
        out.print(
            f"The sample: {sample.users:,} people, {sample.lines:,} lines, {sample.broken} of them broken."
        )


def as_typed(folder: Path, words: str) -> str:
    """A command as it can be typed here: with the way to `outreach` where the shell would not find it."""
    program = "outreach"
    if shutil.which(program) is None:
        beside = Path(sys.executable).with_name(program)
        program = _shown(beside) if beside.exists() else f"{_shown(Path(sys.executable))} -m outreach"
    return f"{program} -w {shlex.quote(str(folder))} {words}"


def _shown(path: Path) -> str:
    """The path from here, where it is below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
