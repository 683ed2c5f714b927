"""Lists of addresses: every row counted, order and split no matter, bad sources gone with what they said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from outreach.domain.chains import Address, Chain
from outreach.domain.listed import Row
from outreach.domain.lookback import Turned
from outreach.engine.lists import Brought
from outreach.engine.turned import ListedAddresses
from outreach.store.database import Store
from outreach.store.imports import find_import, waiting_rows
from outreach.store.listings import listed_since
from outreach.store.lists import FeedState, feed_states
from outreach.store.tables import listed, listed_feeds, listed_imports, listed_waiting, listings
from tests.engine.lists_world import BY, NULL, ListWorld, a_row, evm

WRONG_SUM = "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.fixture
def world(store: Store) -> ListWorld:
    return ListWorld(store)


def test_every_row_that_is_read_is_told_as_something_and_none_vanishes(world: ListWorld) -> None:
    world.take(a_row(1), a_row(2))
    taken = world.take(
        a_row(1),  # said again
        a_row(2, categories=("mule",)),  # something new is said of it
        a_row(3),
        a_row(3),  # twice in the file
        a_row(4, address=WRONG_SUM),
        a_row(5, chain="XMR"),
        a_row(6, address="0x12"),
        a_row(7, address=""),
        a_row(8, confidence="very"),
        a_row(9, expires_at="some day"),
    )

    assert dict(taken.one.figures) == {"read": 10, "same": 1, "refreshed": 1, "new": 1, "rejected": 7}
    assert {k: n for k, n in taken.one.counts.items() if k.startswith("rejected")} == {
        "rejected.duplicate": 1,
        "rejected.bad_checksum": 1,
        "rejected.unknown_chain": 1,
        "rejected.wrong_length": 1,
        "rejected.no_address": 1,
        "rejected.bad_confidence": 1,
        "rejected.bad_moment": 1,
    }
    assert (taken.rejected[0].row.line, taken.rejected[0].fault.value) == (3, "duplicate")


ROWS = st.builds(
    a_row,
    st.integers(1, 4),
    address=st.sampled_from([evm(1), evm(1).upper(), evm(2), "nonsense", "", WRONG_SUM]),
    chain=st.sampled_from(["ETH", "BTC", "", "XMR"]),
    confidence=st.sampled_from(["", "7", "x"]),
    is_removed=st.booleans(),
)  # fmt: skip


@given(st.lists(st.lists(ROWS, max_size=8), max_size=3))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_was_read_is_always_the_sum_of_what_became_of_it(store: Store, files: list[list[Row]]) -> None:
    world = ListWorld(store, paid={evm(1): 900})
    _clear(store)
    for rows in files:
        figures = world.take(*rows).one.figures

        assert figures["read"] == len(rows) == sum(n for name, n in figures.items() if name != "read")


DAYS = [f"2026-11-{day:02}" for day in range(1, 8)]
WORDS = st.builds(
    lambda n, day, words, sure, removed: a_row(
        n, at=day, categories=tuple(words), confidence=sure, is_removed=removed
    ),
    st.integers(1, 3),
    st.sampled_from(DAYS),
    st.lists(st.sampled_from(["drainer", "mule"]), unique=True, max_size=2),
    st.sampled_from(["", "10", "90"]),
    st.booleans(),
)


@given(st.lists(WORDS, min_size=1, max_size=10), st.randoms(use_true_random=False), st.integers(1, 4))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_daily_lists_in_any_order_split_and_repeated_come_to_one_import_of_everything(
    store: Store, words: list[Row], random: object, pieces: int
) -> None:
    world = ListWorld(store)
    _clear(store)
    world.take(*words)
    at_once = _table(store)
    _clear(store)
    shuffled = [*words, *words[: len(words) // 2]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for n in range(pieces):
        world.clock.now += timedelta(minutes=1)
        world.take(*shuffled[n::pieces])

    assert _table(store) == at_once


def _table(store: Store) -> list[tuple[object, ...]]:
    c = listed.c
    said = (c.address, c.told_at, c.removed_at, c.first_seen, c.last_seen, c.categories, c.confidence)
    with store.read() as tx:
        return [tuple(row) for row in tx.connection.execute(select(*said).order_by(c.address))]


def _clear(store: Store) -> None:
    with store.begin() as tx:
        for table in (listed, listed_waiting, listed_imports, listed_feeds, listings):
            tx.connection.execute(delete(table))


def test_a_source_that_is_withdrawn_takes_away_what_it_alone_brought_and_nothing_else(
    world: ListWorld,
) -> None:
    world.take(a_row(1, sources=("good",)), a_row(2, sources=("bad",)), a_row(3, sources=("good", "bad")))
    world.take(a_row(2), feed="other")
    world.take(a_row(4, sources=("bad",)))

    rows, ended = world.changes.withdraw("bad", BY)

    assert (rows, ended) == (3, 1)
    assert world.entries().keys() == {evm(1), evm(2), evm(3)}
    assert world.entries()[evm(3)].sources == ("good",)
    again = world.take(a_row(4, sources=("bad",)), a_row(5, sources=("bad", "good")))
    assert again.one.counts["rejected.source_withdrawn"] == 1
    assert world.entries()[evm(5)].sources == ("good",)
    assert world.changes.withdraw("public", BY) == (3, 3)
    assert world.entries().keys() == {evm(2)}


def test_a_list_that_is_complete_lists_no_more_what_it_lacks_whatever_comes_late(world: ListWorld) -> None:
    newest, older = datetime(2026, 11, 5, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC)
    world.take(a_row(1), a_row(2), as_of=newest, is_complete=True)
    world.take(a_row(2), a_row(3), as_of=older, is_complete=True)

    assert world.entries().keys() == {evm(1), evm(2)}
    world.take(a_row(3), as_of=datetime(2026, 11, 6, tzinfo=UTC), is_complete=True)
    assert world.entries().keys() == {evm(3)}


def test_what_has_expired_is_not_listed_and_what_is_said_again_is(world: ListWorld) -> None:
    world.take(a_row(1, expires_at="2026-11-24"), a_row(2))
    world.clock.now += timedelta(days=2)

    assert world.entries().keys() == {evm(2)}
    world.take(a_row(1))
    assert world.entries().keys() == {evm(1), evm(2)}


def test_an_import_that_hits_too_many_transfers_is_held_with_its_offenders_and_lists_nothing(
    world: ListWorld,
) -> None:
    world.paid = {evm(1): 300, evm(2): 4}
    taken = world.take(a_row(1), a_row(2), a_row(3), a_row(4, chain="?"), position="7")

    assert taken.one.state == "held"
    assert [(o["address"], o["transfers"]) for o in taken.one.offenders] == [(evm(1), 300), (evm(2), 4)]
    assert dict(taken.one.figures) == {"read": 4, "held": 3, "rejected": 1}
    assert world.entries() == {}
    assert world.news() == []

    accepted = world.lists.accept(taken.one.id, "eva")
    assert accepted is not None
    assert {k: n for k, n in accepted.one.figures.items() if n} == {"read": 4, "new": 3, "rejected": 1}
    assert world.entries().keys() == {evm(1), evm(2), evm(3)}
    assert world.lists.accept(taken.one.id, "eva") is None
    with world.store.read() as tx:
        kept = find_import(tx, taken.one.id)
        assert kept is not None
        assert (kept.state, kept.answered_by) == ("accepted", "eva")
        assert waiting_rows(tx, taken.one.id) == []


def test_a_held_import_comes_in_force_once_its_offenders_are_allowed(world: ListWorld) -> None:
    world.paid = {evm(1): 300, evm(2): 4}
    world.take(a_row(1), a_row(2))

    assert world.lists.weigh_again("daemon") == []
    world.changes.allow(_address(1), BY)
    (taken,) = world.lists.weigh_again("daemon")

    assert taken.one.state == "accepted"
    assert [news.address for news in world.news()] == [evm(2)]


def test_what_is_rejected_lists_nothing_and_is_still_counted(world: ListWorld) -> None:
    world.paid = {evm(1): 300}
    held = world.take(a_row(1), a_row(2)).one
    assert world.lists.reject(held.id, "eva", "a bad list") is not None

    assert world.entries() == {}
    with world.store.read() as tx:
        kept = find_import(tx, held.id)
    assert kept is not None
    assert (kept.state, kept.figures["held"]) == ("rejected", 2)
    assert world.lists.reject(held.id, "eva", "again") is None


def test_a_source_withdrawn_while_its_import_waits_is_not_taken_with_it(world: ListWorld) -> None:
    world.paid = {evm(1): 300}
    held = world.take(a_row(1, sources=("bad",)), a_row(2, sources=("good",))).one
    world.changes.withdraw("bad", BY)
    taken = world.lists.accept(held.id, "eva")

    assert taken is not None
    assert {k: n for k, n in taken.one.figures.items() if n} == {"read": 2, "new": 1, "rejected": 1}
    assert world.entries().keys() == {evm(2)}


def test_what_is_allowed_already_holds_no_import(world: ListWorld) -> None:
    world.paid = {NULL.text: 900}
    taken = world.take(a_row(1), a_row(2, address=NULL.text))

    assert taken.one.state == "done"
    assert [news.address for news in world.news()] == [evm(1)]


def test_few_matches_among_few_transfers_hold_nothing(world: ListWorld) -> None:
    world.paid, world.of = {evm(1): 3}, 10

    assert world.take(a_row(1)).one.state == "done"


def test_news_rise_are_told_once_and_again_only_after_an_end(world: ListWorld) -> None:
    world.take(a_row(1), a_row(2, confidence="40"), feed="a")
    world.take(a_row(2, categories=("mule",), confidence="70"), a_row(3), feed="b")
    first = world.news()

    assert [n.address for n in first] == [evm(1), evm(2), evm(3)]
    assert all(one.n < other.n for one, other in pairwise(first))
    assert (first[1].categories, first[1].confidence) == (("drainer", "mule"), 70)
    world.changes.withdraw("a", BY)
    assert [n.address for n in world.news()] == [evm(2), evm(3)]
    world.changes.restore("a", BY)
    world.take(a_row(1), feed="a")
    assert [n.address for n in world.news(after=first[-1].n)] == [evm(1)]


def test_what_a_colleague_adds_and_removes_is_in_force_at_once(world: ListWorld) -> None:
    world.take(a_row(1), a_row(2))
    assert world.changes.remove(_address(1), None, BY) == 1
    assert world.entries().keys() == {evm(2)}
    assert world.changes.remove(_address(1), None, BY) == 0

    world.clock.now += timedelta(minutes=1)
    world.take(a_row(1))  # the list still carries it: only allowing keeps it off
    assert world.entries().keys() == {evm(1), evm(2)}


def test_two_imports_of_a_list_at_once_are_one_after_the_other(world: ListWorld) -> None:
    def work(start: int) -> None:
        for n in range(start, start + 5):
            world.take(*(a_row(each) for each in range(n, n + 20)))

    threads = [Thread(target=work, args=(start,)) for start in (1, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(world.entries()) == 26
    assert [n.n for n in world.news()] == list(range(1, 27))


def _address(n: int) -> Address:
    return Address(Chain.EVM, evm(n))


def test_a_page_of_news_that_has_all_expired_keeps_nobody_waiting_behind_it(world: ListWorld) -> None:
    soon = (world.clock() + timedelta(days=1)).isoformat()
    world.take(a_row(1, expires_at=soon), a_row(2, expires_at=soon), a_row(3))
    world.clock.now += timedelta(days=2)

    with world.store.read() as tx:
        news = listed_since(tx, 0, world.clock(), limit=2)

    assert [each.address for each in news] == [evm(3)]


def test_a_source_withdrawn_while_its_list_is_read_brings_nothing_any_more(world: ListWorld) -> None:
    def rows() -> Iterator[Row]:
        yield a_row(1, sources=("bad",))
        world.changes.withdraw("bad", BY)
        yield a_row(2, sources=("good",))

    taken = world.lists.take(Brought(feed="public", rows=rows()), "eva")

    assert world.entries().keys() == {evm(2)}
    assert dict(taken.one.figures) == {"read": 2, "new": 1, "rejected": 1}


def test_a_list_withdrawn_while_it_is_read_is_read_from_its_beginning_once_it_is_believed(
    world: ListWorld,
) -> None:
    world.lists.take(Brought(feed="public", rows=_withdrawing(world, "public"), position="7"), "eva")
    assert world.entries() == {}

    world.changes.restore("public", BY)
    with world.store.read() as tx:
        assert feed_states(tx).get("public", FeedState()).position == ""


def _withdrawing(world: ListWorld, name: str) -> Iterator[Row]:
    yield a_row(1, sources=("one of its own",))
    world.changes.withdraw(name, BY)


def test_withdrawing_a_list_ends_its_import_that_waits(world: ListWorld) -> None:
    world.paid = {evm(1): 300}
    held = world.take(a_row(1, sources=("theirs",)), a_row(2, sources=("theirs",))).one
    world.changes.withdraw("public", BY)
    world.changes.allow(_address(1), BY)

    assert world.lists.weigh_again("daemon") == []
    assert world.lists.accept(held.id, "eva") is None
    assert world.entries() == {}


@pytest.mark.parametrize(
    "sent", [(), (a_row(9, address="<html>"),)], ids=["empty", "a page of something else"]
)
def test_a_complete_list_with_nothing_in_it_is_held_and_takes_no_warning_away(
    world: ListWorld, sent: tuple[Row, ...]
) -> None:
    world.take(a_row(1), a_row(2), is_complete=True)
    world.clock.tick(days=1)
    held = world.take(*sent, is_complete=True, position="8").one

    assert (held.state, held.counts["listed"], held.counts["gone"]) == ("held", 2, 2)
    assert world.lists.weigh_again("daemon") == []
    assert world.entries().keys() == {evm(1), evm(2)}

    assert world.lists.accept(held.id, "eva") is not None
    assert world.entries() == {}


def test_a_complete_list_that_lacks_most_of_what_it_had_is_held_and_one_that_changes_a_little_is_not(
    world: ListWorld,
) -> None:
    world.take(*(a_row(n) for n in range(20)), is_complete=True)
    world.clock.tick(days=1)
    assert world.take(*(a_row(n) for n in range(4, 24)), is_complete=True).one.state == "done"
    world.clock.tick(days=1)

    assert world.take(*(a_row(n) for n in range(4, 10)), is_complete=True).one.state == "held"
    assert len(world.entries()) == 20


def test_what_a_list_says_of_a_day_to_come_can_be_taken_off_and_shuts_no_later_list_out(
    world: ListWorld,
) -> None:
    world.take(a_row(1, at="2150-01-01"), a_row(2))
    assert world.changes.remove(_address(1), None, BY) == 1
    assert world.entries().keys() == {evm(2)}

    world.take(a_row(3), feed="daily", as_of=datetime(2150, 1, 1, tzinfo=UTC), is_complete=True)
    world.clock.tick(days=1)
    world.take(a_row(3), a_row(4), feed="daily", is_complete=True)
    assert world.entries().keys() == {evm(2), evm(3), evm(4)}


def test_a_list_holds_what_it_carries_now_and_neither_what_went_nor_what_is_allowed(world: ListWorld) -> None:
    world.take(a_row(1), a_row(2, sources=("bad",)), a_row(3), a_row(4, expires_at="2026-11-24"))
    world.changes.withdraw("bad", BY)
    world.changes.allow(_address(3), BY)
    world.clock.tick(days=2)
    found = ListedAddresses(store=world.store, clock=world.clock)

    assert found.hold([Turned(beneficiary=evm(n)) for n in range(1, 6)]) == {evm(1)}


def test_no_words_of_a_stranger_end_an_import(world: ListWorld) -> None:
    taken = world.take(
        a_row(1, categories=("a\0b", "\ud800", "\x1b[2J")), a_row(2, confidence="9" * 5_000), a_row(3)
    )

    assert {k: n for k, n in taken.one.figures.items() if n} == {"read": 3, "new": 2, "rejected": 1}
    assert world.entries()[evm(1)].categories == ("a\ufffdb", "\ufffd", "\ufffd[2j")
