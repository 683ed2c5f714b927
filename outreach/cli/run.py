"""For the operator: bring the database to head, run one cycle, or keep running."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import click

from outreach.cli.console import crossed, err, out, progress, two_columns
from outreach.cli.stopping import stoppable
from outreach.daemon import run_daemon
from outreach.engine.maturing import BATCHES
from outreach.errors import FeedError
from outreach.wiring.holding import waiting
from outreach.wiring.house import House, open_house
from outreach.wiring.living import living
from outreach.wiring.maturing import has_daemon, keep_outcomes


@click.command()
@click.pass_obj
def migrate(workspace: Path) -> None:
    """Bring the database to the newest schema. Safe to run again, and under a running daemon."""
    house = open_house(workspace)
    house.migrate()
    out.print("The database is at head.")


@click.command()
@click.option("--once", is_flag=True, required=True, help="One cycle; `outreach daemon` keeps running.")
@click.option("--dry-run", is_flag=True, help="Hand nothing over, keep nothing.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def run(workspace: Path, once: bool, dry_run: bool, style: str) -> None:
    """Pull every feed, decide, and send what is due: one cycle. Exit 4 where a feed could not be read.

    A dry run shows what a run would do: it sees what is there, and nothing of it stays.
    """
    house = open_house(workspace, dry_run=dry_run)
    house.require_head()
    try:
        with nullcontext() if dry_run else living(house, "run"):
            counts = cycle(house)
            if not dry_run and not has_daemon(house):
                counts += _kept(house)
    finally:
        house.close()
    if style == "json":
        out.print_json(json.dumps(counts))
    else:
        show_counts(counts)
        if dry_run:
            out.print("\nThis was a dry run: nothing was handed over, and nothing is kept.")
    if counts["feeds_failed"]:
        raise click.exceptions.Exit(FeedError.exit_code)


def _kept(house: House) -> Counter[str]:
    """No daemon runs: one round of what it does for the ledger of outcomes, so that reports have figures."""
    with stoppable() as is_stopping, progress() as bar:
        bar.add_task("reckoning episodes", total=None)
        found = keep_outcomes(house, is_stopping, batches=BATCHES)
    return +Counter(cases=found.cases, reckoned=found.reckoned)


def cycle(house: House) -> Counter[str]:
    """One cycle with a progress bar: intake, what the core must hear, dispatch."""
    with stoppable() as is_stopping, progress() as bar:
        reading = bar.add_task("reading flags", total=None)
        dispatch = house.dispatch  # made first: words that do not fit are told before a flag is pulled
        counts = house.intake.run(lambda lines: bar.advance(reading, lines), is_stopping)
        bar.update(reading, total=counts["lines"], completed=counts["lines"])
        sending = bar.add_task("sending", total=counts["opened"])
        if not house.rehearses:
            counts += house.recovery.run()
            counts["waited"] = waiting(house).run(is_stopping)["opened"]
        counts += dispatch.run(is_stopping, lambda done: bar.advance(sending, done))
    return counts


FUNNEL = {
    "lines": "lines read from the feeds",
    "quarantined": "  quarantined (see below)",
    "repeated": "  pulled before",
    "no_rule_held": "  no rule held",
    "undecided": "  undecided: a fact is unknown",
    "near_miss": "  near misses: under the cut-off, observed",
    "skip": "  skipped (see below)",
    "control": "  control arm of an experiment",
    "waited": "opened for those whose wait on a wait list is over",
    "shadow": "decided by shadow rules: watched, nothing sent",
    "warn": "  to be warned",
    "opened": "outreaches opened",
    "ramped": "  of them, waiting for a step of their rule's ramp",
    "held_for_approval": "rules held for approval",
    "feeds_failed": "feeds that failed",
    "reckoned": "episodes whose outcome was reckoned: no daemon runs",
    "cases": "recovery cases of confirmed losses",
}


def show_counts(counts: Counter[str]) -> None:
    """The funnel of a cycle, then each reason with its count."""
    out.print(two_columns("Flags", {text: counts[name] for name, text in FUNNEL.items()}))
    for prefix, title, shown in (
        ("skip.", "Skipped, by reason", two_columns),
        ("quarantined.", "Quarantined lines, by reason", two_columns),
        ("sent.", "Messages, by channel and locale", crossed),
        ("result.", "Handed over, by channel and result", crossed),
        ("waiting.", "Steps that wait, by reason", two_columns),
        ("passed.", "Steps passed over, by channel and reason", crossed),
        ("closed.", "Outreaches closed, by reason", two_columns),
    ):
        rows = {name.removeprefix(prefix): n for name, n in sorted(counts.items()) if name.startswith(prefix)}
        if rows:
            out.print()
            out.print(shown(title, rows))
    if counts["held_for_approval"]:
        err.print("Something is over its limits and waits: `outreach approvals list`.")


@click.command()
@click.pass_obj
def daemon(workspace: Path) -> None:
    """Run until SIGTERM: pull, decide, send and follow up by the table in outreach/daemon.py."""
    house = open_house(workspace)
    house.stands_in = True
    house.require_head()
    house.dispatch  # noqa: B018  # made now, so that missing credentials are told at the start
    out.print("The daemon runs until SIGTERM or Ctrl-C; `outreach status` tells how it is.")
    run_daemon(house)
