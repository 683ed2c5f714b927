"""For the agent and the lead: recovery cases, the most urgent first, and what is done about each."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NoReturn

import click

from outreach.cli.cases_shown import plain, show_list, show_whole, told_listed
from outreach.cli.cases_typed import (
    MONEY,
    read_amount,
    read_currency,
    read_firm,
    read_lost,
    read_sum,
    read_told,
)
from outreach.cli.console import err, out
from outreach.cli.desk import opened, the_one, user_name
from outreach.domain.case_wording import why_not
from outreach.domain.loss import Loss
from outreach.domain.recovery_case import Act, Refused
from outreach.engine.case_desk import Done, Who
from outreach.engine.cases import open_case
from outreach.store import case_whole
from outreach.store.case_freezes import Answer, transfers_of
from outreach.store.desk import write_audit
from outreach.wiring.cases import case_clock, role_of
from outreach.wiring.cases import case_desk as desk_of
from outreach.wiring.freeze_words import freeze_message
from outreach.wiring.house import House

FORMAT = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
BY = click.option(
    "--by", "by", default=user_name, help="Who does it, for the audit; default: your user name."
)
CASE = click.argument("case", metavar="CASE")

SIMPLE = {"take": Act.TAKE, "note": Act.NOTE, "settle": Act.SETTLE}
ACTS = (*SIMPLE, "transfer", "freeze", "sent", "answer", *MONEY, "close", "reopen")


@click.group()
def cases() -> None:
    """Recovery cases: money has left. CASE is the end of its id, as `cases list` shows it."""


@cases.command("list")
@click.option("--all", "every", is_flag=True, help="Closed ones, too.")
@click.option("--owner", help="Only what this person has taken.")
@click.option("--late", is_flag=True, help="Only those past a mark of their clock.")
@FORMAT
@click.pass_obj
def list_cases(workspace: Path, every: bool, owner: str | None, late: bool, style: str) -> None:
    """The open cases, the most urgent first."""
    house = opened(workspace)
    with house.store.read() as tx:
        found = case_whole.listed(tx, with_closed=every)
    found = [one for one in found if owner in (None, one.case.owner) and (one.case.late_since or not late)]
    now = house.clock()
    house.close()
    if style == "json":
        click.echo(json.dumps([told_listed(one) for one in found], indent=2))
        return
    show_list(found, now)


@cases.command()
@CASE
@click.option("--reveal", is_flag=True, help="Show addresses in full; it is audited.")
@FORMAT
@BY
@click.pass_obj
def show(workspace: Path, case: str, reveal: bool, style: str, by: str) -> None:
    """One case: what left, what was asked of whom, what came of it, and what may be done now."""
    house = opened(workspace)
    id = one_case(house, case)
    if reveal:
        with house.store.begin() as tx:
            write_audit(tx, "case.reveal", id, "", by, house.clock())
    with house.store.read() as tx:
        found = case_whole.whole(tx, id, reveal=reveal)
    assert found is not None
    if style == "json":
        click.echo(json.dumps(plain(found, reveal=reveal), indent=2, ensure_ascii=False))
    else:
        show_whole(found, house, role_of(house.settings, by), reveal=reveal)
    house.close()


def one_case(house: House, typed: str) -> str:
    """The one case that this is; exits 1 where it is none or several."""
    with house.store.read() as tx:
        found = case_whole.find(tx, typed)
    if len(found) == 1:
        return found[0]
    if found:
        err.print("Several cases end like that: type more of the id.")
    else:
        err.print(
            "There is no case of that id: `outreach cases list` shows them, --all the closed ones, too."
        )
    sys.exit(1)


@cases.command("open")
@click.argument("user")
@click.option("--pattern", default="unknown_pattern", help="The kind of scam, as rules/ names it.")
@click.option("--amount", help="How much left.")
@click.option("--currency", help="In which currency.")
@click.option("--chain", default="", help="The chain, where it went to an address.")
@click.option("--place", default="", help="The address or account that it went to.")
@click.option("--transfer", "transfer", help="The core system's id of the transfer, where it has one.")
@click.option(
    "--when", "when", help="When it left: a time (UTC unless it names a zone), or a length back: 3h."
)
@click.option("--text", default="", help="What happened; it is sealed.")
@BY
@click.pass_obj
def open_one(workspace: Path, /, user: str, pattern: str, text: str, by: str, **where: str) -> None:
    """Open a case for a confirmed loss. USER as in `outreach history`."""
    house = opened(workspace)
    now = house.clock()
    lost = read_lost(where, now)
    with house.store.begin() as tx:
        loss = Loss(
            person=the_one(tx, user),
            pattern=pattern,
            source="confirmed_loss",
            reported_by="agent",
            narrative=read_told(text),
            transfers=() if lost.says_nothing else (lost,),
        )
        made = open_case(tx, loss, now, case_clock(house.settings))
        write_audit(tx, "case.open", made.case, "", by, now)
    house.close()
    out.print(f"{'Opened' if made.is_new else 'Joined'}: {made.case[-8:]}", markup=False)


@cases.command()
@CASE
@click.argument("what", metavar="ACT", type=click.Choice(ACTS))
@click.option("--to", help="freeze, sent, answer: which firm; `core`, or a name under [partners].")
@click.option("--says", type=click.Choice(["accepted", "partial", "refused"]), help="answer: what it said.")
@click.option("--amount", help="How much: stopped, come back, or left.")
@click.option("--currency", help="In which currency.")
@click.option("--source", help="refund, recover, correct: where it came from.")
@click.option("--ref", default="", help="What tells this sum from another of the same size.")
@click.option("--chain", default="", help="transfer: the chain.")
@click.option("--place", default="", help="transfer: the address or account.")
@click.option("--transfer", "transfer", help="transfer: the core system's id of it.")
@click.option("--when", "when", help="transfer: when it left.")
@click.option("--text", default="", help="A note; for reopen: what is new. It is sealed.")
@BY
@click.pass_obj
def act(workspace: Path, /, case: str, what: str, text: str, by: str, **given: str) -> None:
    """Do something about a case.

    \b
    take      work on it               note      --text TEXT
    transfer  add one that left        freeze    --to FIRM: ask it to stop the money
    sent      --to FIRM: the message was sent by hand
    answer    --to FIRM --says accepted|partial|refused [--amount --currency]
    refund, recover   --amount --currency --source: what came back; correct takes it off again
    settle    nothing more is expected close     with the warning about recovery scams
    reopen    --text: what is new

    Exit 1 where the case does not let you.
    """
    house = opened(workspace)
    id = one_case(house, case)
    who = Who(name=by, role=role_of(house.settings, by), note=read_told(text))
    done = _do(house, id, what, who, given)
    house.close()
    if done is None:
        sys.exit(1)
    said, name = done, what
    if isinstance(said, Refused):
        _refuse(house, id, said, name)
    out.print(
        f"{name}: {'done' if said.changed else 'it was so before; nothing was changed'}. "
        f"The case is {said.stage.value}.",
        markup=False,
    )
    if name == "close":
        out.print("The warning about recovery scams goes to the person by inbox, push and email.")


def _refuse(house: House, id: str, refused: Refused, what: str) -> NoReturn:
    with house.store.read() as tx:
        found = case_whole.whole(tx, id)
    assert found is not None
    err.print(why_not(refused, what, found.case.stage.value), markup=False)
    sys.exit(1)


def _do(house: House, id: str, what: str, who: Who, given: dict[str, str]) -> Done | Refused | None:
    desk, now = desk_of(house.settings, house.store), house.clock()
    if what in SIMPLE:
        if what == "note" and not who.note:
            raise click.BadParameter("a note has a text", param_hint="--text")
        return desk.simple(id, SIMPLE[what], who, now)
    if what == "transfer":
        lost = read_lost(given, now)
        if lost.says_nothing:
            raise click.UsageError("say what left: --amount and --currency, --place, or --transfer")
        return desk.add(id, lost, who, now)
    if what in MONEY:
        return desk.money(id, read_amount(what, who, given), who, now)
    if what == "close":
        return desk.close(id, who, now)
    if what == "reopen":
        return desk.reopen(id, who.note, who, now)
    return _with_firm(house, id, what, who, given)


def _with_firm(house: House, id: str, what: str, who: Who, given: dict[str, str]) -> Done | Refused | None:
    firm, desk, now = read_firm(house, given["to"]), desk_of(house.settings, house.store), house.clock()
    if what == "sent":
        return desk.sent(id, firm, who, now)
    if what == "answer":
        if not given["says"]:
            raise click.UsageError("say what it answered: --says accepted, partial or refused")
        amount, currency = read_sum(given["amount"]), read_currency(given["currency"])
        told = Answer(firm=firm.name, answer=given["says"], amount=amount, currency=currency)
        return desk.answer(id, told, who, now)
    done = desk.freeze(id, firm, who, now)
    if isinstance(done, Done) and firm.way == "by_hand":
        with house.store.read() as tx:
            left = transfers_of(tx, id)
        click.echo(freeze_message(house.settings, id, firm, left, now))
        err.print(f"Copy it to {firm.shown}, then: outreach cases act {id[-8:]} sent --to {firm.name}")
    return done
