"""`examples:` of a rule file: facts that must give a verdict, with times told relative to the run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import yaml

from outreach.adapters.rulebook import values
from outreach.adapters.rulebook.page import Page, span_of
from outreach.adapters.rulebook.shapes import elements, entries, mapping
from outreach.domain.facts import Catalogue, FactSpec, FactType, Value
from outreach.domain.plan import PATTERN_FACT
from outreach.domain.problem import did_you_mean
from outreach.domain.ruleset import Example, Rule

EXPECTATIONS = ("warn", "control", "near_miss", "skip", "undecided", "none")
_AGO = re.compile(r"([1-9][0-9]{0,4}) (minute|hour|day|week)s? ago")
_AHEAD = re.compile(r"in ([1-9][0-9]{0,4}) (minute|hour|day|week)s?")
_ISO = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?")


@dataclass(frozen=True, slots=True)
class _Row:
    """What the cases of a file share."""

    pattern: str
    defaults: Mapping[str, Value]
    rules: Sequence[Rule]
    catalogue: Catalogue
    run_at: datetime


def read_examples(
    page: Page, node: yaml.Node, pattern: str, rules: Sequence[Rule], run: tuple[Catalogue, datetime]
) -> tuple[Example, ...]:
    """All cases, each with the file's defaults under its own facts; `2 days ago` counts from the run."""
    catalogue, run_at = run
    got = mapping(page, node, ("cases",), ("defaults",))
    row = _Row(pattern, {}, rules, catalogue, run_at)
    defaults = read_facts(page, got["defaults"], catalogue, run_at) if "defaults" in got else {}
    row = replace(row, defaults=defaults)
    examples: list[Example] = []
    for element in elements(page, got.get("cases")):
        example = _read_case(page, element, row)
        if example.name and any(example.name == other.name for other in examples):
            page.report(
                "R019", example.span or element, f"an example '{example.name}' is in this file already"
            )
        examples.append(example)
    return tuple(examples)


def _read_case(page: Page, node: yaml.Node, row: _Row) -> Example:
    got = mapping(page, node, ("name", "expect"), ("with", "because", "rule"))
    own = read_facts(page, got["with"], row.catalogue, row.run_at) if "with" in got else {}
    expect = values.word(page, got["expect"], EXPECTATIONS) if "expect" in got else "none"
    because = values.text(page, got["because"]) if "because" in got else ""
    rule = values.text(page, got["rule"]) if "rule" in got else ""
    ids = [r.id for r in row.rules]
    if rule and rule not in ids:
        page.report("R026", got["rule"], f"no rule '{rule}' in this file", did_you_mean(rule, ids))
    if because:
        _check_because(page, got["because"], because, row.rules)
    return Example(
        name=values.text(page, got["name"]) if "name" in got else "",
        facts={PATTERN_FACT: row.pattern, **row.defaults, **own},
        expect=expect,
        because=because,
        rule=rule,
        span=span_of(got["name"]) if "name" in got else span_of(node),
    )


def _check_because(page: Page, node: yaml.Node, because: str, rules: Sequence[Rule]) -> None:
    known = [e.because for r in rules for e in r.exclusions]
    if because not in known:
        page.report("R026", node, f"no exclusion '{because}' in this file", did_you_mean(because, known))


def read_facts(page: Page, node: yaml.Node, catalogue: Catalogue, run_at: datetime) -> dict[str, Value]:
    """The facts of a mapping, in their types; an unknown one is a problem of the page."""
    facts: dict[str, Value] = {}
    for name, key_node, value in entries(page, node):
        spec = catalogue.get(name)
        if spec is None:
            page.report("R021", key_node, f"unknown fact '{name}'", did_you_mean(name, catalogue))
        else:
            facts[name] = None if values.is_null(value) else _read_value(page, value, spec, run_at)
    return facts


def _read_value(page: Page, node: yaml.Node, spec: FactSpec, run_at: datetime) -> Value:
    match spec.type:
        case FactType.BOOLEAN:
            return values.boolean(page, node)
        case FactType.TEXT:
            return _read_text(page, node, spec)
        case FactType.TIME:
            return _read_time(page, node, run_at)
        case FactType.TAGS:
            return tuple(values.text(page, element, spec.longest) for element in elements(page, node))
        case _:
            return _read_number(page, node, spec.type)


def _read_number(page: Page, node: yaml.Node, kind: FactType) -> Value:
    match kind:
        case FactType.INTEGER:
            return values.whole(page, node)
        case FactType.SCORE:
            return _exact(page, node, values.number(page, node, 0, 100), Decimal("0.001"))
        case FactType.MONEY:
            return _exact(page, node, values.number(page, node), Decimal("0.0001"))
        case _:
            return float(values.number(page, node))


def _exact(page: Page, node: yaml.Node, value: Decimal, step: Decimal) -> Decimal:
    if value != value.quantize(step):
        page.report("R025", node, f"{value} has more decimals than the fact keeps", f"steps of {step}")
    return value.quantize(step)


def _read_text(page: Page, node: yaml.Node, spec: FactSpec) -> str:
    value = values.text(page, node, spec.longest)
    if spec.one_of and value not in spec.one_of:
        hint = did_you_mean(value, spec.one_of) or f"one of {', '.join(spec.one_of)}"
        page.report("R025", node, f"'{spec.name}' is never '{value}'", hint)
    return value


def _read_time(page: Page, node: yaml.Node, run_at: datetime) -> datetime | None:
    """A moment, in ISO or relative to the run."""
    value = values.scalar(page, node)
    if value is None:
        return None
    for pattern, sign in ((_AGO, -1), (_AHEAD, 1)):
        match = pattern.fullmatch(value.value)
        if match:
            return run_at + sign * timedelta(**{f"{match[2]}s": int(match[1])})
    try:
        if _ISO.fullmatch(value.value):
            read = datetime.fromisoformat(value.value)
            return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    hint = "like 2 days ago, in 3 hours, or 2026-11-22T08:00:00Z"
    page.report("R025", node, f"'{value.value}' is not a moment", hint)
    return None
