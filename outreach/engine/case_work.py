"""What moves recovery cases by itself: the clock, requests to other firms, and answers that do not come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from outreach.domain.case_clock import MARKS, CaseClock, Mark, is_late, is_met
from outreach.domain.recovery_case import Act, Role
from outreach.engine.cases import SYSTEM, Wish, step
from outreach.engine.ports import Clock, Firm
from outreach.errors import CoreBusy, CoreRefused
from outreach.store import case_clock, case_freezes, cases
from outreach.store.case_freezes import Freeze, Transfer
from outreach.store.cases import Case
from outreach.store.database import Store, Tx
from outreach.store.tasks import Task, open_tasks
from outreach.telemetry import FIRM_REFUSED, FIRM_SILENT

AT_LEAST = timedelta(seconds=10)
"""A firm that wants to be asked again at once is given a moment all the same."""

ACT_WITHIN = timedelta(minutes=30)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWork:
    """The stage that keeps cases moving. `firms` are those with an API, by their names in the settings."""

    store: Store
    clock: Clock
    firms: Mapping[str, Firm] = field(default_factory=dict)
    times: CaseClock = field(default_factory=CaseClock)

    def run(self) -> Counter[str]:
        """Ask the firms that are due, and look at every clock that has come to a mark."""
        counts: Counter[str] = Counter(self._ask_firms())
        with self.store.begin() as tx:
            now = self.clock()
            case_freezes.follow_core(tx)
            out = [one.id for one in case_clock.freezing(tx)]
            ids = case_clock.to_look_at(tx, now)
            late = [one for one in case_freezes.unanswered(tx, now) if case_freezes.remind(tx, one.id, now)]
            open_tasks(tx, [_no_answer(one, now) for one in late])
        for id in out:
            with self.store.begin() as tx:
                counts["waiting"] += self._all_out(tx, id, self.clock())
        for id in ids:
            with self.store.begin() as tx:
                counts["escalated"] += self._look(tx, id, self.clock())
        return +counts

    def _all_out(self, tx: Tx, id: str, now: datetime) -> int:
        """Let a case wait for answers, unless somebody has moved it since it was read."""
        case = cases.hold(tx, id)
        if case is None or not case_clock.all_out(tx, id):
            return 0
        step(tx, case, _by_system(Act.FREEZES_OUT), now)
        return 1

    def _look(self, tx: Tx, id: str, now: datetime) -> int:
        """Let a case's clock go on to where it is; how often that was too late."""
        case = cases.hold(tx, id)
        if case is None or case.closed_at is not None:
            return 0
        facts, missed, rung = case_clock.now_of(tx, case), 0, case.rung
        due = case.due_at or self._mark(case, rung)
        since = case.late_since
        while due is not None and due <= now:
            if not is_met(Mark(rung), facts):
                missed += 1
                since = since or due
                self._escalate(tx, case, Mark(rung), now)
            rung += 1
            due = self._mark(case, rung)
        is_still = is_late(replace(facts, rung=rung))
        cases.change(tx, id, rung=rung, due_at=due, late_since=(since or now) if is_still else None)
        return missed

    def _mark(self, case: Case, rung: int) -> datetime | None:
        return self.times.mark_at(Mark(rung), case.left_at, case.opened_at) if rung < len(MARKS) else None

    def _escalate(self, tx: Tx, case: Case, mark: Mark, now: datetime) -> None:
        step(tx, case, replace(_by_system(Act.ESCALATE), note=_MISSED[mark]), now)
        kind = "case_late" if mark is Mark.FIRST_HOUR else "case_lead"
        text = f"{_MISSED[mark]} Recovery case {case.id}: `outreach cases show {case.id[-8:]}`."
        open_tasks(tx, [_task(kind, case.person, text, now)])

    def _ask_firms(self) -> Counter[str]:
        with self.store.begin() as tx:
            found = case_freezes.due(tx, self.clock())
            left = {one.id: case_freezes.transfer(tx, one.transfer) for one in found}
        asked = [one for one in found if self._ask(one, left[one.id])]
        return Counter(asked=len(asked), unanswered=len(found) - len(asked))

    def _ask(self, one: Freeze, left: Transfer) -> bool:
        firm = self.firms.get(one.firm)
        if one.tries >= case_freezes.MOST_TRIES:
            return False
        try:
            if firm is None:  # it was taken out of the settings: nobody can be asked
                raise CoreRefused("not_in_settings")
            firm.tell("freeze.requested", what_is_told(one, left), one.id)
        except CoreRefused as error:
            log.warning(FIRM_REFUSED, request=one.id, firm=one.firm, trouble=error.trouble)
            with self.store.begin() as tx:
                case_freezes.refused(tx, one.id, error.trouble, self.clock())
            return False
        except Exception as error:  # down, slow or broken: asked again, and it costs no other firm its try
            self._unheard(one, error)
            return False
        with self.store.begin() as tx:
            case_freezes.heard(tx, one.id, self.clock())
        return True

    def _unheard(self, one: Freeze, error: Exception) -> None:
        trouble = error.trouble if isinstance(error, CoreBusy) else type(error).__name__
        after = error.after if isinstance(error, CoreBusy) else None
        log.warning(FIRM_SILENT, request=one.id, firm=one.firm, tries=one.tries + 1, error=trouble)
        now = self.clock()
        until = None if after is None else max(now + timedelta(seconds=after), now + AT_LEAST)
        with self.store.begin() as tx:
            case_freezes.put_off(tx, one.id, trouble, until)


def what_is_told(one: Freeze, left: Transfer) -> dict[str, object]:
    """What another firm is told of a transfer: nothing of the person but where their money went."""
    return {
        "request_id": one.id,
        "case": one.case[-8:],
        "reason": "suspected scam: the customer of ours who sent this has told us so",
        "chain": left.chain or None,
        "destination": left.place,
        "amount": format(left.amount, "f") if left.amount is not None else None,
        "currency": left.currency,
        "sent_at": left.sent_at.isoformat() if left.sent_at else None,
        "answer_by": one.answer_by.isoformat() if one.answer_by else None,
    }


_MISSED = {
    Mark.FIRST_HOUR: "The first hour is over, and nobody has taken the case or asked a firm.",
    Mark.FIRST_DAY: "24 hours are over, and not every firm has answered. For the lead.",
    Mark.THIRD_DAY: "72 hours are over, and the case is not settled. For the lead.",
}


def _by_system(act: Act) -> Wish:
    return Wish(act=act, role=Role.SYSTEM, actor=SYSTEM)


def _task(kind: str, person: str, text: str, now: datetime) -> Task:
    due = now + ACT_WITHIN
    return Task(kind=kind, person=person, outreach=None, step=None, text=text, opened_at=now, due_at=due)


def _no_answer(one: Freeze, now: datetime) -> Task:
    text = (
        f"No answer from {one.firm} to a freeze request of recovery case {one.case[-8:]}: ask again, then "
        f"`outreach cases act {one.case[-8:]} answer --to {one.firm} --says accepted|partial|refused`."
    )
    return _task("case_answer", one.person, text, now)
