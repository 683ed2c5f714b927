"""A loss that somebody confirms from outside opens a recovery case: once, fresh, never of the forgotten."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from outreach.domain.answer import Answer
from outreach.domain.answer import Via as AnswerVia
from outreach.domain.outcomes.confirmed import confirmed
from outreach.domain.outcomes.saying import Saying
from outreach.domain.outcomes.told import By, Kind, Told
from outreach.engine.confirmed_losses import ConfirmedLosses
from outreach.store.database import Store
from outreach.store.forgetting import Wanted, forget
from outreach.store.intake import people_of
from outreach.store.outcome_facts import standing
from outreach.store.outcome_telling import Teller, tell
from outreach.store.tables import case_transfers, cases, core_calls, messages, people, tasks
from outreach.wiring.outcomes import spelled
from tests.build import NOW, a_flag
from tests.engine.told import an_intake
from tests.engine.world import World
from tests.outcomes import DAY, HOUR, T0, a_telling

REF, PLACE = "TX-9", "GB29NWBK60161331926819"


@dataclass
class Losses:
    """A world in which one person was warned of one transfer, and a feed that tells of money."""

    world: World
    within: timedelta | None = timedelta(days=30)
    numbers: Counter[str] = field(default_factory=Counter)

    @property
    def store(self) -> Store:
        return self.world.store

    def flag(self, user: str = "user-1", **facts: Any) -> None:
        self.world.flag(a_flag(user, **{"transfer_ref": REF, "beneficiary": PLACE, **facts}))

    def tell(self, kind: Kind = Kind.LOSS, user: str = "user-1", **more: Any) -> None:
        """Somebody tells of the transfer that was flagged, an hour ago."""
        self.numbers["told"] += 1
        usual: dict[str, Any] = {
            "source_id": f"s-{self.numbers['told']}",
            "at": self.world.clock() - HOUR,
            "by": By.ANALYST,
            "transfer_ref": REF,
            "beneficiary": PLACE,
            "amount": Decimal(4200),
            "currency": "USD",
        }
        saying = Saying(kind=kind, user_ref=user, **{**usual, **more})
        with self.store.begin() as tx:
            tell(tx, Teller(feed="bank", currency="USD", spell=spelled), [saying], self.world.clock())

    def run(self) -> dict[str, int]:
        stage = ConfirmedLosses(store=self.store, clock=self.world.clock, within=self.within)
        return dict(stage.run())

    def rows(self, table: Any) -> list[Any]:
        with self.store.read() as tx:
            return list(tx.connection.execute(select(table)).all())

    def person(self, user: str = "user-1") -> str:
        with self.store.begin() as tx:
            return people_of(tx, [user], NOW)[0][user]


@pytest.fixture
def losses(store: Store) -> Losses:
    made = Losses(World(store))
    made.flag()
    return made


def test_a_loss_that_an_analyst_confirms_opens_a_case_with_its_task_and_a_freeze_at_the_core(
    losses: Losses,
) -> None:
    losses.tell()

    assert losses.run() == {"cases": 1}
    (case,), (left,) = losses.rows(cases), losses.rows(case_transfers)
    assert (case.source, case.reported_by, case.left_at) == ("confirmed_loss", "feed", left.sent_at)
    assert (left.transfer_ref, left.amount, left.currency) == (REF, Decimal(4200), "USD")
    assert [row.kind for row in losses.rows(tasks)] == ["recovery"]
    assert [(row.act, row.transfer_ref) for row in losses.rows(core_calls)] == [("freeze", REF)]


def test_told_again_corrected_or_by_another_feed_it_opens_nothing_twice(losses: Losses) -> None:
    losses.tell()
    losses.run()
    losses.tell()
    losses.tell(source_id="s-1", amount=Decimal(90))
    losses.tell(kind=Kind.MADE, by=By.CORE)
    losses.tell(transfer_ref="")

    assert losses.run() == {}
    assert (len(losses.rows(cases)), len(losses.rows(case_transfers))) == (1, 1)


def test_what_a_person_answered_has_its_case_and_gets_no_second_one(losses: Losses) -> None:
    world = losses.world
    world.dispatch().run()
    (message,) = losses.rows(messages)
    world.feedback().answer(message.id, Answer.ALREADY_SENT, AnswerVia.PAGE, world.clock())
    losses.tell()
    losses.tell(transfer_ref="", by=By.USER)
    an_intake(losses.store).run()

    assert losses.run() == {}
    assert len(losses.rows(cases)) == len(losses.rows(case_transfers)) == 1


def test_a_payment_that_an_analyst_calls_a_scam_is_a_loss_in_whichever_order_it_is_told(
    losses: Losses,
) -> None:
    losses.flag("user-2", transfer_ref="TX-2")
    losses.tell(Kind.SCAM)
    losses.tell(Kind.MADE, "user-2", by=By.CORE, transfer_ref="TX-2")
    assert losses.run() == {}

    losses.tell(Kind.MADE, by=By.CORE)
    losses.tell(Kind.SCAM, "user-2", transfer_ref="")
    assert losses.run() == {"cases": 2}


@pytest.mark.parametrize(
    "more",
    [
        {"by": By.UNKNOWN},
        {"at": NOW - 31 * DAY},
        {"amount": Decimal(0)},
        {"user": "nobody"},
        {"kind": Kind.MADE, "by": By.CORE},
        {"kind": Kind.SCAM},
    ],
    ids=str,
)
def test_what_is_no_confirmed_fresh_loss_of_somebody_of_ours_opens_nothing(
    losses: Losses, more: dict[str, Any]
) -> None:
    losses.tell(**more)

    assert losses.run() == {}


def test_what_an_analyst_calls_legitimate_is_no_loss(losses: Losses) -> None:
    losses.tell(by=By.USER)
    losses.tell(Kind.LEGITIMATE)

    assert losses.run() == {}


def test_where_it_is_switched_off_nothing_opens_and_switched_on_again_nothing_fresh_is_missed(
    losses: Losses,
) -> None:
    losses.tell()
    losses.within = None
    assert losses.run() == {}

    losses.within = timedelta(days=30)
    assert losses.run() == {"cases": 1}


def test_nothing_opens_of_somebody_who_was_forgotten(losses: Losses) -> None:
    person = losses.person()
    losses.tell()
    with losses.store.begin() as tx:
        forget(tx, Wanted(person=person, plain=()), "tester", "asked", NOW)

    assert losses.run() == {}
    assert losses.rows(people) == []


def test_a_loss_that_no_flag_was_about_opens_a_case_that_says_how_much_and_when(losses: Losses) -> None:
    losses.tell(transfer_ref="other", beneficiary="elsewhere")
    losses.tell(transfer_ref="another", beneficiary="elsewhere", amount=Decimal(7))
    losses.tell(transfer_ref="", beneficiary="elsewhere", amount=Decimal(8))
    losses.tell(transfer_ref="", beneficiary="", amount=Decimal(9))

    assert losses.run() == {"cases": 2}
    assert losses.run() == {}
    left = sorted(row.amount for row in losses.rows(case_transfers))
    assert left == [7, 9, 4200]


def test_two_payments_to_one_place_are_one_case_with_two_transfers(losses: Losses) -> None:
    losses.world.clock.tick(hours=1)
    losses.flag(transfer_ref="TX-10")
    losses.tell()
    losses.tell(transfer_ref="TX-10")

    assert losses.run() == {"cases": 1}
    assert {row.transfer_ref for row in losses.rows(case_transfers)} == {REF, "TX-10"}


def test_a_closed_case_stays_closed_where_the_same_loss_is_told_again(losses: Losses) -> None:
    losses.tell(transfer_ref="other", beneficiary="elsewhere")
    losses.run()
    with losses.store.begin() as tx:
        tx.connection.execute(cases.update().values(stage="closed", state="closed", closed_at=NOW))
    losses.tell(source_id="s-1", transfer_ref="other", beneficiary="elsewhere", amount=Decimal(5))

    assert losses.run() == {}
    assert [row.state for row in losses.rows(cases)] == ["closed"]


def test_our_own_ledger_does_not_tell_again_what_a_feed_told_of(losses: Losses) -> None:
    losses.tell(by=By.USER)
    losses.tell(by=By.USER, transfer_ref="other", beneficiary="elsewhere")
    losses.tell(by=By.USER, transfer_ref="", beneficiary="nowhere")
    losses.run()
    an_intake(losses.store).run()

    person = losses.person()
    with losses.store.read() as tx:
        told = standing(tx, [person])[person]
    assert len(losses.rows(case_transfers)) == 3
    assert Counter(one.feed for one in told) == {"bank": 3}


def test_two_processes_open_one_case(losses: Losses) -> None:
    losses.tell()
    threads = [threading.Thread(target=losses.run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(losses.rows(cases)) == 1


TELLINGS = st.builds(
    a_telling,
    st.sampled_from([Kind.MADE, Kind.LOSS, Kind.SCAM, Kind.LEGITIMATE, Kind.CANCELLED]),
    st.sampled_from(["", "t1", "t2"]),
    st.integers(0, 400).map(lambda hours: hours * HOUR),
    by=st.sampled_from(By),
    feed=st.sampled_from(["core", "own/answers"]),
    amount=st.sampled_from([None, "0", "5"]),
)


@given(st.lists(TELLINGS, max_size=8), st.randoms())
def test_whatever_is_told_in_any_order_and_twice_each_loss_is_one_and_confirmed_and_fresh(
    told: list[Told], random: Any
) -> None:
    since = T0 + 5 * DAY
    found = confirmed(told, since)
    again = [*told, *told]
    random.shuffle(again)

    assert confirmed(again, since) == found
    assert len({one.key for one in found}) == len(found)
    assert all(one.at >= since for one in found)
    known = [one for one in told if one.by is not By.UNKNOWN and one.kind in {Kind.LOSS, Kind.SCAM}]
    assert not found or known
