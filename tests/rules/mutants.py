"""Seeded mutants of good rule files, and rows of facts near everything that their conditions ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import yaml

from outreach.domain.clauses import clauses, said
from outreach.domain.condition import (
    All,
    AnyOf,
    Compare,
    Condition,
    Contains,
    HasAny,
    Leaf,
    Literal,
    Not,
    OneOf,
    Operator,
    Within,
)
from outreach.domain.facts import Catalogue, FactType, Value
from outreach.domain.ruleset import Rulebook

SIGNS = " \t\n:#-{}[],'\"|>&*!%@()=<>.0159_aeANO\u00a0é‘≥\0"
WORDS = (
    "no", "on", "null", "~", "1_000", "1e3", "012", "12:30", "*x", "&x", "!!str", "<<", "AND", "OR", "NOT",
    "NULL", "TRUE", "IN", "BETWEEN", "'x'", "(", ")", ">=", "<", "=", "live", "draft", "critical", "2%", "6h",
    "risk_score", "tags", "sent_at", "@staff", "0", "-1", "99999999999999999999", "within", "ratio", "--",
)  # fmt: skip
_TOKEN = re.compile(r"\w+|[^\w\s]+")
_WHEN = re.compile(r"(?<=^    when: \|\n)((?:      .*\n)+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One file of the folder, spoilt. `meant`: the condition that was put in the place of rule `rule`'s."""

    name: str
    way: str
    text: str
    meant: Condition | None = None
    rule: int = 0


class Spoiler:
    """Draws mutants; the same ones for a seed."""

    def __init__(self, book: Rulebook, texts: Mapping[str, str], seed: int) -> None:
        self._random = Random(seed)
        self._book = book
        self._texts = texts
        self._patterns = sorted(f"{pattern}.yml" for pattern in book.sets)
        self._others = sorted(set(texts) - set(self._patterns))
        self._ways: dict[str, Callable[[str], str]] = {
            "character": self._character,
            "token": self._token,
            "line": self._line,
            "yaml": self._yaml,
        }

    def mutant(self) -> Mutant:
        """One of the five kinds; a twentieth is not of a pattern's file."""
        way = self._random.choice([*self._ways, "expression"])
        if way == "expression":
            return self._expression(self._random.choice(self._patterns))
        names = self._others if self._random.random() < 0.05 else self._patterns
        name = self._random.choice(names)
        text = self._texts[name]
        for _ in range(self._random.choice([1, 1, 1, 2, 4])):
            text = self._ways[way](text)
        return Mutant(name=name, way=way, text=text)

    def _character(self, text: str) -> str:
        at = self._random.randrange(len(text))
        ways = (
            text[:at] + text[at + 1 :],
            text[:at] + self._random.choice(SIGNS) + text[at:],
            text[:at] + self._random.choice(SIGNS) + text[at + 1 :],
            text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
        )
        return self._random.choice(ways)

    def _token(self, text: str) -> str:
        tokens = list(_TOKEN.finditer(text))
        one, other = self._random.choice(tokens), self._random.choice(tokens)
        new = self._random.choice(["", self._random.choice(WORDS), other[0], f"{one[0]} {one[0]}"])
        return text[: one.start()] + new + text[one.end() :]

    def _line(self, text: str) -> str:
        lines = text.splitlines(keepends=True)
        at, to = self._random.randrange(len(lines)), self._random.randrange(len(lines))
        match self._random.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(to, lines[at])
            case 2:
                lines[at], lines[to] = lines[to], lines[at]
            case 3:
                lines[at] = self._random.choice(["  ", "\t", " "]) + lines[at]
            case _:
                lines[at] = lines[at][self._random.randrange(4) :]
        return "".join(lines)

    def _yaml(self, text: str) -> str:
        try:
            tree = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError):
            return text
        places = list(_places(tree))
        if not places:
            return text
        holder, key = self._random.choice(places)
        match self._random.randrange(4):
            case 0:
                del holder[key]
            case 1:
                holder[key] = self._random.choice([None, True, 7, -1, 0.5, "", "x", [], {}, ["x"], {"x": 1}])
            case 2:
                other, there = self._random.choice(places)
                holder[key], other[there] = other[there], holder[key]
            case _:
                other, there = self._random.choice(places)
                holder[key] = _copied(other[there])
        try:
            return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=10_000)
        except (yaml.YAMLError, RecursionError, ValueError):
            return text

    def _expression(self, name: str) -> Mutant:
        rules = self._book.sets[name.removesuffix(".yml")].rules
        at = self._random.randrange(len(rules))
        meant = self._changed(rules[at].when)
        blocks = list(_WHEN.finditer(self._texts[name]))
        text = self._texts[name]
        if len(blocks) != len(rules):  # one of them stands on the line of its key
            return Mutant(name=name, way="character", text=self._character(text))
        block = blocks[at]
        text = text[: block.start()] + f"      {written(meant)}\n" + text[block.end() :]
        return Mutant(name=name, way="expression", text=text, meant=meant, rule=at)

    def _changed(self, condition: Condition) -> Condition:
        draw = self._random
        match condition:
            case All(parts) | AnyOf(parts) if draw.random() < 0.8:
                at = draw.randrange(len(parts))
                if len(parts) > 2 and draw.random() < 0.3:
                    return type(condition)(parts[:at] + parts[at + 1 :])
                return type(condition)((*parts[:at], self._changed(parts[at]), *parts[at + 1 :]))
            case All(parts):
                return AnyOf(parts)
            case AnyOf(parts):
                return All(parts)
            case Not(inner):
                return inner
            case _:
                return self._asked_otherwise(condition)

    def _asked_otherwise(self, leaf: Leaf) -> Condition:
        draw = self._random
        match leaf:
            case Compare(_, _, Literal(Decimal() as number, kind)) if draw.random() < 0.7:
                number += draw.choice([-1, 1, Decimal("0.5"), 100])
                return replace(leaf, right=Literal(number, kind))
            case Compare(_, left, _) if left.type.is_numeric:
                return replace(leaf, op=draw.choice(list(Operator)))
            case Within(length=length):
                longer = draw.choice([timedelta(hours=1), timedelta(days=1)])
                return replace(leaf, length=length + longer)
            case _:
                return Not(leaf)


def written(condition: Condition) -> str:
    """The condition as an analyst may write it, every joining between brackets."""
    match condition:
        case All(parts):
            return " AND ".join(_bracketed(part) for part in parts)
        case AnyOf(parts):
            return " OR ".join(_bracketed(part) for part in parts)
        case Not(inner):
            return f"NOT {_bracketed(inner)}"
        case _:
            return said(condition)


def _bracketed(condition: Condition) -> str:
    return f"({written(condition)})"


def _places(tree: Any) -> Iterable[tuple[Any, Any]]:
    """Every (holder, key) below a value."""
    keys = tree.keys() if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    for key in list(keys):
        yield tree, key
        yield from _places(tree[key])


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def rows_near(
    conditions: Sequence[Condition], catalogue: Catalogue, now: datetime, draw: Random, count: int
) -> list[dict[str, Value]]:
    """Rows whose values stand on, and just beside, what the conditions ask; a fifth is unknown."""
    pools: dict[str, list[Value]] = {name: list(_USUAL[spec.type](now)) for name, spec in catalogue.items()}
    for leaf in (leaf for condition in conditions for leaf in clauses(condition)):
        match leaf:
            case Compare(_, left, Literal(constant)) if hasattr(left, "name"):
                pools[left.name] += _beside(constant, left.type)
            case OneOf(fact, values):
                pools[fact.name] += [near for value in values for near in _beside(value, fact.type)]
            case Within(fact, length):
                pools[fact.name] += [now - length, now - length - timedelta(microseconds=1)]
            case Contains(fact, needle):
                pools[fact.name] += [needle, f"a {needle} b"]
            case HasAny(fact, values):
                pools[fact.name] += [(value,) for value in values[:3]]
            case _:
                pass
    return [
        {name: None if draw.random() < 0.2 else draw.choice(pool) for name, pool in pools.items()}
        for _ in range(count)
    ]


_USUAL: Mapping[FactType, Callable[[datetime], Sequence[Value]]] = {
    FactType.BOOLEAN: lambda now: (True, False),
    FactType.INTEGER: lambda now: (0, 1, 7),
    FactType.NUMBER: lambda now: (0.0, 0.5, 40.0),
    FactType.SCORE: lambda now: (Decimal("0.000"), Decimal("86.000"), Decimal("100.000")),
    FactType.MONEY: lambda now: (Decimal("0.0000"), Decimal("4200.0000")),
    FactType.TEXT: lambda now: ("", "x"),
    FactType.TIME: lambda now: (now, now - timedelta(days=900), now + timedelta(hours=1)),
    FactType.TAGS: lambda now: ((), ("x", "y")),
}
_STEPS = {FactType.SCORE: Decimal("0.001"), FactType.MONEY: Decimal("0.0001"), FactType.INTEGER: Decimal(1)}


def _beside(constant: object, kind: FactType) -> list[Value]:
    match constant:
        case Decimal() if kind is FactType.NUMBER:
            return [float(constant), float(constant) + 0.25, float(constant) - 0.25]
        case Decimal():
            step = _STEPS[kind]
            near = [constant.quantize(step) + by for by in (-step, 0, step)]
            fits = [n for n in near if kind is not FactType.SCORE or 0 <= n <= 100]
            return [int(n) for n in fits] if kind is FactType.INTEGER else list(fits)
        case datetime():
            return [constant, constant + timedelta(microseconds=1)]
        case str() | bool():
            return [constant]
        case _:
            return []
