"""For the operator: how the engine is running, and what breaks its promise."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from outreach.cli.console import out
from outreach.domain.problem import places
from outreach.domain.running import Pace, RulesStanding, Running
from outreach.domain.trouble import Promises, Trouble, judge
from outreach.errors import RulesError
from outreach.store.pace import pace
from outreach.store.running import last_rules, running
from outreach.wiring.house import House, open_house
from outreach.wiring.watching import promises


@click.command()
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def status(workspace: Path, style: str) -> None:
    """How the engine is running: queue, doubts, providers, feeds, daemons, rules, and what is wrong.

    Exit 0 where every promise is kept, 1 where one is broken; each trouble names its runbook.
    """
    house = open_house(workspace)
    house.require_head()
    now, (seen, paced) = house.clock(), _look(house)
    troubles = judge(seen, promises(house.settings), now)
    house.close()
    if style == "json":
        click.echo(json.dumps(_told(seen, paced, troubles), default=_plain, indent=2))
    else:
        _show(seen, paced, troubles)
    raise SystemExit(1 if troubles else 0)


def _look(house: House) -> tuple[Running, Pace]:
    now = house.clock()
    with house.store.read() as tx:
        seen, paced, last = running(house.store, tx, now), pace(tx, now), last_rules(tx)
    try:
        rules = house.rules.standing()
    except RulesError as error:  # a daemon that runs goes on with the ones before
        rules = RulesStanding(sha256=last or "", problems=len(error.problems), places=places(error.problems))
    return replace(seen, rules=rules), paced


def _told(seen: Running, paced: Pace, troubles: Sequence[Trouble]) -> dict[str, object]:
    rates = {name: {f"{c}.{r}": n for (c, r), n in rate.items()} for name, rate in paced.rates.items()}
    found = [{**asdict(trouble), "runbook": trouble.sign.runbook} for trouble in troubles]
    pacing = {"rates": rates, "leads": asdict(paced.leads) if paced.leads else None}
    return {**asdict(seen), "too_late_share": seen.too_late_share, **pacing, "troubles": found}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _show(seen: Running, paced: Pace, troubles: Sequence[Trouble]) -> None:
    now = seen.at
    for title, lines in (
        ("Queue", _queue(seen)),
        ("Sent", _sent(seen, paced)),
        ("Providers", _providers(seen)),
        ("Feeds", _feeds(seen)),
        ("Processes", _processes(seen)),
        ("People and rules", _people(seen)),
    ):
        table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
        table.add_column(style="bold")
        for name, says in lines:
            table.add_row(escape(name), escape(says))
        out.print(table)
        out.print()
    for trouble in troubles:
        _say(trouble, now)
    if not troubles:
        out.print("[green]Every promise is kept.[/green]")


def _say(trouble: Trouble, now: datetime) -> None:
    about = f" {trouble.about}" if trouble.about else ""
    since = f", for {_long(now - trouble.since)}" if trouble.since else ""
    out.print(f"[red]✗ {trouble.sign.value}[/red]{escape(about)}: {trouble.count:,}{since}")
    out.print(f"    {trouble.sign.first}", markup=False)
    out.print(f"    → {trouble.sign.runbook}", markup=False)


def _queue(seen: Running) -> Iterator[tuple[str, str]]:
    for state, waiting in seen.queue.items():
        since = "late" if state == "due" else "old"
        oldest = f", the oldest {_long(waiting.age(seen.at))} {since}" if waiting.oldest else ""
        yield state, f"{waiting.count:,}{oldest}"
    for name, count in seen.lateness.items():
        yield f"  due {name}", f"{count:,}"
    doubt = seen.in_doubt
    since = f", the oldest for {_long(doubt.age(seen.at))}" if doubt.oldest else ""
    yield "in doubt", f"{doubt.count:,}{since}; {seen.doubts_for_people:,} for a person to settle"


def _sent(seen: Running, paced: Pace) -> Iterator[tuple[str, str]]:
    for name, rate in paced.rates.items():
        yield f"last {name}", _counts({f"{c} {r}": n for (c, r), n in sorted(rate.items())})
    if (leads := paced.leads) is not None:
        half, most, nearly_all = (_lead(seconds) for seconds in (leads.p50, leads.p90, leads.p99))
        figures = f"{half}, 90 % {most}, 99 % {nearly_all}"
        yield (
            "flag to first message",
            f"half within {figures}; {leads.under_10s:.0%} under 10 s (n={leads.n:,})",
        )
    yield "closed in a day", _counts(seen.closed)
    if (share := seen.too_late_share) is not None:
        yield "too late", f"{share:.1%} expired before anything was sent"


def _lead(seconds: float) -> str:
    """Tenths count where it goes well; an hour has no tenths of a second."""
    return f"{seconds:.1f} s" if seconds < 100 else _long(timedelta(seconds=seconds))


def _providers(seen: Running) -> Iterator[tuple[str, str]]:
    for p in seen.providers:
        speed = f", {p.answer_seconds:.2f} s an answer" if p.answer_seconds is not None else ""
        share = f"takes {p.weight:.0%} of its channel (set: {p.share:.0%})"
        yield (
            f"{p.channel} {p.provider}",
            (f"breaker {p.breaker}, {share}; last minute {p.failed:,} of {p.tried:,} failed{speed}"),
        )


def _feeds(seen: Running) -> Iterator[tuple[str, str]]:
    for feed in seen.feeds:
        brought = f"{_long(seen.at - feed.brought_at)} ago" if feed.brought_at else "never"
        says = f"looked at {_long(seen.at - feed.looked_at)} ago, last brought a new flag {brought}"
        failing = f"; fails for {_long(seen.at - feed.failing_since)}" if feed.failing_since else ""
        yield feed.feed, f"{says}{failing}{': ' + feed.reason if feed.reason else ''}"


def _processes(seen: Running) -> Iterator[tuple[str, str]]:
    for p in seen.processes:
        up, beat = _long(seen.at - p.started_at), _long(seen.at - p.beat_at)
        dead = ": dead" if seen.at - p.beat_at > Promises().beat else ""
        yield f"{p.role} {p.holder}", f"version {p.version}, began {up} ago, last heard of {beat} ago{dead}"
    if seen.dead_runs.count:
        yield "dead runs", f"{seen.dead_runs.count:,}: nobody has let go what they opened"


def _people(seen: Running) -> Iterator[tuple[str, str]]:
    yield "tasks", _tasks(seen)
    asked = seen.approvals
    since = f", the oldest for {_long(asked.age(seen.at))}" if asked.oldest else ""
    yield "approvals", f"{asked.count:,} waiting{since}"
    if seen.letters.count:
        yield "dead letters", f"{seen.letters.count:,} to the core system: outreach letters list"
    for halt in seen.halts:
        yield f"halt of {halt.scope} {halt.object}".rstrip(), f"for {_long(seen.at - halt.at)}: {halt.reason}"
    if (rules := seen.rules) is not None:
        first = f", the first at {rules.places[0]}" if rules.places else ""
        broken = (
            f"; a newer edit has {rules.problems} problems{first}: not in force" if rules.problems else ""
        )
        yield "rules in force", f"{rules.sha256[:12] or 'none yet'}{broken}"


def _tasks(seen: Running) -> str:
    found = seen.tasks
    late = f", the oldest by {_long(found.overdue.age(seen.at))}" if found.overdue.oldest else ""
    waited = ""
    if found.mean_wait is not None:
        length = _long(timedelta(seconds=found.mean_wait))
        waited = f"; {length} on average until taken (n={found.waits:,}, last day)"
    return (
        f"{found.open.count:,} open, {found.taken:,} in hand, {found.overdue.count:,} overdue{late}{waited}"
    )


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"


def _long(length: timedelta) -> str:
    """`8 s`, `12 min`, `3 h`, `4 days`."""
    seconds = max(length.total_seconds(), 0)
    for most, by, unit in ((100, 1, "s"), (6000, 60, "min"), (172_800, 3600, "h")):
        if seconds < most:
            return f"{seconds / by:.0f} {unit}"
    return f"{seconds / 86_400:.0f} days"
