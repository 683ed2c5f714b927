"""Which way a line runs: right-to-left ones begin so, and set no two Latin names side by side."""

from __future__ import annotations

import re
import unicodedata

STRONG = frozenset({"L", "R", "AL"})
SIDE_BY_SIDE = re.compile(r"[A-Za-z]\w*[^\w\n]*[-–—|/:;,،؛•·][^\w\n]*[A-Za-z]\w*")


def turned(line: str) -> str:
    """What is wrong with the direction of a line of a right-to-left text, in words; "" where nothing is."""
    kinds = (unicodedata.bidirectional(char) for char in line)
    if next((kind for kind in kinds if kind in STRONG), "") == "L":
        return "has a line that begins with a Latin word, and so runs from left to right"
    if found := SIDE_BY_SIDE.search(line):
        return f"sets two Latin words side by side ({found[0]}), which are read in the wrong order"
    return ""
