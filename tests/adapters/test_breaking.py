"""Whatever breaks, nothing that a provider may have read is called not taken, and nothing is sent twice."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path

import httpx
import pytest

from outreach.adapters.transport import Line, ThinTransport
from outreach.adapters.transport.wire import Wire
from outreach.answers import Answer, Exchange
from outreach.domain.delivery import Unavailable, Unknown
from tests.adapters.breaking import WAYS, met, unconnected
from tests.adapters.conformance import CALM, Red, Subject
from tests.adapters.failures import table
from tests.adapters.loopback import certificates
from tests.adapters.subjects import SUBJECTS

ROWS = {row["name"]: row for row in table()["breaking"]}
FRESH_AND_KEPT = [(name, kept) for name, kept in product(WAYS, (False, True)) if kept or not WAYS[name].idle]
Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Contexts:
    return certificates(tmp_path_factory.mktemp("tls"))


def differing(subject: Subject, cases: Sequence[tuple[str, bool]], tls: Contexts | None = None) -> list[str]:
    """Every case that does not become what the table says, or breaks the law; many at once."""

    def one(case: tuple[str, bool]) -> str:
        name, kept = case
        try:
            word = met(subject, WAYS[name], kept=kept, tls=tls)
        except Red as red:
            word = str(red)
        return "" if word == ROWS[name]["result"] else f"{name} ({'kept' if kept else 'fresh'}): {word}"

    with ThreadPoolExecutor(36) as pool:
        return [said for said in pool.map(one, cases) if said]


def test_every_row_about_connections_is_met_and_every_way_is_in_the_table() -> None:
    assert ROWS.keys() == WAYS.keys()
    assert {name for name, row in ROWS.items() if row.get("idle")} == {n for n, w in WAYS.items() if w.idle}


def test_a_connection_that_breaks_means_what_the_table_says() -> None:
    assert differing(SUBJECTS["twilio"], FRESH_AND_KEPT) == []


@pytest.mark.slow
@pytest.mark.parametrize("subject", ["sendgrid", "fcm"])
def test_a_connection_that_breaks_means_the_same_to_every_http_sender(subject: str) -> None:
    assert differing(SUBJECTS[subject], FRESH_AND_KEPT) == []


@pytest.mark.slow
def test_a_connection_that_breaks_means_the_same_over_tls(tls: Contexts) -> None:
    cases = [(name, kept) for name, kept in FRESH_AND_KEPT if WAYS[name].act.when != "peek"]
    assert differing(SUBJECTS["twilio"], cases, tls) == []


def test_every_record_of_an_answer_over_tls_is_read(tls: Contexts) -> None:
    # asyncio reads the second of two records that came together into what a slice of a bytearray is: a copy.
    way = "the answer in many pieces at once"
    assert differing(SUBJECTS["twilio"], [(way, False), (way, True)], tls) == []


def test_no_connection_means_not_taken(tls: Contexts) -> None:
    told = unconnected(SUBJECTS["twilio"], tls)
    assert told == {row["name"]: "unavailable" for row in table()["unconnected"]}


@pytest.mark.slow
@pytest.mark.parametrize("subject", ["sendgrid", "fcm"])
def test_no_connection_means_not_taken_to_every_http_sender(subject: str, tls: Contexts) -> None:
    assert set(unconnected(SUBJECTS[subject], tls).values()) == {"unavailable"}


# --- and the kit goes red on transports that get it wrong --------------------------------------------------


def through(lie: Callable[[Exchange, Sequence[httpx.Request]], Sequence[Answer]]) -> Subject:
    """Twilio over an exchange that treats requests or answers in this way."""
    subject = SUBJECTS["twilio"]
    return replace(subject, make=lambda url, exchange: subject.make(url, lambda asked: lie(exchange, asked)))


def never_written(exchange: Exchange, requests: Sequence[httpx.Request]) -> Sequence[Answer]:
    """As httpx-aiohttp and pyreqwest's transport have it: connection lost is no connection."""
    return [Unavailable("x") if isinstance(answer, Unknown) else answer for answer in exchange(requests)]


def again(exchange: Exchange, requests: Sequence[httpx.Request]) -> Sequence[Answer]:
    """As many a client has it: a lost connection is tried once more."""
    answers = list(exchange(requests))
    lost = [place for place, answer in enumerate(answers) if isinstance(answer, Unknown)]
    for place, answer in zip(lost, exchange([requests[place] for place in lost]), strict=True):
        answers[place] = answer
    return answers


@pytest.mark.parametrize(
    ("lie", "complaint"), [(never_written, "though the request was read whole"), (again, "sent again")]
)
@pytest.mark.parametrize("kept", [False, True])
def test_the_kit_goes_red_on_a_transport_that(lie, complaint: str, kept: bool) -> None:
    with pytest.raises(Red, match=complaint):
        met(through(lie), WAYS["it hangs up after reading"], kept=kept, tls=None)
    if lie is never_written:
        with pytest.raises(Red, match="though the request had been written"):
            met(through(lie), WAYS["it resets in the middle of the request"], kept=kept, tls=None)


class Trusting(ThinTransport):
    """Takes any connection that it kept, whatever came over it meanwhile."""

    def _take(self, origin) -> Wire | None:
        kept = self._kept.get(origin)
        return kept.pop() if kept else None


@pytest.mark.parametrize("name", [name for name, way in WAYS.items() if way.idle])
def test_the_kit_goes_red_on_a_transport_that_trusts_a_kept_connection(name: str, tmp_path: Path) -> None:
    subject = SUBJECTS["twilio"]
    with Line(Trusting(CALM), 1) as line:
        bad = replace(subject, make=lambda url, exchange: subject.make(url, line))
        try:
            word = met(bad, WAYS[name], kept=True, tls=None)
        except Red:
            return
    assert word != ROWS[name]["result"]
