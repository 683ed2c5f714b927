"""`outreach outcomes show`: what an analyst or an auditor types about one person."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.cli.outcomes_show import show
from outreach.domain.outcomes.saying import Saying
from outreach.domain.outcomes.told import By, Kind
from outreach.engine.maturing import Maturing
from outreach.store import tables
from outreach.store.outcome_telling import Teller, tell
from tests.build_ledger import NOW, Ledger
from tests.doors.desk_world import USER, Desk, a_desk, warned

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk where one person was warned, saw it and cancelled."""
    made = a_desk(tmp_path)
    made.write(warned)
    return made


def cancelled(ledger: Ledger) -> None:
    tx = ledger.tx
    person = tx.connection.execute(select(tables.people.c.id)).scalars().first()
    message = (
        tx.connection.execute(select(tables.messages.c.id).order_by(tables.messages.c.id)).scalars().first()
    )
    facts = {"transfer_ref": "T-1", "amount": "4200", "currency": "USD"}
    tx.connection.execute(tables.decisions.update().values(facts=facts))
    tx.connection.execute(tables.evidence.delete())
    assert message is not None
    ledger.evidence(message, "human_opened", at=NOW + HOUR)
    saying = Saying(
        kind=Kind.CANCELLED, at=NOW + 2 * HOUR, person=str(person), transfer_ref="T-1", by=By.USER
    )
    tell(
        tx, Teller(feed="core", currency="USD", spell=lambda text: (text, (text,))), [saying], NOW + 3 * HOUR
    )


def reckoned(desk: Desk) -> None:
    desk.write(cancelled)
    Maturing(store=desk.store, clock=lambda: NOW + 4 * HOUR, holder="test").run()


def test_each_level_is_shown_with_its_definition_its_owner_and_its_state(desk: Desk) -> None:
    reckoned(desk)
    shown = desk.run(show, USER)

    assert shown.exit_code == 0, shown.output
    assert "P2: abandoned after a seen warning: What a person gave up" in shown.output.replace("\n", " ")
    assert "4,200.00 USD" in shown.output
    assert "never add them up" in shown.output
    assert "it was cancelled (the person; from core)" in shown.output


def test_as_json_every_amount_is_text_and_carries_its_definition(desk: Desk) -> None:
    reckoned(desk)
    told = json.loads(desk.run(show, USER, "--format", "json").output)

    entries = {(e["level"], e["window"]): e for episode in told["episodes"] for e in episode["entries"]}
    p2 = entries["P2", "7d"]
    assert (p2["amount"], p2["currency"], p2["state"], p2["owner"]) == (
        "4200",
        "USD",
        "provisional",
        "warning",
    )
    assert p2["told"] == [one["id"] for one in told["told"]]
    assert told["levels"]["P2"].startswith("What a person gave up")


def test_looking_is_audited(desk: Desk) -> None:
    reckoned(desk)
    desk.run(show, USER, "--actor", "ana")

    with desk.store.read() as tx:
        rows = tx.connection.execute(select(tables.audit)).all()
    assert [(row.act, row.actor) for row in rows] == [("open", "ana")]


def test_nothing_reckoned_yet_is_said_and_exits_1(desk: Desk) -> None:
    shown = desk.run(show, USER)

    assert shown.exit_code == 1
    assert "Nothing was reckoned of this person yet" in shown.output


def test_somebody_unknown_is_told_in_a_sentence_that_repeats_nothing(desk: Desk) -> None:
    shown = desk.run(show, "secret@nowhere.example")

    assert shown.exit_code == 1
    assert "Nobody is known by that" in shown.output
    assert "secret" not in shown.output


def test_nothing_is_shown_that_would_name_an_address_or_a_transfer(desk: Desk) -> None:
    reckoned(desk)
    for style in ("text", "json"):
        shown = desk.run(show, USER, "--format", style).output
        assert "T-1" not in shown
        assert "@" not in shown
        assert USER not in shown
