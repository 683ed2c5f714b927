"""For the agent: what only a person can do, one task at a time, the one that saves most first."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
from rich.markup import escape
from rich.table import Table

from outreach.cli.console import err, out
from outreach.cli.desk import LONGEST_NOTE, actor_option, opened
from outreach.domain.calling import CallOutcome
from outreach.domain.contact import mask
from outreach.domain.moment import both, local, zone_of
from outreach.domain.tasking import CALL, CRIES, IN_DOUBT, TALKED, Ending, endings
from outreach.domain.wording import TASKS, say
from outreach.engine.task_ends import Report
from outreach.engine.tasks import Ranked, Refusal
from outreach.store import tasklist
from outreach.store.desk import write_audit
from outreach.store.tasklist import WholeTask
from outreach.wiring.house import House

SHORT = 8
KINDS = sorted({*TASKS, CALL, IN_DOUBT, *CRIES, *TALKED})
OUTCOMES = [*(outcome.value for outcome in CallOutcome), *(ending.value for ending in Ending)]

task_argument = click.argument("task", metavar="TASK")


@click.group()
def tasks() -> None:
    """The tasks desk: calls, cries for help, messages in doubt. TASK is the end of its id."""


@tasks.command("list")
@click.option("--kind", type=click.Choice(KINDS), help="Only tasks of this kind.")
@click.option("--owner", help="Only what this person has taken.")
@click.option("--overdue", is_flag=True, help="Only what should have been done by now.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def list_tasks(workspace: Path, kind: str | None, owner: str | None, overdue: bool, style: str) -> None:
    """Every open task in the order that saves most, and who will not be reached in time."""
    house = opened(workspace)
    ranked, now = house.tasks.ranked(), house.clock()
    shown = [
        r
        for r in ranked
        if (kind is None or r.task.kind == kind)
        and (owner is None or r.task.owner == owner)
        and not (overdue and r.task.due_at >= now)
    ]
    if style == "json":
        click.echo(json.dumps([_plain(each) for each in shown], indent=2))
        return
    out.print(_reach(ranked, house), markup=False)
    if shown:
        out.print(_table(shown, now))


def _reach(ranked: Sequence[Ranked], house: House) -> str:
    """`With 4 agents 37 of 60 calls are begun before their deadline.`"""
    timed = [r for r in ranked if r.task.kind == CALL and r.task.deadline is not None]
    in_time = sum(r.at is not None for r in timed)
    agents = house.tasks.desk.calls.agents
    who = "With 1 agent" if agents == 1 else f"With {agents} agents"
    head = f"{len(ranked)} task{'s' if len(ranked) != 1 else ''}."
    return f"{head} {who} {in_time} of {len(timed)} calls that have a deadline are begun before it."


def _table(shown: Sequence[Ranked], now: datetime) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("task", "what", "begin", "deadline", "due", "there now", "tries", "who"):
        table.add_column(name)
    for each in shown:
        task = each.task
        begin = _clock(each.at) if each.at else "not in time"
        cells = (
            task.id[-SHORT:],
            say(TASKS, task.kind),
            "in hand" if task.state.value == "taken" and each.at == now else begin,
            _clock(task.deadline) if task.deadline else "",
            _clock(task.due_at) + (" overdue" if task.due_at < now else ""),
            local(now, task.zone)[11:] if task.zone else "?",
            str(task.tries),
            task.owner or "",
        )
        table.add_row(*(escape(cell) for cell in cells))
    return table


def _clock(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%m-%d %H:%M")


def _plain(each: Ranked) -> dict[str, object]:
    task = each.task
    moments = {
        "begin_at": each.at,
        "opens_at": each.opens,
        "deadline": task.deadline,
        "due_at": task.due_at,
        "opened_at": task.opened_at,
    }
    told: dict[str, object] = {
        "id": task.id,
        "kind": task.kind,
        "state": task.state.value,
        "owner": task.owner,
        "pattern": task.pattern,
        "tries": task.tries,
        "language": task.locale,
        "zone": task.zone,
    }
    return told | {name: at.isoformat() if at else None for name, at in moments.items()}


@tasks.command()
@task_argument
@click.option("--reveal", is_flag=True, help="Show the phone number in full; it is audited.")
@actor_option
@click.pass_obj
def show(workspace: Path, task: str, reveal: bool, actor: str) -> None:
    """One task: what to say and what not, in which language, and what time it is there."""
    house = opened(workspace)
    wanted = _the_one(house, task)
    if reveal:
        with house.store.begin() as tx:
            write_audit(tx, "task.reveal", wanted, "phone number", actor, house.clock())
    with house.store.read() as tx:
        found = tasklist.whole(tx, wanted)
    if found is not None:
        _show(found, house, reveal=reveal)


def _show(found: WholeTask, house: House, *, reveal: bool) -> None:
    task, now = found.task, house.clock()
    zone = task.zone or house.settings.default_zone
    phone = (found.phone if reveal else mask(found.phone)) if found.phone else "none known"
    rows = {
        "task": task.id,
        "what": say(TASKS, task.kind),
        "state": task.state.value + (f" by {task.owner}" if task.owner else ""),
        "person": found.user or "forgotten",
        "about": task.pattern,
        "language": task.locale or f"not known: {house.settings.default_locale}",
        "there now": f"{local(now, zone)}, {zone_of(zone).key}" + ("" if task.zone else " (not known: ours)"),
        "phone": phone if task.kind in TALKED else None,
        "message": found.reference,
        "due": both(task.due_at, task.zone),
        "not before": both(task.not_before, task.zone) if task.not_before else None,
        "deadline": both(task.deadline, task.zone) if task.deadline else None,
        "tries": f"{task.tries}, the last: {task.outcome}" if task.tries else "none yet",
    }
    for label, value in rows.items():
        if value is not None:
            out.print(f"  {label:<10} {value}", markup=False)
    out.print("What to say, and what not:", style="bold")
    for line in found.text.splitlines():
        out.print(f"  {line}", markup=False)
    out.print(f"Ends with --outcome: {', '.join(endings(task.kind))}", markup=False)


@tasks.command()
@task_argument
@actor_option
@click.pass_context
def take(context: click.Context, task: str, actor: str) -> None:
    """Take a task, or `next`: the best that may be done now. Nobody else gets it until its lease ends."""
    house = opened(context.obj)
    taken = house.tasks.take(None if task == "next" else _the_one(house, task), actor)
    if isinstance(taken, Refusal):
        _refuse(taken)
    context.invoke(show, task=taken, reveal=False, actor=actor)


@tasks.command()
@task_argument
@click.option("--outcome", type=click.Choice(OUTCOMES), required=True, help="What came of it.")
@click.option("--note", default="", help="What you learned; it is sealed, and shows in the history.")
@click.option("--again-at", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]), help="UTC.")
@actor_option
@click.pass_obj
def done(  # one option a word that an agent says
    workspace: Path, task: str, outcome: str, note: str, again_at: datetime | None, actor: str
) -> None:
    """Say what came of a task. Whoever could not talk may be called again at --again-at."""
    if len(note) > LONGEST_NOTE:
        raise click.BadParameter(f"a note has at most {LONGEST_NOTE:,} characters", param_hint="--note")
    house = opened(workspace)
    at = again_at.replace(tzinfo=UTC) if again_at else None
    report = Report(task=_the_one(house, task), outcome=outcome, actor=actor, note=note.strip(), again_at=at)
    ended = house.tasks.done(report)
    if isinstance(ended, Refusal):
        _refuse(ended)
    else:
        again = f", again from {both(ended.again_at, None)} on" if ended.again_at else ""
        out.print(f"Written down: {outcome}{again}. {ended.says}".rstrip(), markup=False)


@tasks.command()
@task_argument
@click.option("--reason", required=True, help="Why; it is kept with your name.")
@actor_option
@click.pass_obj
def drop(workspace: Path, task: str, reason: str, actor: str) -> None:
    """End a task undone, because nobody needs it any more."""
    if not reason.strip():
        raise click.BadParameter("say why: it is kept with your name", param_hint="--reason")
    house = opened(workspace)
    refusal = house.tasks.drop(_the_one(house, task), reason.strip(), actor)
    if refusal is not None:
        _refuse(refusal)
    out.print("Dropped.")


@tasks.command("give-back")
@task_argument
@actor_option
@click.pass_obj
def give_back(workspace: Path, task: str, actor: str) -> None:
    """Let others have a task that you took."""
    house = opened(workspace)
    refusal = house.tasks.give_back(_the_one(house, task), actor)
    if refusal is not None:
        _refuse(refusal)
    out.print("Given back.")


def _the_one(house: House, typed: str) -> str:
    """The task whose id ends so; exits 1 where it is none or several."""
    with house.store.read() as tx:
        found = tasklist.ids_ending_in(tx, typed)
    if len(found) == 1:
        return found[0]
    if found:
        err.print("Several tasks end so: give more of the id.")
    else:
        err.print("There is no such task; `outreach tasks list` shows those that are open.")
    sys.exit(1)


def _refuse(refusal: Refusal) -> NoReturn:
    err.print(refusal.reason, markup=False)
    sys.exit(1)
