"""Registrations: written before anybody is assigned, ended when something in them changes, never edited."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from outreach.domain.experiment import Design, Experiment, Metric, Registered
from outreach.domain.outcomes.level import length, named
from outreach.store.database import Tx
from outreach.store.runs import keep_texts
from outreach.store.tables import decisions, registration_spans, registrations, texts
from outreach.store.usual import take_turn

KIND = "registration"
"""The kind of a registration's text."""

_s, _r = registration_spans.c, registrations.c


def register(tx: Tx, wanted: Iterable[Experiment], now: datetime) -> int:
    """Make these the registrations in force: new ones are written, others end; how many are new.

    Whoever assigns calls it in a transaction before: no decision names a registration that was not there.
    One that comes back just as it was is in force again under its old hash, with another span.
    """
    by_hash = {one.sha256: one for one in wanted}
    if _in_force(tx).keys() == by_hash.keys():
        return 0
    take_turn(tx)  # of two processes that see a new edition at once, one registers
    before = _in_force(tx)
    _end(tx, {sha256: rule for sha256, rule in before.items() if sha256 not in by_hash}, by_hash, now)
    new = {sha256: one for sha256, one in by_hash.items() if sha256 not in before}
    keep_texts(tx, [(sha256, KIND, f"{e.pattern}/{e.rule}", e.text) for sha256, e in new.items()], now)
    tx.insert_new(registrations, [_row(one, now) for one in new.values()])
    spans = [{"id": tx.new_id(), "registration": sha256, "since": now} for sha256 in new]
    tx.insert(registration_spans, [{**span, "ended_at": None, "reason": None} for span in spans])
    return len(new)


def _in_force(tx: Tx) -> dict[str, tuple[str, str]]:
    query = select(_r.sha256, _r.pattern, _r.rule).join(registration_spans, _s.registration == _r.sha256)
    found = tx.connection.execute(query.where(_s.ended_at.is_(None)))
    return {sha256: (pattern, rule) for sha256, pattern, rule in found}


def _end(
    tx: Tx, ending: Mapping[str, tuple[str, str]], staying: Mapping[str, Experiment], now: datetime
) -> None:
    """End these spans: another stands in the rule now, or its last day is over, or the rule has none."""
    again = {(one.pattern, one.rule) for one in staying.values()}
    rows = tx.connection.execute(select(_r.sha256, _r.until).where(tx.among(_r.sha256, ending)))
    untils: dict[str, date | None] = {row.sha256: row.until for row in rows}
    for sha256, rule in ending.items():
        until = untils.get(sha256)
        reason = "changed" if rule in again else "over" if until and until < now.date() else "gone"
        which = (_s.registration == sha256) & _s.ended_at.is_(None)
        tx.connection.execute(update(registration_spans).where(which).values(ended_at=now, reason=reason))


def _row(one: Experiment, now: datetime) -> dict[str, Any]:
    return {
        "sha256": one.sha256,
        "pattern": one.pattern,
        "rule": one.rule,
        "design": one.design.value,
        "metric": one.metric.value,
        "cap": one.cap,
        "window": named(one.window),
        "band": one.band,
        "cut_off": one.cut_off,
        "below": one.below,
        "share": one.share,
        "arms": ",".join(one.arms),
        "until": one.until,
        "definition": one.definition,
        "at": now,
    }


def registered(tx: Tx, since: datetime | None = None, until: datetime | None = None) -> list[Registered]:
    """Every registration that was in force at some time from `since` until `until`, the oldest first."""
    spans: dict[str, list[Row[Any]]] = defaultdict(list)
    for span in tx.connection.execute(select(registration_spans).order_by(_s.since, _s.id)):
        is_in = (until is None or span.since < until) and (
            since is None or span.ended_at is None or span.ended_at > since
        )
        spans[span.registration] += [span] if is_in else []
    wanted = [sha256 for sha256, found in spans.items() if found]
    rows = tx.connection.execute(
        select(registrations, texts.c.body)
        .join(texts, texts.c.sha256 == _r.sha256)
        .where(tx.among(_r.sha256, wanted))
        .order_by(_r.at, _r.sha256)
    ).all()
    sizes = _sizes(tx, wanted)
    return [_registered(row, spans[row.sha256], sizes[row.sha256]) for row in rows]


def _sizes(tx: Tx, wanted: Iterable[str]) -> defaultdict[str, Counter[str]]:
    """By registration and arm, how many people were assigned, or compared."""
    d = decisions.c
    query = (
        select(d.registration, func.coalesce(d.arm, ""), func.count(d.person.distinct()))
        .where(tx.among(d.registration, wanted))
        .group_by(d.registration, d.arm)
    )
    sizes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sha256, arm, count in tx.connection.execute(query):
        sizes[sha256][arm] = int(count)
    return sizes


def _registered(row: Row[Any], spans: list[Row[Any]], sizes: Counter[str]) -> Registered:
    ends = [span.ended_at for span in spans]
    return Registered(
        sha256=row.sha256,
        pattern=row.pattern,
        rule=row.rule,
        design=Design(row.design),
        metric=Metric(row.metric),
        cap=row.cap,
        window=length(row.window),
        band=row.band,
        cut_off=row.cut_off,
        below=row.below,
        share=row.share,
        since=row.at,
        until=row.until,
        ended_at=None if None in ends else max(ends),
        arms=tuple(row.arms.split(",")) if row.arms else (),
        text=row.body,
        definition=row.definition,
        sizes=dict(sizes),
    )
