"""The checker: sqlglot's tree in, our own typed tree out; what is not on the list is refused.

sqlglot parses and does not validate, so nothing is taken on trust: every node class accepted here is
named here.
"""

from __future__ import annotations

from sqlglot import expressions as sql

from outreach.adapters.rulebook.compare import COMPARISONS, compared
from outreach.adapters.rulebook.excerpt import Excerpt
from outreach.adapters.rulebook.lint import lint
from outreach.adapters.rulebook.operands import report_foreign
from outreach.adapters.rulebook.parse import parse
from outreach.adapters.rulebook.predicates import PREDICATES
from outreach.adapters.rulebook.vocabulary import Reading, Vocabulary, list_places
from outreach.domain.condition import All, AnyOf, Condition, IsKnown, IsTrue, Not
from outreach.domain.facts import FactType


def check(excerpt: Excerpt, words: Vocabulary) -> Condition | None:
    """The condition an excerpt says, or None with every problem of it reported."""
    parsed = parse(excerpt)
    if parsed is None:
        return None
    tree, tokens = parsed
    reading = Reading(excerpt=excerpt, words=words, list_places=list_places(tokens))
    before = len(excerpt.page.problems)
    try:
        result = condition(reading, tree)
    except RecursionError:
        excerpt.report("E004", 0, 1, "the expression is nested too deep", "split it into two rules")
        return None
    if result is not None and len(excerpt.page.problems) == before:
        lint(excerpt.page, result)
    return result if len(excerpt.page.problems) == before else None


def condition(reading: Reading, node: sql.Expression) -> Condition | None:
    """The condition of a node, or None with the problem reported."""
    if isinstance(node, sql.Paren):
        return condition(reading, node.this)
    if isinstance(node, sql.And | sql.Or):
        return _joined(reading, node)
    if isinstance(node, sql.Not):
        return _negated(reading, node)
    if type(node) in COMPARISONS:
        return compared(reading, node, COMPARISONS[type(node)], node.this, node.expression)
    if isinstance(node, sql.Column):
        return _bare(reading, node)
    reader = PREDICATES.get(_predicate_name(node))
    if reader is not None:
        return reader(reading, node)
    _report_no_condition(reading, node)
    return None


def _predicate_name(node: sql.Expression) -> str:
    return node.name.lower() if isinstance(node, sql.Anonymous) else node.key


def _report_no_condition(reading: Reading, node: sql.Expression) -> None:
    if isinstance(node, sql.Boolean):
        reading.report("E040", node, "TRUE and FALSE alone ask nothing", "write a condition over facts")
    elif isinstance(node, sql.Literal | sql.Neg | sql.Add | sql.Sub | sql.Mul | sql.Null | sql.Parameter):
        reading.report("E031", node, "this is a value, not a condition", "compare it with something")
    elif isinstance(node, sql.Anonymous) and node.name.lower() == "ratio":
        reading.report("E031", node, "ratio is a number, not a condition", "compare it: ratio(a, b) > 2")
    else:
        report_foreign(reading, node)


def _joined(reading: Reading, node: sql.And | sql.Or) -> Condition | None:
    kind, parts, spine = type(node), [], [node]
    while spine:  # chains lean left: walked with a stack, so that their length costs no recursion
        part = spine.pop()
        if type(part) is kind:
            spine += [part.expression, part.this]
        else:
            parts.append(condition(reading, part))
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts):
        return None
    span = reading.span(node)
    return All(known, span) if kind is sql.And else AnyOf(known, span)


def _negated(reading: Reading, node: sql.Not) -> Condition | None:
    inner = condition(reading, node.this)
    if inner is None:
        return None
    if isinstance(inner, Not) and isinstance(inner.condition, IsKnown):
        return inner.condition  # x IS NOT NULL arrives as NOT (x IS NULL)
    return Not(inner, reading.span(node))


def _bare(reading: Reading, node: sql.Column) -> Condition | None:
    fact = reading.fact(node)
    if fact is None:
        return None
    if fact.type is not FactType.BOOLEAN:
        hint = f"compare it: {fact.name} …" if fact.type is not FactType.TAGS else f"has({fact.name}, 'x')"
        reading.report("E031", node, f"'{fact.name}' is {fact.type.value}, not a condition", hint)
        return None
    return IsTrue(fact, fact.span)
