"""For victim care: who paid something before it was known to be bad, and never told us."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from outreach.cli.console import err, out, progress, two_columns
from outreach.cli.desk import actor_option, opened
from outreach.cli.stopping import stoppable
from outreach.domain.contact import mask
from outreach.domain.lookback import Turned
from outreach.domain.moment import utc
from outreach.errors import FeedError
from outreach.store.lookback import Line, listed
from outreach.wiring.house import House, open_house
from outreach.wiring.living import living
from outreach.wiring.looking_back import ask, is_address, look, require_rules

LONGEST = 128


@click.group()
def lookback() -> None:
    """People who paid what turned bad later, and never told us."""


@lookback.command("run")
@click.option("--address", "addresses", multiple=True, help="An address that is bad; it is checked.")
@click.option(
    "--beneficiary", "beneficiaries", multiple=True, help="An account or counterparty, as flags have it."
)
@click.option("--category", "categories", multiple=True, help="What is known of it: mule, drainer …")
@click.option("--days", type=click.IntRange(1, 730), help="How far back; default: [lookback] days.")
@click.option("--dry-run", is_flag=True, help="Show who would be found and decided; nothing of it is kept.")
@actor_option
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def run(workspace: Path, /, style: str, dry_run: bool, **asked: Any) -> None:
    """Look back now: for what is named here, and for whatever else is due.

    Whoever was found before is never written to twice. What is over its limits waits: `outreach approvals`.
    """
    house = open_house(workspace, dry_run=dry_run)
    house.require_head()
    require_rules(house)
    turned = _turned(house, asked["addresses"], asked["beneficiaries"], asked["categories"])
    try:
        with nullcontext() if dry_run else living(house, "run"):
            counts = _run(house, turned, asked["days"], asked["actor"])
    finally:
        house.close()
    _show(counts, style, dry_run)
    if counts["feeds_failed"]:
        raise click.exceptions.Exit(FeedError.exit_code)


def _run(house: House, turned: Sequence[Turned], days: int | None, actor: str) -> Counter[str]:
    looked: Counter[str] = Counter()
    if turned:
        ask(house, turned, days, actor)
    with stoppable() as is_stopping, progress() as bar:
        reading = bar.add_task("looking back", total=None)
        counts = look(
            house,
            lambda lines: bar.advance(reading, lines),
            is_stopping,
            lambda beneficiaries: looked.update(looked_for=beneficiaries),
        )
    return counts + looked


def _turned(
    house: House, addresses: Sequence[str], beneficiaries: Sequence[str], categories: Sequence[str]
) -> list[Turned]:
    wrong = [text for text in (*addresses, *beneficiaries) if not text.strip() or len(text) > LONGEST]
    unread = [text for text in addresses if not is_address(text)]
    if wrong or unread:
        raise click.UsageError(
            "an --address is none that we can check (mistyped, or of another chain); "
            "compare it letter by letter, or give it as --beneficiary"
            if unread
            else f"a beneficiary has 1 to {LONGEST} characters"
        )
    return [
        Turned(beneficiary=text, categories=tuple(categories), listed_at=house.clock())
        for text in (*addresses, *beneficiaries)
    ]


FUNNEL = {
    "looked_for": "beneficiaries looked back for",
    "read": "people found, who are new",
    "opened": "  outreaches opened",
    "near_miss": "  near misses: not sure enough, observed",
    "undecided": "  undecided: a fact is unknown",
    "skip": "  left out (see below)",
    "no_rule_held": "  no rule held",
    "held_for_approval": "rules held for approval",
    "feeds_failed": "sources that failed",
}


def _show(counts: Counter[str], style: str, dry_run: bool) -> None:
    if style == "json":
        out.print_json(json.dumps(counts))
        return
    out.print(two_columns("Look-back", {text: counts[name] for name, text in FUNNEL.items()}))
    left = {name.removeprefix("skip."): n for name, n in sorted(counts.items()) if name.startswith("skip.")}
    if left:
        out.print()
        out.print(two_columns("Left out, by reason", left))
    if dry_run:
        out.print("\nThis was a dry run: nobody is written to, and nothing is kept.")
    if counts["held_for_approval"]:
        err.print("Something is over its limits and waits: `outreach approvals list`.")


@lookback.command("list")
@click.option("--beneficiary", default="", help="Only this one.")
@click.option("--most", type=click.IntRange(1, 10_000), default=50, help="How many, the newest first.")
@click.option("--reveal", is_flag=True, help="Show beneficiaries in full.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def list_lookbacks(workspace: Path, beneficiary: str, most: int, reveal: bool, style: str) -> None:
    """What was looked back for, why, and how many people were found. Exits 1 where there is none."""
    house = opened(workspace)
    with house.store.read() as tx:
        lines = listed(tx, most, beneficiary)
    if style == "json":
        click.echo(json.dumps([_plain(line, reveal) for line in lines], indent=2))
    elif lines:
        out.print(_table(lines, reveal))
    else:
        err.print("Nothing was looked back for.")
    if not lines:
        raise click.exceptions.Exit(1)


def _table(lines: Sequence[Line], reveal: bool) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("beneficiary", "what", "asked by", "days", "found", "looked at", "next"):
        table.add_column(name)
    for line in lines:
        cells = (
            _shown(line, reveal),
            ", ".join(line.categories),
            line.actor or line.source,
            str(line.days),
            str(line.found),
            utc(line.looked_at) if line.looked_at else "not yet",
            utc(line.due_at) if line.looks else "done",
        )
        table.add_row(*(escape(cell) for cell in cells))
    return table


def _shown(line: Line, reveal: bool) -> str:
    return line.beneficiary if reveal else mask(line.beneficiary)


def _plain(line: Line, reveal: bool) -> dict[str, object]:
    return {
        "id": line.id,
        "beneficiary": _shown(line, reveal),
        "categories": list(line.categories),
        "source": line.source,
        "actor": line.actor,
        "days": line.days,
        "found": line.found,
        "looks_left": line.looks,
        "asked_at": line.asked_at.isoformat(),
        "due_at": line.due_at.isoformat(),
        "looked_at": line.looked_at.isoformat() if line.looked_at else None,
    }
