"""Lists of malicious addresses: brought in, shown, asked, and given to other firms."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from outreach.cli.address_changes import CHANGES
from outreach.cli.address_reviews import accept, imports, reject, review
from outreach.cli.address_told import said_of, tell_import
from outreach.cli.address_words import FORMAT, allowed_pairs, as_chain, chain_option, typed_address
from outreach.cli.console import err, out, progress, two_columns
from outreach.cli.desk import actor_option, opened
from outreach.domain.chains import FAULTS
from outreach.domain.csv_safe import csv_line
from outreach.domain.entries import together
from outreach.domain.listed import moment_in
from outreach.engine.list_pulls import ListPulls
from outreach.engine.lists import Brought, Taken
from outreach.engine.taking import Rejected
from outreach.store.entries import counted, voices
from outreach.store.lists import feed_states, withdrawn_names
from outreach.wiring.addresses import exported, lists, pulls, read_any, rows_of_file
from outreach.wiring.house import House

LISTED, NOT_LISTED = 0, 1


@click.group()
def addresses() -> None:
    """Lists of malicious addresses: import, export, check, and people's own words on them."""


@addresses.command(name="import")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", help="What the list is called here; it can be withdrawn by this name.")
@click.option(
    "--as", "shape", type=click.Choice(["csv", "ndjson", "json"]), help="Default: by the file's name."
)
@click.option("--chain", default="", callback=as_chain, help="The chain of rows that name none.")
@click.option("--sources-column", "sources", default="", help="The column that says who each row is from.")
@click.option("--delimiter", default=",", help="Between the cells of a CSV. Default: a comma.")
@click.option("--as-of", help="The day that the list is of; default: now, or the rows' own.")
@click.option("--complete", is_flag=True, help="What this list lacks is not listed by it any more.")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write refused rows here.")
@actor_option
@FORMAT
@click.pass_obj
def take(workspace: Path, /, files: Sequence[Path], **given: Any) -> None:
    """Import lists of addresses from FILES; without any, all that is new of the lists in the settings.

    An import that would match too many of the latest transfers is held: `outreach addresses imports`.
    Exits 1 where something is held or a list cannot be read.
    """
    house = opened(workspace)
    if files and not given["source"]:
        raise click.UsageError("--source says what the list is called; it can be withdrawn by that name")
    if files and given["source"] in {each for each in house.settings.addresses.lists}:
        raise click.UsageError("a list of that name is in the settings: choose another --source")
    taken, failed = _files(house, files, given) if files else _declared(pulls(house), given["actor"])
    rejected = [each for one in taken for each in one.rejected]
    tell_import(taken, given["style"])
    if given["rejects"]:
        with _written(given["rejects"]):
            _write_rejects(given["rejects"], rejected)
    sys.exit(int(failed or any(one.one.state == "held" for one in taken)))


def _files(house: House, files: Sequence[Path], given: Mapping[str, Any]) -> tuple[list[Taken], bool]:
    as_of = moment_in(given["as_of"] or "")
    if as_of is None or as_of > house.clock():
        raise click.BadParameter("wanted: a day such as 2026-11-23, none to come", param_hint="--as-of")
    with house.store.read() as tx:
        if given["source"] in withdrawn_names(tx):
            raise click.UsageError(
                f"{given['source']} was withdrawn: `outreach addresses restore` takes that back"
            )
    stage = lists(house)
    found = []
    said = {
        "format": given["shape"] or "",
        "chain": given["chain"],
        "sources": given["sources"],
        "delimiter": given["delimiter"],
    }
    with progress() as bar:
        task = bar.add_task("importing", total=len(files))
        for path in files:
            brought = Brought(
                feed=given["source"],
                rows=rows_of_file(path, said),
                as_of=as_of if given["as_of"] else None,
                is_complete=given["complete"],
            )
            found.append(stage.take(brought, given["actor"]))
            bar.advance(task)
    return found, False


def _declared(stage: ListPulls, actor: str) -> tuple[list[Taken], bool]:
    if not stage.feeds:
        raise click.UsageError("name files, or set lists in the settings: [addresses.lists.NAME]")
    found = stage.lists.weigh_again(actor)
    for each in (read := stage.open()):
        found += stage.pull(each, actor)
    for each in (each for each in stage.feeds if each not in read):
        err.print(f"{each.feed.name} was not read: it is withdrawn, or an import of it waits", markup=False)
    with stage.lists.store.read() as tx:
        states = feed_states(tx)
    names = [each.feed.name for each in stage.feeds]
    failing = [states[name].reason for name in names if name in states and states[name].failing_since]
    for reason in failing:
        err.print(reason, markup=False)
    return found, bool(failing)


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None


def _write_rejects(path: Path, rejected: Sequence[Rejected]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("line,reason,chain,address,meaning\r\n")
        for each in rejected:
            row = each.row
            file.write(csv_line([row.line, each.fault.value, row.chain, row.address, FAULTS[each.fault]]))


@addresses.command()
@click.option("--as", "style", type=click.Choice(["csv", "json", "stix"]), default="csv")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: stdout.")
@click.option("--chain", default="", callback=as_chain, help="Only this chain.")
@click.pass_obj
def export(workspace: Path, style: str, output: Path | None, chain: str) -> None:
    """Write what is listed now for other firms: CSV, JSON, or a STIX 2.1 bundle. Nothing allowed is in it."""
    house = opened(workspace)
    now = house.clock()
    allowed = allowed_pairs(house)
    with house.store.read() as tx:
        entries = (
            each
            for each in together(voices(tx, now))
            if (each.address.chain, each.address.text) not in allowed
            and chain in {"", each.address.chain.value}
        )
        parts = exported(entries, style, house.settings.firm, now)
        if output is None:
            for part in parts:
                click.echo(part, nl=False)
            return
        with _written(output), output.open("w", encoding="utf-8", newline="") as file:
            file.writelines(parts)


@addresses.command()
@click.argument("address")
@chain_option
@FORMAT
@click.pass_obj
def check(workspace: Path, address: str, chain: str, style: str) -> None:
    """What the lists say of one ADDRESS: who carries it, since when, and whether it is allowed.

    Exits 0 where it is listed, 1 where it is not (or is allowed), 2 where it is no address.
    """
    house = opened(workspace)
    found = [typed_address(address, chain)] if chain else list(read_any(address))
    if not found:
        typed_address(address, chain)  # says what is wrong with it
    told = [said_of(house, each) for each in found]
    is_listed = any(each["listed"] for each in told)
    if style == "json":
        click.echo(json.dumps(told, indent=2))
    else:
        for each in told:
            for line in each["lines"]:
                out.print(line, markup=False)
    sys.exit(LISTED if is_listed else NOT_LISTED)


@addresses.command()
@FORMAT
@click.pass_obj
def stats(workspace: Path, style: str) -> None:
    """How many addresses are listed: by chain, list, source and category; how far each list was read."""
    house = opened(workspace)
    with house.store.read() as tx:
        counts, states, gone = counted(tx, house.clock()), feed_states(tx), withdrawn_names(tx)
    if style == "json":
        moments = {name: each.looked_at for name, each in states.items()}
        when = {name: at.isoformat() if at else None for name, at in moments.items()}
        told = {name: dict(each.most_common()) for name, each in counts.items()}
        click.echo(json.dumps({**told, "read": when, "withdrawn": sorted(gone)}, indent=2))
        return
    out.print(two_columns("Listed addresses by chain", dict(counts["chain"].most_common())))
    out.print(f"{counts['chain'].total():,} in all.")
    for name in ("feed", "source", "category"):
        out.print(two_columns(f"By {'list' if name == 'feed' else name}", dict(counts[name].most_common(20))))
    for name, state in states.items():
        failing = f"; cannot be read: {state.reason}" if state.failing_since else ""
        read = f"{state.looked_at:%Y-%m-%d %H:%M} UTC" if state.looked_at else "never"
        out.print(f"{name}: last read {read}{failing}", markup=False)
    if gone:
        out.print(f"Withdrawn: {', '.join(sorted(gone))}", markup=False)


for command in (imports, accept, reject, review, *CHANGES):
    addresses.add_command(command)
