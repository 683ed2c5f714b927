"""From a PO file back to templates: only what was translated anew changes, and only the words of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from babel.core import Locale

from outreach.adapters.translations.asks import Unreadable, asked
from outreach.adapters.translations.made_from import Made, digest, file_of, made, read_made, written_down
from outreach.adapters.translations.reading import Entry, Sheet, read_sheet
from outreach.adapters.translations.shelf import TOMLS, Shelf, path_of, read_shelf
from outreach.adapters.translations.texts import rewritten, texts_of
from outreach.domain.problem import Problem, did_you_mean

IMPORT = re.compile(r"(\{%-?\s*from\s+[\"'])shared/[^\"']+\.j2([\"'])")
REVIEW = re.compile(r"(\breview\s*[:=]\s*\"?)\w+")
DIRECTION = re.compile(r"(?m)^(direction\s*=\s*)\"\w+\"")
TAGS = re.compile(
    r"\{%-?\s*(?:block|macro)\s+(?P<name>\w+).*?\{%-?\s*end(?:block|macro)\b[^%]*%\}", re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a PO file comes to: whole new texts of files by path, and where each text stands in the PO.

    `waiting` are files that are not there yet and not wholly translated; `fuzzy` is how many texts the
    translator is not sure of, or that are stale: they stay as they are.
    """

    sheet: Sheet
    files: Mapping[str, str]
    places: Mapping[tuple[str, str], int]  # (path, name of the text) → line of the PO
    taken: int
    fuzzy: int
    waiting: tuple[str, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the PO file; where there is anything, nothing may be written."""
        return tuple(sorted(self.sheet.problems, key=lambda problem: problem.line))

    def blamed(self, problem: Problem, path: str) -> Problem:
        """A problem of a merged template at the text's place in the PO; as it is where that is unknown."""
        line = self._line(problem, path)
        if not line:
            return problem
        self.sheet.tell(line, problem.code, problem.message, problem.hint)
        return self.sheet.problems.pop()

    def _line(self, problem: Problem, path: str) -> int:
        names = [t.name for t in texts_of(path, self.files.get(path, "")).values() if t.line <= problem.line]
        return self.places.get((path, names[-1]), 0) if names else 0


@dataclass(slots=True)
class _Merging:
    sheet: Sheet
    source: Shelf
    target: Shelf
    record: dict[str, Made]
    changed: dict[str, dict[str, str]] = field(default_factory=dict)  # stem → name → words
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    taken: int = 0
    fuzzy: int = 0


def merge(folder: Path, file: Path, source_locale: str) -> Merged:
    """The templates of the PO file's language with its words in them. Nothing is written here."""
    sheet = read_sheet(file)
    if sheet.locale == source_locale:
        sheet.tell(
            0, "T043", f"{source_locale} is what is translated from", "translate into another language"
        )
    source, target = read_shelf(folder, source_locale), read_shelf(folder, sheet.locale or source_locale)
    merging = _Merging(sheet, source, target, read_made(folder, target.locale))
    known = source.contexts()
    for entry in sheet.entries:
        if entry.context not in known:
            hint = did_you_mean(entry.context, known) or "extract the texts anew"
            sheet.tell(entry.line, "T045", f"there is no text {entry.context}", hint)
        else:
            _take(merging, entry)
    files, waiting = _files(merging) if not sheet.problems else ({}, ())
    if not sheet.problems:
        files |= _recorded(folder, merging, set(waiting))
    return Merged(
        sheet=sheet,
        files=files,
        places=merging.places,
        taken=merging.taken,
        fuzzy=merging.fuzzy,
        waiting=waiting,
    )


def _take(merging: _Merging, entry: Entry) -> None:
    stem, _, name = entry.context.partition("#")
    said = entry.said.strip() if stem not in TOMLS else entry.said
    merging.places[path_of(stem, merging.target.locale), name] = entry.line
    if entry.is_fuzzy or not said:
        merging.fuzzy += entry.is_fuzzy
        return
    there = merging.target.texts(stem).get(name)
    now = "" if there is None else there.said
    if now != said and entry.began_as == digest(said):
        return  # the translator left it alone, and somebody else wrote it anew meanwhile
    merging.record[entry.context] = made(entry.source, said)
    if now == said:
        return
    if entry.began_as and entry.began_as != digest(now):
        hint = "extract it anew and translate what it says now"
        merging.sheet.tell(entry.line, "T048", f"{entry.context} was changed in the template meanwhile", hint)
        return
    if _asks_the_same(merging.sheet, entry, stem, said):
        merging.changed.setdefault(stem, {})[name] = said
        merging.taken += 1


def _asks_the_same(sheet: Sheet, entry: Entry, stem: str, said: str) -> bool:
    try:
        wanted, found = asked(stem, entry.source), asked(stem, said)
    except Unreadable as error:
        sheet.tell(
            entry.line + error.line, "T047", f"{entry.context} cannot be read: {error}", "see the msgid"
        )
        return False
    for name in sorted(wanted - found):
        sheet.tell(entry.line, "T046", f"{entry.context} drops {name}", "say it somewhere, as the msgid does")
    for name in sorted(found - wanted):
        near = did_you_mean(name, wanted - found) or "only what the msgid asks may be asked"
        sheet.tell(entry.line, "T046", f"{entry.context} asks {name}, which its source does not", near)
    return wanted == found


def _files(merging: _Merging) -> tuple[dict[str, str], tuple[str, ...]]:
    """New texts of the files that change; a file that is not there yet must be whole."""
    files: dict[str, str] = {}
    waiting: list[str] = []
    for stem, said in merging.changed.items():
        path, locale = path_of(stem, merging.target.locale), merging.target.locale
        if stem in merging.target.files:
            files[path] = _renewed(merging, stem, said)
        elif merging.source.texts(stem).keys() <= said.keys():
            begun = _begun(merging.source.files[stem], locale)
            files[path] = rewritten(path, begun, said)
        else:
            waiting.append(path)
    return files, tuple(waiting)


def _renewed(merging: _Merging, stem: str, said: Mapping[str, str]) -> str:
    path, text = path_of(stem, merging.target.locale), merging.target.files[stem]
    there = texts_of(path, text)
    text = rewritten(path, text, {name: words for name, words in said.items() if name in there})
    for name in said:
        if name not in there:
            text = _added(merging.source, stem, text, name, said[name])
    return text


def _added(source: Shelf, stem: str, text: str, name: str, said: str) -> str:
    """The file with a text that it lacked: at its end, or in its table."""
    if stem in TOMLS:
        table, _, key = name.rpartition(".")
        line = f"{key} = {json.dumps(said, ensure_ascii=False)}\n"
        heading = re.search(rf"(?m)^\[{re.escape(table)}\][^\n]*\n", text) if table else None
        if heading is not None:
            return text[: heading.end()] + line + text[heading.end() :]
        return text + (f"\n[{table}]\n{line}" if table else line)
    path = path_of(stem, source.locale)
    tags = next(tag[0] for tag in TAGS.finditer(source.files[stem]) if tag["name"] == name)
    return text.rstrip("\n") + "\n\n" + rewritten(path, tags, {name: said}) + "\n"


def _begun(source: str, locale: str) -> str:
    """The source's file as one of this language: its own shared lines, its direction, read by nobody yet."""
    is_rtl = Locale.parse(locale, sep="-").character_order == "right-to-left"
    text = IMPORT.sub(rf"\g<1>shared/{locale}.j2\g<2>", source)
    text = REVIEW.sub(r"\g<1>machine", text, count=1)
    return DIRECTION.sub(rf'\g<1>"{"rtl" if is_rtl else "ltr"}"', text, count=1)


def _recorded(folder: Path, merging: _Merging, waiting: set[str]) -> dict[str, str]:
    """The record of what was translated from what, where that changed."""
    locale = merging.target.locale
    kept = {
        context: one
        for context, one in merging.record.items()
        if path_of(context.partition("#")[0], locale) not in waiting and context in merging.source.contexts()
    }
    path = file_of(folder, locale)
    return (
        {} if kept == read_made(folder, locale) else {path.relative_to(folder).as_posix(): written_down(kept)}
    )
