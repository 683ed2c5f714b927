"""Outcomes come in: nothing is lost or doubled, whoever pulls and wherever a process dies."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from outreach.domain.flag import FlagBatch
from outreach.domain.outcomes.told import By, Kind, Told
from outreach.engine import outcome_intake
from outreach.engine.ports import FlagFeed
from outreach.errors import FeedError
from outreach.store.database import Store
from outreach.store.intake import people_of
from outreach.store.outcome_facts import standing
from outreach.store.outcome_pulls import unread_lines
from outreach.store.tables import (
    decisions,
    outcome_edition,
    outcome_facts,
    outcome_pulls,
    outcome_spellings,
    outcome_unread,
    people,
)
from tests.build import NOW, a_flag
from tests.engine.told import a_feed, a_file, a_line, an_intake
from tests.engine.world import World
from tests.fakes import FakeClock
from tests.store.test_outcome_facts import a_saying


def person(store: Store, ref: str = "user-1") -> str:
    """Somebody of ours."""
    with store.begin() as tx:
        return people_of(tx, [ref], NOW)[0][ref]


def stands(store: Store, ref: str = "user-1") -> list[Told]:
    """What stands about somebody."""
    id = person(store, ref)
    with store.read() as tx:
        return standing(tx, [id])[id]


def count(store: Store, table: Any = outcome_facts) -> int:
    """How many rows there are."""
    with store.read() as tx:
        return len(tx.connection.execute(select(table)).all())


def empty(store: Store) -> None:
    """Nothing was told, and nobody is known."""
    tables = (outcome_unread, outcome_pulls, outcome_facts, outcome_spellings, outcome_edition, people)
    with store.begin() as tx:
        for table in tables:
            tx.connection.execute(delete(table))


def test_a_feed_is_read_once_and_what_is_appended_later(store: Store, tmp_path: Path) -> None:
    person(store)
    a_file(tmp_path / "1.csv", [a_line("a"), a_line("b", amount="7")])
    first = an_intake(store, a_feed(tmp_path)).run()
    second = an_intake(store, a_feed(tmp_path)).run()
    with (tmp_path / "1.csv").open("a", encoding="utf-8") as file:
        file.write(a_line("a", amount="99") + "\n")
    third = an_intake(store, a_feed(tmp_path)).run()

    assert (first["new"], second["new"], third["corrected"]) == (2, 0, 1)
    assert sorted(one.amount or 0 for one in stands(store)) == [7, 99]


def test_every_line_is_told_or_in_quarantine_with_its_reason(store: Store, tmp_path: Path) -> None:
    person(store)
    lines = [
        a_line("a"),
        a_line("b", user=""),
        a_line("c", kind="eaten"),
        a_line("d", amount="-1"),
        a_line("e", amount="1,5") + "",
        "f,user-1,loss,2026-11-20,,,5,,,,user",
        "g,user-1,made,2027-11-20,,,5,USD,,,user",
        ",user-1,withdrawn,2026-11-20,,,,,,,",
        "h,,listed,2026-11-20,,,,,,,lists",
        a_line("i", amount="0.0000000000000000001"),
    ]
    a_file(tmp_path / "1.csv", lines)
    counts = an_intake(store, a_feed(tmp_path)).run()

    with store.read() as tx:
        told = {line.split(": ", 1)[1] for line in unread_lines(tx)}
    assert told == {
        "1.csv:3 user_ref missing_user",
        "1.csv:4 kind not_in_closed_list",
        "1.csv:5 amount negative_amount",
        "1.csv:6 wrong_number_of_fields",
        "1.csv:7 currency missing_currency",
        "1.csv:8 at in_the_future",
        "1.csv:9 source_id nothing_to_withdraw",
        "1.csv:10 beneficiary missing_beneficiary",
        "1.csv:11 amount bad_number",
    }
    assert counts["lines"] == len(lines) == counts["new"] + counts["quarantined"]


def test_what_a_quarantined_line_says_is_sealed(store: Store, tmp_path: Path) -> None:
    a_file(tmp_path / "1.csv", [a_line("d", user="ada-lovelace", amount="-1")])
    an_intake(store, a_feed(tmp_path)).run()

    with store.read() as tx:
        (sealed,) = tx.connection.execute(select(outcome_unread.c.text_enc)).scalars()
    assert b"lovelace" not in sealed
    assert "ada-lovelace" in store.vault.open(sealed)


@dataclass
class Broken:
    """A feed that brings its first batch, and then cannot be read."""

    feed: FlagFeed
    name: str = "bank"

    def batches(self, cursor: str | None) -> Iterator[FlagBatch[pa.Table]]:
        yield from list(self.feed.batches(cursor))[:1]
        raise FeedError("feed bank: away")

    def check(self) -> None: ...


def test_a_feed_that_fails_keeps_what_it_brought_and_stops_no_other(store: Store, tmp_path: Path) -> None:
    person(store)
    for name in ("bank", "police"):
        (tmp_path / name).mkdir()
        a_file(tmp_path / name / "1.csv", [a_line("a")])
    other = a_feed(tmp_path / "police", name="police")
    counts = an_intake(store, Broken(a_feed(tmp_path / "bank")), other).run()

    assert (counts["feeds_failed"], counts["new"]) == (1, 2)


def test_two_pulls_at_once_double_nothing_and_lose_nothing(store: Store, tmp_path: Path) -> None:
    person(store)
    for n in range(4):
        a_file(tmp_path / f"{n}.csv", [a_line(f"{n}-{i}", amount=str(i + 1)) for i in range(10)])
    found: list[Counter[str]] = []
    begin = threading.Barrier(3)

    def pull() -> None:
        begin.wait()
        for _ in range(5):
            found.append(an_intake(store, a_feed(tmp_path, rows=3)).run())

    threads = [threading.Thread(target=pull) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum((counts for counts in found), Counter[str]())["new"] == 40
    assert len(stands(store)) == count(store) == 40


class KilledError(BaseException):
    """As if the process had died."""


def dying(monkeypatch: pytest.MonkeyPatch, dies: Callable[[], str]) -> None:
    """Whoever tells, or writes down how far it has read, dies before or after it, where `dies` says so."""

    def maybe(do: Callable[..., Any]) -> Callable[..., Any]:
        def done(*given: Any) -> Any:
            when = dies()
            if when == "before":
                raise KilledError
            found = do(*given)
            if when == "after":
                raise KilledError
            return found

        return done

    for name in ("tell", "write_pull"):
        monkeypatch.setattr(outcome_intake, name, maybe(getattr(outcome_intake, name)))


def pulled_in_spite(store: Store, folder: Path, times: int) -> None:
    """The feed is pulled by processes that die, one after the other."""
    for _ in range(times):
        try:
            list(an_intake(store).drain(a_feed(folder, rows=2)))
        except KilledError:
            continue


def is_whole(store: Store, words: list[tuple[str, int]]) -> None:
    """Every line was read once, and the last word on each id stands."""
    stood = stands(store)
    assert sorted(one.amount or 0 for one in stood) == sorted(dict(words).values())
    with store.read() as tx:
        lines = tx.connection.execute(select(outcome_pulls.c.lines).where(outcome_pulls.c.feed == "bank"))
        assert sum(lines.scalars()) == len(words)


WORDS = [("a", 1), ("b", 2), ("a", 3), ("c", 1), ("c", 1)]


@pytest.mark.parametrize("place", range(0, 6))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_dies_loses_and_doubles_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int, when: str
) -> None:
    person(store)
    a_file(tmp_path / "1.csv", [a_line(id, amount=str(amount)) for id, amount in WORDS])
    calls = itertools.count()
    with monkeypatch.context() as patched:
        dying(patched, lambda: when if next(calls) == place else "never")
        pulled_in_spite(store, tmp_path, 1)
    pulled_in_spite(store, tmp_path, 1)

    is_whole(store, WORDS)


@pytest.mark.slow
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 3)), min_size=1, max_size=12), st.data())
def test_wherever_processes_die_the_next_one_goes_on_and_nothing_is_lost_or_doubled(
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[tuple[str, int]],
    data: st.DataObject,
) -> None:
    empty(store)
    person(store)
    a_file(tmp_path / "1.csv", [a_line(id, amount=str(amount)) for id, amount in words])
    with monkeypatch.context() as patched:
        dying(patched, lambda: data.draw(st.sampled_from(["before", "after", "never", "never"])))
        pulled_in_spite(store, tmp_path, 3)
    pulled_in_spite(store, tmp_path, 1)

    is_whole(store, words)


def test_a_file_brought_twice_by_hand_is_told_once(store: Store, tmp_path: Path) -> None:
    person(store)
    a_file(tmp_path / "1.csv", [a_line("a"), a_line("a", amount="5"), a_line("b")])
    stage = an_intake(store)
    first = sum(stage.brought(a_feed(tmp_path, name="import"), "import"), Counter[str]())
    again = sum(stage.brought(a_feed(tmp_path, name="import"), "import"), Counter[str]())

    assert (first["new"], first["corrected"], again["new"] + again["corrected"]) == (2, 1, 0)


def test_a_file_by_hand_corrects_what_a_feed_told_and_leaves_the_feeds_place_alone(
    store: Store, tmp_path: Path
) -> None:
    person(store)
    for name, amount in (("feed", "100"), ("hand", "60")):
        (tmp_path / name).mkdir()
        a_file(tmp_path / name / "1.csv", [a_line("a", amount=amount)])
    bank = a_feed(tmp_path / "feed")
    an_intake(store, bank).run()
    list(an_intake(store).brought(a_feed(tmp_path / "hand", name="import"), "bank"))

    assert [one.amount for one in stands(store)] == [60]
    assert an_intake(store, bank).run()["new"] == 0


def test_a_rate_is_what_the_feed_says_else_the_flags_of_the_same_transfer_else_unknown(
    store: Store, tmp_path: Path
) -> None:
    World(store).flag(a_flag(transfer_ref="t-1", amount=Decimal("2.0000"), currency="ETH"))
    with store.begin() as tx:
        facts = tx.connection.execute(select(decisions.c.facts)).scalar_one()
        tx.connection.execute(decisions.update().values(facts={**facts, "amount_at_risk_usd": "6000.0000"}))
    a_file(
        tmp_path / "1.csv",
        [
            "a,user-1,made,2026-11-20,t-1,,1.5,ETH,,,core",
            "b,user-1,made,2026-11-20,t-1,,100,EUR,1.09,ecb,core",
            "c,user-1,made,2026-11-20,t-1,,100,EUR,,,core",
            "d,user-1,made,2026-11-20,t-2,,1,ETH,,,core",
            "e,user-1,made,2026-11-20,,,7,usd,,,core",
        ],
    )
    an_intake(store, a_feed(tmp_path)).run()

    told = {(one.amount, one.currency): (one.rate, one.rate_source, one.worth) for one in stands(store)}
    assert told == {
        (Decimal("1.5"), "ETH"): (3000, "flag", 4500),
        (100, "EUR"): told[Decimal(100), "EUR"],
        (1, "ETH"): (None, None, None),
        (7, "USD"): (1, "same", 7),
    }
    rates = sorted((one.rate is None, one.rate_source) for one in stands(store) if one.currency == "EUR")
    assert rates == [(False, "ecb"), (True, None)]


def test_a_currency_is_worth_itself_whatever_rate_a_feed_gives_it(store: Store, tmp_path: Path) -> None:
    person(store)
    a_file(tmp_path / "1.csv", ["a,user-1,made,2026-11-20,t-1,,100,USD,1.09,ecb,core"])
    an_intake(store, a_feed(tmp_path)).run()

    (one,) = stands(store)
    assert (one.worth, one.rate_source) == (100, "same")


def test_a_rate_is_found_later_where_the_flag_comes_after_the_telling(store: Store, tmp_path: Path) -> None:
    clock = FakeClock()
    a_file(tmp_path / "1.csv", ["a,user-1,made,2026-11-20,t-1,,1.5,ETH,,,core"])
    stage = an_intake(store, a_feed(tmp_path), clock=clock)
    stage.run()
    World(store).flag(a_flag(transfer_ref="t-1", amount=Decimal("2.0000"), currency="ETH"))
    with store.begin() as tx:
        facts = tx.connection.execute(select(decisions.c.facts)).scalar_one()
        tx.connection.execute(decisions.update().values(facts={**facts, "amount_at_risk_usd": "6000"}))
    counts = stage.run()

    (one,) = stands(store)
    assert (counts["adopted"], one.worth, one.rate_source) == (1, 4500, "flag")


def test_people_whom_no_flag_has_named_are_not_made_and_are_let_go_after_a_week(
    store: Store, tmp_path: Path
) -> None:
    clock = FakeClock()
    a_file(tmp_path / "1.csv", [a_line("a", user="nobody")])
    stage = an_intake(store, a_feed(tmp_path), clock=clock)
    stage.run()
    assert (count(store, people), count(store)) == (0, 1)

    clock.tick(days=8)
    assert stage.run()["let_go"] == 1
    assert count(store) == 0


def test_a_client_tells_as_a_feed_does(store: Store) -> None:
    person(store)
    stage = an_intake(store)
    counts = stage.told("api/bank", [a_saying(), replace(a_saying(), amount=Decimal(5))])

    (one,) = stands(store)
    assert (one.feed, one.kind, one.by, one.n) == ("api/bank", Kind.MADE, By.USER, 2)
    assert one.amount == 5
    assert counts == Counter(new=1, corrected=1)
    assert one.told_at - NOW < timedelta(seconds=1)
