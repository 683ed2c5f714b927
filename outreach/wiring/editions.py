"""Which edition of the rules somebody means: one that the store kept, a revision of git, or a folder."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Protocol

from outreach.adapters.rulebook import Gathered, gather, is_of_book, read_edition
from outreach.domain.edition import SHORTEST
from outreach.domain.ruleset import Rulebook
from outreach.errors import EditionError, RulesError, StoreError
from outreach.settings import Settings
from outreach.store.database import Store
from outreach.store.editions import editions_named, kept_edition, newest_in_force

ANY_DAY = date(2000, 1, 1)
"""Editions are asked what they would say: that a review date has passed since changes nothing in it."""

TRIED = {f"R0{n}" for n in range(39, 44)}
FORGIVEN = frozenset({"R016", "R034", "R035", "R036", "R037", *TRIED, "E044", "E045"})
"""Judgements on whole rules, which say what they say all the same: an edition that was in force before a
check was thought of can be asked for years."""

GIT_SECONDS = 30
_HASH = re.compile(rf"[0-9a-f]{{{SHORTEST},64}}")


class Place(Protocol):
    """Where editions are looked for; a House is one."""

    @property
    def settings(self) -> Settings:
        """The settings, which say where the rules folder is."""
        ...

    @property
    def store(self) -> Store:
        """The store that keeps editions."""
        ...


def edition(house: Place, spec: str) -> Rulebook:
    """The rule book that `spec` names, read and checked, whatever its review dates.

    `spec` is the hash of an edition that the store kept (or how it begins, 6 characters at least), a git
    revision of the workspace's rules folder, or a folder. `kept:…`, `git:…` and `./…` say which is meant.
    Raises EditionError where it names none or several, RulesError where what it names does not fit.
    """
    kind, _, rest = spec.partition(":")
    if kind in _READERS and rest:
        return _found(_READERS[kind](house, rest), spec)
    found = {kind: book for kind, read in _READERS.items() if (book := read(house, spec)) is not None}
    if len(found) > 1:
        ways = " or ".join(f"./{spec}" if kind == "folder" else f"{kind}:{spec}" for kind in found)
        raise EditionError(f"'{spec}' names more than one edition of the rules: write {ways}")
    return _found(next(iter(found.values()), None), spec)


def _found(read: Callable[[], Rulebook] | None, spec: str) -> Rulebook:
    if read is None:
        raise EditionError(
            f"no edition of the rules is named '{spec}': give the hash (6 characters or more) of one that was"
            " in force, a git revision of the rules folder, or a folder"
        )
    return read()


def kept(house: Place, sha256: str) -> Rulebook:
    """The edition with this very hash, from the store alone; EditionError where not all of it is kept."""
    with house.store.read() as tx:
        found = kept_edition(tx, sha256)
    if found is None:
        raise EditionError(
            f"the edition {sha256[:12]} of the rules is not kept whole in this store: it is from a time"
            " before editions were kept, or from another store"
        )
    return _read({name: text.encode() for name, text in found.texts.items()}, Path(f"kept:{sha256[:12]}"))


def last_in_force(house: Place) -> Rulebook | None:
    """The edition that the newest run decided by; None where none is kept, or this version cannot read it."""
    with house.store.read() as tx:
        sha256 = newest_in_force(tx)
    try:
        return kept(house, sha256) if sha256 else None
    except (EditionError, RulesError):
        return None


def _kept(house: Place, spec: str) -> Callable[[], Rulebook] | None:
    if not _HASH.fullmatch(spec):
        return None
    try:
        with house.store.read() as tx:
            named = editions_named(tx, spec)
    except StoreError:  # a workspace without a database yet has kept nothing
        return None
    if len(named) > 1:
        several = ", ".join(each[:16] for each in named)
        raise EditionError(f"'{spec}' begins the hash of several editions ({several} …): write more of it")
    return (lambda: kept(house, named[0])) if named else None


def _of_folder(house: Place, spec: str) -> Callable[[], Rulebook] | None:
    folder = Path(spec)
    return (lambda: _read(gather(folder), folder)) if folder.is_dir() else None


def _of_git(house: Place, spec: str) -> Callable[[], Rulebook] | None:
    folder = house.settings.at(house.settings.rules)
    if spec.startswith("-") or not folder.is_dir():
        return None
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{spec}^{{commit}}")
    if commit is None:
        return None
    return lambda: _read(_committed(folder, commit.decode().strip(), spec), Path(f"git:{spec}"))


def _committed(folder: Path, commit: str, spec: str) -> Mapping[str, bytes | str]:
    listing = _git(folder, "ls-tree", "-r", "-z", "--name-only", commit, ".")
    names = [name for name in (listing or b"").decode(errors="replace").split("\0") if is_of_book(name)]
    if not names:
        raise EditionError(f"the revision '{spec}' has no rules in {folder}: the folder came later, or moved")
    shown = {name: _git(folder, "show", f"{commit}:./{name}") for name in names}
    return {name: "git cannot show it" if text is None else text for name, text in shown.items()}


def _git(folder: Path, *words: str) -> bytes | None:
    """What git says; None where it does not know, this is no checkout, or there is no git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, timeout=GIT_SECONDS, check=False
        )
    except OSError:
        return None
    except subprocess.TimeoutExpired:
        raise EditionError(f"git did not answer within {GIT_SECONDS} s in {folder}: try again") from None
    return done.stdout if done.returncode == 0 else None


def _read(files: Gathered, place: Path) -> Rulebook:
    book, problems = read_edition(files, place, today=ANY_DAY, forgiven=FORGIVEN)
    if book is None:
        raise RulesError([problem for problem in problems if not problem.is_warning])
    return book


_READERS: Mapping[str, Callable[[Place, str], Callable[[], Rulebook] | None]] = {
    "kept": _kept,
    "git": _of_git,
    "folder": _of_folder,
}
