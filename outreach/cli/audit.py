"""For the operator and the auditor: who approved, halted, resumed, forgot, replayed, opened a history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from outreach.cli.console import err, out
from outreach.cli.desk import opened
from outreach.cli.moments import moment_typed
from outreach.domain.auditing import Act
from outreach.domain.moment import utc
from outreach.domain.printable import printable
from outreach.domain.problem import did_you_mean
from outreach.store.audited import WantedActs, acts, known_acts

ON_SCREEN = 200
CAPTIONS = ("at (UTC)", "who", "did", "to")


@click.group()
def audit() -> None:
    """Who did what, and when."""


@audit.command("list")
@click.option("--actor", default="", help="Only what this person did; `engine` is the engine itself.")
@click.option("--act", default="", help="Only this act: approve, halt, resume, forget, open, reveal …")
@click.option(
    "--object", "about", default="", help="Only what was done to this: a person id, a rule, any part."
)
@click.option("--since", help="From then on (2027-03-01, 2027-03-01T14:00, 2d, 12h).")
@click.option("--until", help="Before then.")
@click.option("--limit", type=click.IntRange(1), help=f"At most so many; text shows {ON_SCREEN}.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def list_acts(workspace: Path, /, style: str, since: str | None, until: str | None, **given: Any) -> None:
    """What people and the engine did, newest first.

    No personal data: people are ids of ours, and a reason is told only where the act is about no person.
    """
    house = opened(workspace)
    now = house.clock()
    moments: dict[str, Any] = {
        "since": moment_typed("--since", since, now),
        "until": moment_typed("--until", until, now),
    }
    limit = given.pop("limit") or (ON_SCREEN if style == "text" else None)
    wanted = WantedActs(**given, **moments, limit=limit + 1 if limit and style == "text" else limit)
    with house.store.read() as tx:
        if style == "json":
            _as_json(acts(tx, wanted))
            return
        found, known = list(acts(tx, wanted)), known_acts(tx)
    if wanted.act and wanted.act not in known:
        near = did_you_mean(wanted.act, known) or f"there are {', '.join(known) or 'none yet'}"
        raise click.ClickException(f"nobody ever did {wanted.act!r}; {near}")
    _show(found, limit or ON_SCREEN)


def _as_json(found: Iterable[Act]) -> None:
    """An array, an object a line, written as it is read."""
    before = "[\n"
    for one in found:
        click.echo(
            before + json.dumps(asdict(one) | {"at": one.at.isoformat()}, ensure_ascii=False), nl=False
        )
        before = ",\n"
    click.echo("[]" if before == "[\n" else "\n]")


def _show(found: Sequence[Act], limit: int) -> None:
    if not found:
        out.print("Nothing that fits was done.")
        return
    cells = [CAPTIONS, *((utc(a.at)[:16], a.actor, a.act, a.about) for a in found[:limit])]
    widths = [max(len(line[place]) for line in cells) for place in range(len(CAPTIONS))]
    reasons = ["", *(a.reason for a in found[:limit])]
    for number, (line, reason) in enumerate(zip(cells, reasons, strict=True)):
        shown = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        because = f"  {reason}" if reason else ""
        out.print(Text(printable((shown + because).rstrip()), "" if number else "bold"))
    if len(found) > limit:
        err.print("There are more: narrow it by --since, --act, --actor or --object, or take --format json.")
