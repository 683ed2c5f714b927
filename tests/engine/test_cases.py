"""Recovery cases: opened once, moved by the table, firms asked once, and closed only with the warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from outreach.domain.recovery_case import Act, No, Refused
from outreach.domain.scale import Channel
from outreach.engine.case_desk import Done
from outreach.engine.case_work import what_is_told
from outreach.errors import CoreBusy, CoreRefused
from outreach.store import case_clock, letters
from outreach.store import cases as cases_ledger
from outreach.store.case_amounts import Amount
from outreach.store.case_freezes import MOST_TRIES, Answer, transfers_of
from outreach.store.case_whole import listed
from outreach.store.database import Store
from outreach.store.legal_holds import what_stands_against
from outreach.store.tables import (
    audit,
    case_amounts,
    case_freezes,
    case_steps,
    case_transfers,
    cases,
    core_calls,
    episodes,
    messages,
    outreaches,
    tasks,
)
from tests.engine.case_world import A_LOSS, ANA, BANK, CORE, DESK, LENA, Cases
from tests.engine.world import World


@pytest.fixture
def some(store: Store) -> Cases:
    return Cases(World(store))


def settled(some: Cases) -> str:
    case = some.open().case
    for act in (Act.TAKE, Act.SETTLE):
        some.desk.simple(case, act, ANA, some.world.clock())
    return case


def test_a_report_opens_a_case_with_its_episode_and_told_again_it_is_the_same(some: Cases) -> None:
    first, again = some.open(), some.open()

    assert (first.is_new, again) == (True, replace(again, case=first.case, is_new=False))
    assert [len(some.world.rows(t)) for t in (cases, episodes, case_transfers, tasks)] == [1, 1, 1, 1]


def test_several_transfers_join_one_case_and_each_currency_stands_by_itself(some: Cases) -> None:
    other = replace(A_LOSS, amount=Decimal("0.00000001"), currency="BTC")
    case = some.open(A_LOSS, other, replace(other, sent_at=some.world.clock())).case
    with some.store.read() as tx:
        (one,) = listed(tx)

    assert len(some.whole(case).transfers) == 3
    assert one.left == {"USDT": Decimal("1200.5"), "BTC": Decimal("0.00000002")}


def test_the_core_system_is_asked_to_freeze_what_it_knows_once(some: Cases) -> None:
    known = replace(A_LOSS, transfer_ref="T-1")
    case = some.open(known).case
    some.open(known)
    some.world.recovery().run()
    some.work().run()

    assert some.world.core.asked == [("freeze", "T-1")]
    assert [(f.firm, f.state) for f in some.whole(case).freezes] == [("core", "asked")]
    assert some.stage(case) == "waiting"


def test_a_case_is_not_closed_without_the_warning_and_the_warning_reaches_the_person(some: Cases) -> None:
    case = settled(some)
    done = some.desk.close(case, ANA, some.world.clock())
    some.world.dispatch().run()
    (outreach,) = some.world.rows(outreaches)
    (message,) = some.world.rows(messages)

    assert isinstance(done, Done)
    assert (outreach.rule, outreach.person) == ("case-closing", some.person())
    assert (message.channel, message.template.partition(".")[0]) == (Channel.INBOX.value, "recovery/closing")
    assert [s.warning for s in some.world.rows(case_steps) if s.act == "close"] == [outreach.id]


def test_the_database_itself_takes_no_closing_without_the_warning(some: Cases) -> None:
    case = settled(some)
    row = {c.name: getattr(some.world.rows(case_steps)[-1], c.name) for c in case_steps.c}
    with pytest.raises(IntegrityError), some.store.engine.begin() as connection:
        connection.execute(insert(case_steps).values({**row, "id": "f" * 32, "n": 99, "act": "close"}))

    assert some.stage(case) == "settled"


def test_the_warning_climbs_on_where_the_inbox_was_not_enough(some: Cases) -> None:
    case = settled(some)
    some.desk.close(case, ANA, some.world.clock())
    for _ in range(6):
        some.world.dispatch().run()
        some.world.clock.tick(hours=2)

    assert some.world.rows(outreaches)[0].step >= 2


def test_a_closed_case_is_opened_again_by_what_is_new_and_not_twice_by_the_same(some: Cases) -> None:
    case = settled(some)
    now = some.world.clock()
    some.desk.close(case, ANA, now)
    nothing = some.desk.reopen(case, "  ", ANA, now)
    first = some.desk.reopen(case, "They wrote again", ANA, now)
    some.desk.close(case, LENA, now)
    again = some.desk.reopen(case, "they  wrote AGAIN", ANA, now)

    assert nothing == again == Refused(No.NO_NEW_FACT)
    assert isinstance(first, Done)
    assert some.stage(case) == "closed"
    assert len(some.world.rows(outreaches)) == 2  # each closing said it


def test_a_new_transfer_opens_a_closed_case_and_one_that_was_known_does_not(some: Cases) -> None:
    case = settled(some)
    some.desk.close(case, ANA, some.world.clock())
    some.open()
    before = some.stage(case)
    some.desk.add(case, replace(A_LOSS, amount=Decimal(7)), ANA, some.world.clock())

    assert (before, some.stage(case)) == ("closed", "reopened")


def test_two_who_close_at_once_write_one_closing(some: Cases) -> None:
    case = settled(some)
    ready, done = Barrier(2), []

    def close() -> None:
        ready.wait()
        done.append(some.desk.close(case, ANA, some.world.clock()))

    threads = [Thread(target=close) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(isinstance(each, Done) for each in done) == [False, True]
    assert len(some.world.rows(outreaches)) == 1


def test_two_who_ask_a_firm_at_once_ask_it_once(some: Cases) -> None:
    case, ready = some.open().case, Barrier(2)

    def ask() -> None:
        ready.wait()
        some.desk.freeze(case, BANK, ANA, some.world.clock())

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(3):
        some.work().run()
        some.world.clock.tick(hours=1)

    assert len(some.firm.told) == len(some.world.rows(case_freezes)) == 1


def test_a_firm_is_told_nothing_of_the_person(some: Cases) -> None:
    case = some.open().case
    some.desk.freeze(case, BANK, ANA, some.world.clock())
    some.work().run()
    ((_, told),) = some.firm.told

    assert set(told) == {
        "request_id", "case", "reason", "chain", "destination", "amount", "currency", "sent_at", "answer_by"
    }  # fmt: skip
    assert (told["amount"], told["destination"]) == ("1200.5", "0xabc")
    assert not any(some.person() in str(value) or "user-1" in str(value) for value in told.values())
    with some.store.read() as tx:
        (left,) = transfers_of(tx, case)
    assert what_is_told(some.whole(case).freezes[0], left) == told


def test_a_firm_that_is_down_is_asked_again_and_becomes_a_dead_letter_that_can_be_replayed(
    some: Cases,
) -> None:
    case = some.open().case
    some.desk.freeze(case, BANK, ANA, some.world.clock())
    some.firm.raises = CoreBusy("http_503", after=1)
    for _ in range(MOST_TRIES + 2):
        some.work().run()
        some.world.clock.tick(hours=1)
    with some.store.begin() as tx:
        (letter,) = letters.letters(tx)
        replayed = letters.replay(tx, [letter.id], "ana", some.world.clock())
    some.firm.raises = None
    some.work().run()

    assert (letter.to, letter.state, letter.tries, letter.trouble) == ("bank", "dead", MOST_TRIES, "http_503")
    assert replayed == [letter.id] == [id for id, _ in some.firm.told]


def test_a_firm_that_refuses_the_request_is_not_asked_again_by_itself(some: Cases) -> None:
    case = some.open().case
    some.desk.freeze(case, BANK, ANA, some.world.clock())
    some.firm.raises = CoreRefused("http_403")
    some.work().run()
    some.firm.raises = None
    some.world.clock.tick(hours=5)
    some.work().run()

    assert some.firm.told == []
    assert some.whole(case).freezes[0].state == "refused"


def test_a_firm_without_an_api_counts_as_asked_when_a_person_says_so(some: Cases) -> None:
    case, now = some.open().case, some.world.clock()
    some.desk.freeze(case, DESK, ANA, now)
    some.work().run()
    before = some.whole(case).freezes[0].state, some.stage(case)
    some.desk.sent(case, DESK, ANA, now)
    some.work().run()

    assert before == ("unsent", "freezing")
    assert (some.whole(case).freezes[0].state, some.stage(case)) == ("asked", "waiting")


def test_an_answer_is_kept_once_and_a_yes_begins_the_recovery(some: Cases) -> None:
    case, now = some.open().case, some.world.clock()
    some.desk.freeze(case, BANK, ANA, now)
    some.work().run()
    part = Answer(firm="bank", answer="partial", amount=Decimal("300.10"), currency="USDT")
    first, again = (some.desk.answer(case, part, ANA, now) for _ in range(2))
    (freeze,) = some.whole(case).freezes

    assert [done.changed for done in (first, again) if isinstance(done, Done)] == [1, 0]
    assert (freeze.answer, freeze.amount, some.stage(case)) == ("partial", Decimal("300.1"), "recovering")


def test_an_answer_of_a_firm_that_was_never_asked_changes_nothing(some: Cases) -> None:
    case = some.open().case
    some.desk.simple(case, Act.TAKE, ANA, some.world.clock())
    done = some.desk.answer(case, Answer(firm="bank", answer="accepted"), ANA, some.world.clock())

    assert done == Done(some.whole(case).case.stage, 0)


def test_what_came_back_is_kept_by_currency_and_a_double_click_counts_once(some: Cases) -> None:
    case, now = some.open().case, some.world.clock()
    one = Amount(kind="refunded", amount=Decimal("0.1"), currency="EUR", source="bank", actor="ana")
    for amount in (
        one,
        one,
        replace(one, reference="second"),
        replace(one, amount=Decimal("3"), currency="BTC", kind="recovered"),
        replace(one, kind="corrected", reference="typo"),
    ):
        some.desk.money(case, amount, ANA, now)

    assert some.whole(case).back == {"BTC": Decimal(3), "EUR": Decimal("0.1")}
    assert len(some.world.rows(case_amounts)) == 4


def test_money_that_comes_after_the_end_opens_the_case_again_once(some: Cases) -> None:
    case, now = settled(some), some.world.clock()
    one = Amount(kind="refunded", amount=Decimal(5), currency="EUR", source="bank", actor="ana")
    some.desk.money(case, one, ANA, now)
    some.desk.close(case, ANA, now)
    known = some.desk.money(case, one, ANA, now)
    stage = some.stage(case)
    some.desk.money(case, replace(one, amount=Decimal(6)), ANA, now)

    assert known == Done(some.whole(case).case.stage.CLOSED, 0)
    assert (stage, some.stage(case)) == ("closed", "recovering")


def test_a_case_that_nobody_takes_goes_to_an_agent_then_to_the_lead(some: Cases) -> None:
    case = some.open().case
    kinds, late = [], []
    for hours in (0.9, 0.2, 22.8, 0.2, 47.8, 0.2):
        some.world.clock.tick(hours=hours)
        some.work().run()
        kinds.append(sorted(t.kind for t in some.world.rows(tasks) if t.kind.startswith("case_")))
        late.append(some.whole(case).case.late_since is not None)

    assert kinds == [[], ["case_late"], ["case_late"], ["case_late", "case_lead"],
                     ["case_late", "case_lead"], ["case_late", "case_lead", "case_lead"]]  # fmt: skip
    assert late == [False, True, True, True, True, True]


def test_a_late_case_is_late_no_more_once_it_is_taken_and_a_firm_was_asked(some: Cases) -> None:
    case = some.open().case
    some.world.clock.tick(hours=2)
    some.work().run()
    before = some.whole(case).case.late_since
    some.desk.simple(case, Act.TAKE, ANA, some.world.clock())
    some.desk.freeze(case, BANK, ANA, some.world.clock())
    some.work().run()
    after = some.whole(case).case.late_since

    assert (before is not None, after) == (True, None)


def test_a_firm_that_does_not_answer_in_time_becomes_a_task_once(some: Cases) -> None:
    case = some.open().case
    some.desk.freeze(case, BANK, ANA, some.world.clock())
    some.work().run()
    some.world.clock.tick(hours=25)
    for _ in range(3):
        some.work().run()

    assert [t.kind for t in some.world.rows(tasks)].count("case_answer") == 1


def test_a_case_of_an_older_version_gets_its_clock(some: Cases) -> None:
    case = some.open().case
    with some.store.begin() as tx:
        tx.connection.execute(cases.update().values(due_at=None))
        tx.connection.execute(delete(case_steps))
    some.work().run()

    assert some.whole(case).case.due_at == some.world.clock() + timedelta(hours=1)


def test_who_acts_is_audited_and_a_no_writes_nothing(some: Cases) -> None:
    case, now = some.open().case, some.world.clock()
    refused = some.desk.close(case, ANA, now)
    some.desk.simple(case, Act.TAKE, ANA, now)

    assert refused == Refused(No.NOT_YOURS, (LENA.role,))
    assert [(a.actor, a.act, a.object) for a in some.world.rows(audit)] == [("ana", "case.take", case)]
    assert some.world.rows(outreaches) == []


def test_nobody_is_forgotten_while_their_case_is_open(some: Cases) -> None:
    case = some.open().case
    with some.store.read() as tx:
        before = what_stands_against(tx, some.person())
    some.desk.simple(case, Act.TAKE, ANA, some.world.clock())
    some.desk.simple(case, Act.SETTLE, ANA, some.world.clock())
    some.desk.close(case, ANA, some.world.clock())
    with some.store.read() as tx:
        after = what_stands_against(tx, some.person())

    assert any("recovery case is open" in reason for reason in before)
    assert after == []


def test_the_core_is_asked_only_about_transfers_that_it_knows(some: Cases) -> None:
    case = some.open(A_LOSS, replace(A_LOSS, transfer_ref="T-9")).case
    some.desk.freeze(case, CORE, ANA, some.world.clock())

    assert [c.transfer_ref for c in some.world.rows(core_calls)] == ["T-9"]


def test_a_case_that_somebody_settles_while_its_clock_is_read_stays_settled(
    some: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = some.open().case
    some.desk.freeze(case, BANK, ANA, some.world.clock())
    with some.store.read() as tx:
        seen = cases_ledger.hold(tx, case)
    some.desk.simple(case, Act.SETTLE, LENA, some.world.clock())
    assert some.stage(case) == "settled"
    monkeypatch.setattr(case_clock, "freezing", lambda tx: [seen])  # as it was read a moment before

    some.work().run()

    assert some.stage(case) == "settled"


def test_cases_that_stay_late_for_good_keep_no_mark_of_another_case_waiting(some: Cases) -> None:
    late, fresh = some.open().case, some.open(user="user-2").case
    with some.store.begin() as tx:
        cases_ledger.change(tx, late, rung=3, due_at=None, late_since=some.world.clock())
    some.world.clock.now += timedelta(hours=2)

    with some.store.read() as tx:
        due = case_clock.to_look_at(tx, some.world.clock(), at_most=1)

    assert due == [fresh]
