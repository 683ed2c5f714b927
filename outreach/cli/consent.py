"""For support: on what ground somebody is written to, and a yes or a no that came by phone or letter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from outreach.cli.console import out
from outreach.cli.desk import actor_option, opened, the_one
from outreach.domain.consent import ALL, Basis, Program, Standing
from outreach.domain.moment import both
from outreach.domain.printable import printable
from outreach.domain.scale import Channel
from outreach.domain.wording import CHANNELS, CONSENTS, PROGRAMS, SCOPES, say
from outreach.store.consents import Change, change, ledger_of, standing
from outreach.store.database import Tx
from outreach.store.desk import add_note, write_audit
from outreach.store.optouts import lift_for
from outreach.store.runs import keep_texts
from outreach.wiring.house import House

LONGEST_TEXT = 100_000
SHORT = 12

_CHANNEL = click.Choice([*(c.value for c in Channel), ALL])
_PROGRAM = click.Choice([*(p.value for p in Program), ALL])
_FORMAT = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", help="Default: text."
)


@click.group()
def consent() -> None:
    """Show and change on what ground somebody is written to. Nothing in the ledger is ever edited."""


@consent.command()
@click.argument("user")
@_FORMAT
@click.pass_obj
def show(workspace: Path, user: str, style: str) -> None:
    """What stands for one person, and every word that led to it. USER as in `outreach history`."""
    house = opened(workspace)
    with house.store.read() as tx:
        person = the_one(tx, user)
        told = _told(tx, person)
    _write(told, style)


def _changing(command: Any) -> Any:
    options = (
        click.argument("user"),
        click.option("--channel", type=_CHANNEL, required=True, help="Which channel, or all of them."),
        click.option("--program", type=_PROGRAM, required=True, help="Warnings, education, or all."),
        click.option("--basis", type=click.Choice([b.value for b in Basis]), default=Basis.CONSENT.value),
        click.option("--source", required=True, help="Where it was said: phone, letter, branch …"),
        click.option(
            "--text",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="The text the person agreed to; kept once, cited by its hash.",
        ),
        click.option("--reason", required=True, help="Why; it is kept with your name."),
        actor_option,
        _FORMAT,
        click.pass_obj,
    )
    for option in reversed(options):
        command = option(command)
    return command


@consent.command()
@_changing
def grant(workspace: Path, /, **given: Any) -> None:
    """Write down a yes, in force at once. USER as in `outreach history`."""
    _change(opened(workspace), given, granted=True)


@consent.command()
@_changing
def withdraw(workspace: Path, /, **given: Any) -> None:
    """Write down a no, in force at once: what a provider already has cannot be called back."""
    _change(opened(workspace), given, granted=False)


@consent.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def text(workspace: Path, file: Path) -> None:
    """Keep a text that people agree to, and tell its hash: feeds name it as `consent_text`."""
    house = opened(workspace)
    with house.store.begin() as tx:
        click.echo(_keep(tx, file, house))


def _change(house: House, given: Mapping[str, Any], *, granted: bool) -> None:
    if not given["reason"].strip() or not given["source"].strip():
        raise click.UsageError("--source and --reason say where it was said and why it is written down")
    now, word = house.clock(), "granted" if granted else "withdrawn"
    with house.store.begin() as tx:
        person = the_one(tx, given["user"])
        wanted = Change(
            person=person,
            channel=None if given["channel"] == ALL else Channel(given["channel"]),
            program=None if given["program"] == ALL else Program(given["program"]),
            granted=granted,
            source=given["source"].strip(),
            actor=given["actor"],
            basis=Basis(given["basis"]),
            text_sha256=_keep(tx, given["text"], house) if given["text"] else None,
        )
        write_audit(tx, f"consent {word}", person, "", given["actor"], now)
        is_new = change(tx, wanted, now)
        if granted and wanted.basis is Basis.CONSENT:
            lift_for(tx, person, wanted.channel, now)  # their own opt-outs barred the address, too
        # The reason may name people, and the ledger outlives them: it is a note, sealed, and goes with them.
        add_note(tx, person, f"Consent {word}: {given['reason'].strip()}", given["actor"], now)
        told = {"changed": is_new, **_told(tx, person)}
    _write(told, given["style"])


def _keep(tx: Tx, file: Path, house: House) -> str:
    body = file.read_bytes()
    try:
        words = body.decode()
    except UnicodeDecodeError:
        raise click.BadParameter(f"{file} is not written in UTF-8") from None
    if not words.strip() or len(words) > LONGEST_TEXT:
        raise click.BadParameter(f"{file} is empty, or longer than {LONGEST_TEXT} characters")
    found = sha256(body).hexdigest()
    keep_texts(tx, [(found, "consent", file.name, words)], house.clock())
    return found


def _told(tx: Tx, person: str) -> dict[str, Any]:
    rows = sorted(ledger_of(tx, [person])[person], key=lambda row: (row.at, not row.granted))
    names = ("channel", "program", "basis", "granted", "source", "actor", "text_sha256")
    return {
        "person": person,
        "standing": _stands(standing(tx, [person])[person]),
        "ledger": [{"at": row.at.isoformat(), **{n: getattr(row, n) for n in names}} for row in rows],
        "moments": [row.at for row in rows],
    }


def _stands(stands: Standing) -> dict[str, dict[str, str]]:
    said = {True: "yes", False: "no", None: "never asked"}
    told = {p.value: {c.value: said[stands.said(p).get(c)] for c in Channel} for p in Program}
    for channel in stands.exempt:
        if stands.security.get(channel) is None:
            told[Program.SECURITY.value][channel.value] = "exemption"
    return told


def _write(told: dict[str, Any], style: str) -> None:
    moments = told.pop("moments")
    if style == "json":
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    if "changed" in told:
        out.print("Written down, in force now." if told["changed"] else "This stood already.")
    for program, said in told["standing"].items():
        words = ", ".join(f"{say(CHANNELS, channel)} {word}" for channel, word in said.items())
        out.print(f"{say(PROGRAMS, program):<10} {words}", markup=False)
    for row, at in zip(told["ledger"], moments, strict=True):
        what = say(CONSENTS, f"{row['basis']} {'granted' if row['granted'] else 'withdrawn'}")
        about = f"{say(SCOPES, row['channel'])}, {say(PROGRAMS, row['program'])}"
        version = f", text {row['text_sha256'][:SHORT]}" if row["text_sha256"] else ""
        by = f"{row['source']}, by {row['actor'] or 'unknown'}{version}"
        out.print(printable(f"{both(at, None)}  {what} {about} ({by})"), markup=False)
