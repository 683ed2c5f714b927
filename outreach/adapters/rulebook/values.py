"""Single values out of YAML nodes: text, words, numbers, lengths of time, percentages, dates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import yaml

from outreach.adapters.rulebook.page import Page
from outreach.domain.problem import did_you_mean

_STRING_TAG = "tag:yaml.org,2002:str"
_NULL_TAG = "tag:yaml.org,2002:null"
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?")
# Looks like a number to some reader of YAML (1.1 or 1.2), or to a person.
_NUMBERISH = re.compile(r"[-+]?(\.?[0-9][0-9_,]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|0[xob][0-9a-fA-F_]+|[0-9:]+)")
_DURATION = re.compile(r"([1-9][0-9]{0,4})(m|h|d)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TEMPLATE = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*(@[a-z0-9]+)?")
SHAPES = {
    "snake_case": (_SNAKE, "lower-case words joined by _"),
    "kebab-case": (_KEBAB, "lower-case words joined by -"),
    "template": (_TEMPLATE, "<pattern>/<name>"),
}


def scalar(page: Page, node: yaml.Node) -> yaml.ScalarNode | None:
    """The node as one value, or None with the problem reported."""
    if isinstance(node, yaml.ScalarNode):
        return node
    page.report("R008", node, "one value belongs here, not a list or a mapping")
    return None


def is_null(node: yaml.Node) -> bool:
    """True for `null`, `~` and nothing at all."""
    return isinstance(node, yaml.ScalarNode) and not node.style and node.tag == _NULL_TAG


def text(page: Page, node: yaml.Node, longest: int = 200) -> str:
    """A non-empty text. A plain word that YAML takes for something else must be quoted."""
    value = scalar(page, node)
    if value is None:
        return ""
    if not value.style and (value.tag != _STRING_TAG or _NUMBERISH.fullmatch(value.value)):
        kind = value.tag.rsplit(":", 1)[-1] if value.tag != _STRING_TAG else "number"
        shown = value.value or "nothing"
        page.report("R009", node, f"YAML reads {shown} as a {kind}", f'write "{value.value}" with quotes')
        return str(value.value)
    if not value.value.strip():
        page.report("R008", node, "the text is empty")
    if len(value.value) > longest:
        page.report("R012", node, f"the text has {len(value.value)} characters; at most {longest}")
    return str(value.value)


def name(page: Page, node: yaml.Node, shape: str) -> str:
    """A text in the shape that such names have: `snake_case`, `kebab-case` or `template`."""
    value = text(page, node, longest=100)
    pattern, words = SHAPES[shape]
    if value and not pattern.fullmatch(value):
        page.report("R018", node, f"'{value}' is not written as {words}")
    return value


def word(page: Page, node: yaml.Node, known: Iterable[str]) -> str:
    """One of the known words; the first of them where it is not."""
    words = [str(w) for w in known]
    value = scalar(page, node)
    if value is None or value.value in words:
        return words[0] if value is None else value.value
    if not value.style and value.tag.endswith(":bool"):
        page.report("R009", node, f"YAML reads {value.value} as a truth", f"one of {', '.join(words)}")
        return words[0]
    hint = did_you_mean(value.value, words) or f"one of {', '.join(words)}"
    page.report("R010", node, f"'{value.value}' is not known here", hint)
    return words[0]


def boolean(page: Page, node: yaml.Node) -> bool:
    """`true` or `false`, and none of YAML's other spellings."""
    value = scalar(page, node)
    if value is None or (not value.style and value.value in {"true", "false"}):
        return value is not None and value.value == "true"
    code = "R009" if value.tag.endswith(":bool") and not value.style else "R010"
    page.report(code, node, f"'{value.value}' is not true or false", "write true or false")
    return False


def number(page: Page, node: yaml.Node, low: int | None = None, high: int | None = None) -> Decimal:
    """A number in plain digits, within its range where there is one."""
    value = scalar(page, node)
    if value is None:
        return Decimal(0)
    if value.style or not _NUMBER.fullmatch(value.value):
        is_odd = not value.style and _NUMBERISH.fullmatch(value.value)
        hint = "plain digits: 1000 or 0.5, no exponent, no underscore, no leading zero, no quotes"
        page.report("R009" if is_odd else "R011", node, f"'{value.value}' is not a plain number", hint)
        return Decimal(0)
    result = Decimal(value.value)
    if (low is not None and result < low) or (high is not None and result > high):
        bounds = f"between {low} and {high}" if high is not None else f"{low} or more"
        page.report("R012", node, f"{result} is outside its range", bounds)
    return result


def whole(page: Page, node: yaml.Node, low: int | None = None, high: int | None = None) -> int:
    """A whole number."""
    result = number(page, node, low, high)
    if result != result.to_integral_value():
        page.report("R011", node, f"{result} is not a whole number")
    return int(result)


def duration(page: Page, node: yaml.Node) -> timedelta:
    """`30m`, `2h` or `1d`."""
    value = scalar(page, node)
    match = None if value is None else _DURATION.fullmatch(value.value)
    if match is None:
        if value is not None:
            page.report("R013", node, f"'{value.value}' is not a length of time", "like 30m, 2h or 1d")
        return timedelta(0)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def looks_like_duration(node: yaml.Node) -> bool:
    """True where the value begins with a digit, so that a fact's name cannot be meant."""
    return isinstance(node, yaml.ScalarNode) and node.value[:1].isdigit()


def share(page: Page, node: yaml.Node) -> Decimal:
    """`2%` as 0.02."""
    value = scalar(page, node)
    if value is None:
        return Decimal(0)
    digits = value.value.removesuffix("%")
    is_share = value.value.endswith("%") and _NUMBER.fullmatch(digits)
    if not is_share or not 0 < Decimal(digits) <= 100:
        page.report("R014", node, f"'{value.value}' is not a percentage", "like 2% or 0.5%, up to 100%")
        return Decimal(0)
    return Decimal(digits) / 100


def day(page: Page, node: yaml.Node) -> date:
    """`2027-06-30`."""
    value = scalar(page, node)
    try:
        if value is not None and re.fullmatch(r"\d{4}-\d\d-\d\d", value.value):
            return date.fromisoformat(value.value)
    except ValueError:
        pass
    if value is not None:
        page.report("R015", node, f"'{value.value}' is not a date", "like 2027-06-30")
    return date.max
