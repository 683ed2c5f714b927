"""Requests to the core system out: holds, releases and freezes that an answer asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import structlog

from outreach.engine.ports import Clock, Core
from outreach.errors import OutreachError
from outreach.store import core_calls
from outreach.store.core_calls import CoreCall
from outreach.store.database import Store
from outreach.telemetry import CORE_SILENT

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """The stage that asks the core system; a request it does not take is asked again later."""

    store: Store
    core: Core
    clock: Clock

    def run(self) -> Counter[str]:
        """Ask everything that is due, once."""
        now = self.clock()
        with self.store.begin() as tx:
            due = core_calls.due_calls(tx, now)
        taken = [call.id for call in due if self._ask(call)]
        if taken:
            with self.store.begin() as tx:
                core_calls.asked(tx, taken, self.clock())
        return Counter(asked=len(taken), unanswered=len(due) - len(taken))

    def _ask(self, call: CoreCall) -> bool:
        asks = {
            "hold": self.core.request_hold,
            "release": self.core.request_release,
            "freeze": self.core.request_freeze,
        }
        try:
            asks[call.act](call.transfer_ref, call.reason, call.id)
        except (
            OSError,
            OutreachError,
        ) as error:  # down, slow or unreachable: it is asked again, and `doctor` shows it
            log.warning(CORE_SILENT, call=call.id, act=call.act, tries=call.tries, error=type(error).__name__)
            return False
        return True
