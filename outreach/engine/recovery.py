"""Requests to the core system out: holds, releases and freezes that an answer asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from outreach.domain.aftermath import Aftermath, Standing, standing
from outreach.domain.hold import is_confirmed
from outreach.domain.transfer import Transfer
from outreach.engine.aftermath import money_left
from outreach.engine.net import keep_words, watched_holds
from outreach.engine.ports import Clock, Core
from outreach.errors import CoreBusy, CoreRefused
from outreach.store import core_calls
from outreach.store.aftermath import last_told
from outreach.store.core_calls import CoreCall
from outreach.store.database import Store, Tx
from outreach.store.tasks import Task, open_tasks
from outreach.telemetry import CORE_REFUSED, CORE_SILENT

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
    aftermath: Aftermath = field(default_factory=Aftermath)

    def run(self) -> Counter[str]:
        """Ask everything that is due, once, and see what of it the core has done."""
        now = self.clock()
        with self.store.begin() as tx:
            open_tasks(
                tx, [_by_hand(call, "could not be asked", now) for call in core_calls.give_up(tx, now)]
            )
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
            watched = watched_holds(tx, waiting, now)
        if not waiting and not watched:
            return
        refs = sorted({call.transfer_ref for call in waiting} | {one.transfer_ref for one in watched})
        try:
            transfers = dict(self.core.transfers(refs))
        except Exception as error:  # no word is no confirmation; it is asked again in the next round
            log.warning(CORE_SILENT, act="transfers", error=type(error).__name__, transfers=len(refs))
            transfers = {}
        now = self.clock()
        keep_words(self.store, watched, transfers, now)
        stand = {call.id: _standing(call, transfers.get(call.transfer_ref), now) for call in waiting}
        late = [call for call in waiting if stand[call.id] is Standing.LATE]
        silent = [call for call in waiting if stand[call.id] is Standing.WAITS and self._is_over(call, now)]
        done = [id for id, how in stand.items() if how is Standing.DONE]
        if done or late or silent:
            with self.store.begin() as tx:
                core_calls.confirmed(tx, done, now)
                self._late(tx, late, now)
                self._remind(tx, silent, now)

    def _is_over(self, call: CoreCall, now: datetime) -> bool:
        """True where the core heard of it long enough ago, and nobody was reminded."""
        is_stop = (
            call.act == "hold" and not call.cause and call.reminded_at is None and call.asked_at is not None
        )
        return is_stop and call.asked_at <= now - self.aftermath.remind_after  # type: ignore[operator]

    def _late(self, tx: Tx, calls: Sequence[CoreCall], now: datetime) -> None:
        """The person asked in time for all we know, but the money had left: what follows a loss follows."""
        ended = core_calls.came_late(tx, [call.id for call in calls], now)
        for call in calls:
            if call.cause:  # nobody asked for it: what follows is the ladder's
                continue
            told = last_told(tx, call.episode) if call.id in ended and call.episode else None
            if told is not None:
                money_left(tx, replace(told, transfer_ref=call.transfer_ref), TOO_LATE, self.aftermath, now)

    def _remind(self, tx: Tx, calls: Sequence[CoreCall], now: datetime) -> None:
        fresh = core_calls.remind(tx, [call.id for call in calls], now)
        open_tasks(tx, [_reminder(call, now) for call in calls if call.id in fresh])

    def _ask(self, call: CoreCall) -> bool:
        asks: dict[str, Callable[..., None]] = {
            "hold": self.core.request_hold,
            "release": self.core.request_release,
            "freeze": self.core.request_freeze,
        }
        length = () if call.seconds is None else (call.seconds,)
        try:
            asks[call.act](call.transfer_ref, call.reason, call.id, *length)
        except CoreRefused as error:
            self._refused(call, error)
            return False
        except Exception as error:  # down, slow or broken: asked again, and it costs no other call its try
            self._unheard(call, error)
            return False
        return True

    def _refused(self, call: CoreCall, error: CoreRefused) -> None:
        log.warning(CORE_REFUSED, call=call.id, act=call.act, trouble=error.trouble)
        now = self.clock()
        with self.store.begin() as tx:
            core_calls.refuse(tx, call.id, error.trouble, now)
            open_tasks(tx, [_by_hand(call, "refused", now)])

    def _unheard(self, call: CoreCall, error: Exception) -> None:
        trouble = error.trouble if isinstance(error, CoreBusy) else type(error).__name__
        after = error.after if isinstance(error, CoreBusy) else None
        log.warning(CORE_SILENT, call=call.id, act=call.act, tries=call.tries, error=trouble)
        until = (
            None if after is None else max(self.clock() + timedelta(seconds=after), self.clock() + AT_LEAST)
        )
        with self.store.begin() as tx:
            core_calls.put_off(tx, call.id, trouble, until)


def _standing(call: CoreCall, transfer: Transfer | None, now: datetime) -> Standing:
    """A hold of a length is confirmed by an end that lies ahead, and by nothing less."""
    stand = standing(call.act, transfer)
    is_held = transfer is not None and transfer.is_held
    if call.seconds is not None and is_held and not is_confirmed(transfer, now):
        return Standing.WAITS
    return stand


AT_LEAST = core_calls.FIRST_WAIT
"""A core that wants to be asked again at once is given a moment all the same."""

TOO_LATE = "left_before_the_hold"


def _by_hand(call: CoreCall, what: str, now: datetime) -> Task:
    text = f"The core system {what} to {call.act} transfer {call.transfer_ref}: ask it by hand."
    return _task(call, text, now, kind="ask_core")


def _reminder(call: CoreCall, now: datetime) -> Task:
    text = (
        f"Asked to stop transfer {call.transfer_ref}; the core system took the request, and has neither held"
        " nor cancelled it since: look at it by hand."
    )
    return _task(call, text, now, kind="reminder")


def _task(call: CoreCall, text: str, now: datetime, *, kind: str) -> Task:
    due = now + BY_HAND_WITHIN
    return Task(kind=kind, person=call.person, outreach=None, step=None, text=text, opened_at=now, due_at=due)
