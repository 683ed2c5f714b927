"""Recovery cases: opened, joined and moved, each step by the table in `domain/recovery_case.py`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from outreach.domain.case_clock import CaseClock, Mark
from outreach.domain.loss import Loss, Lost
from outreach.domain.recovery_case import IS_OVER, Act, Moved, Refused, Role, Stage, Wanted, move
from outreach.store import case_freezes, cases
from outreach.store.case_freezes import CORE, Request
from outreach.store.cases import Case, StepRow
from outreach.store.core_calls import Ask, ask_core
from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.tasks import Task, open_tasks

SYSTEM = "system"

_ROLES = {"user": Role.USER, "agent": Role.AGENT}

REASONS = {
    "already_sent": "the person has already sent it",
    "left_before_the_hold": "it left before the hold that the person asked for",
    "report": "the person reported that it went to a scam",
    "confirmed_loss": "it was confirmed that it went to a scam",
    "silent_loss": "the place that it went to has turned out to be a scam's",
}
"""Why the core system is asked to freeze what left, by what opened the case."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The case of a loss, and whether it was opened now."""

    case: str
    is_new: bool


def open_case(tx: Tx, loss: Loss, now: datetime, clock: CaseClock | None = None) -> Opened:
    """Open the case of a loss, or let the loss join the one that its episode has; once, however often it is
    told.

    The core system is asked to freeze every transfer that it knows. A closed case is opened again by a
    transfer that was not known, and by nothing else.
    """
    clock = clock or CaseClock()
    loss = replace(loss, left_at=loss.left_at or min(filter(None, _moments(loss)), default=None))
    episode = loss.episode or cases.episode_for(tx, loss, now)
    due = clock.mark_at(Mark.FIRST_HOUR, loss.left_at, now)
    is_new = cases.insert(tx, loss, episode, due, now)
    case = cases.of_episode(tx, episode)
    assert case is not None
    role = _ROLES.get(loss.reported_by, Role.SYSTEM)
    if is_new:
        step = StepRow(act="open", role=role.value, actor=loss.reported_by, stage=Stage.OPENED)
        cases.write_step(tx, case, step, now)
        if loss.outreach is None:
            open_tasks(tx, [_task(case, due, now)])
    _join(tx, case, loss, Wish(act=Act.ADD_TRANSFER, role=role, actor=loss.reported_by, clock=clock), now)
    return Opened(case.id, is_new)


def _moments(loss: Loss) -> list[datetime | None]:
    return [lost.sent_at for lost in loss.transfers]


def _task(case: Case, due: datetime, now: datetime) -> Task:
    text = f"A recovery case is open: {case.id}. `outreach cases show {case.id[-8:]}` has what is known."
    return Task(
        kind="recovery", person=case.person, outreach=None, step=None, text=text, opened_at=now, due_at=due
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An act on a case, who does it, and what they say with it."""

    act: Act
    role: Role
    actor: str
    note: str = field(default="", repr=False)
    fact: str = ""
    warning: str = ""
    clock: CaseClock = field(default_factory=CaseClock)


def step(tx: Tx, case: Case, wish: Wish, now: datetime) -> Moved | Refused:
    """Do one act on a case that is held, where the table has it; the step and its audit in one."""
    moved = move(case.stage, Wanted(act=wish.act, role=wish.role, fact=wish.fact, warning=wish.warning))
    if isinstance(moved, Refused):
        return moved
    if moved.to is not case.stage:
        cases.set_stage(tx, case, moved.to, now)
    if case.stage in IS_OVER and moved.to not in IS_OVER:  # the clock runs anew
        due = wish.clock.mark_at(Mark.FIRST_HOUR, case.left_at, now)
        cases.change(tx, case.id, rung=0, due_at=due, late_since=None)
    if wish.act is Act.TAKE:
        cases.change(tx, case.id, owner=wish.actor[:64])
    row = StepRow(
        act=wish.act.value,
        role=wish.role.value,
        actor=wish.actor,
        stage=moved.to,
        note=wish.note,
        fact=wish.fact or None,
        warning=wish.warning or None,
    )
    cases.write_step(tx, case, row, now)
    if wish.role in {Role.AGENT, Role.LEAD}:
        write_audit(tx, f"case.{wish.act.value}", case.id, "", wish.actor, now)
    return moved


def add_transfers(tx: Tx, case: Case, lost: tuple[Lost, ...], wish: Wish, now: datetime) -> list[str]:
    """Let transfers join a case that is held; the ids of those that were not known."""
    fresh = [(id, one) for one in lost if (id := cases.add_transfer(tx, case, one, now))]
    if not fresh:
        return []
    if case.stage is Stage.CLOSED:
        fact = tx.vault.fingerprint(f"case|{case.id}|{fresh[0][1].signs}")
        step(tx, case, replace(wish, act=Act.REOPEN, fact=fact), now)
        case = replace(case, stage=Stage.REOPENED)
    step(tx, case, wish, now)
    left = [one.sent_at for _, one in fresh if one.sent_at]
    if left and (case.left_at is None or min(left) < case.left_at):
        cases.change(tx, case.id, left_at=min(left))
    return [id for id, _ in fresh]


def _join(tx: Tx, case: Case, loss: Loss, wish: Wish, now: datetime) -> None:
    fresh = add_transfers(tx, case, loss.transfers, wish, now)
    known = {one.id: one for one in case_freezes.transfers_of(tx, case.id)} if fresh else {}
    refs = {id: ref for id in fresh if (ref := known[id].transfer_ref)}
    for ref in refs.values():
        ask_core(tx, Ask("freeze", case.person, case.episode, ref, REASONS[loss.source]), now)
    ask_firms(tx, case.id, [(CORE, CORE, id) for id in refs], _by_system(wish.clock), now)


def _by_system(clock: CaseClock) -> Wish:
    return Wish(act=Act.ASK_FREEZE, role=Role.SYSTEM, actor=SYSTEM, clock=clock)


def ask_firms(
    tx: Tx, case: str, wanted: list[tuple[str, str, str]], wish: Wish, now: datetime
) -> Moved | Refused | int:
    """Write down requests (firm, way, transfer); how many are new, or why they may not be made.

    Where none is new the case does not move.
    """
    held = cases.hold(tx, case)
    if held is None or not wanted:
        return 0
    may = move(held.stage, Wanted(act=wish.act, role=wish.role))
    if isinstance(may, Refused):
        return may
    answer_by = now + wish.clock.answer_within
    rows = [Request(firm=firm, way=way, transfer=id, answer_by=answer_by) for firm, way, id in wanted]
    fresh = case_freezes.ask(tx, held, rows, now)
    if fresh:
        step(tx, held, wish, now)
    return fresh
