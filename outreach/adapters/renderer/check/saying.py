"""Every block said at its worst: what it comes to for the longest, the emptiest and every closed value.

A block is walked as it was read, not compiled: it is said a hundred times and thrown away, and compiling
takes longer than all of them. A test holds the walk and the renderer to the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from babel.core import Locale
from jinja2 import UndefinedError, nodes

from outreach.adapters.renderer import formats
from outreach.adapters.renderer.library import Speaker, sayable
from outreach.adapters.renderer.locales import format_locale

Values = Mapping[str, object]
REFUSALS = (UndefinedError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError)
COMPARISONS: dict[str, Callable[[Any, Any], object]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "gteq": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lteq": lambda a, b: a <= b,
    "in": lambda a, b: a in b,
    "notin": lambda a, b: a not in b,
}


def say_all(speaker: Speaker, cases: Iterable[Values], locale: str) -> dict[str, Values]:
    """Every different text the block comes to, with a case that it comes from. Raises one of REFUSALS."""
    functions = _functions(locale)
    body = speaker.block.body
    said: dict[str, Values] = {}
    for case in cases:
        said.setdefault("".join(_say(body, {**case, **functions})), case)
    return said


def _functions(locale: str) -> dict[str, object]:
    written: Locale = format_locale(locale, locale)
    return {
        "money": lambda amount, currency: formats.money(written, amount, currency),
        "when": lambda time: formats.when(written, None, time),
        "plural": lambda number, **forms: formats.plural(written, number, **forms),
    }


def _say(body: list[nodes.Node], values: Values) -> list[str]:
    words: list[str] = []
    for node in body:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                if isinstance(part, nodes.TemplateData):
                    words.append(part.data)
                else:
                    words.append(str(sayable(_value(part, values))))
        else:
            words += _say(_branch(cast(nodes.If, node), values), values)
    return words


def _branch(node: nodes.If, values: Values) -> list[nodes.Node]:
    for branch in (node, *node.elif_):
        if _value(branch.test, values):
            return branch.body
    return node.else_


def _value(node: nodes.Node, values: Values) -> Any:
    match node:
        case nodes.Name():
            if node.name not in values:
                raise UndefinedError(f"'{node.name}' is undefined")
            return values[node.name]
        case nodes.Const():
            return node.value
        case nodes.Compare():
            return _compared(node, values)
        case nodes.Not():
            return not _value(node.node, values)
        case nodes.And() | nodes.Or():
            left = _value(node.left, values)
            is_decided = bool(left) is isinstance(node, nodes.Or)
            return left if is_decided else _value(node.right, values)
        case _:
            return _made(node, values)


def _made(node: nodes.Node, values: Values) -> Any:
    match node:
        case nodes.Call():
            asked = {word.key: _value(word.value, values) for word in node.kwargs}
            return _value(node.node, values)(*(_value(arg, values) for arg in node.args), **asked)
        case nodes.CondExpr():
            if _value(node.test, values):
                return _value(node.expr1, values)
            return None if node.expr2 is None else _value(node.expr2, values)
        case nodes.TemplateData():
            return node.data
        case _:
            raise TypeError(f"a template has no {type(node).__name__}")


def _compared(node: nodes.Compare, values: Values) -> object:
    result: object = True
    left = _value(node.expr, values)
    for operand in node.ops:
        right = _value(operand.expr, values)
        result = COMPARISONS[operand.op](left, right)
        if not result:
            return result
        left = right
    return result
