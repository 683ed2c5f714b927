"""Every kind of problem in a PO file: its stable code, and one sentence of what it means."""

from __future__ import annotations

CODES = {
    "T041": "A file that is not PO.",
    "T042": "A PO file that is not UTF-8.",
    "T043": "A PO file without a header, or whose header names no language to translate into.",
    "T044": "A text that stands twice in a PO file.",
    "T045": "A text of a PO file that the templates do not have.",
    "T046": "A translation that drops what its source asks, or asks what its source does not.",
    "T047": "A translation that is no part of a template: not closed, or with what has no place in it.",
    "T048": "A text that somebody changed in the template after the PO was extracted.",
}
