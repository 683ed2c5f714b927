"""The most important promise of the rule engine: DuckDB and the plain evaluator never disagree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.adapters.matcher import DuckMatcher, fact_rows, fact_table, truth_rows
from outreach.domain.condition import (
    All,
    AnyOf,
    Arithmetic,
    Calculation,
    Compare,
    Condition,
    Contains,
    Expression,
    Fact,
    HasAny,
    IsKnown,
    IsTrue,
    Literal,
    Not,
    OneOf,
    Operator,
    Within,
)
from outreach.domain.evaluate import evaluate
from outreach.domain.facts import FactSpec, FactType, Value
from outreach.domain.plan import Plan

NOW = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
NAMES = {
    FactType.BOOLEAN: ("on_call", "listed"),
    FactType.INTEGER: ("sends", "trades"),
    FactType.NUMBER: ("growth", "age"),
    FactType.SCORE: ("risk_score",),
    FactType.MONEY: ("amount", "balance"),
    FactType.TEXT: ("kind", 'odd"name'),
    FactType.TIME: ("flagged_at", "warned_at"),
    FactType.TAGS: ("tags",),
}
CATALOGUE = {n: FactSpec(name=n, type=t, about="") for t, names in NAMES.items() for n in names}
NUMERIC = [t for t in FactType if t.is_numeric]
# Up to here every amount is a double without loss; DuckDB and Python may round the last bit of larger ones.
MOST_MONEY = Decimal(9 * 10**11)

words = st.sampled_from(["a", "b", "", "it's", "ß", "İ", "a\\", "😀", "%_", "A", " a", "né"])
texts = words | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
times = st.sampled_from([NOW, NOW - timedelta(days=2), NOW + timedelta(microseconds=1)]) | st.datetimes(
    *((NOW + sign * timedelta(days=90_000)).replace(tzinfo=None) for sign in (-1, 1)), timezones=st.just(UTC)
)
small = st.integers(-3, 3)
tenths = st.sampled_from([Decimal(n) / 10 for n in range(-3, 12)])
doubles = (
    tenths.map(float) | st.floats(allow_nan=False, allow_infinity=False) | small.map(float) | st.just(-0.0)
)
literals = st.decimals(-(10**15) + 1, 10**15 - 1, places=6) | small.map(Decimal) | tenths
VALUES: dict[FactType, st.SearchStrategy[Value]] = {
    FactType.BOOLEAN: st.booleans(),
    FactType.INTEGER: small | st.integers(-(2**63), 2**63 - 1),
    FactType.NUMBER: doubles,
    FactType.SCORE: st.decimals(0, 100, places=3) | st.integers(0, 3).map(Decimal),
    FactType.MONEY: st.decimals(-MOST_MONEY, MOST_MONEY, places=4) | small.map(Decimal),
    FactType.TEXT: texts,
    FactType.TIME: times,
    FactType.TAGS: st.lists(words | st.none(), max_size=4).map(tuple),  # type: ignore[arg-type]
}
rows = st.fixed_dictionaries({n: st.none() | VALUES[s.type] for n, s in CATALOGUE.items()})


def facts(*types: FactType) -> st.SearchStrategy[Fact]:
    return st.sampled_from([Fact(n, t) for t in types for n in NAMES[t]])


def numbers(deep: int = 2) -> st.SearchStrategy[Expression]:
    flat = facts(*NUMERIC) | literals.map(lambda d: Literal(d, FactType.NUMBER))
    if not deep:
        return flat
    inner = numbers(deep - 1)
    return flat | st.builds(Calculation, st.sampled_from(Arithmetic), inner, inner)


def constant(kind: FactType) -> st.SearchStrategy[Expression]:
    return VALUES[kind].map(lambda v: Literal(v, kind))  # type: ignore[arg-type]


equality = st.sampled_from([Operator.EQ, Operator.NE])
text_lists = st.lists(words, max_size=14, unique=True).map(tuple)
leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Compare, st.sampled_from(Operator), numbers(), numbers()),
    st.builds(
        Compare,
        st.sampled_from(Operator),
        facts(FactType.TIME),
        facts(FactType.TIME) | constant(FactType.TIME),
    ),
    st.builds(Compare, equality, facts(FactType.TEXT), facts(FactType.TEXT) | constant(FactType.TEXT)),
    st.builds(
        Compare, equality, facts(FactType.BOOLEAN), facts(FactType.BOOLEAN) | constant(FactType.BOOLEAN)
    ),
    st.builds(IsTrue, facts(FactType.BOOLEAN)),
    st.builds(IsKnown, facts(*FactType)),
    st.builds(OneOf, facts(FactType.TEXT), text_lists),
    st.builds(OneOf, facts(*NUMERIC), st.lists(literals, max_size=10).map(tuple)),
    st.builds(Contains, facts(FactType.TEXT), texts.filter(bool)),
    st.builds(HasAny, facts(FactType.TAGS), text_lists),
    st.builds(
        Within,
        facts(FactType.TIME),
        st.integers(1, 99999).map(lambda n: timedelta(minutes=n)) | st.just(timedelta(days=2)),
        st.booleans(),
    ),
)


def _grown(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=1, max_size=4).map(tuple)
    return st.builds(Not, inner) | st.builds(All, parts) | st.builds(AnyOf, parts)


trees: st.SearchStrategy[Condition] = st.recursive(leaves, _grown, max_leaves=8)


def answered(probes: Sequence[Condition], table: pa.Table) -> list[Sequence[bool | None]]:
    """What DuckDB says, a row a list; rows that are not handed over are false throughout."""
    plan = Plan(probes=tuple(probes), mains=len(probes), rules=())
    found: list[Sequence[bool | None]] = [[False] * len(probes)] * table.num_rows
    for kept in DuckMatcher(threads=1).match(plan, table, NOW):
        for line, truths in zip(kept.column("line").to_pylist(), truth_rows(kept, plan), strict=True):
            found[line] = list(truths)
    return found


def assert_agree(probes: Sequence[Condition], given_rows: Sequence[dict[str, Value]]) -> None:
    table = fact_table(given_rows, CATALOGUE)
    duck = answered(probes, table)
    for row, truths in zip(fact_rows(table, CATALOGUE), duck, strict=True):
        for probe, truth in zip(probes, truths, strict=True):
            assert evaluate(probe, row, NOW) is truth, (probe, row)


NUMBER, MONEY, INTEGER = FactType.NUMBER, FactType.MONEY, FactType.INTEGER
growth, age = Fact("growth", NUMBER), Fact("age", NUMBER)
amount, sends = Fact("amount", MONEY), Fact("sends", INTEGER)
zero = Literal(Decimal(0), NUMBER)
tags, kind, warned = (
    Fact("tags", FactType.TAGS),
    Fact("kind", FactType.TEXT),
    Fact("warned_at", FactType.TIME),
)
huge, nine = 1.7e308, tuple(f"t{i}" for i in range(9))
product = Calculation(Arithmetic.MUL, growth, growth)
to_nothing = Calculation(Arithmetic.RATIO, age, Calculation(Arithmetic.RATIO, growth, zero))
tenth, fifth = (Literal(Decimal(d), NUMBER) for d in ("0.1", "0.2"))
two_days = timedelta(days=2)


def is_amount(written: str) -> Compare:
    return Compare(Operator.EQ, amount, Literal(Decimal(written), NUMBER))


EDGES: list[tuple[Condition, dict[str, Value], bool | None]] = [
    (Compare(Operator.GT, product, zero), {"growth": huge}, None),  # overflow is no answer
    (Compare(Operator.GT, Calculation(Arithmetic.SUB, product, product), zero), {"growth": huge}, None),
    (Compare(Operator.GE, to_nothing, zero), {"age": 1.0, "growth": 1.0}, None),  # not 1 / infinity
    (Compare(Operator.GT, Calculation(Arithmetic.MUL, sends, sends), zero), {"sends": 2**62}, True),
    (Compare(Operator.EQ, Calculation(Arithmetic.ADD, tenth, fifth), growth), {"growth": 0.3}, False),
    (is_amount("0.3"), {"amount": Decimal("0.3")}, True),
    (is_amount("0.300001"), {"amount": Decimal("0.3")}, False),
    (is_amount("999999999999999.999999"), {"amount": MOST_MONEY}, False),
    (Compare(Operator.EQ, sends, amount), {"sends": 2**63 - 1, "amount": Decimal(1)}, False),
    (Compare(Operator.EQ, growth, tenth), {"growth": 0.1}, True),
    (Compare(Operator.EQ, growth, amount), {"growth": 0.1, "amount": Decimal("0.1")}, True),
    (OneOf(growth, (Decimal("0.1"), Decimal(5))), {"growth": 0.1}, True),
    (OneOf(growth, (Decimal("0.3"),)), {"growth": 0.1 + 0.2}, False),
    (OneOf(kind, ()), {"kind": "x"}, False),
    (OneOf(kind, ()), {}, None),
    (OneOf(kind, nine), {}, None),
    (OneOf(kind, nine), {"kind": "t8"}, True),
    (Not(OneOf(kind, nine)), {"kind": "T8"}, True),
    (HasAny(tags, ()), {"tags": ("x",)}, False),
    (HasAny(tags, ()), {}, None),
    (HasAny(tags, nine), {"tags": ()}, False),
    (HasAny(tags, nine), {}, None),
    (HasAny(tags, nine), {"tags": ("x", "t3", "t4", "t3")}, True),
    (HasAny(tags, ("x",)), {"tags": (None,)}, False),  # type: ignore[dict-item]
    (HasAny(tags, nine), {"tags": (None,)}, False),  # type: ignore[dict-item]
    (Within(warned, two_days), {"warned_at": NOW}, True),
    (Within(warned, two_days), {"warned_at": NOW - two_days}, True),
    (Within(warned, two_days), {"warned_at": NOW - timedelta(days=2, microseconds=1)}, False),
    (Within(warned, two_days), {"warned_at": NOW + timedelta(microseconds=1)}, False),
    (Within(warned, two_days), {}, None),
    (Within(warned, two_days, null_is_never=True), {}, False),
    (Not(Within(warned, two_days, null_is_never=True)), {}, True),
    (IsKnown(kind), {}, False),
    (Contains(kind, "it's"), {"kind": "it's"}, True),
    (Contains(kind, "%"), {"kind": "abc"}, False),
    (All((IsKnown(kind), Contains(kind, "a"))), {}, False),
    (AnyOf((Contains(kind, "a"), IsKnown(kind))), {"kind": "b"}, True),
    (AnyOf((Contains(kind, "a"), IsKnown(kind))), {}, None),
]


def test_duckdb_and_the_oracle_answer_every_edge_as_it_is_meant() -> None:
    probes = [probe for probe, _, _ in EDGES]
    duck = answered(probes, fact_table([row for _, row, _ in EDGES], CATALOGUE))
    assert_agree(probes, [row for _, row, _ in EDGES])
    for n, (probe, row, meant) in enumerate(EDGES):
        assert duck[n][n] is meant, (probe, row)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(st.lists(trees, min_size=1, max_size=6), st.lists(rows, min_size=1, max_size=6))
def test_duckdb_and_the_oracle_agree_on_every_tree_and_row(
    probes: list[Condition], given_rows: list[dict[str, Value]]
) -> None:
    assert_agree(probes, given_rows)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(trees, min_size=1, max_size=12), st.lists(rows, min_size=1, max_size=12))
def test_duckdb_and_the_oracle_agree_when_asked_at_length(
    probes: list[Condition], given_rows: list[dict[str, Value]]
) -> None:
    assert_agree(probes, given_rows)
