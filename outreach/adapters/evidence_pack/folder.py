"""The folder of an evidence pack: `case.json`, `case.pdf`, `manifest.json`, and the manifest's own hash."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from outreach.adapters.evidence_pack.paper import paper
from outreach.domain.evidence_piece import Pack, canonical, sha256

JSON, PDF, MANIFEST, SEAL = "case.json", "case.pdf", "manifest.json", "manifest.sha256"
UNFINISHED = ".unfinished-"


def write(pack: Pack, folder: Path, fonts: Sequence[Path] = ()) -> str:
    """Write a pack into a folder that is empty or not there; the hash of its manifest.

    Whole, or not at all: what a process that was killed left there is taken away, and written anew.
    Raises OSError; FileExistsError where something else lies there already.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear(folder)
    told = canonical(pack.plain)
    contents = {JSON: told, PDF: paper(pack, fonts)}
    manifest = canonical(
        {
            "format": "outreach-manifest-1",
            "case": pack.case,
            "audience": pack.audience,
            "files": {name: sha256(content) for name, content in contents.items()},
            "pieces": [{"kind": piece.kind, "sha256": piece.sha256} for piece in pack.pieces],
        }
    )
    seal = sha256(manifest)
    _put(folder, {**contents, MANIFEST: manifest, SEAL: f"{seal}\n".encode()})
    return seal


def _clear(folder: Path) -> None:
    """Take away a pack that was begun here and never finished."""
    lying = sorted(folder.iterdir())
    unfinished = [path for path in lying if path.name.startswith(UNFINISHED)]
    ours = {JSON, PDF, MANIFEST, SEAL} if unfinished else set()
    if any(path.name not in ours for path in lying if path not in unfinished):
        raise FileExistsError(str(folder))
    for path in lying:
        shutil.rmtree(path) if path in unfinished else path.unlink()


def _put(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write all of it beside, and only then move it to where it is looked for, the seal last."""
    begun = Path(mkdtemp(prefix=UNFINISHED, dir=folder))
    for name, content in contents.items():
        (begun / name).write_bytes(content)
    for name in contents:
        (begun / name).rename(folder / name)
    begun.rmdir()


def verify(folder: Path, expected: str | None = None) -> list[str]:
    """Everything that is wrong with a pack, in words; empty where every byte is as it was written.

    `expected`: the manifest's hash as it was told on another way; without it, whoever changes the files can
    change the hashes too.
    """
    try:
        contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    except OSError as error:
        return [f"the folder cannot be read: {type(error).__name__}"]
    wrong = [f"{name} is missing" for name in (JSON, PDF, MANIFEST, SEAL) if name not in contents]
    if wrong:
        return wrong
    known = {JSON, PDF, MANIFEST, SEAL}
    wrong += [
        f"{path.name} is no part of a pack" for path in sorted(folder.iterdir()) if path.name not in known
    ]
    seal = sha256(contents[MANIFEST])
    if contents[SEAL] != f"{seal}\n".encode():
        wrong.append(f"{MANIFEST} does not have the hash that {SEAL} tells")
    if expected is not None and expected.strip().lower() != seal:
        wrong.append(f"{MANIFEST} does not have the hash that was given")
    return wrong + _against(contents)


def _against(contents: dict[str, bytes]) -> list[str]:
    """What does not fit the manifest."""
    manifest, told = _read(contents[MANIFEST]), _read(contents[JSON])
    if manifest is None or told is None:
        return [f"{name} cannot be read" for name in (MANIFEST, JSON) if _read(contents[name]) is None]
    files = manifest.get("files")
    hashes = files if isinstance(files, dict) else {}
    wrong = [f"{name} was changed" for name in (JSON, PDF) if hashes.get(name) != sha256(contents[name])]
    pieces = told.get("pieces") if isinstance(told.get("pieces"), list) else []
    listed = manifest.get("pieces") if isinstance(manifest.get("pieces"), list) else []
    found = [_piece(piece) for piece in pieces or []]
    should = [each.get("sha256") if isinstance(each, dict) else None for each in listed or []]
    if found != should:
        places = [str(n) for n, pair in enumerate(zip(found, should, strict=False), 1) if pair[0] != pair[1]]
        wrong.append(f"pieces do not have their hashes: {', '.join(places) or 'their number is another'}")
    return wrong


def _read(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _piece(piece: object) -> str | None:
    """A piece's hash, where it is the one that the piece tells; else None."""
    if not isinstance(piece, dict):
        return None
    rest = {key: value for key, value in piece.items() if key != "sha256"}
    found = sha256(canonical(rest))
    return found if found == piece.get("sha256") else None
