"""A translator's desk: a small folder of templates, its PO file, and edits of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from outreach.adapters.translations import Merged, extract, merge
from tests.adapters.renderer.renderer_pages import HEAD, SHARED, put, source

NOW = datetime(2026, 11, 22, 17, 50, tzinfo=UTC)
ANSWER = """\
# The answer page.
review = "machine"
direction = "ltr"

[page]
title = "Your \\"answer\\" to $firm"
"""


def a_folder(folder: Path) -> Path:
    """English and Spanish: shared lines, one message, the answer page."""
    put(folder, "shared/en.j2", SHARED)
    put(folder, "shared/es.j2", SHARED.replace("On hold", "Retenida"))
    put(folder, "p/leaving.en.j2", source())
    put(
        folder,
        "p/leaving.es.j2",
        source("es", push_title="Antes de que salga", sms="{{ firm }}: mire. {{ foot() }}"),
    )
    put(folder, "shared/answer.en.toml", ANSWER)
    put(folder, "shared/answer.es.toml", ANSWER.replace("Your", "Su"))
    return folder


def a_po(folder: Path, locale: str = "es", *edits: tuple[str, str]) -> Path:
    """The PO file of a language, with these words replaced by others."""
    text = extract(folder, "Acme", "en", locale, NOW).po.decode()
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    file = folder.parent / f"{locale}.po"
    file.write_text(text, "utf-8")
    return file


def merged(folder: Path, file: Path) -> Merged:
    """What the file comes to in this folder."""
    return merge(folder, file, "en")


def templates_of(result: Merged) -> dict[str, str]:
    """The files it changes, without the record of what was made from what."""
    return {path: text for path, text in result.files.items() if "made_from" not in path}


def write(folder: Path, result: Merged) -> None:
    """Take the result over."""
    for path, text in result.files.items():
        put(folder, path, text)


def told(result: Merged) -> list[str]:
    """The problems, without file and excerpt."""
    lines = [str(problem).splitlines()[0] for problem in result.problems]
    return [line.split(".po:", 1)[1] for line in lines]


__all__ = ["HEAD", "a_folder", "a_po", "merged", "put", "source", "templates_of", "told", "write"]
