"""What a text asks: the variables and shared lines that stand in it, in Jinja2 or as `$word`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import Environment, TemplateSyntaxError, nodes

PLACEHOLDER = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
STRUCTURE = (nodes.Block, nodes.Macro, nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends)
ASKED = "if "
JINJA = Environment(autoescape=True)  # it only ever parses


class Unreadable(ValueError):
    """A text that is no part of a template; the message says why, `line` where in it (from 0)."""

    def __init__(self, message: str, line: int = 0) -> None:
        self.line = line
        super().__init__(message)


def asked(stem: str, said: str) -> frozenset[str]:
    """The names that a text of this file says, and those that it asks (`if code`). Raises Unreadable."""
    if stem in ("shared/answer", "shared/reply"):
        return frozenset(braced or bare for braced, bare in PLACEHOLDER.findall(said))
    try:
        # In a block, as it will stand: a brace left open must not swallow what follows.
        tree = JINJA.parse(f"{{% block text %}}{said}{{% endblock %}}")
    except TemplateSyntaxError as error:
        raise Unreadable(error.message or "not a template", error.lineno - 1) from None
    except RecursionError:
        raise Unreadable("nested too deep") from None
    _, *inside = tree.find_all(STRUCTURE)
    if inside:
        raise Unreadable("blocks, macros and imports are not for translators", inside[0].lineno - 1)
    spoken = {name for output in tree.find_all(nodes.Output) for name in _names(output)}
    return frozenset(spoken | {f"{ASKED}{name}" for test in _tests(tree) for name in _names(test)})


def _tests(tree: nodes.Template) -> Iterator[nodes.Node]:
    yield from (node.test for node in tree.find_all(nodes.If))
    yield from (node.test for node in tree.find_all(nodes.CondExpr))


def _names(node: nodes.Node) -> Iterator[str]:
    return (name.name for name in node.find_all(nodes.Name))
