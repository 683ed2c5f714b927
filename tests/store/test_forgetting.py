"""Forgetting: whatever is personal goes in one transaction, and what was counted stays counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select, update

from outreach.domain.scale import Channel
from outreach.store import tables
from outreach.store.contacts import suppress
from outreach.store.database import Store
from outreach.store.figures import run_figures
from outreach.store.forgetting import Wanted, forget, known_by, lines_naming
from outreach.store.history import story
from outreach.store.intake import Forgotten, people_of, require_known
from outreach.store.legal_holds import keep, lift, what_stands_against
from outreach.store.sealed import hashed_columns, sealed_columns
from tests.build_ledger import NOW, Ledger

PHONE, MAIL, USER = "+34600112233", "ana@example.com", "user-7"
PLAIN = {"amount_at_risk_usd", "destination_listed"}
FACTS = {"amount_at_risk_usd": "4200", "destination_listed": True, "beneficiary": "bc1-payee"}


def ana(ledger: Ledger) -> str:
    """Somebody with a row of everything that can be personal."""
    person = ledger.person(USER, locale="es", code="kiwi", contacts={Channel.SMS: PHONE, Channel.EMAIL: MAIL})
    decision = ledger.decision(person, facts=FACTS)
    outreach = ledger.outreach(person, decision=decision)
    message = ledger.message(person, outreach, to=PHONE, text="Ana, stop")
    ledger.attempt(message)
    ledger.receipt(message)
    ledger.answer(person, outreach, message, "help_me")
    ledger.task(person, "help", "Call Ana back")
    note = {"actor": "eva", "text_enc": ledger.tx.vault.seal("Ana's son called"), "at": NOW}
    ledger._row(tables.notes, person=person, **note)
    ledger._row(tables.audit, actor="eva", act="reveal", object=person, reason="Ana called", at=NOW)
    ledger.core_call(person)
    return person


def filled(store: Store) -> tuple[str, str]:
    """Ana, and somebody else with the same rows."""
    with store.begin() as tx:
        ledger = Ledger(tx, NOW).begin()
        person = ana(ledger)
        other = ledger.person("user-70", contacts={Channel.SMS: "+34600112299"})
        ledger.message(other, ledger.outreach(other), to="+34600112299", text="Hello")
        suppress(tx, PHONE, Channel.SMS, "opted_out", NOW)
    return person, other


def forgotten(store: Store, person: str, **more: Any) -> Counter[str]:
    with store.begin() as tx:
        return forget(tx, Wanted(person=person, plain=PLAIN, **more), "dpo", "asked on 1 March", NOW)


def everything(store: Store) -> str:
    """Every value of every row, sealed ones opened."""
    sealed = {each.name for each in sealed_columns()}
    said = []
    with store.read() as tx:
        for table in tables.metadata.tables.values():
            for row in tx.connection.execute(select(table)):
                for name, value in row._mapping.items():
                    is_sealed = f"{table.name}.{name}" in sealed and value is not None
                    said.append(tx.vault.open(value) if is_sealed else str(value))
    return "\n".join(said)


def test_nothing_that_names_a_forgotten_person_is_left_sealed_or_not(store: Store) -> None:
    person, _ = filled(store)
    needles = (PHONE, MAIL, "kiwi", "Ana", "bc1-payee", "T-1", "SM1", store.vault.fingerprint(USER))
    before = everything(store)
    assert all(needle in before for needle in needles)

    forgotten(store, person)

    after = everything(store)
    assert f"{USER}\n" not in f"{after}\n".replace("user-70", "")
    for needle in needles:
        # The other person's episode has the same transfer, and the same provider's reference is theirs, too.
        assert needle not in after or needle == "T-1", needle
    assert store.vault.fingerprint(PHONE) in after  # the suppression: their no outlives them


def test_the_figures_and_every_other_person_stay_as_they_were(store: Store) -> None:
    person, other = filled(store)

    def counted() -> dict[str, Any]:
        with store.read() as tx:
            runs = tx.connection.execute(select(tables.runs.c.id)).scalars()
            of_run = [run_figures(tx, run) for run in runs]
            names = set(tables.metadata.tables) - {"people", "profiles", "contact_points", "notes"}
            rows = {
                name: tx.connection.execute(
                    select(func.count()).select_from(tables.metadata.tables[name])
                ).scalar_one()
                for name in names - {"audit", "forgotten"}
            }
            verdicts = tx.connection.execute(
                select(tables.decisions.c.verdict, func.count()).group_by(tables.decisions.c.verdict)
            ).all()
            return {"runs": of_run, "rows": rows, "verdicts": verdicts, "other": story(tx, other)}

    over = {"state": "closed", "close_reason": "acknowledged", "closed_at": NOW}
    with store.begin() as tx:  # an open climb would end: that is a figure of its own
        tx.connection.execute(update(tables.outreaches).values(**over))
    before = counted()
    forgotten(store, person)

    assert counted() == before


def test_forgotten_again_there_is_nothing_left_to_go_and_no_second_line_in_the_audit(store: Store) -> None:
    person, _ = filled(store)

    assert forgotten(store, person)["user reference"] == 1
    assert forgotten(store, person) == Counter()
    with store.read() as tx:
        acts = tx.connection.execute(select(tables.audit.c.act, tables.audit.c.reason)).all()
    assert [tuple(row) for row in acts].count(("forget", "asked on 1 March")) == 1
    assert ("reveal", "") in [tuple(row) for row in acts]


def test_the_climb_ends_first_and_its_history_still_opens(store: Store) -> None:
    person, _ = filled(store)
    forgotten(store, person)

    with store.read() as tx:
        told = story(tx, person)
    assert [each.close_reason for each in told.outreaches] == ["forgotten"]
    assert told.user is None
    assert [(m.to, m.content.text) for m in told.messages] == [("", "")]
    assert {task.state for task in told.tasks} == {"dropped"}


def test_who_comes_back_through_a_feed_is_somebody_new(store: Store) -> None:
    person, _ = filled(store)
    forgotten(store, person)

    with store.begin() as tx:
        ids, fresh = people_of(tx, [USER], NOW)
    assert ids[USER] != person
    assert fresh == {ids[USER]}
    with store.read() as tx:
        assert story(tx, ids[USER]).outreaches == ()


def test_quarantined_lines_that_name_them_are_emptied_and_stay_counted(store: Store) -> None:
    person, _ = filled(store)
    lines = [f"{USER},12 coins", "user-70,12 coins", "x,+34 600 11-22-33,y", f"a,{MAIL.upper()}"]
    with store.begin() as tx:
        ledger = Ledger(tx, NOW).begin()
        for text in lines:
            row = {"pull": ledger.pull, "place": "f.csv", "line": 1, "column": "", "reason": "not_a_number"}
            ledger._row(tables.quarantine, **row, text_enc=tx.vault.seal(text), at=NOW)
    with store.read() as tx:
        named = lines_naming(tx, known_by(tx, person))
    forgotten(store, person, lines=named)

    with store.read() as tx:
        left = [
            tx.vault.open(row)
            for row in tx.connection.execute(select(tables.quarantine.c.text_enc)).scalars()
        ]
    assert sorted(left) == ["", "", "", "user-70,12 coins"]


def test_what_must_be_kept_is_not_forgotten_until_it_need_not_be(store: Store) -> None:
    person, _ = filled(store)

    def against() -> str:
        with store.read() as tx:
            return " ".join(what_stands_against(tx, person))

    assert against() == ""
    with store.begin() as tx:
        keep(tx, person, "court 7/26", "dpo", NOW)
        Ledger(tx, NOW).task(person, "recovery", outreach=None)
        Ledger(tx, NOW).core_call(person, act="freeze", state="due", transfer_ref="T-9")
    assert all(words in against() for words in ("court 7/26", "recovery case", "freeze a transfer"))
    with store.begin() as tx:
        assert lift(tx, person, "closed", "dpo", NOW) == 1
        tx.connection.execute(update(tables.tasks).values(state="done"))
        tx.connection.execute(update(tables.core_calls).values(state="asked"))
    assert against() == ""


def test_nothing_is_written_about_somebody_who_was_forgotten_since_they_were_looked_up(store: Store) -> None:
    person, other = filled(store)
    with store.begin() as tx:
        require_known(tx, [person, other])
    forgotten(store, person)

    with pytest.raises(Forgotten), store.begin() as tx:
        require_known(tx, [person, other])


def test_every_sealed_column_of_a_kept_row_says_whose_it_is_or_is_searched(store: Store) -> None:
    nobodys = {each.name for each in sealed_columns() if not each.is_of_persons}

    # A beneficiary that turned bad is nobody of ours, and what is looked for again must stay.
    searched = {"quarantine.text_enc", "outcome_unread.text_enc"}
    assert nobodys == {"people.user_ref_enc", "lookbacks.key_enc"} | searched
    assert {str(column) for column in hashed_columns()} >= {"messages.to_hmac", "replies.from_hmac"}
