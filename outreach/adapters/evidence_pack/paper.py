"""An evidence pack on paper: the same pieces as `case.json`, each with its hash, in a PDF of fixed bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

from outreach.adapters.evidence_pack.fonts import Chosen, choose
from outreach.domain.evidence_piece import Pack, Piece, canonical, sha256

TITLES = {
    "case": "The case",
    "transfer": "Transfers",
    "message": "What we said, as it was sent",
    "answer": "What the person answered",
    "picture": "Pictures that the person sent us",
    "freeze": "Freeze requests, and what was answered",
    "amount": "What came back",
    "step": "What was done, and when",
}

AUDIENCES = {"police": "For the police"}

BOX = "□"
LONGEST = 400
"""Letters drawn at once: what orders them for both ways of writing calls itself for each, and looks at each
pair of them."""


class _Paper(FPDF):
    """A page with the case's reference and its number at the foot."""

    foot = ""
    family = "helvetica"

    def footer(self) -> None:
        """The foot of each page."""
        self.set_y(-12)
        self.set_font(self.family, size=7)
        self.cell(0, 5, f"{self.foot}   page {self.page_no()} of {{nb}}", align="C")


def paper(pack: Pack, fonts: Sequence[Path]) -> bytes:
    """The PDF's bytes: the same for the same pack and the same fonts."""
    chosen = choose(_letters(pack), fonts)
    pdf = _begun(pack, chosen)
    _head(pdf, pack, chosen)
    kind = ""
    for piece in pack.pieces:
        if piece.kind != kind:
            kind = piece.kind
            _title(pdf, TITLES.get(kind, kind))
        _piece(pdf, piece, chosen)
    return bytes(pdf.output())


def _letters(pack: Pack) -> Iterator[str]:
    yield BOX
    for piece in pack.pieces:
        for name, value in _lines(piece):
            yield from f"{name}{value}"
    yield from f"{pack.firm}{pack.audience}"


def _begun(pack: Pack, chosen: Chosen) -> _Paper:
    pdf = _Paper(format="A4")
    pdf.set_creation_date(pack.as_of)
    pdf.set_title(f"Case {pack.case}")
    pdf.set_producer("outreach")
    pdf.set_auto_page_break(auto=True, margin=18)
    for n, place in enumerate(chosen.files):
        pdf.add_font(f"font{n}", fname=place)
    if chosen.files:
        pdf.family = "font0"
        pdf.set_fallback_fonts([f"font{n}" for n in range(1, len(chosen.files))], exact_match=False)
        pdf.set_text_shaping(use_shaping_engine=True)
    pdf.foot = f"Case {pack.case}"
    pdf.add_page()
    return pdf


def _say(pdf: _Paper, text: str, size: float = 9, *, indent: float = 0, gap: float = 0) -> None:
    pdf.set_font(pdf.family, size=size)
    pdf.set_x(pdf.l_margin + indent)
    pdf.multi_cell(
        pdf.epw - indent,
        size * 0.5,
        text,
        new_x=XPos.LMARGIN,
        new_y=YPos.NEXT,
        align="L",
        wrapmode=WrapMode.CHAR,
    )
    if gap:
        pdf.ln(gap)


def _head(pdf: _Paper, pack: Pack, chosen: Chosen) -> None:
    _say(pdf, _drawn(f"{pack.firm}: case {pack.case}", chosen), 16, gap=1)
    _say(pdf, _drawn(AUDIENCES.get(pack.audience, f"For {pack.audience}"), chosen), 11, gap=1)
    _say(pdf, f"As of {_moment(pack.as_of)}. All times are UTC. {len(pack.pieces)} pieces.", gap=1)
    told = sha256(canonical(pack.plain))
    _say(pdf, "case.json beside this paper holds the exact text of every piece. Its SHA-256:", gap=0.5)
    _say(pdf, told, 8, gap=1)
    if count := len(chosen.lacking - {BOX}):
        text = f"{count} letters of other scripts cannot be drawn here: case.json holds the exact text."
        _say(pdf, text, gap=1)
    _say(
        pdf,
        "It says what was asked and what was answered. What nobody has confirmed is said to be so.",
        gap=2,
    )


def _title(pdf: _Paper, text: str) -> None:
    pdf.ln(2)
    _say(pdf, text, 12, gap=1)


def _piece(pdf: _Paper, piece: Piece, chosen: Chosen) -> None:
    for name, value in _lines(piece):
        for part in _parts(_drawn(f"{name}: {value}", chosen)):
            _say(pdf, part, 9, indent=2)
    _say(pdf, f"sha256 {piece.sha256}", 6.5, indent=2, gap=2)


def _lines(piece: Piece) -> Iterator[tuple[str, str]]:
    yield "at", _moment(piece.at)
    for name, value in piece.told.items():
        if value not in (None, ""):
            yield name.replace("_", " "), _text(value)


def _parts(text: str) -> Iterator[str]:
    """A text line by line, a long one in parts, between two words where there are any."""
    for line in text.split("\n"):
        rest = line
        while len(rest) > LONGEST:
            blank = rest.rfind(" ", 1, LONGEST)
            end = blank + 1 if blank > 0 else LONGEST
            yield rest[:end]
            rest = rest[end:]
        yield rest


def _text(value: Any) -> str:
    return str(value).replace("\r", "")


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def _drawn(text: str, chosen: Chosen) -> str:
    """The text with a box for each letter that no font here has."""
    box = BOX if chosen.files and BOX not in chosen.lacking else "?"
    return "".join(
        box if letter in chosen.lacking or not (letter.isprintable() or letter == "\n") else letter
        for letter in text
    )
