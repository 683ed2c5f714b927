"""For the risk analyst before an edit goes live: who would be warned instead, and what it would cost."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from outreach.cli.backtest_github import as_markdown
from outreach.cli.console import err, out, progress
from outreach.domain import told_backtest as told
from outreach.domain.backtest import Change, Comparison, Sample
from outreach.domain.printable import printable
from outreach.wiring.backtest import Asked, page
from outreach.wiring.backtest import backtest as ask
from outreach.wiring.house import open_house


@click.command()
@click.option("--against", default="", help="A hash, a git revision or a folder; default: what ran last.")
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True)
@click.option("--samples", type=click.IntRange(0, 50), default=3, show_default=True, help="Of each rule.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with charts.")
@click.option("--format", "style", type=click.Choice(["text", "json", "github"]), default="text")
@click.pass_obj
def backtest(workspace: Path, against: str, days: int, samples: int, html: Path | None, style: str) -> None:
    """Replay the flag archive by the rules as they stand, beside another edition of them.

    Says who would be warned instead, and why, what it would cost, and which limits would hold it. Nothing
    is sent and nothing is written. Exit 2 where a book does not pass its check, 5 where there is nothing to
    replay.
    """
    house = open_house(workspace)
    with progress() as bar:
        task = bar.add_task("backtest", total=None)
        found = ask(
            house,
            Asked(against=against, days=days, samples=samples),
            lambda words: bar.update(task, description=words),
        )
    house.close()
    _show(found, style)
    if html is not None:
        _write(html, page(found))


def _show(found: Comparison, style: str) -> None:
    if style == "json":
        click.echo(json.dumps(plain(found), ensure_ascii=False, indent=2))
    elif style == "github":
        click.echo(as_markdown(found))
    else:
        for piece in _pieces(found):
            out.print(piece)


def _write(html: Path, text: str) -> None:
    try:
        html.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{html} cannot be written: {error.strerror}") from None
    err.print(f"written: {html}", markup=False)


def plain(value: Any) -> Any:
    """A value as JSON carries it: money as text, times in ISO 8601, lengths in seconds."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    match value:
        case Mapping():
            return {str(name): plain(one) for name, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value]
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case _:
            return value


def _pieces(found: Comparison) -> Iterator[Table | Text]:
    yield Text(printable(f"{told.headline(found)}."), "bold")
    yield Text(printable(told.window(found)), "dim")
    yield Text(printable(told.editions(found)), "dim")
    yield Text()
    yield _table("", (("people", found.people), ("flags", found.flags)))
    yield Text(f"outreaches opened (at most one an episode): {found.warnings[0]:,} → {found.warnings[1]:,}")
    for name, title in told.BY.items():
        yield Text()
        yield from _by(f"{title}, in people", found.people_by[name])
    yield from _shadow(found)
    yield from _verdicts(found)
    yield from _costs(found)
    yield from _rest(found)


def _by(title: str, changes: tuple[Change, ...]) -> Iterator[Table | Text]:
    """What changes, the most first; what does not is counted, and shown in the page."""
    changed = sorted((c for c in changes if not c.is_none), key=lambda c: -(c.plus + c.minus))
    alike = len(changes) - len(changed)
    if changed:
        yield _table(title, tuple((told.named(change), change) for change in changed))
    if alike:
        more = "more " if changed else ""
        yield Text(f"{'' if changed else f'{title}: '}{alike:,} {more}without a change", "dim")


def _table(title: str, rows: tuple[tuple[str, Change], ...]) -> Table:
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    for head in told.HEADS:
        table.add_column(head, justify="right")
    for name, change in rows:
        table.add_row(Text(printable(name)), *told.figures(change), style=None if change.is_none else "bold")
    return table


def _shadow(found: Comparison) -> Iterator[Table | Text]:
    if found.shadow_by_rule:
        yield Text()
        rows = tuple((told.named(change), change) for change in found.shadow_by_rule)
        yield _table("Shadow rules, in people: nothing is sent", (*rows, ("all", found.shadow_people)))


def _verdicts(found: Comparison) -> Iterator[Table | Text]:
    yield Text()
    table = Table(title="Verdicts, in flags", title_justify="left", box=None, pad_edge=False)
    for head in ("", "before", "after"):
        table.add_column(head, justify="right" if head else "left")
    for one in found.verdicts:
        shadow = " (shadow)" if one.is_shadow else ""
        table.add_row(f"{one.verdict.replace('_', ' ')}{shadow}", f"{one.before:,}", f"{one.after:,}")
    yield table


def _costs(found: Comparison) -> Iterator[Table | Text]:
    yield Text()
    yield Text("At most, where nobody answers and every step is sent:", "bold")
    for cost in found.costs:
        before, after = (told.bill(one, found.currency) for one in (cost.before, cost.after))
        yield Text(f"  {cost.channel.value:6} {before} → {after}")
    sums = [told.money(amount, found.currency) for amount in found.money]
    yield Text(f"  {'all':6} {' → '.join(sums)}")
    for words in found.unpriced:
        yield Text(printable(f"  no price, not in the sum: {words}"), "yellow")


def _rest(found: Comparison) -> Iterator[Text]:
    yield Text()
    for trip in found.trips:
        side = "after" if trip.is_after else "before"
        yield Text(f"{side}: {trip.rule} {told.trip(trip)}", "yellow")
    if not found.trips:
        yield Text("No limit, budget or alarm would hold a run.")
    for one in found.known:
        sides = f"{told.known(one, 0)} → {told.known(one, 1)}"
        yield Text(f"{one.n:,} {one.name}: warned before it {sides}")
    if not found.known:
        yield Text("Nothing is known of outcomes or answers in this window.")
    if found.judged is not None:
        before, after = map(told.judged, found.judged)
        for name, was, now in zip(told.JUDGED, before, after, strict=True):
            yield Text(f"{name}: {was} → {now}")
        yield Text(told.JUDGED_NOTE, "dim")
    for sample in found.samples:
        yield Text()
        yield from _sample(sample)
    yield Text()
    yield from (Text(printable(f"Note: {note}"), "dim") for note in found.notes)


def _sample(sample: Sample) -> Iterator[Text]:
    sign, style = ("+", "green") if sample.is_after else ("−", "red")
    place = " ".join(filter(None, (sample.locale, sample.country)))
    here, there = ("after", "before") if sample.is_after else ("before", "after")
    yield Text(printable(f"{sign} {sample.person}  {sample.pattern}/{sample.rule}  {place}"), style)
    yield Text(printable(f"    {here}: warns; {'; '.join(sample.why) or 'as before'}"))
    yield Text(printable(f"    {there}: {'; '.join(sample.why_not)}"))
