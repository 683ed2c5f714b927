"""What runs on a schedule: ticks, texts, approvals and requests to the core, each once whoever asks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from outreach.domain.ruleset import Limits
from outreach.store import runs
from outreach.store.approvals import Word, answer
from outreach.store.core_calls import FIRST_WAIT, JITTER, MOST_TRIES, Ask, ask_core, asked, due_calls, give_up
from outreach.store.database import Store, Tx
from outreach.store.tables import approvals, core_calls, outreaches, texts
from tests.build import NOW, a_flag, a_rule, a_rule_set, a_rulebook
from tests.engine.world import World


def test_of_all_processes_one_runs_a_tick(store: Store) -> None:
    def take(n: int) -> bool:
        with store.begin() as tx:
            return runs.take_tick(tx, "intake", NOW, f"process-{n}", NOW)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, range(12)))

    assert sum(taken) == 1


def test_the_next_tick_and_another_job_are_ticks_of_their_own(store: Store) -> None:
    with store.begin() as tx:
        ticks = [("intake", NOW), ("dispatch", NOW), ("intake", NOW + timedelta(seconds=1)), ("intake", NOW)]
        taken = [runs.take_tick(tx, job, due, "p", NOW) for job, due in ticks]

    assert taken == [True, True, True, False]


def test_a_text_is_kept_once_as_it_first_was(store: Store) -> None:
    for days in range(3):
        with store.begin() as tx:
            kept = [(hash * 64, "template", f"name-{hash}", "body") for hash in "ab"]
            runs.keep_texts(tx, kept, NOW + timedelta(days=days))
    with store.read() as tx:
        rows = list(tx.connection.execute(texts.select()))

    assert sorted((row.name, row.first_used_at) for row in rows) == [("name-a", NOW), ("name-b", NOW)]


def test_new_rows_are_counted_and_old_ones_are_not(store: Store) -> None:
    def row(key: str) -> dict[str, object]:
        return {"sha256": key * 64, "kind": "x", "name": key, "body": "", "first_used_at": NOW}

    with store.begin() as tx:
        counts = [
            tx.insert_new(texts, [row(key) for key in keys]) for keys in ("", "a", "a", "abc", "bc", "bcd")
        ]

    assert counts == [0, 1, 0, 2, 0, 1]


def held(store: Store) -> tuple[World, str]:
    """Three outreaches that wait for a person's word, and what they wait on."""
    rule = a_rule(limits=Limits(max_users=2))
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", rule)))
    world.flag(*(a_flag(f"user-{n}") for n in range(3)))
    return world, world.rows(approvals)[0].id


def say(tx: Tx, approval: str, approved: bool, actor: str) -> int:
    word = Word(actor, "approved" if approved else "rejected", "", NOW)
    return answer(tx, approval, word).count


@pytest.mark.parametrize(("approved", "word", "sent"), [(True, "approved", 3), (False, "rejected", 0)])
def test_an_approval_is_answered_once_and_the_first_answer_stands(
    store: Store, approved: bool, word: str, sent: int
) -> None:
    world, approval = held(store)
    with store.begin() as tx:
        concerned = say(tx, approval, approved, "ann")
    with store.begin() as tx:
        again = say(tx, approval, not approved, "bob")
    world.dispatch().run()

    assert (concerned, again) == (3, 0)
    assert [(a.state, a.actor) for a in world.rows(approvals)] == [(word, "ann")]
    assert len(world.sent()) == sent
    assert {o.state for o in world.rows(outreaches)} == {"climbing" if approved else "closed"}


def test_two_people_who_answer_an_approval_at_once_are_never_both_heard(store: Store) -> None:
    world, approval = held(store)

    def at_once(approved: bool) -> int:
        with store.begin() as tx:
            return say(tx, approval, approved, str(approved))

    with ThreadPoolExecutor(4) as pool:
        concerned = list(pool.map(at_once, [True, False] * 4))
    (row,) = world.rows(approvals)

    assert sorted(concerned) == [0] * 7 + [3]
    assert {o.state for o in world.rows(outreaches)} == {"climbing" if row.state == "approved" else "closed"}


@pytest.fixture
def episode(store: Store) -> str:
    """An episode to ask about."""
    world = World(store)
    world.flag(a_flag())
    found: str = world.rows(outreaches)[0].episode
    return found


def ask(store: Store, episode: str, act: str = "hold", transfer: str = "t1") -> None:
    """Write one request down."""
    with store.begin() as tx:
        ask_core(tx, Ask(act, "p" * 32, episode, transfer, "the person asked"), NOW)


def test_one_act_on_one_transfer_is_asked_once_and_another_by_itself(store: Store, episode: str) -> None:
    for transfer, act in [("t1", "hold"), ("t1", "hold"), ("t1", "release"), ("t2", "hold"), ("t2", "hold")]:
        ask(store, episode, act, transfer)
    with store.begin() as tx:
        due = [(call.transfer_ref, call.act) for call in due_calls(tx, NOW)]

    assert sorted(due) == [("t1", "hold"), ("t1", "release"), ("t2", "hold")]


def test_a_request_is_put_off_for_twice_as_long_each_time_and_dies_after_eight(
    store: Store, episode: str
) -> None:
    ask(store, episode)
    now, waits = NOW, []
    for n in range(1, MOST_TRIES + 1):
        with store.begin() as tx:
            assert [call.tries for call in due_calls(tx, now)] == [n]
            assert due_calls(tx, now) == give_up(tx, now) == []
            (due_at,) = tx.connection.execute(core_calls.select()).columns("due_at").scalars()
        waits.append(due_at - now)
        now = due_at
    with store.begin() as tx:
        assert due_calls(tx, now) == []
        assert [call.act for call in give_up(tx, now)] == ["hold"]
        assert give_up(tx, now + timedelta(days=1)) == []

    usual = [FIRST_WAIT * 2**n for n in range(8)]
    assert all(least <= wait <= least * (1 + JITTER) for wait, least in zip(waits, usual, strict=True))


def test_an_answer_of_the_core_is_not_overwritten_by_our_own_late_note(store: Store, episode: str) -> None:
    ask(store, episode)
    with store.begin() as tx:
        (call,) = due_calls(tx, NOW)
        tx.connection.execute(core_calls.update().values(state="confirmed"))
        asked(tx, [call.id], NOW)
        states = list(tx.connection.execute(core_calls.select()).columns("state").scalars())

    assert states == ["confirmed"]
