"""The linter: conditions whose answer is always the same are mistakes, and are refused."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from outreach.adapters.rulebook.page import Page
from outreach.domain.condition import (
    All,
    AnyOf,
    Compare,
    Condition,
    Expression,
    Fact,
    Literal,
    Not,
    Operator,
    Span,
)
from outreach.domain.evaluate import COMPARE
from outreach.domain.facts import FactType
from outreach.domain.possible import never_false, never_true

_FLIPPED = {
    Operator.EQ: Operator.EQ,
    Operator.NE: Operator.NE,
    Operator.LT: Operator.GT,
    Operator.LE: Operator.GE,
    Operator.GT: Operator.LT,
    Operator.GE: Operator.LE,
}
_OPPOSITE = {
    Operator.EQ: Operator.NE,
    Operator.NE: Operator.EQ,
    Operator.LT: Operator.GE,
    Operator.LE: Operator.GT,
    Operator.GT: Operator.LE,
    Operator.GE: Operator.LT,
}
_SCORE_RANGE = (Decimal(0), Decimal(100))


def lint(page: Page, condition: Condition) -> None:
    """Report every comparison and joining whose answer no flag could change."""
    match condition:
        case Not(inner):
            lint(page, inner)
        case All(parts) | AnyOf(parts):
            before = len(page.problems)
            for part in parts:
                lint(page, part)
            # The smallest piece that is wrong is told, not all around it.
            for look in (_lint_joined, _lint_together):
                if len(page.problems) == before:
                    look(page, condition)
        case Compare():
            _lint_compare(page, condition)
        case _:
            pass


def _lint_compare(page: Page, compare: Compare) -> None:
    place = compare.span or Span(0, 0)
    if not (_asks_a_fact(compare.left) or _asks_a_fact(compare.right)):
        page.report("E040", place, "two constants are compared", "name a fact")
    elif compare.left == compare.right:
        page.report("E040", place, "a value is compared with itself")
    else:
        _lint_score(page, compare, place)


def _asks_a_fact(value: Expression) -> bool:
    match value:
        case Fact():
            return True
        case Literal():
            return False
        case _:
            return _asks_a_fact(value.left) or _asks_a_fact(value.right)


def _lint_score(page: Page, compare: Compare, place: Span) -> None:
    found = _bound(compare)
    if found is None or found[0].type is not FactType.SCORE or not isinstance(found[2], Decimal):
        return
    fact, op, value = found[0], found[1], found[2]
    low, high = _SCORE_RANGE
    is_edge = (op in {Operator.LT, Operator.GE} and value == low) or (
        op in {Operator.GT, Operator.LE} and value == high
    )
    if not low <= value <= high or is_edge:
        hint = f"{value * 100:f}?" if 0 < value < 1 else "scores run from 0 to 100"
        page.report("E041", place, f"every '{fact.name}' gives the same answer here", hint)


def _bound(condition: Condition) -> tuple[Fact, Operator, Any] | None:
    """A comparison of one fact with one constant as (fact, operator, constant)."""
    match condition:
        case Compare(op, Fact() as fact, Literal(value)):
            return fact, op, value
        case Compare(op, Literal(value), Fact() as fact):
            return fact, _FLIPPED[op], value
        case Not(Compare() as inner):
            found = _bound(inner)
            return None if found is None else (found[0], _OPPOSITE[found[1]], found[2])
        case _:
            return None


def _lint_joined(page: Page, joined: All | AnyOf) -> None:
    place = joined.span or Span(0, 0)
    parts = list(_flat(joined))
    for part in parts:
        if isinstance(part, Not) and part.condition in parts:
            code = "E042" if isinstance(joined, All) else "E043"
            page.report(code, part.span or place, "a clause and its own opposite")
            return
    bounds: dict[str, list[tuple[Operator, Any]]] = {}
    for part in parts:
        found = _bound(part)
        if found is not None:
            # a OR b always holds exactly where (NOT a) AND (NOT b) never does
            op = found[1] if isinstance(joined, All) else _OPPOSITE[found[1]]
            bounds.setdefault(found[0].name, []).append((op, found[2]))
    for name, asked in bounds.items():
        if len(asked) > 1 and not _can_hold(asked):
            if isinstance(joined, All):
                page.report("E042", place, f"no '{name}' can fulfil all of these")
            else:
                page.report("E043", place, f"every '{name}' fulfils one of these")


def _lint_together(page: Page, joined: All | AnyOf) -> None:
    """The same by proof, over every fact at once."""
    place = joined.span or Span(0, 0)
    if never_true(joined):
        page.report("E042", place, "these clauses can never hold together, whatever the facts are")
    elif never_false(joined):
        page.report("E043", place, "one of these clauses always holds, whatever the facts are")


def _flat(joined: All | AnyOf) -> Iterable[Condition]:
    for part in joined.conditions:
        if type(part) is type(joined) and isinstance(part, All | AnyOf):
            yield from _flat(part)
        else:
            yield part


def _can_hold(asked: list[tuple[Operator, Any]]) -> bool:
    """True where some value fulfils all comparisons; constants are all of one kind."""
    equal = {value for op, value in asked if op is Operator.EQ}
    if equal:
        one = next(iter(equal))
        return len(equal) == 1 and all(COMPARE[op](one, value) for op, value in asked)
    lows = [(v, op is Operator.GT) for op, v in asked if op in {Operator.GE, Operator.GT}]
    highs = [(v, op is not Operator.LT) for op, v in asked if op in {Operator.LE, Operator.LT}]
    booleans = {value for op, value in asked if op is Operator.NE and isinstance(value, bool)}
    if len(booleans) == 2:
        return False
    if not lows or not highs:
        return True
    low, is_open = max(lows)
    high, is_closed = min(highs)
    return bool(low < high or (low == high and not is_open and is_closed))
