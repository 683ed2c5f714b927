"""Halts while messages are on their way: cut off at once, and nothing begins without a fresh look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from outreach.answers import go_on
from outreach.domain.delivery import SendResult, Unavailable
from outreach.domain.history import timeline
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.engine.halts import FRESH_SECONDS, LOOK_SECONDS, Halts
from outreach.errors import StoreError
from outreach.store import halting
from outreach.store.database import Store
from outreach.store.history import story
from outreach.store.tables import attempts, outreaches
from tests.build import NOW, a_flag, a_rule, a_rule_set, a_rulebook
from tests.engine.world import World
from tests.fakes import FakeSender

PATTERNS = ("pig_butchering", "job_task")


@dataclass
class Watch:
    """Seconds that pass when they are told to."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def a_round(store: Store, watch: Watch) -> Halts:
    return Halts(store=store, elapsed=watch, patterns={})


def halt(store: Store, scope: str, about: str = "") -> None:
    with store.begin() as tx:
        halting.halt(tx, scope, about, "a drill", "ann", NOW)


def resume(store: Store, scope: str, about: str = "") -> None:
    with store.begin() as tx:
        halting.resume(tx, scope, about, "ann", NOW)


def test_what_is_under_way_is_cut_off_by_the_look_that_sees_a_halt(store: Store) -> None:
    halts = a_round(store, Watch())
    holds = halts.leave().holds
    assert holds()
    halt(store, "pattern", "job_task")
    assert holds()  # not looked at yet
    halts.leave()

    assert not holds()
    assert halts.leave().holds()


def test_a_resume_cuts_off_too_so_that_what_was_left_out_is_asked_about_again(store: Store) -> None:
    halt(store, "channel", "sms")
    halts = a_round(store, Watch())
    holds = halts.leave().holds
    resume(store, "channel", "sms")
    halts.leave()

    assert not holds()


def test_without_a_fresh_look_nothing_is_begun_within_the_second(store: Store) -> None:
    watch = Watch()
    holds = a_round(store, watch).leave().holds
    watch.seconds = FRESH_SECONDS - 0.01
    assert holds()
    watch.seconds = FRESH_SECONDS

    assert not holds()
    assert LOOK_SECONDS * 2 < FRESH_SECONDS < 1


def test_a_store_that_cannot_be_read_lets_what_is_fresh_go_and_nothing_after(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch()
    halts = a_round(store, watch)
    halts.leave()

    def away() -> None:
        raise StoreError("the database cannot be used")

    monkeypatch.setattr(store, "read", away)
    watch.seconds = 0.5
    holds = halts.leave().holds
    assert holds()
    watch.seconds = FRESH_SECONDS
    assert not holds()


def test_an_older_look_never_takes_back_what_a_newer_one_saw(store: Store) -> None:
    watch = Watch(10.0)
    halts = a_round(store, watch)
    halt(store, "all")
    halts.leave()
    resume(store, "all")
    watch.seconds = 9.0  # began before the look above, and read after it

    assert not halts.leave().holds()


def test_a_persons_history_tells_of_the_halts_that_stood_in_their_way_and_of_no_other(store: Store) -> None:
    world = World(store)
    world.flag(a_flag())
    for scope, about in (("pattern", "job_task"), ("channel", "sms"), ("all", "")):
        halt(store, scope, about)
    resume(store, "all")
    (person,) = {o.person for o in world.rows(outreaches)}
    with store.read() as tx:
        titles = [entry.title for entry in timeline(story(tx, person))]

    assert "ann halted every warning of channel sms: a drill" in titles
    assert "ann halted all warnings: a drill" in titles
    assert "ann let all warnings go on" in titles
    assert not any("job_task" in title for title in titles)


@dataclass(eq=False)
class Careful(FakeSender):
    """A provider's adapter: each request asks first, and something happens after the first of them."""

    meanwhile: Callable[[], None] = lambda: None

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        results: list[SendResult] = []
        for message in messages:
            if not go_on.get()():
                results.append(Unavailable("not tried", is_tried=False))
                continue
            results += super().send_many([message])
            if len(self.sent) == 1:
                self.meanwhile()
        return results


@pytest.mark.parametrize(
    ("scope", "about", "sent"),
    [("all", "", {1}), ("channel", "push", {1}), ("channel", "email", {6}), ("pattern", "job_task", {3, 4})],
)
def test_what_is_halted_in_the_middle_of_a_piece_is_not_handed_over_and_the_rest_is(
    store: Store, scope: str, about: str, sent: set[int]
) -> None:
    world = World(
        store, book=a_rulebook(*(a_rule_set(name, a_rule(name.replace("_", "-"))) for name in PATTERNS))
    )
    rows = [a_flag(f"user-{n}", identity=str(n), pattern=PATTERNS[n % 2]) for n in range(6)]
    dispatch = world.dispatch()
    beats: list[Callable[[], None]] = []

    def together(jobs: Sequence[Callable[[], None]], beat: Callable[[], None], every: float) -> None:
        beats.append(beat)
        for job in jobs:
            job()
            beat()

    careful = Careful(Channel.PUSH)
    world.senders[Channel.PUSH] = careful

    def operator() -> None:
        halt(store, scope, about)
        beats[-1]()  # the look that comes every 200 ms

    careful.meanwhile = operator
    world.flag(*rows)
    dispatch = replace(dispatch, senders=world.lanes, hands=replace(dispatch.hands, together=together))
    dispatch.run()
    world.clock.tick(seconds=2)
    dispatch.run()

    of_pattern = {o.id for o in world.rows(outreaches) if o.pattern == about}
    assert [m for m in careful.sent[1:] if m.thread in of_pattern] == []
    assert len(careful.sent) in sent
    with store.begin() as tx:
        halting.resume(tx, scope, about, "bob", world.clock())
    dispatch.run()
    assert len({m.id for m in careful.sent}) == len(careful.sent) == 6
    assert {a.n for a in world.rows(attempts) if a.result == "accepted"} == {1}
