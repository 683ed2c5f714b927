"""Small questions about Jinja2's nodes."""

from __future__ import annotations

from jinja2 import nodes


def is_blank(node: nodes.Node) -> bool:
    """True for text of nothing but blanks."""
    return isinstance(node, nodes.Output) and all(
        isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes
    )


def first_line(node: nodes.Node) -> int:
    """The line of the first thing in a node that is more than a blank."""
    for part in node.nodes if isinstance(node, nodes.Output) else ():
        if not isinstance(part, nodes.TemplateData):
            return part.lineno
        if words := part.data.lstrip():
            return part.lineno + part.data[: len(part.data) - len(words)].count("\n")
    return node.lineno


def kind_of(node: nodes.Node) -> str:
    """What writers call this part of Jinja2, in the plural."""
    words = {
        nodes.For: "loops",
        nodes.Filter: "filters",
        nodes.Getattr: "attributes",
        nodes.Getitem: "items",
        nodes.Assign: "variables of their own",
        nodes.Include: "includes",
        nodes.Extends: "inheritance",
        nodes.Test: "tests (compare instead)",
    }
    return next(
        (word for kind, word in words.items() if isinstance(node, kind)), f"{type(node).__name__.lower()}s"
    )
