"""The line's thread: so many in flight, a batch that ends in time, and nothing left behind."""

from __future__ import annotations

import asyncio
import gc
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx

from outreach.adapters.transport import Line, line
from outreach.adapters.transport.crowd import Crowd
from outreach.answers import begin_until, go_on
from outreach.domain.delivery import Unavailable
from outreach.domain.traffic.pace import Bounds
from tests.adapters.conformance import HASTY
from tests.adapters.loopback import Act, Seen, loopback, reply

POST = httpx.Request("POST", "http://127.0.0.1/", content=b"x")


def one(url: str, exchange: Line) -> object:
    return exchange([httpx.Request("POST", url, content=b"x" * 10)])[0]


def test_what_is_not_begun_in_time_was_not_tried() -> None:
    ticks = iter([0.0, 1.0, 61.0, 61.0])
    tried: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        tried.append(request)
        return httpx.Response(200)

    with Line(httpx.MockTransport(answer), 1, HASTY, elapsed=lambda: next(ticks)) as exchange:
        first, second = exchange([POST, POST])
    assert isinstance(first, httpx.Response)
    assert second == Unavailable("not tried: the batch took too long", is_tried=False)
    assert len(tried) == 1


def test_a_process_stopped_between_its_decision_and_its_writing_writes_nothing() -> None:
    ticks = iter([0.0, 1.0, 61.0])  # the batch begins, the request is taken up, and then an hour is slept

    with loopback(lambda seen: reply(200)) as server, line(1, HASTY) as exchange:
        exchange._elapsed = lambda: next(ticks)
        answer = one(server.url, exchange)

    assert answer == Unavailable("not tried: the batch took too long", is_tried=False)
    assert server.seen == []


def test_as_many_requests_are_in_flight_as_were_asked_for_and_no_more() -> None:
    under_way = [0]
    most = [0]

    async def answer(request: httpx.Request) -> httpx.Response:
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        await asyncio.sleep(0.01)
        under_way[0] -= 1
        return httpx.Response(200)

    with Line(httpx.MockTransport(answer), 4, HASTY) as exchange, ThreadPoolExecutor(3) as threads:
        batches = list(threads.map(exchange, [[POST] * 8] * 3))
    assert all(isinstance(answer, httpx.Response) for batch in batches for answer in batch)
    assert most == [4]


def test_a_line_that_is_closed_tries_nothing_and_leaves_no_thread() -> None:
    before = threading.active_count()
    with loopback(lambda seen: reply(200)) as server:
        with line(1) as exchange:
            assert isinstance(one(server.url, exchange), httpx.Response)
            assert "line" in {thread.name for thread in threading.enumerate()}
        assert type(one(server.url, exchange)) is Unavailable
        assert len(server.seen) == 1
    assert threading.active_count() <= before + 1  # the server's own may still be on its way out


def test_a_line_that_is_forgotten_leaves_no_thread() -> None:
    with loopback(lambda seen: reply(200)) as server:
        exchange = line(1)
        thread_of = {t for t in threading.enumerate() if t.name == "line"}
        assert isinstance(one(server.url, exchange), httpx.Response)
        (mine,) = {t for t in threading.enumerate() if t.name == "line"} - thread_of
        del exchange
        gc.collect()
        mine.join(5)
        assert not mine.is_alive()


def test_closing_waits_for_what_is_under_way_and_begins_nothing_more() -> None:
    begun = threading.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        begun.set()
        await asyncio.sleep(0.2)
        return httpx.Response(200)

    exchange = Line(httpx.MockTransport(answer), 2, HASTY)
    with ThreadPoolExecutor(1) as threads:
        batch = threads.submit(exchange, [POST] * 5)
        begun.wait(5)
        exchange.close()
        answers = batch.result(5)
    assert [type(answer) for answer in answers] == [httpx.Response] * 2 + [Unavailable] * 3


def test_an_interrupted_process_posts_nothing_more_and_ends_at_once() -> None:
    with loopback(lambda seen: Act(b"", then="stall"), stall=60) as server:
        script = (
            "import httpx; from outreach.adapters.transport import Patience, line\n"
            f"line(2, Patience(silence=90))([httpx.Request('POST', {server.url!r}, content=b'x')] * 9)"
        )
        process = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE)
        while len(server.seen) < 2 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=80)
        assert all(server.left.acquire(timeout=10) for _ in range(2))  # it did not wait to be let go
        assert len(server.seen) == 2


class Crowded(httpx.AsyncBaseTransport):
    """A provider that works on so many at once, in a fixed time each; the rest wait, or are turned away."""

    def __init__(self, capacity: int, seconds: float, turned_away: bool = False) -> None:
        self.work, self.seconds, self.turned_away = asyncio.Semaphore(capacity), seconds, turned_away
        self.inside = self.most = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.turned_away and self.work.locked():
            return httpx.Response(429)
        self.inside += 1
        self.most = max(self.most, self.inside)
        async with self.work:
            await asyncio.sleep(self.seconds)
        self.inside -= 1
        return httpx.Response(200)


def test_a_provider_that_bears_more_is_sent_more_at_once() -> None:
    provider = Crowded(capacity=1000, seconds=0.005)
    with Line(provider, Bounds(floor=2, start=4, ceiling=40), HASTY) as exchange:
        for _ in range(6):
            exchange([POST] * 100)
        assert exchange.in_flight > 15
        assert exchange.pulse()[0] == 600
    assert 4 < provider.most <= 40


def test_a_provider_that_turns_requests_away_is_sent_fewer_at_once() -> None:
    with Line(Crowded(5, 0.005, turned_away=True), Bounds(floor=2, start=40, ceiling=40), HASTY) as exchange:
        exchange([POST] * 400)
        assert exchange.in_flight < 15


def test_a_provider_that_slows_under_load_is_sent_fewer_at_once() -> None:
    provider = Crowded(capacity=1000, seconds=0.02)
    with Line(provider, Bounds(floor=2, start=40, ceiling=40), HASTY) as exchange:
        exchange([POST] * 80)
        provider.seconds = 0.3
        exchange([POST] * 200)
        assert exchange.in_flight < 30


def test_requests_that_wait_for_a_place_all_get_one_though_others_are_given_up() -> None:
    async def story() -> list[str]:
        crowd, done = Crowd(Bounds(floor=1, start=1, ceiling=1)), []

        async def visit(name: str) -> None:
            await crowd.enter()
            try:
                await asyncio.sleep(0)
                done.append(name)
            finally:
                crowd.leave()

        visits = {name: asyncio.ensure_future(visit(name)) for name in "abcdef"}
        await asyncio.sleep(0)
        visits["b"].cancel()
        await asyncio.sleep(0)
        visits["d"].cancel()
        await asyncio.gather(*visits.values(), return_exceptions=True)
        await asyncio.wait_for(crowd.enter(), 1)
        return done

    assert asyncio.run(story()) in (["a", "c", "e", "f"], ["a", "b", "c", "e", "f"])


def test_a_real_server_that_bears_only_a_few_at_once_soon_turns_nearly_nothing_away() -> None:
    lock, inside, turned_away = threading.Lock(), [0], []

    def answer(seen: Seen) -> Act:
        with lock:
            inside[0] += 1
            is_full = inside[0] > 8
            turned_away.append(is_full)
        if not is_full:
            time.sleep(0.004)
        with lock:
            inside[0] -= 1
        return reply(429 if is_full else 200)

    with loopback(answer) as server, line(Bounds(floor=2, start=40, ceiling=40)) as exchange:
        for _ in range(3):
            exchange([httpx.Request("POST", server.url, content=b"x")] * 150)
        assert exchange.in_flight < 25
    first, last = turned_away[:100], turned_away[-100:]
    assert sum(last) < sum(first)


def test_whoever_was_stopped_before_its_batch_began_writes_nothing_of_it() -> None:
    before = begin_until.set(time.monotonic() - 1)
    try:
        with loopback(lambda seen: reply(200)) as server, line(1, HASTY) as exchange:
            answer = one(server.url, exchange)
    finally:
        begin_until.reset(before)

    assert answer == Unavailable("not tried: the batch took too long", is_tried=False)
    assert server.seen == []


def test_what_an_operator_stopped_is_not_begun_and_what_was_begun_is_heard_of() -> None:
    seen = 0

    def may_go() -> bool:
        return seen < 2

    def answer(_: Seen) -> Act:
        nonlocal seen
        seen += 1
        return reply(200)

    before = go_on.set(may_go)
    try:
        with loopback(answer) as server, line(1, HASTY) as exchange:
            answers = exchange([httpx.Request("POST", server.url, content=b"x")] * 5)
    finally:
        go_on.reset(before)

    assert [isinstance(each, httpx.Response) for each in answers] == [True, True, False, False, False]
    assert {each.is_tried for each in answers[2:] if isinstance(each, Unavailable)} == {False}
