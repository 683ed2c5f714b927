"""The ledger of outcomes keeps itself: append-only, the same however often and by however many it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, update

from outreach.domain.outcomes.saying import Saying
from outreach.domain.outcomes.told import By, Kind
from outreach.engine import maturing
from outreach.store import reckoning
from outreach.store.database import Conflict, Store
from outreach.store.forgetting import Wanted, forget
from outreach.store.outcome_telling import tell
from outreach.store.tables import decisions, episodes, outcomes, reckoning_marks, reckonings
from tests.build_ledger import NOW, Ledger
from tests.engine.maturing_world import DAY, HOUR, TELLER, MaturingWorld

LATER = 2 * HOUR


def newest(world: MaturingWorld) -> dict[tuple[str, str], tuple[Decimal | None, str]]:
    return {(level, window): (amount, state) for level, window, amount, state in world.told()}


def both_at_once(works: Sequence[Callable[[], object]]) -> None:
    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(work) for work in works]:
            done.result()


def test_a_warned_transfer_is_exposed_at_once_and_given_up_once_that_is_told(store: Store) -> None:
    world = MaturingWorld(store)
    person = world.warned()
    world.run()

    assert world.told() == [("P0", "episode", 4200, "provisional")]

    world.tell(Kind.CANCELLED, person, amount=Decimal(4200), currency="USD")
    world.run(DAY)

    assert newest(world)["P2", "7d"] == (4200, "provisional")
    assert ("P3", "7d") not in newest(world)
    assert [line["abandoned_at"] for line in world.lines()] == [NOW + LATER]


def test_a_round_done_again_writes_nothing(store: Store) -> None:
    world = MaturingWorld(store)
    world.tell(Kind.CANCELLED, world.warned())
    world.run(DAY)
    before = world.entries()

    for _ in range(3):
        assert "written" not in world.run(DAY + 5 * HOUR)

    assert world.entries() == before


def test_a_figure_matures_by_time_alone_window_by_window(store: Store) -> None:
    world = MaturingWorld(store)
    world.tell(Kind.CANCELLED, world.warned())
    states = {}
    for days in (1, 38, 61, 121):
        world.run(days * DAY)
        states[days] = [newest(world)["P2", window][1] for window in ("7d", "30d", "90d")]

    assert states[1] == ["provisional"] * 3
    assert states[38] == ["matured", "provisional", "provisional"]
    assert states[61] == ["matured", "matured", "provisional"]
    assert states[121] == ["matured"] * 3
    assert [line["abandoned_90d"] for line in world.lines()] == [4200]


def test_the_money_of_a_window_is_unknown_in_a_line_until_it_has_matured(store: Store) -> None:
    world = MaturingWorld(store)
    world.tell(Kind.CANCELLED, world.warned())
    world.run(38 * DAY)

    (line,) = world.lines()

    assert (line["abandoned_7d"], line["abandoned_30d"]) == (4200, None)
    assert (line["confirmed_7d"], line["exposed"], line["held"]) == (0, 4200, 0)
    assert (line["lost_24h"], line["lost_14d"]) == (0, None)
    assert (line["owner"], line["country"], line["cost"]) == ("warning", "GB", Decimal("0.05"))


def test_what_has_matured_is_restated_with_its_reason_and_never_changed(store: Store) -> None:
    world = MaturingWorld(store)
    person = world.warned()
    world.tell(Kind.CANCELLED, person)
    world.run(130 * DAY)
    before = world.entries()
    world.tell(Kind.MADE, person, after=3 * DAY, transfer_ref="other", amount=Decimal(1200), currency="USD")
    counts = world.run(131 * DAY)

    last = {e.window: e for e in world.entries() if e.level.value == "P2"}["7d"]
    matured = next(e for e in before if e.level.value == "P2" and e.window == "7d")
    assert [e for e in world.entries() if e in before] == before
    assert (last.amount, last.state.value, last.n) == (3000, "restated", 2)
    assert (last.restates, last.reason) == (matured.id, "was 4200 USD; sent_elsewhere")
    assert counts["restated"] == 3


def test_what_turns_out_to_be_no_saving_is_restated_to_nothing(store: Store) -> None:
    world = MaturingWorld(store)
    person = world.warned()
    world.tell(Kind.CANCELLED, person)
    world.run(130 * DAY)
    world.tell(Kind.LEGITIMATE, person, by=By.ANALYST)
    world.run(131 * DAY)

    assert newest(world)["P2", "90d"] == (0, "restated")
    assert [line["false_alarm"] for line in world.lines()] == [True]


def test_what_was_claimed_stands_once_the_facts_that_it_was_reckoned_by_are_gone(store: Store) -> None:
    world = MaturingWorld(store)
    person = world.warned()
    world.tell(Kind.CANCELLED, person)
    world.run(130 * DAY)
    before = newest(world)
    world.job = replace(world.job, kept_for=200 * DAY)
    with store.begin() as tx:
        tx.connection.execute(update(decisions).values(facts={}))
    world.now = NOW + 201 * DAY
    world.tell(Kind.MADE, person, after=200 * DAY, transfer_ref="other", amount=Decimal(1), currency="USD")
    world.run(201 * DAY)

    assert newest(world) == before


def test_a_list_confirms_whoever_was_flagged_paying_it(store: Store) -> None:
    world = MaturingWorld(store)
    world.tell(Kind.CANCELLED, world.warned())
    world.run(DAY)
    with store.begin() as tx:
        place = tx.connection.execute(select(episodes.c.beneficiary)).scalar_one()
        tell(tx, TELLER, [Saying(kind=Kind.LISTED, at=NOW + DAY, place=place, by=By.LISTS)], world.now)
    world.run(2 * DAY)

    assert newest(world)["P3", "7d"] == (4200, "provisional")
    assert [line["is_scam"] for line in world.lines()] == [True]


def test_two_daemons_at_once_write_every_entry_once(store: Store) -> None:
    world = MaturingWorld(store)
    people = {f"u{n}": world.warned(f"u{n}") for n in range(6)}
    for user, person in people.items():
        world.tell(Kind.CANCELLED, person, user)
    world.now = NOW + DAY
    both_at_once([world.another("one").run, world.another("two").run])

    told = [(e.episode, e.level, e.window, e.n) for e in world.entries()]
    assert len(told) == len(set(told)) == 6 * 4


def test_what_one_process_has_taken_another_leaves_to_it(store: Store) -> None:
    world = MaturingWorld(store)
    world.warned()
    with store.begin() as tx:
        reckoning.touch(tx, NOW)
    with store.begin() as one:
        assert len(reckoning.take_due(one, NOW, 9)) == 1
        if not one.is_alone:  # SQLite has one writer anyhow
            with store.begin() as other:
                assert reckoning.take_due(other, NOW, 9) == []


def test_an_entry_that_another_process_appended_is_refused_whole(store: Store) -> None:
    world = MaturingWorld(store)
    world.warned()
    world.run()
    (first,) = world.entries()

    with pytest.raises(Conflict), store.begin() as tx:
        Ledger(tx).outcome(first.episode, "P0", "1", window="episode", n=1)

    assert world.entries() == [first]


def test_a_round_that_is_cut_off_is_gone_on_with(store: Store) -> None:
    world = MaturingWorld(store)
    for n in range(3):
        world.tell(Kind.CANCELLED, world.warned(f"u{n}"), f"u{n}")
    world.now = NOW + DAY
    world.job.run(lambda: True)

    assert world.entries() == []
    world.run(DAY + HOUR)
    assert len({e.episode for e in world.entries()}) == 3


def test_an_episode_that_no_look_found_is_found_by_the_next_day(store: Store) -> None:
    world = MaturingWorld(store)
    world.warned("u1")
    world.run()
    with store.begin() as tx:
        for table in (outcomes, reckonings):
            tx.connection.execute(delete(table))
        tx.connection.execute(update(reckoning_marks).values(mark="f" * 32, newest="f" * 32))
        tx.connection.execute(delete(reckoning_marks).where(reckoning_marks.c.source == "facts"))
    world.run(HOUR)

    assert world.entries() == []
    world.run(DAY)
    assert [e.level.value for e in world.entries()] == ["P0"]


def test_nothing_is_restated_about_somebody_who_was_forgotten(store: Store) -> None:
    world = MaturingWorld(store)
    person = world.warned()
    world.tell(Kind.CANCELLED, person)
    world.run(40 * DAY)
    before = world.entries()
    with store.begin() as tx:
        forget(tx, Wanted(person=person, plain=["amount", "currency"]), "me", "they asked", world.now)
    world.run(130 * DAY)
    world.run(131 * DAY)

    assert world.entries() == before
    assert [line["exposed"] for line in world.lines()] == [4200]


def test_five_flags_about_one_transfer_are_one_attempt(store: Store) -> None:
    world = MaturingWorld(store)
    person = world.warned()
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        episode = world.lines()[0]["episode"]
        for _ in range(4):
            facts = {"transfer_ref": "ref-u1", "amount": "4200", "currency": "USD"}
            ledger.decision(person, episode=episode, verdict="skip", facts=facts, at=NOW + HOUR)
    world.run(31 * DAY)

    (line,) = world.lines()
    assert (line["attempts"], line["exposed"]) == (1, 4200)


def test_catching_up_ends_though_a_little_is_always_read_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maturing, "BATCH", 2)
    world = MaturingWorld(store)
    for n in range(5):
        world.warned(f"u{n}")
    heard: list[int] = []
    world.job.catch_up(tell=heard.append)

    assert heard == [2, 2, 1]
    assert len({entry.episode for entry in world.entries()}) == 5
