"""Mappings and lists out of YAML nodes: known keys, each once, none missing."""

from __future__ import annotations

from collections.abc import Collection

import yaml

from outreach.adapters.rulebook.page import Page
from outreach.domain.problem import did_you_mean


def entries(page: Page, node: yaml.Node) -> list[tuple[str, yaml.Node, yaml.Node]]:
    """(key, key node, value node) of a mapping, every key once; empty with the problem reported."""
    if not isinstance(node, yaml.MappingNode):
        page.report("R008", node, "a mapping (key: value) belongs here")
        return []
    found: dict[str, tuple[str, yaml.Node, yaml.Node]] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            page.report("R008", key, "a key is one word")
        elif key.tag.endswith(":merge"):
            page.report("R005", key, "a merge (<<) is not used here", "write it out")
        elif key.value in found:
            line = found[key.value][1].start_mark.line + 1
            page.report("R002", key, f"'{key.value}' is given twice", f"first on line {line}")
        else:
            found[key.value] = (key.value, key, value)
    return list(found.values())


def mapping(
    page: Page, node: yaml.Node, required: Collection[str], optional: Collection[str] = ()
) -> dict[str, yaml.Node]:
    """The known keys of a mapping; unknown and missing ones are reported."""
    known = [*required, *optional]
    result = {}
    for key, key_node, value in entries(page, node):
        if key in known:
            result[key] = value
        else:
            hint = did_you_mean(key, known) or f"known: {', '.join(known)}"
            if isinstance(value, yaml.ScalarNode) and value.start_mark.index == key_node.end_mark.index:
                hint = "a comma ends a text: put the whole of it between quotes"
            page.report("R001", key_node, f"unknown key '{key}'", hint)
    if isinstance(node, yaml.MappingNode):
        for key in required:
            if key not in result:
                page.report("R003", node, f"'{key}' is missing")
    return result


def elements(page: Page, node: yaml.Node | None) -> list[yaml.Node]:
    """The elements of a list; empty with the problem reported where it is none."""
    if node is None or isinstance(node, yaml.SequenceNode):
        return [] if node is None else list(node.value)
    page.report("R008", node, "a list belongs here", "items between [ ], or one a line after -")
    return []
