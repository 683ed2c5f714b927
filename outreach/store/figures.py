"""A run's figures, counted from the ledger, and people who could stand as its examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, select

from outreach.domain.report import Example, PatternFigures, RunFigures
from outreach.store.database import Tx
from outreach.store.tables import (
    acknowledgments,
    bars,
    decisions,
    flags,
    messages,
    outreaches,
    pulls,
    quarantine,
    runs,
)

Count = Mapping[Any, int]


def newest_run(tx: Tx) -> str | None:
    """The run that read flags last; None where none ever did."""
    query = (
        select(runs.c.id)
        .join(pulls, pulls.c.run == runs.c.id)
        .order_by(runs.c.started_at.desc(), runs.c.id.desc())
        .limit(1)
    )
    return tx.connection.execute(query).scalar_one_or_none()


def run_figures(tx: Tx, run: str) -> RunFigures | None:
    """What this run read and led to so far; None where there is no such run."""
    row = tx.connection.execute(select(runs).where(runs.c.id == run)).one_or_none()
    if row is None:
        return None
    c = outreaches.c
    of_run = c.run == run
    said = messages.join(outreaches, c.id == messages.c.outreach)
    of_pull = quarantine.join(pulls, pulls.c.id == quarantine.c.pull)
    lines, read, bad = _pulled(tx, run)
    opened = _count(tx, outreaches, of_run, c.pattern)
    return RunFigures(
        run=run,
        started_at=row.started_at,
        finished_at=row.finished_at,
        rulebook_sha256=row.rulebook_sha256,
        lines=lines,
        read=read,
        quarantined=bad,
        counts=row.counts,
        patterns=_patterns(tx, run, opened, _count(tx, said, of_run, c.pattern)),
        sent=_count(tx, said, of_run, messages.c.channel, messages.c.locale),
        statuses=_count(tx, said, of_run, messages.c.channel, messages.c.status),
        skips=_skips(tx, run),
        quarantine=_count(tx, of_pull, pulls.c.run == run, quarantine.c.reason),
        bars=_count(
            tx, bars.join(outreaches, c.id == bars.c.outreach), of_run, bars.c.verdict, bars.c.reason
        ),
        closes=_count(tx, outreaches, of_run & (c.state == "closed"), c.close_reason),
        shadow=shadow_figures(tx, run),
        outreaches=sum(opened.values()),
        people=_one(tx, select(func.count(c.person.distinct())).where(of_run)),
        answered=_one(
            tx,
            select(func.count())
            .select_from(acknowledgments.join(outreaches, c.id == acknowledgments.c.outreach))
            .where(of_run),
        ),
    )


def _count(tx: Tx, source: FromClause, where: ColumnElement[bool], *by: ColumnElement[Any]) -> Count:
    """Rows by these columns, most frequent first; by one column the key is a word, by more a tuple."""
    query = select(*by, func.count()).select_from(source).where(where).group_by(*by)
    rows = [tuple(row) for row in tx.connection.execute(query)]
    rows.sort(key=lambda row: (-row[-1], *map(str, row[:-1])))
    return {(row[0] if len(by) == 1 else row[:-1]): row[-1] for row in rows}


def _one(tx: Tx, query: Any) -> int:
    return int(tx.connection.execute(query).scalar_one())


def _pulled(tx: Tx, run: str) -> tuple[int, int, int]:
    columns = (func.sum(pulls.c.lines), func.sum(pulls.c.read), func.sum(pulls.c.quarantined))
    row: Any = tx.connection.execute(select(*columns).where(pulls.c.run == run)).one()
    return int(row[0] or 0), int(row[1] or 0), int(row[2] or 0)


def _patterns(tx: Tx, run: str, opened: Count, said: Count) -> tuple[PatternFigures, ...]:
    flagged = _count(tx, flags.join(pulls, pulls.c.id == flags.c.pull), pulls.c.run == run, flags.c.pattern)
    verdicts: dict[str, dict[str, int]] = defaultdict(dict)
    live = (decisions.c.run == run) & decisions.c.shadow.is_(False)
    for (pattern, verdict), count in _count(
        tx, decisions, live, decisions.c.pattern, decisions.c.verdict
    ).items():
        verdicts[pattern][verdict] = count
    return tuple(
        PatternFigures(
            pattern=pattern,
            flags=count,
            verdicts=verdicts[pattern],
            outreaches=opened.get(pattern, 0),
            messages=said.get(pattern, 0),
        )
        for pattern, count in flagged.items()
    )


def shadow_figures(tx: Tx, run: str) -> dict[tuple[str, str], int]:
    """What shadow rules decided in a run, by (`pattern/rule`, verdict): watched, nothing sent."""
    d = decisions.c
    counted = _count(tx, decisions, (d.run == run) & d.shadow.is_(True), d.pattern, d.rule, d.verdict)
    return {(f"{pattern}/{rule}", verdict): count for (pattern, rule, verdict), count in counted.items()}


def _skips(tx: Tx, run: str) -> dict[str, int]:
    """Skips by the author's words where the rule gave some, else by the reason's."""
    d = decisions.c
    skipped = (d.run == run) & d.shadow.is_(False) & (d.verdict == "skip")
    found: dict[str, int] = defaultdict(int)
    for (because, reason), count in _count(tx, decisions, skipped, d.because, d.reason).items():
        found[because or reason] += count
    return dict(found)


def examples(tx: Tx, run: str) -> list[Example]:
    """One person for every pattern, language and ending that the run's messages show, and who got none."""
    c = outreaches.c
    ending = func.coalesce(c.close_reason, c.state)
    locale = func.coalesce(messages.c.locale, "")
    query = (
        select(func.min(c.person), c.pattern, locale, ending)
        .select_from(outreaches.outerjoin(messages, messages.c.outreach == c.id))
        .where(c.run == run)
        .group_by(c.pattern, locale, ending)
    )
    return [Example(*row) for row in tx.connection.execute(query)]
