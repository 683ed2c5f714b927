"""From bytes to YAML nodes: whatever could surprise is refused before a single value is read."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import Any

import yaml
from yaml.tokens import (
    AliasToken,
    AnchorToken,
    BlockEndToken,
    BlockMappingStartToken,
    BlockSequenceStartToken,
    DirectiveToken,
    DocumentStartToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    TagToken,
)

from outreach.adapters.rulebook.page import Page
from outreach.domain.condition import Span

_QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times quicker where libyaml is there; scalars stand at the same places in both."""

MOST_BYTES = 256 * 1024
DEEPEST = 16

_UNSEEN = re.compile(r"[\u00a0\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff]")
"""Not the joiners and marks (U+200C … U+200F) that Persian, Hindi and Arabic are written with."""

_REFUSED = {
    AnchorToken: "an anchor (&)",
    AliasToken: "an alias (*)",
    TagToken: "a tag (!)",
    DirectiveToken: "a directive (%)",
}
_OPENING = (
    BlockMappingStartToken,
    BlockSequenceStartToken,
    FlowMappingStartToken,
    FlowSequenceStartToken,
)
_CLOSING = (BlockEndToken, FlowMappingEndToken, FlowSequenceEndToken)


def open_page(name: str, raw: bytes) -> Page:
    """The file as text; a file that is no text, or too large, becomes an empty page with its problem."""
    page = Page(name=name, text="")
    if len(raw) > MOST_BYTES:
        page.report("R006", Span(0, 0), f"{len(raw):,} bytes; at most {MOST_BYTES:,}", "split the file")
        return page
    try:
        page.text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        page.report("R007", Span(line, column), "not UTF-8 text", "save the file as UTF-8")
        if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            return page  # UTF-16 is told once
    if page.text.startswith("\ufeff"):
        page.report("R007", Span(1, 1), "a byte order mark", "save the file as UTF-8 without it")
    elif "\0" in page.text:
        at = page.text.index("\0")
        page.report("R007", page.span_at(at, at + 1), "a NUL: not plain text", "save the file as UTF-8")
    else:
        _report_unseen(page)
    return page


def _report_unseen(page: Page) -> None:
    """Characters that nobody sees: what is read would not be what is written."""
    for found in islice(_UNSEEN.finditer(page.text), 20):
        name = unicodedata.name(found[0], "a character without a name").lower()
        place = page.span_at(found.start(), found.end())
        page.report("R007", place, f"a character that cannot be seen ({name})", "remove it, or type a space")


def compose(page: Page) -> yaml.Node | None:
    """The file's root node; None where a problem has been reported instead."""
    if page.problems:
        return None
    try:
        root = _root(page)
    except yaml.MarkedYAMLError as error:
        _report_syntax(page, error)
        return None
    except yaml.reader.ReaderError as error:
        at = int(error.position)
        page.report("R007", page.span_at(at, at + 1), "a control character", "remove it")
        return None
    return root


def _root(page: Page) -> yaml.Node | None:
    try:
        root = _compose(page, _QUICK)
    except yaml.YAMLError:
        # The C library says less, and elsewhere: what is wrong is told by the loader that every machine has.
        root = _compose(page, yaml.SafeLoader)
    if root is None and not page.problems:
        page.report("R003", Span(1, 1), "the file is empty")
    return root


def _compose(page: Page, loader: Any) -> yaml.Node | None:
    page.problems.clear()
    return yaml.compose(page.text, Loader=loader) if _is_plain_yaml(page, loader) else None


def _is_plain_yaml(page: Page, loader: Any) -> bool:
    """Look at the tokens alone: composing would already follow aliases, and recurse."""
    before, depth = len(page.problems), 0
    for place, token in enumerate(yaml.scan(page.text, Loader=loader)):
        start, end = token.start_mark.index, token.end_mark.index
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        refused = _REFUSED.get(type(token))
        if refused:
            page.report("R005", page.span_at(start, end), f"{refused} is not used here", "write it out")
        if isinstance(token, DocumentStartToken) and place > 1:  # 0 is the stream's own start
            page.report("R005", page.span_at(start, end), "a second document (---)", "one document a file")
            break
        if depth > DEEPEST:
            page.report("R006", page.span_at(start, end), f"nested deeper than {DEEPEST}")
            break
    return len(page.problems) == before


def _report_syntax(page: Page, error: yaml.MarkedYAMLError) -> None:
    mark = error.problem_mark or error.context_mark
    what = error.problem or error.context or "not YAML"
    index = mark.index if mark is not None else 0
    place = page.span_at(index, index + 1)
    if page.text[index : index + 1] == "\t":
        page.report("R007", place, "a tab where YAML wants spaces", "indent with two spaces")
        return
    hint = ""
    if "mapping values" in what:
        hint = "put the text between quotes, or look at the indentation"
    elif "expected ',' or" in what:
        hint = "put the text or the expression between double quotes"
    page.report("R004", place, what, hint)
