"""Reading a PO file: Babel for the words, our own look at the lines for the places to tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po, unescape

from outreach.adapters.translations.extract import WAS
from outreach.adapters.translations.shelf import is_known
from outreach.domain.problem import Problem

KEYWORD = re.compile(r"(?P<word>msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(?P<rest>\".*\"?)\s*")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[_-][A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One translated text: its context, its source and its words, and the line of `msgstr`."""

    context: str
    source: str
    said: str
    line: int
    is_fuzzy: bool
    began_as: str = ""  # the hash of the translation that was extracted


@dataclass(slots=True)
class Sheet:
    """A PO file as read: its language, its entries, and every problem found in it so far."""

    name: str
    lines: list[str] = field(default_factory=list)
    locale: str = ""
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def tell(self, line: int, code: str, message: str, hint: str = "") -> None:
        """Note a problem of a line; line 0 is the file as a whole."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        self.problems.append(
            Problem(
                file=self.name,
                line=line,
                column=1 if line else 0,
                code=code,
                message=message,
                hint=hint,
                line_text=text[:160],
                length=max(1, min(len(text), 160)),
            )
        )


@dataclass(frozen=True, slots=True)
class _Place:
    context: str | None
    context_line: int
    said_line: int


def read_sheet(file: Path) -> Sheet:
    """The file's entries in order; what is wrong with it as a PO file is told with its place."""
    sheet = Sheet(name=str(file))
    text = _decoded(sheet, file.read_bytes())
    if text is None:
        return sheet
    sheet.lines = text.split("\n")
    _read_language(sheet)
    try:
        catalog = read_po(StringIO(text), abort_invalid=True)
    except PoFileError as error:
        sheet.problems.clear()  # what is no PO has no header either
        line = min(error.lineno + 1, len(sheet.lines))
        sheet.tell(
            line, "T041", f"this is not PO: {str(error).rpartition(' on ')[0]}", "see the line above, too"
        )
        return sheet
    except (ValueError, LookupError, IndexError, TypeError, AttributeError) as error:
        if not sheet.problems:  # Babel fails on a language that there is not
            sheet.tell(0, "T041", f"this is not PO: {type(error).__name__}", "save it by a PO editor")
        return sheet
    _read_entries(sheet, catalog, list(_places(sheet)))
    return sheet


def _decoded(sheet: Sheet, raw: bytes) -> str | None:
    charset = re.search(rb"charset=([\w.-]+)", raw[:4096])
    if charset and charset[1].lower() not in (b"utf-8", b"utf8"):
        said = charset[1].decode("ascii", "replace")
        sheet.tell(
            raw[: charset.start()].count(b"\n") + 1, "T042", f"the charset is {said}", "save it as UTF-8"
        )
        return None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        sheet.tell(line, "T042", f"not UTF-8 at byte {error.start}", "save it as UTF-8")
        return None


def _read_language(sheet: Sheet) -> None:
    """The language that the header names, as the templates are called: `pt_BR` is `pt-BR`."""
    for number, line in enumerate(sheet.lines, 1):
        found = re.match(r'"Language:\s*(?P<said>[^\\"]*)', line)
        said = found["said"].strip().replace("_", "-") if found else ""
        if LANGUAGE.fullmatch(said) and is_known(said):
            sheet.locale = said
            return
        if found:
            sheet.tell(number, "T043", "the header names no language", 'as "Language: pt_BR\\n"')
            return
    sheet.tell(1, "T043", "there is no header", "extract it anew, and keep the first entry")


def _read_entries(sheet: Sheet, catalog: Catalog, places: list[_Place]) -> None:
    where: dict[str, _Place] = {}
    for place in places:
        if place.context is None:
            sheet.tell(
                place.said_line, "T045", "this text says not where it belongs", "keep its msgctxt line"
            )
        elif place.context in where:
            first = where[place.context].context_line
            sheet.tell(
                place.context_line,
                "T044",
                f"{place.context} is there twice",
                f"it stands in line {first}, too",
            )
        else:
            where[place.context] = place
    for message in catalog:
        if message.context in where and isinstance(message.id, str):
            line = where[message.context].said_line
            said = str(message.string or "")
            began = next((c.removeprefix(WAS) for c in message.auto_comments if c.startswith(WAS)), "")
            sheet.entries.append(Entry(message.context, message.id, said, line, message.fuzzy, began))


def _places(sheet: Sheet) -> Iterator[_Place]:
    """Where each entry stands, but for the header and what is obsolete."""
    said: dict[str, str] = {}
    line_of: dict[str, int] = {}
    word = ""
    for number, line in enumerate([*sheet.lines, 'msgid ""'], 1):
        found = KEYWORD.fullmatch(line.strip())
        if found is not None:
            begins = found["word"] == "msgctxt" or (found["word"] == "msgid" and word.startswith("msgstr"))
            if begins and "msgstr" in line_of:
                yield from _entry(said, line_of)
                said, line_of = {}, {}
            word = found["word"]
            said[word], line_of[word] = _unescaped(found["rest"]), number
        elif line.strip().startswith('"') and word:
            said[word] += _unescaped(line.strip())
        elif not line.strip().startswith("#"):
            continue


def _entry(said: Mapping[str, str], line_of: Mapping[str, int]) -> Iterator[_Place]:
    if not said.get("msgid") and "msgctxt" not in said:  # the header
        return
    at = line_of["msgstr"]
    yield _Place(said.get("msgctxt"), line_of.get("msgctxt", at), at)


def _unescaped(quoted: str) -> str:
    try:
        return unescape(quoted)
    except (ValueError, IndexError):
        return quoted.strip('"')
