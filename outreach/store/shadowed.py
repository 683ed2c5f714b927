"""What shadow rules decided: counted by rule, and one by one, newest first. Nothing of it was ever sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from outreach.store.database import Tx
from outreach.store.listing import STREAMED
from outreach.store.tables import decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedShadow:
    """Which decisions: made at `since` or later, before `until`; None and "" leave a question open."""

    since: datetime | None = None
    until: datetime | None = None
    pattern: str = ""
    rule: str = ""
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowCount:
    """How often a shadow rule came to one verdict, and about how many people."""

    pattern: str
    rule: str
    verdict: str
    decisions: int
    people: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowRow:
    """One decision of a shadow rule, with the flag and the rule text that it was made from."""

    at: datetime
    person: str
    flag: str
    pattern: str
    rule: str
    verdict: str
    reason: str
    because: str
    score: Decimal
    rule_set_sha256: str


def shadow_counts(tx: Tx, wanted: WantedShadow) -> list[ShadowCount]:
    """By pattern, rule and verdict."""
    d = decisions.c
    query = (
        select(
            d.pattern,
            d.rule,
            d.verdict,
            func.count(),
            func.count(d.person.distinct()),
            func.min(d.at),
            func.max(d.at),
        )
        .where(*_asked(wanted))
        .group_by(d.pattern, d.rule, d.verdict)
        .order_by(d.pattern, d.rule, d.verdict)
    )
    names = ("pattern", "rule", "verdict", "decisions", "people", "first_at", "last_at")
    return [ShadowCount(**dict(zip(names, row, strict=True))) for row in tx.connection.execute(query)]


def shadow_list(tx: Tx, wanted: WantedShadow) -> Iterator[ShadowRow]:
    """One by one, newest first; consume it while the transaction is open."""
    d = decisions.c
    columns = [d[name] for name in ShadowRow.__dataclass_fields__]
    query: Select[Any] = (
        select(*columns).where(*_asked(wanted)).order_by(d.at.desc(), d.id.desc()).limit(wanted.limit)
    )
    for row in tx.connection.execution_options(yield_per=STREAMED).execute(query):
        yield ShadowRow(**row._mapping)


def _asked(wanted: WantedShadow) -> Iterator[ColumnElement[bool]]:
    d = decisions.c
    yield d.shadow.is_(True)
    if wanted.since is not None:
        yield d.at >= wanted.since
    if wanted.until is not None:
        yield d.at < wanted.until
    if wanted.pattern:
        yield d.pattern == wanted.pattern
    if wanted.rule:
        yield d.rule == wanted.rule
