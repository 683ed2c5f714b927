"""The email layout: the reader's language and direction, the whole text, and nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from outreach.adapters.renderer.check.sheet import Sheet
from outreach.adapters.renderer.files import LAYOUT, TemplateFile, shown
from outreach.domain.problem import Problem

HTML = re.compile(r"<html\b[^>]*>", re.IGNORECASE)
ELSEWHERE = re.compile(
    r"\b(?:href|src|action|background)\s*=|url\s*\(|<(?:script|img|iframe|form)\b|https?:", re.IGNORECASE
)


def look_at_layout(root: Path, text: str) -> Iterator[Problem]:
    """Every problem of the layout; none where there is no layout, which is told elsewhere."""
    if not text:
        return
    file = TemplateFile(path=LAYOUT, shown=shown(root, LAYOUT), template="", locale="", text=text, review="")
    sheet = Sheet(file)
    found = HTML.search(text)
    for name in ("dir", "lang"):
        if found is None or not re.search(rf"\b{name}\s*=\s*[\"']\{{\{{\s*{name}\s*\}}\}}[\"']", found[0]):
            message = f"the html tag has no {name}: Arabic would run from left to right"
            at, length = (found.start(), len(found[0])) if found else (0, 1)
            yield sheet.problem(at, "T027", message, hint=f'{name}="{{{{ {name} }}}}"', length=length)
    for name in ("title", "body"):
        if not re.search(rf"\{{\{{-?\s*{name}\b", text):
            hint = f"put {{{{ {name} }}}} in"
            yield sheet.problem(0, "T029", f"the layout never says the {name}", hint=hint)
    without = re.sub(r"\{#.*?#\}", lambda comment: " " * len(comment[0]), text, flags=re.DOTALL)
    for outside in ELSEWHERE.finditer(without):
        message = f"the layout reaches out of the message: {outside[0]}"
        yield sheet.problem(outside.start(), "T033", message, hint="no link, no picture, nothing remote")
