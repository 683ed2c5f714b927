"""Retention: each class goes at its age, in small pieces, and never what is still open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from outreach.domain.scale import Channel
from outreach.settings.privacy import RetentionSettings
from outreach.store import retention, tables
from outreach.store.database import Store
from outreach.store.legal_holds import keep
from outreach.store.retention import CLASSES, due, take_batch
from tests.build_ledger import NOW, Ledger

PRIVATE = {"beneficiary", "transfer_ref"}
OLD = NOW - timedelta(days=10)
BEFORE = NOW - timedelta(days=5)


def person_with_everything(ledger: Ledger, user: str, **climb: Any) -> str:
    person = ledger.person(user, contacts={Channel.SMS: f"+346001{user[-3:]}"})
    facts = {"amount_at_risk_usd": "4200", "beneficiary": "bc1", "transfer_ref": "T-1"}
    decision = ledger.decision(person, facts=facts, at=OLD)
    over = {"state": "closed", "closed_at": OLD, "close_reason": "acknowledged"}
    outreach = ledger.outreach(person, decision=decision, **{**over, **climb})
    message = ledger.message(person, outreach, text="hello", created_at=OLD)
    ledger.attempt(message, finished_at=OLD)
    ledger.receipt(message, received_at=OLD)
    ledger.task(person, "help", "text", state="done", opened_at=OLD, closed_at=OLD, outreach=outreach, step=0)
    note = {"actor": "eva", "text_enc": ledger.tx.vault.seal("note"), "at": OLD}
    ledger._row(tables.notes, person=person, **note)
    value = {
        "value_enc": ledger.tx.vault.seal("+1"),
        "value_hmac": "a" * 64,
        "source": "risk",
        "seen_at": None,
    }
    ledger._row(tables.contact_points, person=person, channel="push", valid_from=OLD, valid_to=OLD, **value)
    reply = {"provider": "twilio", "provider_ref": user, "from_hmac": "b" * 64, "kind": "unclear", "at": OLD}
    ledger._row(tables.replies, person=person, text_enc=ledger.tx.vault.seal("leave me alone"), **reply)
    payee = {"chain": "evm", "address": "c" * 64, "ends": "d" * 64, "first_at": OLD, "last_at": OLD}
    ledger._row(tables.payees, person=person, **payee)
    closed_case(ledger, person)
    closed_report(ledger, person, f"R{user[-3:]}00")
    return person


def closed_report(ledger: Ledger, person: str, reference: str) -> None:
    sealed = ledger.tx.vault.seal('{"words": "met online"}')
    said = {"via": "link", "locale": "en", "happened": "job", "money_left": "no", "moment": "day"}
    ends = {"state": "closed", "at": OLD, "due_at": OLD, "closed_at": OLD, "details_enc": sealed}
    form = ledger.tx.vault.fingerprint(reference)
    report = ledger._row(tables.reports, person=person, reference=reference, form=form, **said, **ends)
    hashes = {"sha256": "a" * 64, "original_sha256": "b" * 64, "size": 9, "kind": "png", "n": 1}
    name = f"{form[:32]}"
    ledger._row(
        tables.report_files, person=person, report=report, name=name, key_enc=sealed, at=OLD, **hashes
    )
    lifted = {"lifted_by": "eva", "reason_enc": sealed, "lifted_at": OLD}
    ledger._row(tables.welfare, person=person, source="reply", at=OLD, **lifted)


def closed_case(ledger: Ledger, person: str) -> None:
    about = {"pattern": "recovery", "beneficiary": "e" * 64, "severity_rank": 0, "money_moved": True}
    times = {"opened_at": OLD, "last_flag_at": OLD, "closed_at": OLD}
    episode = ledger._row(tables.episodes, person=person, transfer_ref=None, **about, **times)
    sealed = ledger.tx.vault.seal("met online")
    state = {"source": "report", "state": "closed", "stage": "closed", "opened_at": OLD, "closed_at": OLD}
    case = ledger._row(
        tables.cases, person=person, episode=episode, outreach=None, narrative_enc=sealed, **state
    )
    of = {"person": person, "case": case, "at": OLD}
    step = {"n": 0, "act": "note", "role": "agent", "actor": "eva", "was": "opened", "stage": "opened"}
    ledger._row(tables.case_transfers, **of, identity="f" * 64, place_enc=sealed)
    ledger._row(tables.case_steps, **of, **step, note_enc=sealed)


def filled(store: Store, **climb: Any) -> str:
    with store.begin() as tx:
        ledger = Ledger(tx, NOW).begin()
        person = person_with_everything(ledger, "user-001", **climb)
        ledger.quarantined("not_a_number")
        tx.connection.execute(update(tables.quarantine).values(at=OLD))
    return person


def counts(store: Store) -> dict[str, int]:
    with store.read() as tx:
        return {
            name: sum(due(tx, one, BEFORE, PRIVATE).count for one in those) for name, those in CLASSES.items()
        }


def take(store: Store) -> dict[str, int]:
    return {
        name: sum(take_batch(store, one, BEFORE, PRIVATE, "")[0] for one in those)
        for name, those in CLASSES.items()
    }


ALL = {"messages": 1, "replies": 1, "tasks": 1, "notes": 1, "former_addresses": 1, "facts": 1,
       "quarantine": 1, "references": 2, "payees": 1, "cases": 3, "reports": 3}  # fmt: skip


def test_what_is_due_is_told_then_taken_and_then_nothing_is_due(store: Store) -> None:
    filled(store)

    assert counts(store) == ALL
    assert take(store) == ALL
    assert counts(store) == dict.fromkeys(ALL, 0)
    with store.read() as tx:
        (message,) = tx.connection.execute(select(tables.messages)).all()
        facts = list(tx.connection.execute(select(tables.decisions.c.facts)).scalars())
        points = tx.connection.execute(select(tables.contact_points.c.channel)).scalars().all()
    assert "hello" not in tx.vault.open(message.body_enc)
    assert {"amount_at_risk_usd": "4200"} in facts
    assert not any(PRIVATE & each.keys() for each in facts)
    assert points == ["sms"]


def test_what_is_younger_stays(store: Store) -> None:
    filled(store)
    with store.read() as tx:
        told = [due(tx, one, OLD, PRIVATE).count for those in CLASSES.values() for one in those]

    assert not any(told)


OPEN = {
    "an open climb": lambda ledger, person: ledger.outreach(person),
    "an open task": lambda ledger, person: ledger.task(person, "help"),
    "a legal hold": lambda ledger, person: keep(ledger.tx, person, "court", "dpo", NOW),
    "an open case": lambda ledger, person: ledger._row(
        tables.cases,
        person=person,
        episode=ledger.tx.connection.execute(select(tables.episodes.c.id).order_by(tables.episodes.c.id))
        .scalars()
        .first(),
        outreach=None,
        source="already_sent",
        state="open",
        opened_at=NOW,
        closed_at=None,
    ),
}


@pytest.mark.parametrize("what", OPEN)
def test_nothing_goes_of_somebody_about_whom_something_is_open(store: Store, what: str) -> None:
    person = filled(store)
    with store.begin() as tx:
        OPEN[what](Ledger(tx, NOW).begin(), person)  # type: ignore[no-untyped-call]

    # Lines in quarantine are nobody's.
    assert take(store) == {**dict.fromkeys(ALL, 0), "quarantine": 1}


def test_a_message_that_is_in_doubt_keeps_its_address_until_it_is_settled(store: Store) -> None:
    filled(store)
    with store.begin() as tx:
        tx.connection.execute(update(tables.attempts).values(result="unknown"))

    assert take(store)["messages"] == 0


def test_a_batch_is_no_larger_than_said_and_the_next_goes_on_behind_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    with store.begin() as tx:
        ledger = Ledger(tx, NOW).begin()
        for n in range(5):
            person_with_everything(ledger, f"user-00{n}")
    (one,) = CLASSES["messages"]
    after, sizes = "", []
    while True:
        count, last = take_batch(store, one, BEFORE, PRIVATE, after)
        if last is None:
            break
        sizes.append(count)
        after = last

    assert sizes == [2, 2, 1]


def test_every_class_has_its_setting_and_every_setting_its_class() -> None:
    assert set(RetentionSettings.model_fields) == {*CLASSES, "archive", "forgotten_list"}
