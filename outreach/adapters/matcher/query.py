"""The fused query: every probe of a plan asked of every row at once, answered as bit masks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from outreach.adapters.matcher.emit import Joins, RunTime, condition, name
from outreach.domain.condition import (
    All,
    AnyOf,
    Calculation,
    Compare,
    Condition,
    Expression,
    Fact,
    Literal,
    Not,
    Operator,
)
from outreach.domain.facts import FactType
from outreach.domain.masks import PROBES_A_MASK
from outreach.domain.plan import Plan

SQL_TYPES = {
    FactType.BOOLEAN: "BOOLEAN",
    FactType.INTEGER: "BIGINT",
    FactType.NUMBER: "DOUBLE",
    FactType.SCORE: "DECIMAL(6, 3)",
    FactType.MONEY: "DECIMAL(18, 4)",
    FactType.TEXT: "VARCHAR",
    FactType.TIME: "TIMESTAMPTZ",
    FactType.TAGS: "VARCHAR[]",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a query reads: its FROM text, its columns (name → SQL type), and what names a row of it."""

    relation: str
    columns: Mapping[str, str]
    row_key: tuple[str, ...]
    beside: tuple[str, ...] = ()  # what the query asks beside facts: the rows' own times


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """SQL text, and the lists that must be there as tables (table name → values)."""

    sql: str
    lists: Mapping[str, tuple[str, ...]]


def fused(plan: Plan, now: RunTime, source: Source, columns: Sequence[str]) -> Query:
    """The query that answers all probes and passes `columns` through."""
    joins = Joins()
    facts = {f.name: f.type for probe in plan.probes for f in facts_of(probe)}
    answers = ", ".join([*(name(c) for c in columns), *_masks(plan.probes, now, joins)])
    # Left to itself DuckDB keeps a copy of every flag for the second reader of `flags`.
    flags = f"WITH flags AS NOT MATERIALIZED ({_typed(source, facts, columns)}{_gate(plan, now)})"
    return Query(sql=f"{flags} SELECT {answers} FROM {_joined(source, joins)}", lists=_tables(joins))


def _typed(source: Source, facts: Mapping[str, FactType], columns: Sequence[str]) -> str:
    """The columns a query needs; a fact that the source does not have is unknown in every row."""
    needed = []
    for column in dict.fromkeys([*columns, *facts, *source.row_key, *source.beside]):
        wanted = SQL_TYPES[facts[column]] if column in facts else None
        have = source.columns.get(column)
        if have is None and wanted is not None:
            needed.append(f"CAST(NULL AS {wanted}) AS {name(column)}")
        elif wanted is None or have == wanted.replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE").replace(
            ", ", ","
        ):
            needed.append(name(column))
        else:
            needed.append(f"CAST({name(column)} AS {wanted}) AS {name(column)}")
    return f"SELECT * FROM (SELECT {', '.join(needed)} FROM {source.relation})"


def _gate(plan: Plan, now: RunTime) -> str:
    """Leave out, before anything else is asked, the rows whose pattern or score every rule passes over.

    Only what begins each main probe is asked, so that no probe is asked twice; a row of which a main probe
    may be true or unknown always stays.
    """
    lowest: dict[Condition, list[Condition]] = {}
    for probe in plan.probes[: plan.mains]:
        heads = probe.conditions if isinstance(probe, All) else (probe,)
        if not isinstance(heads[0], Compare):  # not a rule's probe, which begins with its pattern
            return ""
        lowest.setdefault(heads[0], []).append(heads[1] if len(heads) > 1 else heads[0])
    if not lowest:
        return ""
    asked = AnyOf(tuple(All((gate, *_lowest(floors))) for gate, floors in lowest.items()))
    return f" WHERE ({condition(asked, now, Joins())}) IS DISTINCT FROM FALSE"


def _lowest(floors: Sequence[Condition]) -> Iterator[Condition]:
    """The least of these floors of one score; nothing where some rule has another beginning."""
    found: dict[Fact, list[Decimal]] = {}
    for floor in floors:
        match floor:
            case Compare(Operator.GE, Fact(type=FactType.SCORE) as fact, Literal(Decimal() as value)):
                found.setdefault(fact, []).append(value)
            case _:
                return
    if len(found) == 1:
        fact, values = next(iter(found.items()))
        yield Compare(Operator.GE, fact, Literal(min(values), FactType.SCORE))


def _tables(joins: Joins) -> dict[str, tuple[str, ...]]:
    found = [*joins.texts.items(), *joins.tags.items()]
    return {f"list_{column}": membership[1] for membership, column in found}


def _joined(source: Source, joins: Joins) -> str:
    """The flags with one boolean column a long list. Rows are never multiplied: hits are distinct."""
    if not joins.texts and not joins.tags:
        return "flags"
    columns, relation = ["flags.*"], "flags"
    for (fact, _), column in joins.texts.items():
        columns.append(f"{name(fact)} IN (SELECT value FROM list_{column}) AS {column}")
    for (fact, _), column in joins.tags.items():
        keys = ", ".join(name(k) for k in source.row_key)
        single = f"SELECT {keys}, unnest({name(fact)}) AS tag FROM flags"
        hits = f"SELECT DISTINCT {keys}, TRUE AS hit FROM ({single}) SEMI JOIN list_{column} ON tag = value"
        on = " AND ".join(f"flags.{name(k)} = hits_{column}.{name(k)}" for k in source.row_key)
        relation += f" LEFT JOIN ({hits}) hits_{column} ON {on}"
        columns.append(
            f"CASE WHEN flags.{name(fact)} IS NOT NULL THEN hits_{column}.hit IS NOT NULL END AS {column}"
        )
    return f"(SELECT {', '.join(columns)} FROM {relation})"


def _masks(probes: Sequence[Condition], now: RunTime, joins: Joins) -> Iterator[str]:
    """`true_0…` and `unknown_0…`: bit i of mask m is probe 60·m + i.

    CASE lets DuckDB stop at the first false clause of a row, IS NULL does not: it needs every clause.
    So the unknowns of one pattern's rules are asked only where the pattern itself is not ruled out.
    """
    firsts = range(0, max(len(probes), 1), PROBES_A_MASK)
    chunks = [list(probes[first : first + PROBES_A_MASK]) for first in firsts]
    for n, chunk in enumerate(chunks):
        bits = [_bit(condition(probe, now, joins), i) for i, probe in enumerate(chunk)]
        yield f"{_sum(bits)} AS true_{n}"
    for n, chunk in enumerate(chunks):
        yield f"{_sum(_unknowns(chunk, now, joins))} AS unknown_{n}"


def _unknowns(chunk: Sequence[Condition], now: RunTime, joins: Joins) -> Iterator[str]:
    gated: dict[Condition | None, list[str]] = {}
    for i, probe in enumerate(chunk):
        gate = probe.conditions[0] if isinstance(probe, All) and len(probe.conditions) > 1 else None
        gated.setdefault(gate, []).append(_bit(f"({condition(probe, now, joins)}) IS NULL", i))
    for gate, bits in gated.items():
        if gate is None:
            yield _sum(bits)
        else:
            possible = f"({condition(gate, now, joins)}) IS DISTINCT FROM FALSE"
            yield f"CASE WHEN {possible} THEN {_sum(bits)} ELSE 0::BIGINT END"


def _bit(test: str, place: int) -> str:
    return f"CASE WHEN {test} THEN {1 << place}::BIGINT ELSE 0::BIGINT END"


def _sum(bits: Iterable[str]) -> str:
    return f"({' + '.join(bits) or '0::BIGINT'})"


def facts_of(tree: Condition) -> Iterator[Fact]:
    """Every fact a condition asks for."""
    match tree:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from facts_of(part)
        case Not(inner):
            yield from facts_of(inner)
        case Compare(left=left, right=right):
            yield from _facts_in(left)
            yield from _facts_in(right)
        case _:
            yield tree.fact


def _facts_in(value: Expression) -> Iterator[Fact]:
    match value:
        case Fact():
            yield value
        case Calculation(left=left, right=right):
            yield from _facts_in(left)
            yield from _facts_in(right)
        case Literal():
            return
