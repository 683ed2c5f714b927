"""The tasks desk: what only a person can do, in the order that saves most, and what follows from its end.

What an agent says of a task is written down first, in one transaction with all that follows here. The
person's own answer goes its usual way after that, and again by the clock where a process died in between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from outreach.domain.answer import Grade, Via
from outreach.domain.call_order import Planned, order
from outreach.domain.calling import ANSWERS, LONGEST_PLAN, OVERHEARD, CallOutcome, next_try
from outreach.domain.tasking import (
    CALL,
    DUE_WITHIN,
    IN_DOUBT,
    TALKED,
    TOO_LATE,
    Desk,
    Ending,
    OpenTask,
    TaskState,
    endings,
)
from outreach.engine.feedback import Feedback
from outreach.engine.ports import Clock
from outreach.engine.task_ends import LONGEST_NAME, Ended, Report, close, follow, settle_doubt
from outreach.store import calls, tasklist
from outreach.store import tasks as store_tasks
from outreach.store.calls import Call
from outreach.store.climb import Lease
from outreach.store.database import Store, Tx
from outreach.store.desk import add_note
from outreach.store.feedback import add_evidence
from outreach.store.tasklist import WholeTask
from outreach.store.tasks import End

BATCH = 500

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a task cannot be taken or ended so; for whom asked, in words."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A task with its place in the order: when it would be begun; None: not before its deadline."""

    task: OpenTask
    at: datetime | None
    opens: datetime  # the first moment from now on at which it may be worked


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """The desk. Every verb may be called by several agents at once."""

    store: Store
    feedback: Feedback
    clock: Clock
    desk: Desk

    def ranked(self) -> list[Ranked]:
        """Every task that is open or in somebody's hands, as the firm's agents would come to them."""
        with self.store.read() as tx:
            now = self.clock()
            return self._ranked(tasklist.open_now(tx), self.store.lease_clock(tx, now), now)

    def _ranked(self, found: Sequence[OpenTask], leases: datetime, now: datetime) -> list[Ranked]:
        held = [task for task in found if task.is_held(leases)]
        wanted = {task.id: self.desk.wanted(task) for task in found if not task.is_held(leases)}
        policy = self.desk.calls
        busy = [(task.taken_at or now) + policy.length for task in held]
        by_id = {task.id: task for task in found}
        plan = order(wanted.values(), policy.agents, policy.length, now, busy)
        in_hand = [Planned(id=task.id, at=now) for task in held]
        return [
            Ranked(task=by_id[p.id], at=p.at, opens=wanted[p.id].opens(now) if p.id in wanted else now)
            for p in (*in_hand, *plan)
        ]

    def take(self, wanted: str | None, actor: str) -> str | Refusal:
        """The id of a task that is this actor's now: the wanted one, or the best that may be worked now.

        Two who ask at once never get the same.
        """
        actor = actor[:LONGEST_NAME]
        with self.store.begin() as tx:
            now = self.clock()
            leases = self.store.lease_clock(tx, now)
            lease = Lease(holder=actor, now=leases, length=self.desk.calls.lease)
            if wanted is not None:
                return wanted if store_tasks.take(tx, wanted, lease, now) else _why_not(tx, wanted)
            ranked = self._ranked(tasklist.open_now(tx), leases, now)
            may_be = [r for r in ranked if r.at is not None and r.opens <= now and not r.task.is_held(leases)]
            for each in may_be:
                if store_tasks.take(tx, each.task.id, lease, now):
                    return each.task.id
        opens = min((r.opens for r in ranked if r.at is not None and r.opens > now), default=None)
        until = f"; the next may be worked from {opens:%Y-%m-%d %H:%M} UTC on" if opens else ""
        return Refusal(reason=f"Nothing is to be done now{until}.")

    def give_back(self, task: str, actor: str) -> Refusal | None:
        """Let others have it; only by whom it was taken."""
        with self.store.begin() as tx:
            is_given = store_tasks.give_back(tx, task, actor[:LONGEST_NAME], self.clock())
            return None if is_given else _why_not(tx, task, "is not yours to give back")

    def drop(self, task: str, reason: str, actor: str) -> Refusal | None:
        """End it undone, for a reason that is kept; not while somebody else works on it."""
        with self.store.begin() as tx:
            now = self.clock()
            found = tasklist.whole(tx, task, is_to_change=True)
            refusal = self._not_theirs(tx, found, actor, now)
            if found is None or refusal is not None:
                return refusal or _gone()
            ending = End(
                task=task, state=TaskState.DROPPED, outcome="dropped", actor=actor[:64], reason=reason
            )
            store_tasks.end(tx, ending, now)
        return None

    def done(self, report: Report) -> Ended | Refusal:
        """Keep how a task ended, and do what follows from it; once."""
        with self.store.begin() as tx:
            now = self.clock()
            found = tasklist.whole(tx, report.task, is_to_change=True)
            refusal = self._refused(tx, found, report, now)
            if found is None or refusal is not None:
                return refusal or _gone()
            if report.note:
                add_note(tx, found.task.person, report.note, report.actor, now)
            if found.task.kind == IN_DOUBT:
                return settle_doubt(tx, found.task, report, now)
            if report.outcome == Ending.HANDLED:
                close(tx, report, TaskState.DONE, now)
                return Ended(state=TaskState.DONE)
            ended = self._called(tx, found, CallOutcome(report.outcome), report, now)
        self.answer_for_callers()
        return ended

    def _called(self, tx: Tx, found: WholeTask, outcome: CallOutcome, report: Report, now: datetime) -> Ended:
        task, is_over = found.task, found.task.state is TaskState.DROPPED
        again = self._again(task, outcome, report, now)
        answer = ANSWERS.get(outcome)
        message = tasklist.message_of(tx, task)
        call = Call(
            person=task.person,
            task=task.id,
            n=task.tries + 1,
            actor=report.actor[:LONGEST_NAME],
            outcome=outcome.value,
            at=now,
            next_at=again,
            message=message if answer else None,
        )
        calls.write_call(tx, call)
        says = follow(tx, found, outcome, again, now)
        if message and outcome is CallOutcome.REACHED_WARNED:
            add_evidence(tx, message, Grade.HUMAN_OPENED.value, Via.AGENT.value, now)
        if is_over:  # dropped while they were on the line: only what they learnt is kept
            return Ended(state=TaskState.DROPPED, answer=answer, says=says)
        state = TaskState.OPEN if again else TaskState.DONE
        close(tx, report, state, now, again)
        return Ended(state=state, again_at=again, answer=answer, says=says)

    def _again(self, task: OpenTask, outcome: CallOutcome, report: Report, now: datetime) -> datetime | None:
        """When to call again. Not once it is of no use; but whoever could not talk is called all the same."""
        hours = self.desk.hours(task)
        if report.again_at is not None and outcome in OVERHEARD:
            return hours.opens(report.again_at)
        again = next_try(outcome, task.tries + 1, hours, self.desk.calls.tries, now)
        ends = task.expires_at if task.kind == CALL else None
        is_late = again is not None and ends is not None and again >= ends
        return None if is_late and outcome not in OVERHEARD else again

    def _refused(self, tx: Tx, found: WholeTask | None, report: Report, now: datetime) -> Refusal | None:
        if found is None:
            return _gone()
        allowed = endings(found.task.kind)
        if report.outcome not in allowed:
            return Refusal(reason=f"This task ends with one of: {', '.join(allowed)}.")
        if report.again_at is not None and not _may_plan(report, now):
            return Refusal(reason="Another time is for who could not talk, later than now, a week at most.")
        if report.outcome in ANSWERS and tasklist.message_of(tx, found.task) is None:
            return Refusal(
                reason="No message was written that this could answer: do it in the core system by hand, "
                "then end the task as handled."
            )
        was_theirs = found.task.state is TaskState.DROPPED and found.task.owner == report.actor[:LONGEST_NAME]
        if was_theirs and found.task.kind in TALKED and report.outcome != Ending.HANDLED:
            return None
        return self._not_theirs(tx, found, report.actor, now)

    def _not_theirs(self, tx: Tx, found: WholeTask | None, actor: str, now: datetime) -> Refusal | None:
        if found is None:
            return _gone()
        task = found.task
        if task.state in {TaskState.DONE, TaskState.DROPPED}:
            return Refusal(
                reason=f"This task is {task.state.value} already ({task.outcome or 'no outcome'})."
            )
        if task.is_held(self.store.lease_clock(tx, now)) and task.owner != actor[:LONGEST_NAME]:
            return Refusal(reason=f"{task.owner} has this task.")
        return None

    def run(self) -> Counter[str]:
        """The clock's part: wait for calling hours, drop what is too late, keep answers that a process that
        died left behind; counts of each. Safe on several machines at once."""
        now = self.clock()
        with self.store.begin() as tx:
            placed = self._place(tx, now)
            late = calls.drop_late(tx, now, TOO_LATE)
        counts = Counter({"placed": placed, "dropped": late, "answered": self.answer_for_callers()})
        return +counts

    def _place(self, tx: Tx, now: datetime) -> int:
        """Calls whose hours nobody looked at yet: not before the person may be called, and due an hour on."""
        fresh = tasklist.open_now(tx, calls.UNPLACED)[:BATCH]
        for task in fresh:
            opens = self.desk.hours(task).opens(task.opened_at)
            calls.place(tx, task.id, opens, max(task.due_at, opens + DUE_WITHIN))
        return len(fresh)

    def answer_for_callers(self) -> int:
        """Give the answers that people gave on the phone their usual way; their number. The first stands."""
        with self.store.read() as tx:
            waiting = calls.unanswered(tx, BATCH)
        for call, message, outcome in waiting:
            now = self.clock()
            self.feedback.answer(message, ANSWERS[CallOutcome(outcome)], Via.AGENT, now)
            with self.store.begin() as tx:
                calls.answered(tx, call, now)
        return len(waiting)


def _may_plan(report: Report, now: datetime) -> bool:
    at = report.again_at
    return at is not None and report.outcome in OVERHEARD and now < at <= now + LONGEST_PLAN


def _gone() -> Refusal:
    return Refusal(reason="There is no such task.")


def _why_not(tx: Tx, task: str, otherwise: str = "could not be taken") -> Refusal:
    found = tasklist.whole(tx, task)
    if found is None:
        return _gone()
    if found.task.state is TaskState.TAKEN:
        return Refusal(reason=f"{found.task.owner} has this task.")
    return Refusal(reason=f"This task is {found.task.state.value}: it {otherwise}.")
