"""After a restore of an older copy nobody is warned twice behind a person's back, and nobody is forgotten."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from stat import S_IMODE

import pytest

from outreach.domain.running import Process
from outreach.errors import StoreError
from outreach.store import halting, runs
from outreach.store.approvals import Word, answer, waiting_approvals
from outreach.store.copying import copy_sqlite, put_in_place
from outreach.store.database import Store
from outreach.store.processes import beat
from outreach.store.restoring import last_sign, mark_restored
from outreach.store.tables import approvals, audit, halts, messages, outreaches, processes
from tests.build import NOW, a_batch, a_flag
from tests.conftest import a_vault, sqlite_store
from tests.engine.world import World
from tests.fakes import FakeClock

PAGES = [
    a_batch(a_flag("early", phone="+15550100001"), a_flag("second", phone="+15550100002"), cursor="1"),
    a_batch(a_flag("later", phone="+15550100003"), cursor="2"),
]


def later_ids() -> str:
    """Ids of a process that began anew: none of them was given out before."""
    return os.urandom(16).hex()


def reached(*worlds: World) -> Counter[tuple[str, str]]:
    """How often each address got each channel's words, counted at the providers of all lives."""
    return Counter(
        (message.to, message.channel.value)
        for world in worlds
        for sender in world.senders.values()
        for message in sender.sent
    )


def two_lives(tmp_path: Path) -> tuple[World, World]:
    """A first life that is copied after one message, then sends two more; and a second life over the copy."""
    first = World(sqlite_store(tmp_path))
    first.intake(PAGES[0], name="risk").run()
    first.dispatch().run()
    copy_sqlite(tmp_path / "outreach.db", tmp_path / "copy.db")
    first.clock.tick(hours=1)
    first.intake(*PAGES, name="risk").run()
    first.dispatch().run()
    store = Store(f"sqlite:///{tmp_path / 'copy.db'}", a_vault(), later_ids)
    second = World(store, clock=FakeClock(first.clock.now + timedelta(minutes=10)))
    with store.begin() as tx:
        mark_restored(tx, "ann", second.clock())
    return first, second


def test_what_was_sent_after_the_copy_was_made_is_not_sent_again(tmp_path: Path) -> None:
    first, second = two_lives(tmp_path)
    second.intake(*PAGES, name="risk").run()
    second.dispatch().run()
    assert sum(reached(second).values()) == 0

    with second.store.begin() as tx:
        for approval in waiting_approvals(tx):
            answer(tx, approval.id, Word("ann", "rejected", "", second.clock()))
        halting.resume(tx, "all", "", "ann", second.clock())
    for _ in range(40):
        second.dispatch().run()
        second.clock.tick(hours=1)
    first.store.close()
    second.store.close()

    assert max(reached(first, second).values()) == 1
    assert reached(second) == Counter()


def test_who_is_approved_is_warned_and_who_is_flagged_after_the_halt_needs_no_approval(
    tmp_path: Path,
) -> None:
    first, second = two_lives(tmp_path)
    second.intake(*PAGES, name="risk").run()
    with second.store.begin() as tx:
        asked = waiting_approvals(tx)
        for approval in asked:
            answer(tx, approval.id, Word("ann", "approved", "", second.clock()))
        halting.resume(tx, "all", "", "ann", second.clock())
    second.flag(a_flag("new", phone="+15550100077"))
    second.dispatch().run()
    first.store.close()
    second.store.close()

    assert [a.users for a in asked] == [3]  # one rule, one question
    assert {a.reason.split(":")[0] for a in asked} == {"restored from a copy of 2026-11-23T12"}
    assert len(reached(second)) == 4


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def test_a_restored_database_is_halted_and_what_is_due_is_held_rule_by_rule(world: World) -> None:
    world.flag(a_flag("due"))
    world.flag(a_flag("waiting", pattern="pig_butchering"))
    with world.store.begin() as tx:
        waiting = [row.id for row in tx.connection.execute(outreaches.select())][-1]
        which = outreaches.update().where(outreaches.c.id == waiting)
        tx.connection.execute(which.values(due_at=NOW + timedelta(hours=2)))
        alive = Process(holder="1", role="daemon", version="1", started_at=NOW, beat_at=NOW)
        beat(tx, alive)
    world.clock.tick(hours=1)
    with world.store.begin() as tx:
        restored = mark_restored(tx, "ann", world.clock())
        halted = runs.halted(tx)

    assert (restored.copied_at, restored.held) == (NOW, 1)
    assert halted == {("all", ""), ("restored", NOW.isoformat(timespec="seconds"))}
    assert sorted(o.state for o in world.rows(outreaches)) == ["climbing", "held"]
    assert [(a.users, a.state) for a in world.rows(approvals)] == [(1, "asked")]
    assert world.rows(processes) == []
    assert world.dispatch().run() == Counter()


def test_a_restore_of_a_restored_copy_leaves_one_mark(world: World) -> None:
    for _ in range(2):
        with world.store.begin() as tx:
            mark_restored(tx, "ann", world.clock())
        world.clock.tick(hours=1)

    assert Counter(row.scope for row in world.rows(halts) if row.lifted_at is None) == {
        "all": 1,
        "restored": 1,
    }


def test_an_empty_database_knows_no_moment(world: World) -> None:
    with world.store.read() as tx:
        assert last_sign(tx) is None


def test_a_halt_stands_once_is_lifted_once_and_both_are_audited(world: World) -> None:
    with world.store.begin() as tx:
        heard = [halting.halt(tx, "channel", "sms", "why", "ann", NOW) for _ in range(2)]
        lifted = [halting.resume(tx, *what, "bob", NOW) for what in (("channel", "push"), ("channel", "sms"))]
        again = halting.resume(tx, "channel", "sms", "bob", NOW)

    assert (heard, lifted, again) == ([True, False], [0, 1], 0)
    assert [(row.act, row.object, row.actor) for row in world.rows(audit)] == [
        ("halt", "channel sms", "ann"),
        ("resume", "channel sms", "bob"),
    ]


def test_letting_everything_go_on_leaves_a_patterns_halt_alone(world: World) -> None:
    with world.store.begin() as tx:
        halting.halt(tx, "pattern", "job_task", "why", "ann", NOW)
        mark_restored(tx, "ann", NOW)
        halting.resume(tx, "all", "", "ann", NOW)
        halted = runs.halted(tx)

    assert halted == {("pattern", "job_task")}


def test_a_copy_is_whole_while_others_write_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    world = World(sqlite_store(tmp_path))
    world.flag(a_flag())
    world.dispatch().run()
    with world.store.begin() as tx:  # a writer that is not done
        tx.connection.execute(messages.delete().where(messages.c.id == "nobody"))
        copy_sqlite(tmp_path / "outreach.db", tmp_path / "copy.db")
    world.store.close()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        (count,) = copy.execute("SELECT count(*) FROM messages").fetchone()

    assert count == 1
    assert S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert not list(tmp_path.glob("copy.db?*"))


def test_what_is_no_database_is_refused_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    (tmp_path / "junk.db").write_bytes(b"no database" * 1000)
    for source in ("junk.db", "nowhere.db"):
        with pytest.raises(StoreError, match="cannot be copied"):
            copy_sqlite(tmp_path / source, tmp_path / "copy.db")

    assert [file.name for file in tmp_path.iterdir()] == ["junk.db"]


def test_what_was_in_the_place_is_kept_aside_with_all_its_parts(tmp_path: Path) -> None:
    for name in ("new", "live", "live-wal"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    put_in_place(tmp_path / "new", tmp_path / "live", tmp_path / "aside")

    assert {f.name: f.read_text("utf-8") for f in tmp_path.iterdir()} == {
        "live": "new",
        "aside": "live",
        "aside-wal": "live-wal",
    }
