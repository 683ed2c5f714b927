"""`outreach letters` and `outreach rules alarms`: what nobody heard, and what people say of a rule."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.cli.letters import letters
from outreach.cli.rules import rules
from outreach.store.tables import audit, core_calls
from tests.build_ledger import NOW, Ledger
from tests.doors.desk_world import Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return a_desk(tmp_path)


def dead(ledger: Ledger) -> None:
    """A hold that was refused, a freeze that was given up, and a hold that was taken."""
    person = ledger.person("user-1")
    opened = {"opened_at": NOW - timedelta(hours=3)}
    ledger.core_call(person, act="hold", state="refused", trouble="http_403", transfer_ref="T-1", **opened)
    ledger.core_call(person, act="freeze", state="dead", trouble="timeout", tries=8, transfer_ref="T-2")
    ledger.core_call(person, act="hold", state="asked", transfer_ref="T-3")


def test_dead_letters_are_listed_with_reason_tries_and_age(desk: Desk) -> None:
    desk.write(dead)
    said = desk.run(letters, "list")
    told = json.loads(desk.run(letters, "list", "--format", "json").output)

    assert said.exit_code == 1
    assert all(word in said.output for word in ("T-1", "http_403", "T-2", "timeout"))
    assert "T-3" not in said.output
    assert [(one["act"], one["trouble"], one["tries"]) for one in told] == [
        ("hold", "http_403", 1),
        ("freeze", "timeout", 8),
    ]
    assert told[0]["opened_at"] == (NOW - timedelta(hours=3)).isoformat()
    assert (type(told[0]["age_seconds"]), told[1]["age_seconds"]) == (float, None)


def test_no_dead_letters_is_good_news(desk: Desk) -> None:
    said = desk.run(letters, "list")

    assert (said.exit_code, "took every request" in said.output) == (0, True)


def test_one_letter_is_told_in_words(desk: Desk) -> None:
    desk.write(dead)
    (first, *_) = json.loads(desk.run(letters, "list", "--format", "json").output)
    said = desk.run(letters, "show", first["id"])

    assert "The core system refused to hold the transfer." in said.output
    assert "the person asked to stop it" in said.output


def test_a_letter_is_sent_again_under_its_own_id_with_a_name_in_the_audit(desk: Desk) -> None:
    desk.write(dead)
    first, second = json.loads(desk.run(letters, "list", "--format", "json").output)
    said = [
        desk.run(letters, "replay", first["id"], "--actor", "ann"),
        desk.run(letters, "replay", first["id"], "--actor", "bob"),
        desk.run(letters, "replay", "--all", "--actor", "ann"),
    ]
    with desk.store.read() as tx:
        states = {row.id: (row.state, row.tries) for row in tx.connection.execute(core_calls.select())}
        noted = [(row.actor, row.act, row.object) for row in tx.connection.execute(audit.select())]

    assert [one.exit_code for one in said] == [0, 1, 0]
    assert (states[first["id"]], states[second["id"]]) == (("due", 0), ("due", 0))
    assert sorted(noted) == sorted(("ann", "replay_letter", one["id"]) for one in (first, second))


@pytest.mark.parametrize("words", [(), ("x", "--all")])
def test_whoever_replays_says_what(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.run(letters, "replay", *words).exit_code == 2


def answered(ledger: Ledger) -> None:
    """Five people were warned, four answered, one of them that it was theirs."""
    for n, said in enumerate(("it_is_mine", "stop_transfer", "help_me", "not_me", "")):
        person = ledger.person(f"user-{n}")
        outreach = ledger.outreach(person, sent=1)
        if said:
            ledger.answer(person, outreach, ledger.message(person, outreach), answer=said)


def test_false_alarms_are_told_with_their_n_their_interval_and_their_definition(desk: Desk) -> None:
    desk.write(answered)
    said = desk.run(rules, "alarms")
    told = json.loads(desk.run(rules, "alarms", "--format", "json").output)
    (rule,) = told["rules"]

    assert "25% (5% to 70%, n=4)" in said.output
    assert "Wilson" in said.output
    assert (rule["warned"], rule["answered"], rule["mine"], rule["share"]) == (5, 4, 1, 0.25)
    assert told["definition"].startswith("share:")


def test_nobody_warned_is_no_share(desk: Desk) -> None:
    assert "No rule has warned anybody" in desk.run(rules, "alarms", "--since", "1d").output
    assert desk.run(rules, "alarms", "--since", "x").exit_code == 2
