"""CSV that no spreadsheet runs: every text quoted, and a quote mark before what could be a formula.

Our own, because the library at hand let `\\t=1`, `\\r=1`, ` =1`, `\\0=1` and the full-width `＝1` through.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from decimal import Decimal

Cell = str | int | Decimal | None
"""Numbers stay numbers; only text can carry a formula."""

STARTERS = frozenset("=+-@|%")
"""What begins a formula, a command or a DDE call, also in its full-width and small forms."""

_BREAKERS = "\t\r\n\0"


def safe_text(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet could take it for a formula; no NUL."""
    shown = text.replace("\0", "\N{SYMBOL FOR NULL}")
    return "'" + shown if _is_risky(text) else shown


def _is_risky(text: str) -> bool:
    if text[:1] in _BREAKERS and text:
        return True
    start = next((c for c in text if not _is_blank(c)), "")
    # NFKC folds the full-width, small and superscript forms onto the sign that a spreadsheet may read.
    return unicodedata.normalize("NFKC", start)[:1] in STARTERS if start else False


def _is_blank(character: str) -> bool:
    """Spaces, controls and marks without width: what a spreadsheet may trim before it looks."""
    return character.isspace() or unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"}


def csv_line(cells: Iterable[Cell]) -> str:
    """One record with its CRLF; texts always quoted, so that no other separator can split them."""
    return ",".join(_written(cell) for cell in cells) + "\r\n"


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return '"' + safe_text(cell).replace('"', '""') + '"'
        case Decimal():
            return format(cell, "f")
        case _:
            return str(cell)
