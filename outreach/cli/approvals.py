"""For the operator: what waits for a person's word, what a yes would do, and the word itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.markup import escape

from outreach.cli.approvals_shown import as_json, as_text, remaining
from outreach.cli.console import err, out
from outreach.cli.desk import user_name
from outreach.domain.edition import SHORTEST
from outreach.domain.problem import did_you_mean
from outreach.store import approvals as store
from outreach.store.approvals import Approval, End, Said, Word
from outreach.wiring.holding import weighing
from outreach.wiring.house import House, open_house
from outreach.wiring.limits import blast_policy

FORMAT = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
BY = click.option("--by", "actor", default=user_name, help="Who says it; default: who is logged in.")
REFUSED = frozenset({End.TWICE, End.ANSWERED, End.EXPIRED, End.GREW})
SHORT = 8
"""So much of an id's end tells it from all others: its begin is a time."""

RULE = click.option("--rule", help="Of a run's approvals only this rule's.")


@click.group()
def approvals() -> None:
    """What passed a limit waits here for a person's word. ID: an approval's or its run's, or either's end."""


def _house(workspace: Path) -> House:
    house = open_house(workspace)
    house.require_head()
    return house


@approvals.command("list")
@FORMAT
@click.pass_obj
def list_waiting(workspace: Path, style: str) -> None:
    """What waits, oldest first."""
    house = _house(workspace)
    now = house.clock()
    with house.store.read() as tx:
        rows = [(each, *store.held_until(tx, each.id)) for each in store.waiting_approvals(tx)]
    if style == "json":
        told = [
            {
                "id": a.id,
                "run": a.run,
                "pattern": a.pattern,
                "rule": a.rule,
                "users": a.users,
                "waiting": waiting,
                "limits": [limit.value for limit in a.limits],
                "reason": a.reason,
                "asked_at": a.asked_at.isoformat(),
                "first_expires_at": first.isoformat() if first else None,
            }
            for a, waiting, first, _ in rows
        ]
        out.print_json(json.dumps(told))
        return
    if not rows:
        out.print("Nothing waits for approval.")
        return
    for a, waiting, first, _ in rows:
        until = remaining(first, now)
        asked = f"asked {a.asked_at:%Y-%m-%d %H:%M} UTC"
        out.print(
            escape(f"{a.id[-SHORT:]}  {a.pattern}/{a.rule}  {waiting:,} people, too late {until}, {asked}")
        )
        out.print(escape(f"{'':{SHORT}}  {a.reason}"))
    out.print("`outreach approvals show ID` tells what a yes would do; such an end of an id is enough.")


@approvals.command()
@click.argument("approval")
@RULE
@FORMAT
@click.pass_obj
def show(workspace: Path, approval: str, rule: str | None, style: str) -> None:
    """Who waits, why, what they would read, what it would cost, and how long there is."""
    house = _house(workspace)
    found = _chosen(house, approval, rule)
    seen = [weighing(house).weigh(each) for each in found]
    currency, now = house.settings.traffic.spend.currency, house.clock()
    two = blast_policy(house.settings).two_people
    if style == "json":
        out.print_json(json.dumps([as_json(each, currency) for each in seen]))
        return
    for each in seen:
        out.print(as_text(each, currency, now, two_people=two), markup=False)


@approvals.command()
@click.argument("approval")
@RULE
@BY
@click.option("--seen", type=int, required=True, help="The number of people that `show` told.")
@click.option("--reason", default="", help="Why; kept in the audit.")
@click.pass_obj
def approve(workspace: Path, /, approval: str, rule: str | None, actor: str, seen: int, reason: str) -> None:
    """Let it be sent. What expired meanwhile is not.

    A yes is about those whom `show` told of: where others joined since, nothing is sent, and `show` tells of
    them, too. Of several approvals of a run, --seen is the sum.
    """
    _say(workspace, approval, rule, ("approved", actor, reason), seen)


@approvals.command()
@click.argument("approval")
@RULE
@BY
@click.option("--reason", required=True, help="Why these people are not warned; kept in the audit.")
@click.pass_obj
def reject(workspace: Path, approval: str, rule: str | None, actor: str, reason: str) -> None:
    """Close it, unsent. One person's no is enough."""
    if not reason.strip():
        raise click.UsageError("the reason is empty: somebody will ask why these people were not warned")
    _say(workspace, approval, rule, ("rejected", actor, reason))


def _say(
    workspace: Path, piece: str, rule: str | None, said: tuple[str, str, str], seen: int | None = None
) -> None:
    verdict, actor, reason = said
    if not actor.strip():
        raise click.UsageError("--by is empty: an approval needs a name")
    house = _house(workspace)
    found = _chosen(house, piece, rule)
    waiting = [each for each in found if each.state == "asked"]
    if seen is not None and waiting and seen != sum(each.users for each in waiting):
        raise click.ClickException(_grew(waiting, seen))
    two = blast_policy(house.settings).two_people
    is_refused = False
    for each in found:
        about = each.users if seen is not None else None
        word = Word(actor.strip()[:64], verdict, reason.strip(), house.clock(), about)
        with house.store.begin() as tx:
            done = store.answer(tx, each.id, word, two_people=two)
            (now,) = store.found(tx, each.id)
        is_refused |= done.end in REFUSED
        line = escape(f"{each.pattern}/{each.rule}: {_told(done, now, word)}")
        (err if done.end in REFUSED else out).print(line)
    if is_refused:
        raise click.exceptions.Exit(1)


def _grew(waiting: Sequence[Approval], seen: int) -> str:
    users = sum(each.users for each in waiting)
    piece = waiting[0].id if len(waiting) == 1 else waiting[0].run
    return (
        f"it is about {users:,} people now, not {seen:,}: nothing was approved; "
        f"outreach approvals show {piece} tells who"
    )


def _told(done: Said, after: Approval, word: Word) -> str:
    people = f"{done.count:,} {'warning' if done.count == 1 else 'warnings'}"
    late = f"; {done.expired:,} had expired and will not" if done.expired else ""
    match done.end:
        case End.RELEASED:
            return f"{people} will be sent{late}."
        case End.REJECTED:
            return f"{people} closed, unsent."
        case End.FIRST:
            return f"{word.actor} said yes; limits.two_people asks for another person before {people} go."
        case End.TWICE:
            return f"{word.actor} has said yes already, and limits.two_people asks for another person."
        case End.GREW:
            return f"others joined just now, it is about {done.count:,} people: look at it again."
        case End.EXPIRED:
            return f"all of it is too late: {done.expired:,} warnings had expired, and nothing was sent."
        case End.ANSWERED:
            when = f" at {after.answered_at:%Y-%m-%d %H:%M} UTC" if after.answered_at else ""
            by = f" by {after.actor}" if after.actor else ""
            return f"it was {after.state} already{by}{when}; nothing was changed."


def _chosen(house: House, piece: str, rule: str | None) -> list[Approval]:
    """The approvals that an id, or the begin or end of one, names; a run's may be several."""
    with house.store.read() as tx:
        found = store.found(tx, piece)
        waiting = store.waiting_approvals(tx)
    if len(piece) < SHORTEST:
        raise click.ClickException(f"{piece!r} is too short to tell: write {SHORTEST} characters of the id")
    if not found:
        hint = "`outreach approvals list` shows what does" if waiting else "nothing waits for approval"
        raise click.ClickException(f"nothing waits, or waited, under {piece!r}; {hint}")
    if len({each.run for each in found}) > 1 and len({each.id for each in found}) > 1:
        ids = ", ".join(f"{each.id} ({each.pattern}/{each.rule})" for each in found[:5])
        raise click.ClickException(f"{piece!r} may be any of {len(found)}: {ids}; write more of it")
    if rule is None:
        return found
    chosen = [each for each in found if rule in (each.rule, f"{each.pattern}/{each.rule}")]
    if not chosen:
        rules = [each.rule for each in found]
        hint = did_you_mean(rule, rules) or f"it is about {', '.join(rules)}"
        raise click.ClickException(f"no rule {rule!r} waits under {piece!r}; {hint}")
    return chosen
