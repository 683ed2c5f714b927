"""Stamps of folders: whether anything in them changed, told without opening a file."""

from __future__ import annotations

import os
from pathlib import Path

Stamp = tuple[tuple[str, int, int, int], ...]
"""Name, when its text and when its rights or name last changed, and size, of each file."""


def stamp_of(folder: Path, endings: tuple[str, ...]) -> Stamp:
    """The stamp of the files below a folder whose names end so; hidden ones are an editor's own.

    Never fails: what cannot be looked at stands in the stamp as that.
    """
    return tuple(sorted(_stamps(str(folder), "", endings)))


def _stamps(folder: str, below: str, endings: tuple[str, ...]) -> list[tuple[str, int, int, int]]:
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                name = f"{below}{entry.name}"
                if entry.is_dir():
                    found += _stamps(entry.path, f"{name}/", endings)
                elif entry.name.endswith(endings):
                    found.append((name, *_looked_at(entry)))
    except OSError as error:  # gone while it was being listed, or nobody may look into it
        found.append((f"{below}?", 0, 0, error.errno or 0))
    return found


def _looked_at(entry: os.DirEntry[str]) -> tuple[int, int, int]:
    try:
        stat = entry.stat()
    except OSError as error:  # a link to nothing, say: the files beside it are looked at all the same
        return 0, 0, error.errno or 0
    return stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size


def is_being_checked_out(folder: Path) -> bool:
    """Whether git is changing the files of the checkout that a folder is in: it holds the index meanwhile."""
    for parent in (folder.resolve(), *folder.resolve().parents):
        if (parent / ".git").exists():
            return (_git_folder(parent / ".git") / "index.lock").exists()
    return False


def _git_folder(found: Path) -> Path:
    """The checkout's own folder of git; that of a further worktree is named in a file."""
    try:
        named = found.read_text(encoding="utf-8") if found.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return found
    return found.parent / named.removeprefix("gitdir:").strip() if named.startswith("gitdir:") else found
