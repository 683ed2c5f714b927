"""Evidence packs of recovery cases: written for the police or another firm, and verified."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from outreach.cli.cases import BY, CASE, FORMAT, cases, one_case
from outreach.cli.cases_typed import read_firm
from outreach.cli.console import err, out
from outreach.cli.desk import opened
from outreach.store import case_whole
from outreach.store.desk import write_audit
from outreach.wiring import case_pack
from outreach.wiring.case_pack import POLICE


@cases.command()
@CASE
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--for", "audience", default=POLICE, help="police, or a firm that was asked ([partners]).")
@FORMAT
@BY
@click.pass_obj
def export(workspace: Path, case: str, folder: Path, audience: str, style: str, by: str) -> None:
    """Write the evidence pack of a case: PDF, JSON, and a manifest with the hash of each piece.

    The folder must be empty or not there. Tell the manifest's hash on another way than the files.
    """
    house = opened(workspace)
    id = one_case(house, case)
    if audience != POLICE:
        read_firm(house, audience)
    with house.store.begin() as tx:
        found = case_whole.whole(tx, id)
        write_audit(tx, "case.export", id, f"for {audience}", by, house.clock())
    assert found is not None
    if audience != POLICE and not any(one.firm == audience for one in found.freezes):
        err.print(f"{audience} was not asked about this case: there is nothing to show it.", markup=False)
        sys.exit(1)
    try:
        seal = case_pack.export(house.settings, found, audience, folder)
    except FileExistsError:
        raise click.BadParameter(
            "something lies there already: name a new folder", param_hint="--out"
        ) from None
    except OSError as error:
        raise click.BadParameter(f"cannot be written: {type(error).__name__}", param_hint="--out") from None
    with house.store.begin() as tx:
        write_audit(tx, "case.exported", id, f"manifest {seal}", by, house.clock())
    house.close()
    if style == "json":
        click.echo(json.dumps({"case": id, "audience": audience, "folder": str(folder), "manifest": seal}))
        return
    out.print(f"Written to {folder}: case.pdf, case.json, manifest.json, manifest.sha256.", markup=False)
    out.print(f"Manifest: {seal}")
    out.print(f"Verify: outreach cases verify {folder} --manifest {seal}", markup=False)


@cases.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--manifest", help="The manifest's hash as it was told on another way.")
def verify(folder: Path, manifest: str | None) -> None:
    """Whether every byte of an evidence pack is as it was written; exit 1 where one is not."""
    wrong = case_pack.verify(folder, manifest)
    for each in wrong:
        err.print(each, markup=False)
    if wrong:
        sys.exit(1)
    out.print("Every piece and every file has its hash.")
    if manifest is None:
        out.print("Whether the manifest is the one that was written, only --manifest tells.")


def whole_group() -> click.Group:
    """`outreach cases` with all its commands."""
    return cases
