"""How late Twilio must be asked: a "no" counts only once all that it read would be listed.

The real sender asks a Twilio that takes its time to accept what it read, and again to list what it accepted;
the real rule decides. The clock is a number.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.twilio import TwilioSms
from outreach.answers import Answer
from outreach.domain.delivery import CannotSay, Question, Unknown
from outreach.domain.ruleset import InDoubt
from outreach.domain.settling import AskLater, Doubt, Taken, settle
from tests.adapters.subjects import NOW, SUBJECTS, twilio_account

MESSAGE = SUBJECTS["twilio"].message(7)
QUICK = st.floats(0, 30).map(lambda seconds: timedelta(seconds=seconds))
LONG = st.floats(0, 90).map(lambda seconds: timedelta(seconds=seconds))


class Slow:
    """A Twilio that loses the answer to every request, and of the first `lost` the request itself."""

    def __init__(self, accepts: timedelta, shows: timedelta, lost: int = 0) -> None:
        self.now = NOW
        self._accepted: list[datetime] = []
        self._accepts, self._shows, self._lost = accepts, shows, lost

    def __call__(self, requests: Sequence[httpx.Request]) -> Sequence[Answer]:
        return [self._post() if request.method == "POST" else self._list() for request in requests]

    def _post(self) -> Answer:
        if not self._lost:
            self._accepted.append(self.now + self._accepts)
        self._lost = max(0, self._lost - 1)
        return Unknown("connection lost")

    def _list(self) -> Answer:
        shown = [at for at in self._accepted if at + self._shows <= self.now]
        rows = [self._row(n, at) for n, at in enumerate(shown)]
        return httpx.Response(200, json={"messages": rows, "next_page_uri": None})

    def _row(self, number: int, at: datetime) -> dict[str, object]:
        made = {"date_created": format_datetime(at.replace(microsecond=0)), "date_sent": None}
        return {"sid": f"SM{number}", "body": MESSAGE.content.text, **made}


def attempts(provider: Slow, window: timedelta | None = None) -> int:
    """How often the message is sent until its doubt is settled."""
    sender = TwilioSms(twilio_account(), provider)
    made, sent_at = 0, provider.now
    while True:
        made, since = made + 1, provider.now
        assert isinstance(sender.send_many([replace(MESSAGE, attempt=made)])[0], Unknown)
        safe_at = since + (sender.settles_after if window is None else window)
        doubt = Doubt(since=since, safe_at=safe_at, policy=InDoubt.REPEAT, repeats=0)
        provider.now += timedelta(seconds=1)
        while True:
            (found,) = sender.ask([Question(message=MESSAGE, since=since)])
            assert not isinstance(found, CannotSay)
            verdict = settle(doubt, found, provider.now)
            if not isinstance(verdict, AskLater):
                break
            assert verdict.at > provider.now
            provider.now = verdict.at
        if isinstance(verdict, Taken) or made > 3:
            assert provider.now - sent_at < timedelta(minutes=20)
            return made


@given(QUICK, LONG)
def test_what_twilio_took_is_never_sent_again_however_late_it_accepts_and_lists_it(
    accepts: timedelta, shows: timedelta
) -> None:
    assert attempts(Slow(accepts, shows)) == 1


@given(QUICK, LONG)
def test_what_twilio_never_got_is_sent_again_and_once(accepts: timedelta, shows: timedelta) -> None:
    assert attempts(Slow(accepts, shows, lost=1)) == 2


def doubled(window: float, seed: int, n: int) -> int:
    """How many of n messages a window doubles, with lags of up to 90 s after up to 30 s."""
    dice = random.Random(seed)
    lags = [
        (timedelta(seconds=dice.uniform(0, 30)), timedelta(seconds=dice.uniform(0, 90))) for _ in range(n)
    ]
    return sum(attempts(Slow(*lag), timedelta(seconds=window)) > 1 for lag in lags)


@pytest.mark.parametrize("seed", range(3))
def test_asking_earlier_than_the_window_doubles(seed: int) -> None:
    counts = [doubled(window, seed, 60) for window in (0, 30, 60, 90, 120)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 50
    assert counts[3] > 0
    assert counts[4] == 0
