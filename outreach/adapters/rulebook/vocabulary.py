"""What an expression may name: facts, lists and functions, and where a piece of sqlglot's tree stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from sqlglot import expressions as sql
from sqlglot.tokenizer_core import Token, TokenType

from outreach.adapters.rulebook.excerpt import Excerpt
from outreach.domain.condition import Fact, Span
from outreach.domain.facts import Catalogue, FactType
from outreach.domain.problem import did_you_mean

FUNCTIONS = ("within", "contains", "has", "has_any", "ratio")
_CLOSING = re.compile(r"\s*(\(\s*)?\)")
_LENGTH = re.compile(r"([1-9][0-9]{0,4}) (minute|hour|day|week)s?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The catalogue and the named lists an expression is read against."""

    catalogue: Catalogue
    lists: Mapping[str, tuple[str, ...]]
    used_lists: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Reading:
    """One expression being read: its excerpt, its vocabulary, and the places of its @lists."""

    excerpt: Excerpt
    words: Vocabulary
    list_places: dict[str, list[tuple[int, int]]]

    def report(self, code: str, node: sql.Expression, message: str, hint: str = "") -> None:
        """Note a problem where this piece of the tree stands."""
        start, end = self.extent(node)
        self.excerpt.report(code, start, end, message, hint)

    def span(self, node: sql.Expression) -> Span:
        """Where this piece of the tree stands in the file."""
        return self.excerpt.span(*self.extent(node))

    def extent(self, node: sql.Expression) -> tuple[int, int]:
        """From its first to behind its last known character; operators stand around their children."""
        places = [(p.meta["start"], p.meta["end"] + 1) for p in node.walk() if "start" in p.meta]
        places += [p for n in node.find_all(sql.Parameter) for p in self.list_places.get(n.name, [])[:1]]
        if not places:  # NULL and the like keep no place: what they stand in does
            around = node.parent
            if isinstance(around, sql.Expression):
                return self.extent(around)
            return 0, len(self.excerpt.text)
        first, last = min(start for start, _ in places), max(end for _, end in places)
        text = self.excerpt.text
        if isinstance(node, sql.Contains):  # known to sqlglot, which then keeps no place for its name
            first = max(text.lower().rfind("contains", 0, first), 0)
        if isinstance(node, sql.Func | sql.In) and (closing := _CLOSING.match(text, last)):
            last = closing.end()
        return first, last

    def fact(self, node: sql.Expression) -> Fact | None:
        """The fact a bare name stands for, or None with the problem reported."""
        if not isinstance(node, sql.Column):
            self.report("E023", node, "a fact's name belongs here")
            return None
        identifier = node.this
        if not isinstance(identifier, sql.Identifier) or len(node.parts) != 1:
            self.report("E010", node, "facts stand alone", "one bare word, without dots")
            return None
        if identifier.quoted:
            hint = f"text goes between single quotes: '{node.name}'"
            self.report("E011", node, f'"{node.name}" is between double quotes', hint)
            return None
        spec = self.words.catalogue.get(node.name)
        if spec is None:
            hint = did_you_mean(node.name.lower(), self.words.catalogue) or "see rules/facts.yml"
            self.report("E020", node, f"unknown fact '{node.name}'", hint)
            return None
        return Fact(spec.name, spec.type, self.span(node))

    def fact_of(self, node: sql.Expression, *types: FactType) -> Fact | None:
        """A fact of one of these types, or None with the problem reported."""
        fact = self.fact(node)
        if fact is None or fact.type in types:
            return fact
        wanted = " or ".join(t.value for t in types)
        self.report("E023", node, f"'{fact.name}' is {fact.type.value}; this asks for {wanted}")
        return None

    def list_named(self, node: sql.Parameter) -> tuple[str, tuple[str, ...]] | None:
        """(name, values) of `@name`, or None with the problem reported."""
        name = node.name
        if name not in self.words.lists:
            hint = did_you_mean(name, self.words.lists) or "lists stand in rules/lists/"
            self.report("E021", node, f"unknown list @{name}", hint.replace("'", "@", 1).replace("'?", "?"))
            return None
        self.words.used_lists.add(name)
        return name, self.words.lists[name]

    def length(self, node: sql.Expression) -> timedelta | None:
        """`'48 hours'`, or None with the problem reported."""
        match = _LENGTH.fullmatch(node.name) if isinstance(node, sql.Literal) and node.is_string else None
        if match is None:
            hint = "like '48 hours': minutes, hours, days or weeks"
            self.report("E034", node, "this is not a length of time", hint)
            return None
        return timedelta(**{f"{match[2]}s": int(match[1])})


def list_places(tokens: list[Token]) -> dict[str, list[tuple[int, int]]]:
    """Where every `@name` stands: sqlglot keeps no position on parameters."""
    places: dict[str, list[tuple[int, int]]] = {}
    for sign, word in pairwise(tokens):
        if sign.token_type is TokenType.PARAMETER:
            places.setdefault(word.text, []).append((sign.start, word.end + 1))
    return places
