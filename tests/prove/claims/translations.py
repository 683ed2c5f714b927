"""Templates as PO files and back: nothing lost, nothing invented, nothing stale that nobody is told of."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.pofile import read_po, write_po

from outreach.adapters.translations import extract, locales_in, merge, stale
from outreach.adapters.translations.shelf import read_shelf
from outreach.adapters.translations.texts import rewritten
from tests.prove.figures import Figure
from tests.prove.ground import Ground

SOURCE = "en"
NOW = datetime(2026, 11, 22, 17, 50, tzinfo=UTC)
ASKS = re.compile(r"\{\{.*?\}\}|\$\w+", re.DOTALL)
CHANGED = "Something has changed"


def run(ground: Ground) -> dict[str, Figure]:
    """Up to `ground.n` languages of the clone, each there and back, spoiled, and with a changed source."""
    folder = ground.place("templates")
    shutil.copytree(ground.root / "templates", folder, dirs_exist_ok=True)
    totals: Counter[str] = Counter()
    for locale in [tag for tag in locales_in(folder) if tag != SOURCE][: ground.n]:
        _there_and_back(folder, ground.folder / f"{locale}.po", locale, totals)
        _spoiled(folder, ground.folder / f"{locale}.po", totals)
    _changed(folder, totals)
    return {
        "templates changed by an untouched PO": Figure(totals["changed"], totals["files"], "files"),
        "texts lost on the way": Figure(totals["lost"], totals["texts"], "texts in PO files"),
        "dropped variables that pass": Figure(totals["passed"], totals["spoiled"], "spoiled texts"),
        "stale translations not told": Figure(
            totals["sources"] - totals["told"], totals["sources"], "translations of a changed source"
        ),
    }


def _there_and_back(folder: Path, po: Path, locale: str, totals: Counter[str]) -> None:
    extracted = extract(folder, "Acme", SOURCE, locale, NOW)
    po.write_bytes(extracted.po)
    shelf = read_shelf(folder, locale)
    with po.open("rb") as file:
        said = {message.context: message.string for message in read_po(file) if message.id}
    sources = read_shelf(folder, SOURCE).contexts()
    totals["texts"] += len(sources)
    totals["lost"] += sum(
        said.get(context) != text.said for context, text in shelf.contexts().items() if context in sources
    )
    result = merge(folder, po, SOURCE)
    totals["files"] += len(shelf.files)
    totals["changed"] += sum("made_from" not in path for path in result.files) + len(result.problems)
    for path, text in result.files.items():
        (folder / path).write_text(text, encoding="utf-8")


def _spoiled(folder: Path, po: Path, totals: Counter[str]) -> None:
    """Every text that says something of a person's own loses all of it."""
    with po.open("rb") as file:
        catalog = read_po(file)
    lines = set()
    for message in catalog:
        words = str(message.string)
        if message.id and ASKS.search(words) and ASKS.sub("", words).strip():
            message.string = ASKS.sub("", words)
            lines.add(message.context)
    with po.open("wb") as file:
        write_po(file, catalog)
    refused = {p.message.split()[0] for p in merge(folder, po, SOURCE).problems if p.code == "T046"}
    totals["spoiled"] += len(lines)
    totals["passed"] += len(lines - refused)


def _changed(folder: Path, totals: Counter[str]) -> None:
    """Every push title in the source is written anew; each of its translations must be told of."""
    shelf = read_shelf(folder, SOURCE)
    for stem, text in shelf.files.items():
        if "push_title" in shelf.texts(stem):
            path = f"{stem}.{SOURCE}.j2"
            (folder / path).write_text(rewritten(path, text, {"push_title": CHANGED}), encoding="utf-8")
            others = [*folder.glob(f"{stem}.*.j2")]
            recorded = [f for f in others if (folder / f"shared/made_from.{_tag(f)}.toml").exists()]
            totals["sources"] += len(recorded)
    totals["told"] += sum(problem.code == "T040" for problem in stale(folder, SOURCE))


def _tag(file: Path) -> str:
    return file.name.split(".")[1]
