"""A workspace from nothing: settings, fresh keys, the shipped rules and templates, a sample feed."""

from __future__ import annotations

import os
import shutil
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from outreach.errors import SettingsError
from outreach.settings import FILE, SECRETS_FILE
from outreach.wiring import chance
from outreach.wiring.house import shipped
from outreach.wiring.rulebook import schema_text
from outreach.wiring.sample import USERS, Sample, write_sample

KEY_BYTES = 32
STAGE = ".outreach-init"
SCHEMA = "docs/rules.schema.json"
"""Where the first line of each rule file has editors look."""

INVENTED = ("feeds", "core.json", "outcomes.csv")
"""What the sample is."""

PIECES = ("rules", SCHEMA, "templates", *INVENTED, ".gitignore", SECRETS_FILE, FILE)
"""In the order they are put in place. The settings come last: a folder is a workspace when they stand in it,
so an `init` that was interrupted can be repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What a new workspace got, and what was there before and was left as it is."""

    made: tuple[str, ...]
    kept: tuple[str, ...]
    sample: Sample | None


def lay_out(folder: Path, clock: Callable[[], datetime] = chance.clock, *, users: int = USERS) -> Laid:
    """Make a workspace of this folder, with a sample of so many users; what is in it already stays untouched.

    Raises SettingsError where it is a workspace already, or cannot be written to.
    """
    if (folder / FILE).exists():
        raise SettingsError(
            [f"{folder / FILE}: this is a workspace already; name another folder, or move the file away"]
        )
    try:
        return _lay_out(folder, clock(), users)
    except OSError as error:
        cause = error.strerror or "copying failed"
        raise SettingsError([f"{folder}: cannot be written ({cause}); name another folder"]) from None


def _lay_out(folder: Path, now: datetime, users: int) -> Laid:
    there = tuple(name for name in PIECES if (folder / name).exists())
    stage = folder / STAGE
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    try:
        sample = _make(stage, now, users)
        made = tuple(name for name in PIECES if name not in there)
        for name in made:
            (folder / name).parent.mkdir(exist_ok=True)
            (stage / name).rename(folder / name)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return Laid(made=made, kept=there, sample=sample if "feeds" in made else None)


def _make(stage: Path, now: datetime, users: int) -> Sample:
    """Every piece, made beside its place: a folder is there whole, or not at all."""
    for name in ("rules", "templates"):
        shutil.copytree(shipped(name), stage / name)
    (stage / SCHEMA).parent.mkdir()
    _write(stage / SCHEMA, schema_text(stage / "rules"))
    _write(stage / ".gitignore", _starter("gitignore"))
    _write(stage / SECRETS_FILE, _secrets(), mode=0o600)
    _write(stage / FILE, _starter(FILE))
    return write_sample(stage / "feeds", stage / "core.json", stage / "rules", now, users=users)


def _starter(name: str) -> str:
    return (files("outreach.wiring") / "starter" / name).read_text(encoding="utf-8")


def _write(place: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file that at no moment has a wider mode than this one."""
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _secrets() -> str:
    """Fresh keys as an environment file, with what each of them is for."""
    return (
        "# Made by `outreach init`. Keep it out of git, and keep a copy: without OUTREACH_KEYS nothing that\n"
        "# is stored of people can be read again.\n"
        "# To rotate, put a new id:key before the old one, with a comma between: OUTREACH_KEYS=k2:…,k1:…\n"
        f"OUTREACH_KEYS=k1:{a_key()}\n"
        "# Never changes: it is how people are found again.\n"
        f"OUTREACH_HASH_KEY={a_key()}\n"
        "# Signs the answer links; an old key may go when its links have expired.\n"
        f"OUTREACH_ANSWER_KEYS=a1:{a_key()}\n"
    )


def a_key() -> str:
    """A fresh key, as the settings have it behind its id."""
    return b64encode(chance.randomness(KEY_BYTES)).decode("ascii")
