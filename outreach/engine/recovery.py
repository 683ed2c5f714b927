"""Requests to the core system out: holds, releases and freezes that an answer asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from outreach.domain.transfer import Transfer, TransferStatus
from outreach.engine.ports import Clock, Core
from outreach.store import core_calls
from outreach.store.core_calls import CoreCall
from outreach.store.database import Store
from outreach.store.tasks import Task, open_tasks
from outreach.telemetry import CORE_SILENT

BY_HAND_WITHIN = timedelta(minutes=30)
WATCHED_FOR = timedelta(days=1)
"""How long a request is looked after once the core has taken it."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """The stage that asks the core system; what it does not take is asked again, in the end by hand."""

    store: Store
    core: Core
    clock: Clock

    def run(self) -> Counter[str]:
        """Ask everything that is due, once, and see what of it the core has done."""
        now = self.clock()
        with self.store.begin() as tx:
            open_tasks(tx, [_by_hand(call, now) for call in core_calls.give_up(tx, now)])
            due = core_calls.due_calls(tx, now)
        taken = [call.id for call in due if self._ask(call)]
        if taken:
            with self.store.begin() as tx:
                core_calls.asked(tx, taken, self.clock())
        self._confirm()
        return Counter(asked=len(taken), unanswered=len(due) - len(taken))

    def _confirm(self) -> None:
        """A request is confirmed by nothing but the core's own word on the transfer."""
        now = self.clock()
        with self.store.read() as tx:
            waiting = core_calls.unconfirmed(tx, now - WATCHED_FOR)
        if not waiting:
            return
        try:
            transfers = self.core.transfers([call.transfer_ref for call in waiting])
        except Exception as error:  # no word is no confirmation; it is asked again in the next round
            log.warning(CORE_SILENT, act="transfers", error=type(error).__name__, transfers=len(waiting))
            return
        done = [call.id for call in waiting if _is_done(call, transfers.get(call.transfer_ref))]
        if done:
            with self.store.begin() as tx:
                core_calls.confirmed(tx, done, now)

    def _ask(self, call: CoreCall) -> bool:
        asks = {
            "hold": self.core.request_hold,
            "release": self.core.request_release,
            "freeze": self.core.request_freeze,
        }
        try:
            asks[call.act](call.transfer_ref, call.reason, call.id)
        except Exception as error:  # down, slow or broken: asked again, and it costs no other call its try
            log.warning(CORE_SILENT, call=call.id, act=call.act, tries=call.tries, error=type(error).__name__)
            return False
        return True


def _is_done(call: CoreCall, transfer: Transfer | None) -> bool:
    wanted = {"hold": TransferStatus.HELD, "release": TransferStatus.RELEASED}
    return transfer is not None and transfer.status is wanted.get(call.act)


def _by_hand(call: CoreCall, now: datetime) -> Task:
    text = f"The core system could not be asked to {call.act} transfer {call.transfer_ref}: ask it by hand."
    return Task(
        kind="ask_core",
        person=call.person,
        outreach=None,
        step=None,
        text=text,
        opened_at=now,
        due_at=now + BY_HAND_WITHIN,
    )
