"""Receipts fold (law 8): late, twice, in any order and in any pieces, what is kept ends the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from outreach.domain.delivery import Receipt, Status
from outreach.domain.scale import Channel
from outreach.store.database import Store, Tx
from outreach.store.receipts import TAKEN, Busy, receive
from outreach.store.tables import attempts, evidence, messages, outreaches, receipts
from tests.build import NOW, a_flag
from tests.engine.world import World

MORE = "f" * 32
"""An id as ours, of no message here."""


@pytest.fixture
def warned(store: Store) -> World:
    """Three people in doubt about a push."""
    world = World(store)
    world.flag(*(a_flag(f"user-{n}") for n in range(3)))
    world.dispatch().run()
    assert len(world.senders[Channel.PUSH].sent) == 3
    return world


def back_to_doubt(world: World) -> None:
    """As if nobody had heard anything."""
    with world.store.begin() as tx:
        for table in (receipts, evidence):
            tx.connection.execute(delete(table))
        tx.connection.execute(update(messages).values(status="in_doubt"))
        tx.connection.execute(update(attempts).values(result="unknown", settled=None, settled_at=None))
        tx.connection.execute(update(outreaches).values(state="settling"))


def stands(world: World) -> object:
    """What is left once all is heard."""
    return (
        [(row.id, row.status) for row in world.rows(messages)],
        [(row.id, row.settled) for row in world.rows(attempts)],
        [(row.id, row.state) for row in world.rows(outreaches)],
        sorted((row.message, row.grade) for row in world.rows(evidence)),
        sorted((row.provider, row.event_id, row.status) for row in world.rows(receipts)),
    )


def receipt(message: str, id: str, status: Status = Status.DELIVERED, *, opened: bool = False) -> Receipt:
    return Receipt(provider="p", id=id, message=message, status=status, at=NOW, is_opened=opened)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[int, Status, bool]], list[list[int]], list[list[int]]]:
    """What providers said of three messages and a stranger's, and two ways in which it arrives."""
    said = draw(
        st.lists(st.tuples(st.integers(0, 3), st.sampled_from(TAKEN), st.booleans()), min_size=1, max_size=8)
    )

    def arrival() -> list[list[int]]:
        once = draw(st.permutations(range(len(said))))
        again = draw(st.lists(st.integers(0, len(said) - 1), max_size=6))
        whole = draw(st.permutations([*once, *again]))
        cuts = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=4)))
        return [list(whole[a:b]) for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]

    return said, arrival(), arrival()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_any_order_and_repetition_in_any_pieces_leaves_the_same(
    warned: World, history: tuple[list[tuple[int, Status, bool]], list[list[int]], list[list[int]]]
) -> None:
    said, *arrivals = history
    ids = [*(row.id for row in warned.rows(messages)), MORE]
    known = [receipt(ids[m], f"e{n}", status, opened=opened) for n, (m, status, opened) in enumerate(said)]
    ends = []
    for pieces in arrivals:
        back_to_doubt(warned)
        new = [warned.feedback().receive([known[n] for n in piece], NOW) for piece in pieces]
        assert sum(new) == len(known)
        ends.append(stands(warned))

    assert ends[0] == ends[1]
    furthest = {row.id: row.status for row in warned.rows(messages)}
    for place, message in enumerate(ids[:3]):
        told = [status for m, status, _ in said if m == place]
        assert furthest[message] == max(told, key=lambda s: s.rank, default=Status.IN_DOUBT)


def test_a_receipt_of_no_message_of_ours_is_kept_and_changes_nothing(warned: World) -> None:
    before = stands(warned)
    assert warned.feedback().receive([receipt(MORE, "e1", opened=True)], NOW) == 1

    assert [row.message for row in warned.rows(receipts)] == [MORE]
    assert stands(warned)[:4] == before[:4]  # type: ignore[index]


def test_two_providers_may_use_the_same_id(warned: World) -> None:
    first, second = (row.id for row in warned.rows(messages)[:2])
    other = Receipt(provider="q", id="e1", message=second, status=Status.SENT, at=NOW)

    assert warned.feedback().receive([receipt(first, "e1"), other], NOW) == 2


def test_that_something_opened_it_is_evidence_of_a_machine_once(warned: World) -> None:
    message = warned.rows(messages)[0].id
    opened = receipt(message, "e1", Status.SENT, opened=True)
    warned.feedback().receive([opened, opened], NOW)
    warned.feedback().receive([opened], NOW + timedelta(hours=1))

    assert [(row.message, row.grade, row.source) for row in warned.rows(evidence)] == [
        (message, "machine_opened", "p")
    ]
    assert warned.rows(outreaches)[0].state == "climbing"


def test_receipts_of_several_wait_for_nobody_who_holds_one_of_them(warned: World) -> None:
    if warned.store.engine.dialect.name != "postgresql":
        return  # one writer: it waits, and holds nothing meanwhile
    ids = [row.id for row in warned.rows(messages)]
    many = [receipt(id, f"e-{id}") for id in ids]
    with warned.store.begin() as sender:
        sender.connection.execute(select(outreaches).with_for_update())
        with pytest.raises(Busy), warned.store.begin() as tx:
            receive(tx, many, NOW)

    assert warned.rows(receipts) == []
    assert _received(warned, many) == 3


def test_what_stays_busy_is_kept_one_after_the_other(warned: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(tx: Tx, told: Sequence[Receipt], now: datetime) -> int:
        if len(told) > 1:
            receive(tx, told, now)
            raise Busy
        return receive(tx, told, now)

    monkeypatch.setattr("outreach.store.receipts.receive", busy)
    monkeypatch.setattr("outreach.engine.feedback.BUSY", (0.0, 0.0))
    many = [receipt(row.id, f"e-{row.id}") for row in warned.rows(messages)]

    assert _received(warned, many) == 3
    assert [row.status for row in warned.rows(messages)] == ["delivered"] * 3


def test_thousands_are_kept_at_once(warned: World) -> None:
    message = warned.rows(messages)[0].id
    many = [receipt(message, f"e{n}", Status.ACCEPTED) for n in range(2_100)]

    assert _received(warned, [*many, *many[:50]]) == 2_100
    assert _received(warned, many) == 0


def _received(world: World, told: Sequence[Receipt]) -> int:
    return world.feedback().receive(told, NOW)
