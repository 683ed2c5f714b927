"""A slow core holds up nobody: warnings go out, and say nothing of a hold."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence

import pytest

from outreach.domain.answer import Answer, AnswerResult, Via
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.engine.patience import AT_ONCE, Patient
from outreach.store.database import Store
from tests.build import a_flag
from tests.engine.world import World
from tests.fakes import FakeCore

HELD = Transfer(ref="transfer-of-user-1", status=TransferStatus.HELD)


class SlowCore(FakeCore):
    """A core that answers only once it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.questions = 0

    def transfers(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
        self.questions += 1
        self.let.wait(10)
        return super().transfers(refs)


@pytest.fixture
def slow() -> Iterator[SlowCore]:
    core = SlowCore()
    core.known[HELD.ref] = HELD
    yield core
    core.let.set()


def patient(core: FakeCore, **options: float) -> Patient:
    """A core of which nobody waits longer than a moment."""
    return Patient(core=core, **({"seconds": 0.05, "pause": 60.0} | options))


def test_while_the_core_is_slow_warnings_go_out_and_say_nothing_of_a_hold(
    store: Store, slow: SlowCore
) -> None:
    world = World(store)
    world.core = patient(slow)  # type: ignore[assignment]
    world.flag(a_flag())
    world.dispatch().run()
    (sent,) = [m for sender in world.senders.values() for m in sender.sent]

    assert "transfer=unknown" in sent.content.text


def test_an_answer_is_taken_while_the_core_is_slow_and_claims_nothing(store: Store, slow: SlowCore) -> None:
    world = World(store)
    world.flag(a_flag())
    world.dispatch().run()
    (sent,) = [m for sender in world.senders.values() for m in sender.sent]
    world.core = patient(slow)  # type: ignore[assignment]
    result = world.feedback().answer(sent.id, Answer.STOP_TRANSFER, Via.PAGE, world.clock())

    assert result == AnswerResult(answer=Answer.STOP_TRANSFER, is_first=True)


def test_after_one_slow_answer_nobody_waits_for_the_next(slow: SlowCore) -> None:
    core = patient(slow)
    for _ in range(20):
        with pytest.raises(TimeoutError):
            core.transfers(["x"])

    assert slow.questions == 1


def test_a_core_that_never_answers_costs_a_few_threads_and_no_more(slow: SlowCore) -> None:
    core = patient(slow, pause=-1.0)
    for _ in range(AT_ONCE + 6):
        with pytest.raises(TimeoutError):
            core.transfers(["x"])

    assert slow.questions == AT_ONCE


def test_a_core_that_is_quick_again_is_believed_again(slow: SlowCore) -> None:
    now = [0.0]
    core = Patient(core=slow, seconds=0.05, pause=5.0, elapsed=lambda: now[0])
    with pytest.raises(TimeoutError):
        core.transfers([HELD.ref])
    slow.let.set()
    now[0] = 6.0
    core.seconds = 10.0

    assert core.transfers([HELD.ref]) == {HELD.ref: HELD}


def test_what_breaks_in_the_core_breaks_for_whoever_asked() -> None:
    class Broken(FakeCore):
        def transfers(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
            raise ConnectionError("cut")

    with pytest.raises(ConnectionError, match="cut"):
        patient(Broken(), seconds=10.0).transfers(["x"])


def test_requests_go_through_as_they_are() -> None:
    inner = FakeCore()
    core = patient(inner)
    core.request_hold("t", "why", "1")
    core.request_release("t", "why", "2")
    core.request_freeze("t", "why", "3")

    assert inner.asked == [("hold", "t"), ("release", "t"), ("freeze", "t")]


def test_a_request_that_hangs_is_not_heard_and_holds_up_no_other(store: Store) -> None:
    class Hanging(FakeCore):
        let = threading.Event()

        def request_hold(self, ref: str, reason: str, call_id: str) -> None:
            if ref == "transfer-of-bad":
                self.let.wait(10)
            super().request_hold(ref, reason, call_id)

    world, inner = World(store), Hanging()
    world.flag(a_flag("bad"), a_flag("good"))
    world.dispatch().run()
    for message in [m for sender in world.senders.values() for m in sender.sent]:
        world.feedback().answer(message.id, Answer.STOP_TRANSFER, Via.PAGE, world.clock())
    world.core = patient(inner, request_seconds=0.05)  # type: ignore[assignment]
    counts = world.recovery().run()
    inner.let.set()

    assert counts == {"asked": 1, "unanswered": 1}
