"""What became of the money: told to us by files and feeds, and told by us to whoever asks."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from outreach.cli import outcomes_designs
from outreach.cli.console import out, progress, two_columns
from outreach.cli.desk import opened
from outreach.cli.outcomes_advise import advise
from outreach.cli.outcomes_show import show
from outreach.cli.stopping import stoppable
from outreach.engine.outcome_intake import OutcomeIntake
from outreach.store.outcome_facts import unpriced
from outreach.store.outcome_pulls import heard_from, unread_lines
from outreach.wiring.house import House
from outreach.wiring.maturing import has_daemon, keep_outcomes
from outreach.wiring.outcomes import BY_HAND, outcome_file, outcome_intake

FORMAT = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")

FIGURES = {
    "lines": "lines read",
    "new": "  told for the first time",
    "corrected": "  told again otherwise: the newest stands, the older ones are kept",
    "repeated": "  told before",
    "quarantined": "  could not be read: in quarantine",
    "unknown": "about people whom no flag has named: they wait for one",
    "adopted": "found their person, or their rate, since they were told",
    "let_go": "waited too long for a flag, and went",
    "feeds_failed": "feeds that failed",
}


KEPT = ("reckoned", "cases", "own")
BY_US = (
    "No daemon runs, so the ledger was reckoned now: {reckoned:,} episodes looked at, {cases:,} recovery"
    " cases opened, {own:,} tellings taken from our own ledger."
)
BY_DAEMON = "The daemon that runs here reckons it within minutes."


@click.group()
def outcomes() -> None:
    """What became of the money: transfers, losses, listings, labels, recoveries."""


@outcomes.command(name="import")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--feed", "name", help="Pull this feed of the settings instead; `all` pulls every one.")
@click.option("--source", default=BY_HAND, help="Whose ids the file has; a feed's name corrects that feed.")
@click.option("--as", "shape", type=click.Choice(["csv", "ndjson", "parquet"]), help="Default: by its name.")
@click.option("--delimiter", default=",", help="Between the cells of a CSV. Default: a comma.")
@FORMAT
@click.pass_obj
def take(workspace: Path, /, file: Path | None, name: str | None, style: str, **given: Any) -> None:
    """Take what FILE tells (CSV, NDJSON or Parquet), or what a feed of the settings does.

    Columns: kind, at; source_id, user_ref, transfer_ref, beneficiary, chain, rail, amount, currency, rate,
    rate_source, by. What was told before is nothing new; a source_id told again otherwise is corrected.
    Where no daemon runs, the ledger is reckoned at once; `--feed all` does so without any feed, too.
    Exits 1 where a line could not be read: the others are kept.
    """
    if (file is None) == (name is None):
        raise click.UsageError("name a FILE, or a feed by --feed NAME (all: every feed of the settings)")
    house = opened(workspace)
    stage = outcome_intake(house)
    counts = _from_file(stage, file, given) if file else _from_feeds(stage, str(name))
    if style == "text":
        tell_counts(counts)
    is_kept = has_daemon(house)
    if not is_kept:
        counts += _kept(house)
    if style == "json":
        click.echo(json.dumps(counts, indent=2, sort_keys=True))
    else:
        out.print(BY_DAEMON if is_kept else BY_US.format(**{name: counts[name] for name in KEPT}))
    sys.exit(int(counts["quarantined"] > 0 or counts["feeds_failed"] > 0))


def _kept(house: House) -> Counter[str]:
    """No daemon runs: what it would do for the ledger is done now, so that reports have figures."""
    with stoppable() as is_stopping, progress() as bar:
        reckoning = bar.add_task("reckoning episodes", total=None)
        found = keep_outcomes(house, is_stopping, lambda looked: bar.advance(reckoning, looked))
    return +Counter(own=found.told, cases=found.cases, reckoned=found.reckoned)


def _from_file(stage: OutcomeIntake, file: Path, given: dict[str, Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    brought = outcome_file(file, given["shape"] or "", given["delimiter"])
    with progress() as bar:
        reading = bar.add_task("reading", total=None)
        for taken in stage.brought(brought, given["source"]):
            counts += taken
            bar.advance(reading, taken["lines"])
    return counts + stage.catch_up()


def _from_feeds(stage: OutcomeIntake, name: str) -> Counter[str]:
    if name == "all":
        return stage.run()
    found = [feed for feed in stage.feeds if feed.name == name]
    if not found:
        known = ", ".join(feed.name for feed in stage.feeds) or "none"
        raise click.UsageError(f"no feed of that name is in [outcomes.feeds]; there are: {known}")
    return sum(stage.drain(found[0]), Counter[str]()) + stage.catch_up()


def tell_counts(counts: Counter[str]) -> None:
    """What became of every line, and each reason with its count."""
    out.print(two_columns("Tellings", {text: counts[key] for key, text in FIGURES.items()}))
    prefix = "quarantined."
    reasons = {key.removeprefix(prefix): n for key, n in sorted(counts.items()) if key.startswith(prefix)}
    if reasons:
        out.print()
        out.print(two_columns("Quarantined lines, by reason", reasons))
        out.print("Which they are: outreach outcomes heard")


@outcomes.command()
@FORMAT
@click.pass_obj
def heard(workspace: Path, style: str) -> None:
    """Who told us what: each source with its last pull, its lines, and the lines that could not be read."""
    house = opened(workspace)
    with house.store.read() as tx:
        rows, unread, lacking = heard_from(tx), unread_lines(tx), unpriced(tx)
    if style == "json":
        told = [{**row, "last": row["last"].isoformat()} for row in rows]
        click.echo(json.dumps({"sources": told, "unread": unread, "unpriced": lacking}, indent=2))
        return
    for row in rows:
        counts = ", ".join(
            f"{row[name]:,} {name}" for name in ("new", "corrected", "repeated", "quarantined")
        )
        out.print(f"{row['feed']}: {counts}; last {row['last']:%Y-%m-%d %H:%M} UTC", markup=False)
    if not rows:
        out.print("Nothing was told yet. Declare a feed under [outcomes.feeds], or import a file.")
    if lacking:
        counts = ", ".join(f"{count:,} in {currency}" for currency, count in lacking.items())
        out.print(f"Amounts that nobody has priced, and no figure counts: {counts}", markup=False)
    if unread:
        out.print("Could not be read, the newest first (source: place:line column reason):")
    for line in unread:
        out.print(f"  {line}", markup=False)


COMMANDS: tuple[click.Command, ...] = (outcomes_designs.plan, outcomes_designs.experiments, show, advise)
"""What others tell and ask of outcomes: each in a file of its own, added here."""

for command in COMMANDS:
    outcomes.add_command(command)
