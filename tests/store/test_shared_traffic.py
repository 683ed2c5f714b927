"""What processes share about traffic: rates and caps are exact, however they interleave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from outreach.domain.message import Content, Message
from outreach.domain.scale import Channel
from outreach.domain.traffic.breaker import Breaker, State
from outreach.domain.traffic.bucket import Allowance
from outreach.domain.traffic.caps import Cap, CapPolicy, Metering
from outreach.domain.traffic.hearing import Hearing
from outreach.domain.traffic.policy import TrafficPolicy
from outreach.domain.traffic.route import Go
from outreach.engine.routing import Routing
from outreach.store import allowance, lanes
from outreach.store.database import Store
from outreach.store.sending import Draft
from outreach.store.tables import tallies
from outreach.store.traffic import caps
from tests.build import NOW

WORKERS, ROUNDS, A_ROUND = 8, 6, 5
SMS = (Channel.SMS, "one")


class Undone(Exception):
    """A transaction that is given up."""


def drafts(worker: int, round_: int) -> list[Draft]:
    """A round's messages: to Spain, of one part and of two."""
    return [
        Draft(
            outreach="o",
            person="p",
            step=0,
            message=Message(
                id=f"{worker:04x}{round_:04x}{n:024x}",
                reference="000000",
                channel=Channel.SMS,
                to=f"+3460{worker}{round_}0000{n}",
                locale="en",
                content=Content(text="x" * (161 if n % 2 else 100)),
            ),
            template="t",
            template_sha256="",
            urgency_rank=2,
        )
        for n in range(A_ROUND)
    ]


def race(store: Store, policy: TrafficPolicy, clock: Callable[[], datetime]) -> list[tuple[datetime, int]]:
    """Eight processes' rounds at once, every third given up: when how many parts were granted and kept."""
    granted: list[tuple[datetime, int]] = []
    start = threading.Barrier(WORKERS)

    def work(worker: int) -> None:
        routing = Routing(policy=policy, metering=Metering(policy.caps))
        start.wait()
        for round_ in range(ROUNDS):
            try:
                with store.begin() as tx:
                    at = clock()
                    routed = routing.round(tx, drafts(worker, round_), at)
                    if (worker + round_) % 3 == 0:
                        raise Undone
            except Undone:
                continue
            granted.extend((at, wish.parts) for way, wish in routed if isinstance(way, Go))

    with ThreadPoolExecutor(WORKERS) as pool:
        for done in [pool.submit(work, n) for n in range(WORKERS)]:
            done.result()
    return granted


def test_no_interleaving_of_eight_workers_exceeds_a_bucket(store: Store) -> None:
    policy = TrafficPolicy(shares={SMS: 1.0}, allowances={"one": Allowance(rate=1, burst=40)})

    granted = race(store, policy, lambda: NOW)

    assert sum(parts for _, parts in granted) == 40


def test_no_interleaving_of_eight_workers_exceeds_the_rate_while_time_goes_on(store: Store) -> None:
    lock, ticks = threading.Lock(), [NOW]

    def clock() -> datetime:
        with lock:
            ticks[0] += timedelta(milliseconds=100)
            return ticks[0]

    policy = TrafficPolicy(
        shares={SMS: 1.0},
        allowances={"one": Allowance(rate=10, burst=10)},
        sender_allowances={"one": {"": Allowance(rate=8, burst=10)}},
    )

    granted = race(store, policy, clock)

    last = max(at for at, _ in granted)
    assert 20 <= sum(parts for _, parts in granted) <= 10 + 8 * (last - NOW).total_seconds()


def test_no_interleaving_of_eight_workers_exceeds_a_cap_or_the_days_money(store: Store) -> None:
    policy = TrafficPolicy(
        shares={SMS: 1.0},
        caps=CapPolicy(
            caps={"ES": Cap(per_hour=60), "+34602": Cap(per_day=5)},
            prices={"ES": 1_000_000},
            per_day=50_000_000,
        ),
    )

    granted = race(store, policy, lambda: NOW)

    assert sum(parts for _, parts in granted) == 50
    with store.read() as tx:
        counted = {cap.key: int(cap.count) for cap in caps(tx, NOW)}
    assert counted["spend/USD/day"] == counted["ES/hour"] == 50
    assert counted["+34602/day"] <= 5


def test_no_interleaving_of_eight_workers_lets_more_probes_through(store: Store) -> None:
    with store.begin() as tx:
        lanes.lanes_of(tx, {SMS: 1.0}, NOW)
        opened = Breaker(state=State.OPEN, since=NOW, until=NOW, trips=1)
        lanes.keep_breakers(tx, {SMS: opened})

    granted = race(store, TrafficPolicy(shares={SMS: 1.0}), lambda: NOW)

    assert len(granted) == 5


def test_what_all_hear_is_added_up(store: Store) -> None:
    def hear(_worker: int) -> None:
        for _ in range(10):
            with store.begin() as tx:
                lanes.add_hearings(tx, {SMS: Hearing(tried=3, failed=1, answers=2, millis=50)}, NOW)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(hear, range(WORKERS)))

    with store.read() as tx:
        assert lanes.heard_since(tx, NOW - timedelta(minutes=1)) == {
            SMS: Hearing(tried=240, failed=80, answers=160, millis=4000)
        }
        assert lanes.heard_since(tx, NOW) == {}


def test_what_is_given_back_and_counted_at_once_adds_up(store: Store) -> None:
    slot = ("cap/ES/hour", NOW)

    def count(worker: int) -> None:
        for _ in range(10):
            with store.begin() as tx:
                allowance.add_tallies(tx, {slot: 3 if worker % 2 else -1})

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(count, range(WORKERS)))

    with store.read() as tx:
        assert [row.total for row in tx.connection.execute(tallies.select())] == [80]


@pytest.mark.parametrize("count", [1, 900])
def test_many_tallies_are_taken_at_once(store: Store, count: int) -> None:
    slots = [(f"block/+34{n:05}/hour", NOW) for n in range(count)]
    with store.begin() as tx:
        assert set(allowance.take_tallies(tx, slots).values()) == {0}
        allowance.keep_tallies(tx, {slot: (n, 1000) for n, slot in enumerate(slots)})
    with store.begin() as tx:
        assert allowance.take_tallies(tx, slots) == {slot: n for n, slot in enumerate(slots)}


def test_a_full_cap_is_told_of_once_in_its_day(store: Store) -> None:
    with store.begin() as tx:
        told = [allowance.tell_once(tx, ("cap/ES/hour", NOW), "full", NOW) for _ in range(3)]
    assert told == [True, False, False]


def test_old_hearings_and_tallies_are_dropped(store: Store) -> None:
    with store.begin() as tx:
        lanes.add_hearings(tx, {SMS: Hearing(tried=1)}, NOW)
        lanes.drop_hearings(tx, NOW + timedelta(hours=1))
        assert lanes.heard_since(tx, NOW - timedelta(days=1)) == {}
        for days in (0, 3, 42):
            day = NOW + timedelta(days=days)
            counted = ("cap/ES/hour", day), ("cap/ES/day", day), ("parts/sms/one/day", day)
            allowance.add_tallies(tx, dict.fromkeys(counted, 1))
        kept = {(row.key, (row.slot - NOW).days) for row in tx.connection.execute(tallies.select())}
    assert kept == {
        (key, days)
        for key, these in (("cap/ES/hour", [42]), ("cap/ES/day", [3, 42]), ("parts/sms/one/day", [3, 42]))
        for days in these
    }
