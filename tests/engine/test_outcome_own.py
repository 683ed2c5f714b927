"""What our own ledger knows of money is told like anybody's word: once, corrected, and withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from outreach.domain.answer import Answer
from outreach.domain.answer import Via as AnswerVia
from outreach.domain.outcomes.told import By, Kind, Told
from outreach.domain.reporting import Via, check
from outreach.engine.outcome_intake import OutcomeIntake
from outreach.engine.reports import Given
from outreach.store import outcome_own
from outreach.store.case_amounts import Amount
from outreach.store.database import Store
from outreach.store.outcome_facts import about, standing
from outreach.store.tables import (
    case_transfers,
    listed,
    listings,
    messages,
    outcome_facts,
    outcome_pulls,
    people,
    reports,
)
from tests.build import a_flag
from tests.doors.report_world import ReportWorld
from tests.engine.case_world import A_LOSS, ANA, Cases
from tests.engine.lists_world import BY, ListWorld, a_row, evm
from tests.engine.test_lists import _address
from tests.engine.told import an_intake
from tests.engine.world import World


def stands(store: Store) -> list[Told]:
    """What stands about the only person."""
    with store.read() as tx:
        (person,) = tx.connection.execute(select(people.c.id)).scalars()
        return standing(tx, [person])[person]


def of(store: Store, address: str) -> list[Told]:
    """What stands about an address, as a flag spells it."""
    hashed = store.vault.fingerprint(address)
    with store.read() as tx:
        return about(tx, [hashed])[hashed]


def rows(store: Store) -> int:
    """How many tellings there are."""
    with store.read() as tx:
        return len(tx.connection.execute(select(outcome_facts)).all())


@pytest.mark.parametrize(
    ("answer", "kinds"),
    [
        (Answer.IT_IS_MINE, [Kind.LEGITIMATE]),
        (Answer.NOT_ME, [Kind.SCAM]),
        (Answer.STOP_TRANSFER, []),
        (Answer.HELP_ME, []),
    ],
)
def test_an_answer_is_the_persons_own_word(store: Store, answer: Answer, kinds: list[Kind]) -> None:
    world = World(store)
    world.flag(a_flag())
    world.dispatch().run()
    (message,) = world.rows(messages)
    world.feedback().answer(message.id, answer, AnswerVia.PAGE, world.clock())
    for _ in range(2):
        an_intake(store, clock=world.clock).run()

    told = stands(store)
    assert [(one.kind, one.by, one.n) for one in told] == [(kind, By.USER, 1) for kind in kinds]
    assert all(one.transfer == store.vault.fingerprint("transfer|transfer-of-user-1") for one in told)
    assert all(one.beneficiary == store.vault.fingerprint("somewhere") for one in told)


def test_the_transfers_of_a_case_are_losses_by_whoever_told_of_them(store: Store) -> None:
    some = Cases(World(store))
    case = some.open(A_LOSS).case
    stage = an_intake(store, clock=some.world.clock)
    stage.run()
    some.open(replace(A_LOSS, amount=Decimal(7), currency="USD"))
    stage.run()

    assert case
    assert [(one.kind, one.by, one.amount, one.currency, one.rate) for one in stands(store)] == [
        (Kind.LOSS, By.USER, Decimal("1200.50"), "USDT", None),
        (Kind.LOSS, By.USER, 7, "USD", 1),
    ]


def test_what_came_back_is_one_telling_a_case_and_currency_net_of_corrections(store: Store) -> None:
    some = Cases(World(store))
    case, now = some.open().case, some.world.clock()
    one = Amount(kind="recovered", amount=Decimal(100), currency="USD", source="bank", actor="ana")
    stage = an_intake(store, clock=some.world.clock)
    some.desk.money(case, one, ANA, now)
    stage.run()
    some.desk.money(case, replace(one, kind="corrected", amount=Decimal(30)), ANA, now)
    some.desk.money(case, replace(one, currency="EUR"), ANA, now)
    stage.run()

    back = [each for each in stands(store) if each.kind is Kind.RECOVERED]
    assert {(each.currency, each.amount, each.n) for each in back} == {("USD", 70, 2), ("EUR", 100, 1)}


def test_a_report_of_a_loss_is_told_once_by_its_case_or_else_by_itself(store: Store) -> None:
    world = ReportWorld(store)
    fields = {"happened": "investment", "money_left": "yes", "amount": "50", "currency": "USD"}
    said, _ = check({**fields, "moment": "day"})
    assert said is not None
    given = Given(form="f", told=said, pictures=[], via=Via.APP, locale="en", person=world.person())
    world.stage().take(given, world.clock())
    an_intake(store, clock=world.clock).run()
    assert [one.feed for one in stands(store)] == ["own/losses"]

    with store.begin() as tx:
        tx.connection.execute(outcome_facts.delete())
        tx.connection.execute(outcome_pulls.delete())
        tx.connection.execute(case_transfers.delete())
        tx.connection.execute(reports.update().values(recovery_case=None))
    an_intake(store, clock=world.clock).run()

    (one,) = stands(store)
    assert (one.feed, one.kind, one.by, one.amount) == ("own/reports", Kind.LOSS, By.USER, 50)
    assert one.at == world.clock() - timedelta(hours=12)


def test_an_address_that_becomes_listed_is_told_in_every_spelling_of_a_flag(store: Store) -> None:
    world = ListWorld(store)
    stage = an_intake(store, clock=world.clock)
    world.take(a_row(1), a_row(2))
    stage.run()
    stage.run()

    mixed = f"0x{evm(1)[2:].upper()}"
    assert [(one.kind, one.by, one.at) for one in of(store, mixed)] == [
        (Kind.LISTED, By.LISTS, world.clock())
    ]
    assert rows(store) == 2


def test_a_listing_that_was_wrong_is_withdrawn_and_one_that_ran_out_is_not(store: Store) -> None:
    world = ListWorld(store)
    stage = an_intake(store, clock=world.clock)
    world.take(a_row(1, expires_at="2026-11-24"), a_row(2))
    stage.run()
    world.clock.now += timedelta(days=2)
    world.changes.remove(_address(2), None, BY)
    world.take(a_row(3))
    for _ in range(2):
        stage.run()

    assert [len(of(store, evm(n))) for n in (1, 2, 3)] == [1, 0, 1]


def test_a_source_that_is_withdrawn_with_all_it_brought_is_taken_back_page_by_page(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome_own, "PAGE", 2)
    world = ListWorld(store)
    stage = an_intake(store, clock=world.clock)
    world.take(*(a_row(n) for n in range(1, 6)))
    stage.run()
    with store.begin() as tx:  # all in one moment, as a withdrawal does
        tx.connection.execute(listed.delete())
        tx.connection.execute(listings.update().values(ended_at=world.clock()))
    for _ in range(2):
        stage.run()
    with store.read() as tx:
        query = select(outcome_pulls.c.lines).where(outcome_pulls.c.feed == "own/unlisted")
        pages = list(tx.connection.execute(query).scalars())

    assert [len(of(store, evm(n))) for n in range(1, 6)] == [0] * 5
    assert max(pages) == 2


def test_nothing_new_writes_nothing(store: Store) -> None:
    some = Cases(World(store))
    some.open()
    stage: OutcomeIntake = an_intake(store, clock=some.world.clock)
    stage.run()
    with store.read() as tx:
        before = tx.connection.execute(select(outcome_pulls)).all()
    stage.run()

    with store.read() as tx:
        assert tx.connection.execute(select(outcome_pulls)).all() == before


def test_more_than_a_page_is_told_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outreach.store.outcome_own.PAGE", 2)
    some = Cases(World(store))
    for n in range(5):
        some.open(replace(A_LOSS, amount=Decimal(n + 1)))
    ListWorld(store).take(*(a_row(n) for n in range(1, 6)))
    an_intake(store, clock=some.world.clock).run()

    assert (len(stands(store)), rows(store)) == (5, 10)
