"""The texts of a file that a translator may change, each with its place; all else is left as it is."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

BLOCK = re.compile(r"\{%-?\s*block\s+(?P<name>\w+)\s*-?%\}(?P<body>.*?)\{%-?\s*endblock\b[^%]*%\}", re.DOTALL)
MACRO = re.compile(
    r"\{%-?\s*macro\s+(?P<name>\w+)\s*\([^)]*\)\s*-?%\}(?P<body>.*?)\{%-?\s*endmacro\b[^%]*%\}", re.DOTALL
)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
TABLE = re.compile(r"\[(?P<name>[\w.-]+)\]\s*(?:#.*)?")
ENTRY = re.compile(r"(?P<key>[A-Za-z_][\w-]*)\s*=\s*(?P<value>\"(?:[^\"\\]|\\.)*\")\s*(?:#.*)?")
NO_TEXTS = frozenset({"review", "direction"})


@dataclass(frozen=True, slots=True)
class Text:
    """One text: its name in its file, what it says, its line, and the characters that say it."""

    name: str
    said: str
    line: int
    start: int
    end: int


def texts_of(path: str, source: str) -> dict[str, Text]:
    """The texts of a file by name, in file order: the blocks of a message, the lines of a shared file or of a
    TOML file. Empty ones are left out: there is nothing to translate."""
    found = _toml(source) if path.endswith(".toml") else _jinja(path, source)
    return {text.name: text for text in found if text.said}


def rewritten(path: str, source: str, said: Mapping[str, str]) -> str:
    """The file with other words in these texts, and not another character changed."""
    texts = texts_of(path, source)
    for name in sorted(said, key=lambda n: texts[n].start, reverse=True):
        text = texts[name]
        words = json.dumps(said[name], ensure_ascii=False) if path.endswith(".toml") else said[name]
        source = source[: text.start] + words + source[text.end :]
    return source


def _jinja(path: str, source: str) -> Iterator[Text]:
    # A comment may show a block; blanks as long as it keep every place.
    bare = COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)
    for match in (MACRO if path.startswith("shared/") else BLOCK).finditer(bare):
        start, end = match.span("body")
        body = source[start:end]
        start += len(body) - len(body.lstrip())
        said = body.strip()
        yield Text(match["name"], said, source.count("\n", 0, start) + 1, start, start + len(said))


def _toml(source: str) -> Iterator[Text]:
    table, at = "", 0
    for number, line in enumerate(source.split("\n"), 1):
        if heading := TABLE.fullmatch(line.strip()):
            table = heading["name"] + "."
        elif (entry := ENTRY.match(line)) and entry["key"] not in NO_TEXTS:
            start, end = entry.span("value")
            said = tomllib.loads(f"v = {entry['value']}")["v"]
            yield Text(table + entry["key"], said, number, at + start, at + end)
        at += len(line) + 1
