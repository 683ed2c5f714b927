"""rules/facts.yml: the catalogue of facts."""

from __future__ import annotations

import sqlglot
import yaml
from sqlglot import expressions as sql
from sqlglot.errors import SqlglotError

from outreach.adapters.rulebook import values
from outreach.adapters.rulebook.page import Page
from outreach.adapters.rulebook.shapes import elements, entries, mapping
from outreach.adapters.rulebook.vocabulary import FUNCTIONS
from outreach.domain.facts import Catalogue, FactSource, FactSpec, FactType, Privacy, WhenNull
from outreach.domain.plan import PATTERN_FACT

_OPTIONAL = ("source", "unit", "when_null", "privacy", "longest", "attacker_controlled", "one_of")


def read_catalogue(page: Page, root: yaml.Node) -> Catalogue:
    """Every fact in file order; lines with problems are reported and still known by name."""
    top = mapping(page, root, ("facts",))
    facts = {}
    for key, key_node, node in entries(page, top["facts"]) if "facts" in top else []:
        _check_name(page, key, key_node)
        facts[key] = _read_fact(page, key, node)
    pattern = facts.get(PATTERN_FACT)
    if "facts" in top and (pattern is None or pattern.type is not FactType.TEXT):
        page.report(
            "R003", top["facts"], f"the fact '{PATTERN_FACT}' (text) is missing: it chooses the rules"
        )
    return facts


def _read_fact(page: Page, name: str, node: yaml.Node) -> FactSpec:
    got = mapping(page, node, ("type", "about"), _OPTIONAL)
    kind = FactType(values.word(page, got["type"], FactType)) if "type" in got else FactType.TEXT
    when_null = WhenNull(values.word(page, got["when_null"], WhenNull)) if "when_null" in got else None
    if when_null is WhenNull.NEVER and kind is not FactType.TIME:
        page.report("R022", got["when_null"], f"only a time can be never; '{name}' is {kind.value}")
    choices = tuple(values.text(page, element) for element in elements(page, got.get("one_of")))
    if choices and kind is not FactType.TEXT:
        page.report("R022", got["one_of"], f"only text has a closed set; '{name}' is {kind.value}")
    return FactSpec(
        name=name,
        type=kind,
        about=values.text(page, got["about"], 300) if "about" in got else "",
        source=FactSource(values.word(page, got["source"], FactSource))
        if "source" in got
        else FactSource.FEED,
        unit=values.text(page, got["unit"], 20) if "unit" in got else "",
        when_null=when_null or WhenNull.UNKNOWN,
        privacy=Privacy(values.word(page, got["privacy"], Privacy)) if "privacy" in got else Privacy.PLAIN,
        longest=values.whole(page, got["longest"], 1, 4096) if "longest" in got else 64,
        attacker_controlled=values.boolean(page, got["attacker_controlled"])
        if "attacker_controlled" in got
        else False,
        one_of=choices,
    )


def _check_name(page: Page, name: str, node: yaml.Node) -> None:
    shape, words = values.SHAPES["snake_case"]
    if not shape.fullmatch(name):
        page.report("R018", node, f"'{name}' is not written as {words}")
    elif name in FUNCTIONS or not _is_bare_name(name):
        page.report("R031", node, f"'{name}' is a word of the expression language", "choose another name")


def _is_bare_name(name: str) -> bool:
    """True where the parser reads the name as a plain column wherever an expression may put it."""
    try:
        trees = [sqlglot.parse_one(name), sqlglot.parse_one(f"NOT {name} AND 1 < {name}")]
    except SqlglotError:
        return False
    columns = [c for tree in trees for c in tree.find_all(sql.Column)]
    return len(columns) == 3 and all(c.name == name for c in columns)
