"""Handing over: side by side, in pieces, inside the claim."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from outreach.domain.delivery import Accepted, SendResult, Unavailable, Unknown
from outreach.domain.message import Content, Message
from outreach.domain.scale import Channel
from outreach.engine.handing import (
    FIRST_PIECE,
    LARGEST_PIECE,
    ROUND_SECONDS,
    SMALLEST_PIECE,
    Claim,
    Hands,
    Pace,
    in_threads,
    one_by_one,
)
from outreach.engine.ports import BEGUN_WITHIN
from tests.fakes import FakeSender


def letters(count: int, channel: Channel = Channel.SMS) -> list[Message]:
    return [
        Message(
            id=f"{n:032x}",
            reference=f"{n:06d}",
            channel=channel,
            to=f"+3460000{n:04d}",
            locale="en",
            content=Content(text="words"),
        )
        for n in range(count)
    ]


@dataclass
class Watch:
    """Seconds that pass only when somebody works."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(eq=False)
class SlowSender(FakeSender):
    """Takes so many seconds a message."""

    watch: Watch = field(default_factory=Watch)
    seconds: float = 0.0
    pieces: list[int] = field(default_factory=list)

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        self.watch.now += self.seconds * len(messages)
        self.pieces.append(len(messages))
        return super().send_many(messages)


def hands(watch: Watch) -> Hands:
    return Hands(together=one_by_one, elapsed=watch)


def nothing() -> None:
    pass


def test_a_fast_provider_gets_the_whole_batch_after_its_first_piece() -> None:
    watch = Watch()
    sender = SlowSender(Channel.SMS, watch=watch, seconds=0.001)
    handed = hands(watch).over({sender: letters(500)}, Claim(until=1e9, elapsed=watch), nothing, 1)

    assert sender.pieces == [FIRST_PIECE, 400]
    assert len(handed) == 500
    assert all(isinstance(each.result, Accepted) for each in handed.values())


def test_a_slow_provider_gets_small_pieces_and_what_the_round_has_no_time_for_is_not_tried() -> None:
    watch = Watch()
    sender = SlowSender(Channel.SMS, watch=watch, seconds=0.2)
    handed = hands(watch).over({sender: letters(500)}, Claim(until=1e9, elapsed=watch), nothing, 1)

    untried = [h for h in handed.values() if isinstance(h.result, Unavailable) and not h.result.is_tried]
    assert len(handed) == 500
    assert len(untried) == 500 - sum(sender.pieces)
    assert watch.now <= ROUND_SECONDS + FIRST_PIECE * 0.2


def test_the_pace_of_the_last_round_sizes_the_first_piece_of_the_next() -> None:
    pace = Pace()
    pace.took("slow", 10, 10.0)
    pace.took("fast", 10, 0.001)

    assert pace.piece("new") == FIRST_PIECE
    assert pace.piece("slow") == SMALLEST_PIECE
    assert pace.piece("fast") == LARGEST_PIECE


def test_nothing_is_handed_over_towards_the_end_of_a_claim_and_its_fate_is_left_open() -> None:
    watch = Watch()
    sender = SlowSender(Channel.SMS, watch=watch, seconds=0.05)
    claim = Claim(until=FIRST_PIECE * 0.05 + BEGUN_WITHIN.total_seconds(), elapsed=watch)
    handed = hands(watch).over({sender: letters(500)}, claim, nothing, 1)

    assert sender.pieces == [FIRST_PIECE]
    assert len(handed) == FIRST_PIECE  # of the rest nobody says anything: whoever takes over finds out


def test_a_claim_that_is_kept_alive_lets_a_slow_batch_go_on() -> None:
    watch = Watch()
    sender = SlowSender(Channel.SMS, watch=watch, seconds=0.05)
    claim = Claim(until=9, elapsed=watch)
    before = sender.send_many

    def send_and_renew(messages: Sequence[Message]) -> Sequence[SendResult]:
        results = before(messages)
        claim.until = watch.now + 9
        return results

    sender.send_many = send_and_renew  # type: ignore[method-assign]
    hands(watch).over({sender: letters(150)}, claim, nothing, 1)

    assert sum(sender.pieces) == 150


def test_a_slow_provider_holds_up_nobody_else() -> None:
    release = threading.Event()
    fast_done = threading.Event()

    class Stuck(FakeSender):
        def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
            assert release.wait(10)
            return super().send_many(messages)

    class Fast(FakeSender):
        def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
            results = super().send_many(messages)
            fast_done.set()
            return results

    def let_go_when_the_fast_one_is_done() -> None:
        if fast_done.is_set():
            release.set()

    stuck, fast = Stuck(Channel.SMS), Fast(Channel.EMAIL)
    claim = Claim(until=1e9, elapsed=lambda: 0.0)
    both = {stuck: letters(1), fast: letters(2)[1:]}
    handed = Hands(elapsed=lambda: 0.0).over(both, claim, let_go_when_the_fast_one_is_done, 0.01)

    assert len(handed) == 2


def test_the_claim_is_beaten_for_as_long_as_a_provider_takes() -> None:
    beats: list[int] = []
    enough = threading.Event()

    def beat() -> None:
        beats.append(1)
        if len(beats) == 3:
            enough.set()

    in_threads([lambda: enough.wait(10) and None], beat, 0.001)

    assert len(beats) >= 3


@pytest.mark.parametrize("together", [in_threads, one_by_one])
def test_a_death_in_a_thread_is_a_death(together: object) -> None:
    class Died(BaseException):
        pass

    def die() -> None:
        raise Died

    with pytest.raises(Died):
        together([die, nothing], nothing, 0.01)  # type: ignore[operator]


@pytest.mark.parametrize("short", [0, 1])
def test_a_sender_that_breaks_or_says_too_little_leaves_the_rest_in_doubt(short: int) -> None:
    class Broken(FakeSender):
        def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
            if not short:
                raise RuntimeError("+34600000000")
            return super().send_many(messages)[:-1]

    claim = Claim(until=1e9, elapsed=Watch())
    handed = hands(Watch()).over({Broken(Channel.SMS): letters(2)}, claim, nothing, 1)

    assert sum(isinstance(each.result, Unknown) for each in handed.values()) == 2 - short


def test_a_lease_outlasts_several_beats_and_every_request_that_may_begin_in_it() -> None:
    from outreach.engine.dispatch import LEASE
    from outreach.engine.renewing import BEATS

    assert LEASE - timedelta(seconds=1) > LEASE / BEATS + BEGUN_WITHIN
