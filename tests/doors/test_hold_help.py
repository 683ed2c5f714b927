"""Who asks for help has nothing released before somebody helped; answers to an episode come one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update

from outreach.domain.answer import Answer, Via
from outreach.engine import questions
from outreach.store.core_calls import Ask
from outreach.store.database import Store, Tx
from outreach.store.tables import core_calls, decisions, flags, messages, outreaches, questionings, tasks
from tests.build import NOW
from tests.engine.net_world import DAY, NetWorld, a_book, cooled
from tests.engine.test_two_at_once import meanwhile

RELEASING = (("met", "yes"), ("withdrawn", "everything"), ("why", "For my own account"))


@pytest.fixture
def net(store: Store) -> NetWorld:
    return NetWorld.over(store)


def a_cooling(store: Store) -> tuple[NetWorld, str]:
    """Somebody whose transfer cools off for a day, and the address of their page."""
    net = NetWorld.over(store, a_book(*cooled(DAY).steps))
    page = net.warn()
    net.world.clock.tick(minutes=6)
    net.world.dispatch().run()
    net.world.recovery().run()
    return net, page


def calls(net: NetWorld) -> list[tuple[str, str]]:
    return [(call.act, call.state) for call in net.world.rows(core_calls) if not call.seconds]


def test_who_asks_for_help_withdraws_the_release_that_waits_and_reads_who_looks(
    store: Store,
) -> None:
    net, page = a_cooling(store)
    before = net.walk(page, *RELEASING)
    net.browser().post(page, data={"answer": "help_me"})
    after = net.browser().get(f"{page}?page=questions").text
    net.world.clock.tick(hours=30)
    net.world.recovery().run()

    assert "at the earliest" in before
    assert "at the earliest" not in after
    assert "looks at them first" in after
    assert calls(net) == [("release", "withdrawn")]
    assert "release" not in [c[0] for c in net.core.calls]
    assert [task.kind for task in net.world.rows(tasks)] == ["help"]


def test_while_help_is_waited_for_no_answer_to_the_questions_releases_anything(store: Store) -> None:
    net, page = a_cooling(store)
    for answer in ("it_is_mine", "help_me"):
        net.browser().post(page, data={"answer": answer})
    last = net.walk(page, *RELEASING)

    assert "looks at them first" in last
    assert calls(net) == []


def test_who_was_helped_may_have_it_released_by_the_questions(store: Store) -> None:
    net, page = a_cooling(store)
    for answer in ("it_is_mine", "help_me"):
        net.browser().post(page, data={"answer": answer})
    with store.begin() as tx:
        helped = {"state": "done", "closed_at": net.world.clock(), "outcome": "helped"}
        tx.connection.execute(update(tasks).values(**helped))
    net.walk(page, *RELEASING)

    assert calls(net) == [("release", "due")]


def test_help_after_the_core_was_asked_to_release_claims_nothing_else(net: NetWorld) -> None:
    page = net.warn()
    net.walk(page, *RELEASING)
    net.world.recovery().run()
    net.browser().post(page, data={"answer": "help_me"})

    assert [q.outcome for q in net.world.rows(questionings)] == ["release"]
    assert [task.kind for task in net.world.rows(tasks)] == ["help"]


def another_outreach(net: NetWorld) -> str:
    """A message of another outreach of the same episode."""
    new = {table: net.world.store.new_id() for table in (flags, decisions, outreaches, messages)}
    more: dict[Any, dict[str, object]] = {
        flags: {"identity": b"another"},
        decisions: {"flag": new[flags]},
        outreaches: {"decision": new[decisions], "state": "closed", "closed_at": NOW},
        messages: {"outreach": new[outreaches], "reference": "AAAAAA"},
    }
    with net.world.store.begin() as tx:
        for table, values in more.items():
            (first,) = net.world.rows(table)
            tx.insert(table, [{**first._mapping, "id": new[table], **values}])
    return new[messages]


def test_a_stop_on_one_warning_waits_for_the_release_on_another_and_withdraws_it(
    net: NetWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, stopping = net.warn(), another_outreach(net)
    net.walk(page, *RELEASING[:2])
    with meanwhile(net.world.store, lambda: stop(net, stopping)) as start:
        ask = questions.ask_core

        def asked_in_the_middle(tx: Tx, wish: Ask, now: datetime, not_before: datetime | None = None) -> bool:
            if wish.act == "release":
                start()
            return ask(tx, wish, now, not_before)

        monkeypatch.setattr(questions, "ask_core", asked_in_the_middle)
        net.walk(page, *RELEASING[2:])
    net.world.recovery().run()

    assert ("release", "withdrawn") in calls(net)
    assert "release" not in [c[0] for c in net.core.calls]


def stop(net: NetWorld, message: str) -> object:
    return net.world.feedback().answer(message, Answer.STOP_TRANSFER, Via.PAGE, net.world.clock())
