"""For whoever reads reports of scams: what came, one of them whole, its pictures taken out, and its end."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.markup import escape
from rich.table import Table

from outreach.cli.console import err, out
from outreach.cli.desk import actor_option, opened, the_one
from outreach.domain.contact import mask
from outreach.domain.message import read_reference
from outreach.domain.moment import both
from outreach.domain.printable import printable
from outreach.domain.reporting import CLOSES, HAPPENED, LEFT, MOMENTS, VIAS
from outreach.domain.wording import say
from outreach.store import reports as ledger
from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.wiring.reports import pictures, report_link

_FORMAT = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")


@click.group()
def reports() -> None:
    """Scams that people reported."""


@reports.command("list")
@click.option("--all", "every", is_flag=True, help="Closed ones, too; the newest first.")
@_FORMAT
@click.pass_obj
def list_reports(workspace: Path, every: bool, style: str) -> None:
    """Open reports, the one to be read first first."""
    house = opened(workspace)
    with house.store.read() as tx:
        found = [_brief(row) for row in ledger.listed(tx, closed=every)]
    house.close()
    if style == "json":
        click.echo(json.dumps(found, indent=2))
        return
    if not found:
        out.print("No report waits to be read.")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("reference", "at", "happened", "money left", "amount", "due", "state"):
        table.add_column(name, overflow="fold")
    for one in found:
        amount = f"{one['amount']} {one['currency']}" if one["amount"] else ""
        told = (say(HAPPENED, one["happened"]), say(LEFT, one["money_left"]), amount)
        table.add_row(one["reference"], one["at"][:16], *map(escape, told), one["due_at"][:16], one["state"])
    out.print(table)
    out.print("One of them whole: outreach reports show REFERENCE")


def _brief(row: Any) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "person": row.person,
        "at": row.at.isoformat(),
        "via": row.via,
        "language": row.locale,
        "happened": row.happened,
        "money_left": row.money_left,
        "moment": row.moment,
        "amount": None if row.amount is None else format(row.amount.normalize(), "f"),
        "currency": row.currency,
        "chain": row.chain,
        "case": row.recovery_case,
        "due_at": row.due_at.isoformat(),
        "state": row.state,
        "outcome": row.outcome,
    }


@reports.command()
@click.argument("reference")
@click.option(
    "--reveal", is_flag=True, help="Show how to reach them in full; needs --reason, and is audited."
)
@click.option("--reason", default="", help="Why the address is needed.")
@_FORMAT
@actor_option
@click.pass_obj
def show(workspace: Path, /, reference: str, **given: Any) -> None:
    """One report, in its person's own words. REFERENCE as they read it."""
    if given["reveal"] and not given["reason"].strip():
        raise click.BadParameter("say why: it is kept with your name", param_hint="--reason")
    house = opened(workspace)
    with house.store.begin() as tx:
        row = _the_report(tx, reference)
        if given["reveal"]:
            write_audit(tx, "reveal", row.id, given["reason"].strip(), given["actor"], house.clock())
        whole = _whole(tx, row, reveal=given["reveal"])
    house.close()
    if given["style"] == "json":
        click.echo(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    _print(whole)


def _whole(tx: Tx, row: Any, *, reveal: bool) -> dict[str, Any]:
    said = ledger.details_of(tx, row)
    reach_at = said.get("reach_at", "")
    files = ledger.files_of(tx, row.id)
    return {
        **_brief(row),
        "where": said.get("where", ""),
        "words": said.get("words", ""),
        "amount_typed": said.get("amount", ""),
        "reach": said.get("reach", ""),
        "reach_at": reach_at if reveal else mask(reach_at),
        "pictures": [
            {
                "n": f.n,
                "kind": f.kind,
                "size": f.size,
                "sha256": f.sha256,
                "original_sha256": f.original_sha256,
            }
            for f in files
        ],
    }


def _print(whole: dict[str, Any]) -> None:
    rows = {
        "reference": whole["reference"],
        "came": f"{whole['at']} {say(VIAS, whole['via'])}",
        "language": whole["language"],
        "happened": say(HAPPENED, whole["happened"]),
        "money left": say(LEFT, whole["money_left"]),
        "when": say(MOMENTS, whole["moment"]),
        "where to": f"{whole['where']} ({whole['chain']})" if whole["chain"] else whole["where"],
        "how much": f"{whole['amount'] or whole['amount_typed']} {whole['currency'] or ''}".strip(),
        "in words": whole["words"],
        "reach by": f"{whole['reach']} {whole['reach_at']}".strip(),
        "case": whole["case"] or "none",
        "read by": _when(whole["due_at"]),
        "state": " ".join(filter(None, (whole["state"], whole["outcome"]))),
    }
    for label, value in rows.items():
        if value:
            out.print(f"  {label:<11} {printable(value)}", markup=False)
    for picture in whole["pictures"]:
        out.print(f"  picture {picture['n']}   {picture['kind']}, SHA-256 {picture['sha256']}", markup=False)
    out.print("The person: outreach history " + whole["person"], markup=False)


def _when(moment: str) -> str:
    return both(datetime.fromisoformat(moment), None)


@reports.command()
@click.argument("reference")
@click.option(
    "--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="A new folder."
)
@click.option("--reason", required=True, help="Why it is taken out; it is kept with your name.")
@actor_option
@click.pass_obj
def export(workspace: Path, reference: str, folder: Path, reason: str, actor: str) -> None:
    """Take one report out, with its pictures, as files that only you may read."""
    if not reason.strip():
        raise click.BadParameter("say why: it is kept with your name", param_hint="--reason")
    house = opened(workspace)
    with house.store.begin() as tx:
        row = _the_report(tx, reference)
        write_audit(tx, "report.export", row.id, reason.strip(), actor, house.clock())
        whole = _whole(tx, row, reveal=True)
    found = pictures(house).of(row.id)
    house.close()
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise click.BadParameter(
            f"{folder}: {error.strerror}: name a new folder", param_hint="--to"
        ) from None
    _write(folder / "report.json", json.dumps(whole, indent=2, ensure_ascii=False).encode())
    for file, content in found:
        _write(folder / f"picture-{file.n}.{file.kind}", content)
    out.print(f"{folder}: the report and {len(found)} pictures. They are personal: delete them when done.")


def _write(place: Path, content: bytes) -> None:
    with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


@reports.command()
@click.argument("reference")
@click.option("--outcome", type=click.Choice(CLOSES), required=True)
@click.option("--reason", default="", help="What you found; it is kept with your name.")
@actor_option
@click.pass_obj
def close(workspace: Path, reference: str, outcome: str, reason: str, actor: str) -> None:
    """End a report that was read, with the task that asked for it."""
    house = opened(workspace)
    with house.store.begin() as tx:
        row = _the_report(tx, reference)
        is_done = ledger.close(tx, row, outcome, reason.strip(), actor, house.clock())
    house.close()
    if not is_done:
        err.print("This report was closed before.")
        sys.exit(1)
    out.print("Closed. A recovery case, where there is one, goes on: outreach cases")


@reports.command()
@click.argument("user")
@click.pass_obj
def link(workspace: Path, user: str) -> None:
    """The address where one person reports as themselves. USER as in `outreach history`."""
    house = opened(workspace)
    with house.store.read() as tx:
        person = the_one(tx, user)
    url, until = report_link(house)(person)
    house.close()
    click.echo(url)
    err.print(f"It leads there until {both(until, None)}; whoever has it reports as this person.")


def _the_report(tx: Tx, typed: str) -> Any:
    row = ledger.by_reference(tx, read_reference(typed))
    return row if row is not None else _none()


def _none() -> NoReturn:
    err.print("There is no report with this reference: `outreach reports list --all` shows them all.")
    sys.exit(1)
