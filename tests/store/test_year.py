"""The year in figures, as it is counted from the ledger: each promise on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from outreach.domain.year import DAY, Counted, ListedOn, Tier, Window, window
from outreach.domain.year_figures import year
from outreach.store import tables
from outreach.store.database import Store
from outreach.store.year import counted
from tests.build_ledger import NUMBERS, Ledger

ZONE = "Europe/Madrid"
LATER = datetime(2028, 3, 1, tzinfo=UTC)
BEGIN = datetime(2026, 12, 31, 23, tzinfo=UTC)
END = datetime(2027, 12, 31, 23, tzinfo=UTC)
JUNE = datetime(2027, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NOBODY = dict.fromkeys(Tier, 0)


def of_2027() -> Window:
    found = window(2027, ZONE, LATER)
    assert found is not None
    return found


def read(store: Store) -> Counted:
    with store.read() as tx:
        return counted(tx, of_2027())


class Year(Ledger):
    """A ledger with the rows that only a year looks at."""

    def row(self, table: Any, **columns: Any) -> str:
        return self._row(table, **columns)

    def told(self, person: str, at: datetime = JUNE, pattern: str = "pig_butchering", **attempt: Any) -> str:
        """One warning whose message a provider took at this moment."""
        outreach = self.outreach(person, pattern, opened_at=at)
        message = self.message(person, outreach, created_at=at)
        self.attempt(message, **{"started_at": at, "finished_at": at, **attempt})
        return outreach

    def questioned(self, person: str, outreach: str, at: datetime = JUNE) -> None:
        self.row(
            tables.questionings, person=person, outreach=outreach, name="q", sha256="ab" * 32, opened_at=at,
            ended_at=None, outcome=None,
        )  # fmt: skip

    def called(self, person: str, outreach: str, outcome: str, kind: str = "call") -> None:
        task = self.task(person, kind, outreach=outreach, step=next(NUMBERS) % 1000)
        said = {"actor": "ana", "outcome": outcome, "at": JUNE, "next_at": None, "message": None}
        self.row(tables.calls, person=person, task=task, n=1, answered_at=None, **said)

    def case(self, person: str, opened_at: datetime = JUNE) -> str:
        episode = self.row(
            tables.episodes, person=person, pattern="pig_butchering", beneficiary=f"{next(NUMBERS):064x}",
            severity_rank=2, transfer_ref=None, money_moved=True, opened_at=opened_at, last_flag_at=opened_at,
            closed_at=None,
        )  # fmt: skip
        return self.row(
            tables.cases, person=person, episode=episode, outreach=None, source="report", state="open",
            opened_at=opened_at, closed_at=None,
        )  # fmt: skip

    def step(self, case: str, person: str, n: int, was: str, stage: str, at: datetime) -> None:
        self.row(
            tables.case_steps, person=person, case=case, n=n, act="settle", role="agent", actor="ana",
            was=was, stage=stage, note_enc=self.tx.vault.seal(""), fact=None, warning=None, at=at,
        )  # fmt: skip

    def money(self, person: str, kind: str, amount: str, currency: str, at: datetime = JUNE) -> None:
        self.row(
            tables.case_amounts, person=person, case=self.case(person, at - timedelta(days=1)),
            identity=f"{next(NUMBERS):064x}", kind=kind, amount=Decimal(amount), currency=currency,
            source="bank", actor="ana", at=at,
        )  # fmt: skip

    def listing(self, n: int, chain: str, address: str, at: datetime, ended: datetime | None = None) -> None:
        row = {"n": n, "chain": chain, "address": address, "at": at, "ended_at": ended}
        self.tx.insert(tables.listings, [row])


def a_year(tx: Any) -> Year:
    made = Year(tx, JUNE)
    made.begin()
    return made


def test_a_year_in_which_nothing_happened_is_all_noughts(store: Store) -> None:
    found = read(store)

    assert found.is_empty
    assert found.tiers == NOBODY
    told = year("Acme", of_2027(), found, LATER)
    words = {figure.key: figure.words for chapter in told.chapters for figure in chapter.figures}
    assert (words["warned"], words["cases"], words["back.none"]) == ("0", "0", "none recorded")
    assert (words["listed"], words["mine"], words["prevented.P4"]) == ("0", "0", "not measured")


def test_a_person_who_was_warned_five_times_counts_once(store: Store) -> None:
    with store.begin() as tx:
        ledger = a_year(tx)
        ana = ledger.person("ana")
        for days in range(5):
            ledger.told(ana, JUNE + timedelta(days=days))

    assert read(store).tiers == {**NOBODY, Tier.AUTOMATIC: 1}


def test_a_person_counts_in_the_furthest_tier_alone(store: Store) -> None:
    with store.begin() as tx:
        ledger = a_year(tx)
        one, two, three, four, five = (ledger.person(name) for name in "abcde")
        ledger.told(one)
        ledger.questioned(two, ledger.told(two))
        third = ledger.told(three)
        ledger.questioned(three, third)
        ledger.called(three, third, "reached_warned")
        ledger.called(four, ledger.told(four), "no_answer")
        ledger.called(five, ledger.told(five), "reached_warned", kind="recovery")

    assert read(store).tiers == {Tier.AUTOMATIC: 3, Tier.QUESTIONNAIRE: 1, Tier.CALL: 1}


@pytest.mark.parametrize("at", [BEGIN - SECOND, END])
def test_what_happened_outside_the_year_on_the_clock_of_the_firm_is_not_in_it(
    store: Store, at: datetime
) -> None:
    with store.begin() as tx:
        ledger = a_year(tx)
        ana = ledger.person("ana")
        outreach = ledger.told(ana, at)
        ledger.answer(ana, outreach, "", "it_is_mine", at=at)
        ledger.case(ana, at)
        ledger.money(ana, "refunded", "5", "EUR", at)
        ledger.listing(1, "tron", "T1", at, at + DAY)

    found = read(store)

    assert (found.tiers, found.answered, found.money) == (NOBODY, 0, ())
    assert [way for way in found.cases if way.opened_at == at] == []
    assert [one for one in found.listed if one.new] == []


def test_the_first_and_the_last_moment_of_the_year_are_in_it(store: Store) -> None:
    with store.begin() as tx:
        ledger = a_year(tx)
        ledger.told(ledger.person("ana"), BEGIN)
        ledger.told(ledger.person("bob"), END - SECOND)

    assert read(store).tiers[Tier.AUTOMATIC] == 2


def test_only_what_a_provider_took_counts_and_doubt_counts_when_it_is_settled(store: Store) -> None:
    doubt = {"result": "unknown", "settled_at": JUNE}
    with store.begin() as tx:
        ledger = a_year(tx)
        ledger.told(ledger.person("refused"), result="refused")
        ledger.told(ledger.person("in doubt"), result="unknown")
        ledger.told(ledger.person("not taken"), **doubt, settled="not_taken")
        ledger.told(ledger.person("asked"), **doubt, settled="asked")
        inbox = ledger.person("inbox")
        ledger.message(inbox, ledger.outreach(inbox), channel="inbox", status="accepted")

    assert read(store).tiers == {**NOBODY, Tier.AUTOMATIC: 2}


def test_lessons_closing_words_and_help_after_a_loss_are_no_warnings(store: Store) -> None:
    with store.begin() as tx:
        ledger = a_year(tx)
        for pattern in ("education", "recovery", "silent_loss"):
            person = ledger.person(pattern)
            ledger.answer(person, ledger.told(person, pattern=pattern), "", "it_is_mine")

    found = read(store)

    assert (found.tiers, found.answered, found.after_loss) == (NOBODY, 0, 1)


@pytest.mark.parametrize(("late", "is_in_time"), [(timedelta(), True), (SECOND, False)])
def test_a_case_is_settled_within_a_day_to_the_second(
    store: Store, late: timedelta, is_in_time: bool
) -> None:
    with store.begin() as tx:
        ledger = a_year(tx)
        ana = ledger.person("ana")
        case = ledger.case(ana)
        ledger.step(case, ana, 0, "opened", "gathering", JUNE + SECOND)
        ledger.step(case, ana, 1, "gathering", "settled", JUNE + DAY + late)

    (way,) = read(store).cases

    assert way.is_settled_in(DAY) is is_in_time


def test_a_case_that_is_open_again_when_the_day_is_over_was_not_settled_in_it(store: Store) -> None:
    with store.begin() as tx:
        ledger = a_year(tx)
        ana = ledger.person("ana")
        case = ledger.case(ana)
        ledger.step(case, ana, 0, "gathering", "closed", JUNE + SECOND)
        ledger.step(case, ana, 1, "closed", "reopened", JUNE + 2 * SECOND)

    assert [way.is_settled_in(DAY) for way in read(store).cases] == [False]


def test_a_past_year_stays_as_it_was_whatever_happens_later(store: Store) -> None:
    with store.begin() as tx:
        ledger = a_year(tx)
        ana = ledger.person("ana")
        outreach = ledger.told(ana)
        ledger.answer(ana, outreach, "", "it_is_mine", at=JUNE)
        case = ledger.case(ana, END - timedelta(hours=2))
        ledger.money(ana, "refunded", "5", "EUR")
        ledger.listing(1, "tron", "T1", JUNE)
    before = read(store)
    with store.begin() as tx:
        ledger = a_year(tx)
        ledger.told(ana, END)
        ledger.step(case, ana, 0, "opened", "settled", END + SECOND)
        ledger.task(ana, "help", outreach=outreach, step=900, opened_at=END)
        ledger.money(ana, "corrected", "5", "EUR", END + DAY * 2)
        tx.connection.execute(tables.listings.update().values(ended_at=END))
        tx.connection.execute(tables.messages.update().values(status="undelivered", status_at=END))

    assert read(store) == before


def test_who_asked_for_help_after_all_did_not_raise_a_false_alarm(store: Store) -> None:
    with store.begin() as tx:
        ledger = a_year(tx)
        ana, bob, eve = (ledger.person(name) for name in ("ana", "bob", "eve"))
        for person, answer in ((ana, "it_is_mine"), (bob, "it_is_mine"), (eve, "stop_transfer")):
            outreach = ledger.told(person)
            ledger.answer(person, outreach, "", answer)
        ledger.answer(bob, ledger.told(bob), "", "it_is_mine")
        ledger.task(eve, "help", outreach=outreach, step=1)
        taken_back = ledger.told(eve)
        ledger.answer(eve, taken_back, "", "it_is_mine")
        ledger.task(eve, "help", outreach=taken_back, step=1, opened_at=JUNE + SECOND)

    found = read(store)

    assert (found.said_mine, found.answered) == (2, 3)


def test_sums_are_exact_and_stay_with_their_currency(store: Store) -> None:
    with store.begin() as tx:
        ledger = a_year(tx)
        for n in range(5):
            ledger.money(ledger.person(f"e{n}"), "refunded", "0.10", "EUR")
            ledger.money(ledger.person(f"d{n}"), "recovered", "12345678901234.00000001", "USDT")

    told = year("Acme", of_2027(), read(store), LATER)

    words = {figure.key: figure.words for figure in told.chapters[2].figures}
    assert words["back.EUR"] == "0.50 EUR"
    assert words["back.USDT"] == "61,728,394,506,170.00000005 USDT"
    assert {key for key in words if key.count(".") == 1} == {"back.EUR", "back.USDT"}


def test_addresses_are_counted_once_by_chain_and_at_the_end(store: Store) -> None:
    with store.begin() as tx:
        ledger = a_year(tx)
        ledger.listing(1, "tron", "T1", JUNE, JUNE + DAY)
        ledger.listing(2, "tron", "T1", JUNE + DAY * 2)
        ledger.listing(3, "tron", "T2", JUNE, JUNE + DAY)
        ledger.listing(4, "evm", "0x1", BEGIN - DAY)
        ledger.listing(5, "evm", "0x2", END + DAY)

    assert read(store).listed == (
        ListedOn(chain="evm", new=0, still=0, standing=1),
        ListedOn(chain="tron", new=2, still=1, standing=1),
    )
