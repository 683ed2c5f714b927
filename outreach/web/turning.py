"""What providers are answered where nothing of theirs was kept; and strangers must not fill the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from starlette.responses import PlainTextResponse, Response

from outreach.domain.callback import Outcome
from outreach.telemetry import CALLBACK_REFUSED

log = structlog.get_logger()

STATUS = {
    Outcome.UNSIGNED: 403,
    Outcome.FORGED: 403,
    Outcome.STALE: 403,
    Outcome.UNREADABLE: 400,
    Outcome.BROKEN_OFF: 408,
    Outcome.TOO_LARGE: 413,
    Outcome.NOT_KEPT: 503,
}
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
AGAIN = {"Retry-After": "10"}

QUIET = timedelta(minutes=1)
"""What is turned away is told once in so long: a stranger must not fill the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurningAway:
    """Turns one party's calls away: counted each, told in the log once a minute."""

    party: str
    count: Callable[[str, Outcome, int], None]
    now: Callable[[], datetime]
    told: dict[Outcome, datetime] = field(default_factory=dict)
    untold: Counter[Outcome] = field(default_factory=Counter)

    def away(self, why: Outcome) -> Response:
        """The answer to a call of which nothing is believed."""
        self.untold[why] += 1
        last, now = self.told.get(why), self.now()
        if last is None or now - last >= QUIET:
            self.told[why] = now
            log.warning(CALLBACK_REFUSED, party=self.party, why=why.value, times=self.untold.pop(why))
        return self.answer(why)

    def answer(self, why: Outcome) -> Response:
        """The answer to a call that changed nothing, counted."""
        self.count(self.party, why, 1)
        more = AGAIN if why is Outcome.NOT_KEPT else {}
        return PlainTextResponse(f"{why.value}\n", STATUS[why], headers={**HEADERS, **more})
