"""Fonts for the PDF: one of the system's that has most letters, others for what it lacks, else none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/Library/Fonts"))

BASE = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "Arial Unicode.ttf")
MORE = (
    "NotoSansArabic-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansBengali-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansTamil-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "wqy-zenhei.ttc",
    "wqy-microhei.ttc",
    "DroidSansFallbackFull.ttf",
    "NanumGothic.ttf",
    "unifont.ttf",
)
"""By name, in the order in which they are asked for letters that the ones before do not have."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The font files that draw a text, the base first, and the letters that none of them has."""

    files: tuple[Path, ...]
    lacking: frozenset[str]


def choose(letters: Iterable[str], given: Sequence[Path]) -> Chosen:
    """The fewest fonts, in a fixed order, that have these letters."""
    wanted = frozenset(letter for letter in letters if letter.isprintable() and not letter.isspace())
    lacking, files = wanted, list[Path]()
    for place in (*given, *_installed(BASE)[:1], *_installed(MORE)):
        if files and not lacking:
            break
        have = _letters(place)
        if have and (not files or have & lacking):
            files.append(place)
            lacking -= have
    if not files:  # only the fonts that every reader has: Latin letters
        lacking = frozenset(letter for letter in wanted if not _is_latin(letter))
    return Chosen(tuple(files), lacking)


def _is_latin(letter: str) -> bool:
    try:
        letter.encode("latin-1")  # without the euro sign: the fonts of readers are asked for no more
    except UnicodeEncodeError:
        return False
    return True


def _installed(names: Sequence[str]) -> list[Path]:
    found = {
        path.name: path for folder in FOLDERS if folder.is_dir() for path in sorted(folder.rglob("*.tt[fc]"))
    }
    return [found[name] for name in names if name in found]


def _letters(place: Path) -> frozenset[str]:
    try:
        with place.open("rb") as file, TTFont(file, fontNumber=0, lazy=True) as font:
            return frozenset(map(chr, font.getBestCmap() or {}))
    except (OSError, TTLibError, KeyError, AssertionError):
        return frozenset()
