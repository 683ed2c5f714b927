"""Whatever the core does, no words go beyond its latest one, and nothing is sent after a hold has ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach.domain.hold import believed, fitted, is_confirmed, next_word, view
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.engine.dispatch import Dispatch
from outreach.store.database import Store
from outreach.store.tables import core_calls, hold_words, outreaches
from tests.build import NOW, a_flag
from tests.engine.moody import MOODS, InMemory, Moody, Watching, on_a_socket
from tests.engine.net_world import NetWorld

MINUTES = st.integers(-3000, 3000).map(lambda n: NOW + timedelta(minutes=n))
SAID = st.none() | st.builds(
    Transfer,
    ref=st.just("t"),
    status=st.sampled_from(TransferStatus),
    hold_expires_at=st.none() | MINUTES,
    as_of=st.none() | MINUTES,
)


@given(st.lists(st.tuples(SAID, st.integers(0, 600)), max_size=12))
def test_a_hold_is_told_only_by_the_cores_latest_word_and_only_while_it_lasts(
    said: list[tuple[Transfer | None, int]],
) -> None:
    kept, now, confirmed_once = None, NOW, False
    for word, minutes in said:
        seen, told = view(word, kept, now), believed(word, kept, now)
        if seen.ends_at is not None:
            assert word is not None
            assert word.is_held
            assert word.hold_expires_at == seen.ends_at > now
        if word is None or word.status is TransferStatus.UNKNOWN:
            assert (seen.ends_at, seen.ended_at, told) == (None, None, None)
        if seen.ended_at is not None:
            assert confirmed_once
            assert seen.ended_at <= now
        before, kept = kept, next_word(word, kept, now) or kept
        if before and before.as_of:  # an old answer makes no older one new
            assert kept is not None
            assert kept.as_of is not None
            assert kept.as_of >= before.as_of
        confirmed_once = confirmed_once or is_confirmed(word, now)
        now += timedelta(minutes=minutes)


@given(MINUTES, MINUTES, st.none() | MINUTES)
def test_a_step_is_never_put_behind_the_end_nor_later_than_it_was(due, now, end) -> None:  # type: ignore[no-untyped-def]
    at = fitted(due, now, end)

    assert at <= due or end is None or at < end
    if end is not None and end > now and due >= now:
        assert now <= at < end


SCRIPTS = st.lists(st.tuples(st.sampled_from(MOODS), st.integers(1, 400)), min_size=2, max_size=8)


def a_moody(store: Store) -> tuple[NetWorld, Moody, Watching]:
    """A world with a moody core in memory."""
    net = NetWorld.over(store)
    moody = Moody(clock=net.world.clock)
    net.world.core = net.core = InMemory(moody)  # type: ignore[assignment]
    return net, moody, Watching(net=net, moody=moody)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=SCRIPTS)
def test_nothing_claims_a_hold_or_goes_after_its_end_whatever_the_core_does(
    store: Store, script: list[tuple[str, int]]
) -> None:
    _, _, watching = a_moody(store)
    watching.play(f"user-{store.new_id()}", script)

    assert watching.broken() == {}
    assert watching.doubled() == 0


def test_every_mood_one_after_the_other_brings_nobody_to_say_more_than_the_core_does(store: Store) -> None:
    _, _, watching = a_moody(store)
    watching.play("ann", [("honest", 5), *((mood, 70) for mood in MOODS)])

    assert watching.broken() == {}
    assert watching.counts["pages that speak of a hold"] >= 1


def test_an_old_answer_puts_off_no_end(store: Store) -> None:
    _, _, watching = a_moody(store)
    watching.play("ann", [("held_unasked", 66), ("stale", 112), ("stale", 28)])

    assert watching.broken() == {}
    assert watching.counts["messages"] == 1


@pytest.mark.slow
def test_the_same_holds_over_a_real_socket(store: Store) -> None:
    net = NetWorld.over(store)
    moody = Moody(clock=net.world.clock)
    with on_a_socket(moody) as core:
        net.world.core = net.core = core  # type: ignore[assignment]
        watching = Watching(net=net, moody=moody)
        watching.play("ann", [(mood, 50) for mood in ("slow", "honest", *MOODS)])

    assert watching.broken() == {}
    assert watching.counts["pages that speak of a hold"] >= 1
    assert watching.counts["messages"] >= 1
    assert watching.doubled() == 0


def test_a_hold_is_written_down_with_the_attempt_and_asked_for_under_one_id_until_it_is_heard(
    store: Store,
) -> None:
    net, moody, _ = a_moody(store)
    net.world.flag(a_flag("ann"))
    net.world.dispatch().run()
    (call,) = net.world.rows(core_calls)
    wanted = (call.act, call.state, call.reason, call.seconds, call.transfer_ref)
    for mood in ("slow", "slow", "busy", "down", "honest", "honest"):
        moody.mood = mood
        net.world.recovery().run()
        net.world.clock.tick(minutes=10)

    assert wanted == ("hold", "due", "suspected_scam", 86_400, "transfer-of-ann")
    assert {id for id, _, _ in moody.calls} == {call.id}
    assert len(moody.calls) > 1
    assert net.world.rows(core_calls)[0].state == "confirmed"


@pytest.mark.parametrize("mood", ["no_end", "held_past", "pending", "forgets"])
def test_a_hold_of_a_length_is_confirmed_by_an_end_ahead_and_by_nothing_less(store: Store, mood: str) -> None:
    net, moody, _ = a_moody(store)
    net.world.flag(a_flag("ann"))
    net.world.dispatch().run()
    net.world.recovery().run()
    moody.mood = mood
    with store.begin() as tx:
        tx.connection.execute(core_calls.update().values(state="asked", answered_at=None))
        tx.connection.execute(hold_words.delete())
    net.world.recovery().run()

    assert net.world.rows(core_calls)[0].state == "asked"
    assert net.world.rows(hold_words) == []


def test_a_message_whose_hold_ends_between_plan_and_hand_over_is_not_handed_over(store: Store) -> None:
    net, moody, _ = a_moody(store)
    net.world.flag(a_flag("ann"))
    net.world.dispatch().run()
    net.world.recovery().run()
    moody.holds["transfer-of-ann"] = net.world.clock() + timedelta(hours=1, seconds=1)
    net.world.clock.tick(hours=1)
    sent = sum(len(s.sent) for s in net.world.senders.values())
    dispatch = net.world.dispatch()
    started = Dispatch._started

    def stand_still(self: Dispatch, *given: object) -> object:
        found = started(self, *given)  # type: ignore[arg-type]
        net.world.clock.tick(seconds=2)
        return found

    Dispatch._started = stand_still  # type: ignore[method-assign,assignment]
    try:
        dispatch.round()
    finally:
        Dispatch._started = started  # type: ignore[method-assign]
    net.world.clock.tick(seconds=2)
    net.world.dispatch().run()

    assert sum(len(s.sent) for s in net.world.senders.values()) == sent == 1
    assert [o.close_reason for o in net.world.rows(outreaches)] == ["expired"]


def test_the_next_step_comes_before_a_hold_that_turned_out_shorter_than_the_ladder(store: Store) -> None:
    net, moody, _ = a_moody(store)
    net.world.flag(a_flag("ann"))
    net.world.dispatch().run()
    moody.mood = "moves"  # within 97 minutes; the next step was an hour off, the last two
    for _ in range(60):
        net.world.recovery().run()
        net.world.dispatch().run()
        net.world.clock.tick(minutes=2)
    channels = [channel for channel, _ in net.world.sent()]

    assert channels[:2] == [Channel.PUSH, Channel.SMS]
    assert isinstance(net.world.senders[Channel.PUSH].sent[0], Message)


def test_a_cooling_off_waits_and_asks_for_a_hold_of_its_length_and_says_nothing(store: Store) -> None:
    from tests.engine.net_world import a_book, cooled

    steps = cooled(timedelta(hours=1), timedelta(hours=1)).steps
    net = NetWorld.over(store, a_book(*steps, hold=timedelta(0)))
    net.warn()
    net.world.clock.tick(minutes=6)
    net.world.dispatch().run()
    (call,) = net.world.rows(core_calls)
    at_once = len(net.world.sent())
    net.world.recovery().run()
    net.world.clock.tick(minutes=59, seconds=50)
    net.world.dispatch().run()

    assert (call.act, call.reason, call.seconds, call.cause) == ("hold", "cooling_off", 3600, "cooling_off_1")
    assert at_once == 1
    assert len(net.world.sent()) in (1, 2)
