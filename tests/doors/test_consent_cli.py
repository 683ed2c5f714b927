"""`outreach consent`: support shows and changes the ledger, and nothing of it is ever edited."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from outreach.cli.consent import consent
from outreach.cli.history import history
from outreach.store.tables import audit, consents, texts
from tests.doors.desk_world import USER, Desk, a_desk, warned

WORDS = "Yes, warn me by SMS. Version of 1 November 2026."
SAID = (
    "--channel",
    "sms",
    "--program",
    "security",
    "--source",
    "phone",
    "--reason",
    "she called",
    "--actor",
    "bo",
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk where one person was warned."""
    made = a_desk(tmp_path)
    made.write(warned)
    (tmp_path / "text.txt").write_text(WORDS, encoding="utf-8")
    return made


def kept(desk: Desk, table: Any) -> list[Any]:
    """A table's rows, in order of id."""
    with desk.store.read() as tx:
        return sorted(tx.connection.execute(table.select()), key=lambda row: row[0])


def test_a_yes_is_kept_with_who_where_when_and_which_text(desk: Desk) -> None:
    done = desk.run(consent, "grant", USER, *SAID, "--text", str(desk.workspace / "text.txt"))
    (row,) = kept(desk, consents)
    version = sha256(WORDS.encode()).hexdigest()

    assert done.exit_code == 0, done.output
    assert (row.granted, row.basis, row.channel, row.program) == (True, "consent", "sms", "security")
    assert (row.source, row.actor, row.text_sha256) == ("phone", "bo", version)
    assert [(t.sha256, t.kind, t.body) for t in kept(desk, texts) if t.kind == "consent"] == [
        (version, "consent", WORDS)
    ]
    assert [(a.act, a.actor, a.reason) for a in kept(desk, audit)] == [("consent granted", "bo", "")]


def test_a_no_is_added_and_the_yes_before_it_stays(desk: Desk) -> None:
    desk.run(consent, "grant", USER, *SAID)
    done = desk.run(consent, "withdraw", USER, *SAID)

    assert "in force now" in done.output
    assert "sms no" in done.output
    assert [row.granted for row in kept(desk, consents)] == [True, False]


def test_a_word_said_twice_is_written_once(desk: Desk) -> None:
    desk.run(consent, "withdraw", USER, *SAID)
    again = desk.run(consent, "withdraw", USER, *SAID)

    assert "stood already" in again.output
    assert len(kept(desk, consents)) == 1


def test_history_shows_every_change_with_its_text_and_the_reason(desk: Desk) -> None:
    desk.run(consent, "grant", USER, *SAID, "--text", str(desk.workspace / "text.txt"))
    desk.run(consent, "withdraw", USER, *SAID[:2], "--program", "all", *SAID[4:])
    shown = desk.run(history, USER).output

    assert "Consent given for sms, warnings" in shown
    assert "Consent withdrawn for sms, warnings and education" in shown
    assert f"text: {sha256(WORDS.encode()).hexdigest()[:12]}" in shown
    assert "source: phone; by: bo" in shown
    assert "Consent withdrawn: she called" in shown


def test_a_program_reads_what_stands_and_every_row_of_it(desk: Desk) -> None:
    desk.run(consent, "grant", USER, *SAID, "--basis", "exemption")
    desk.run(consent, "withdraw", USER, "--channel", "all", "--program", "education", *SAID[4:])
    told = json.loads(desk.run(consent, "show", USER, "--format", "json").output)

    assert told["standing"]["security"] == {
        "push": "never asked", "sms": "exemption", "email": "never asked", "inbox": "never asked",
        "call": "never asked",
    }  # fmt: skip
    assert set(told["standing"]["education"].values()) == {"no"}
    assert [(row["basis"], row["granted"]) for row in told["ledger"]] == [
        ("exemption", True),
        ("consent", False),
    ]


@pytest.mark.parametrize("left_out", ["--reason", "--source", "--channel", "--program"])
def test_nothing_is_written_without_saying_about_what_where_and_why(desk: Desk, left_out: str) -> None:
    at = SAID.index(left_out)
    done = desk.run(consent, "grant", USER, *SAID[:at], *SAID[at + 2 :])

    assert done.exit_code == 2
    assert kept(desk, consents) == []


def test_a_text_that_feeds_name_is_kept_under_the_hash_it_tells(desk: Desk) -> None:
    told = desk.run(consent, "text", str(desk.workspace / "text.txt")).output.strip()

    assert told == sha256(WORDS.encode()).hexdigest()
    assert [t.body for t in kept(desk, texts) if t.sha256 == told] == [WORDS]


def test_what_is_no_text_is_refused_in_words(desk: Desk) -> None:
    (desk.workspace / "odd.txt").write_bytes(b"\xff\xfe\xff")
    done = desk.run(consent, "grant", USER, *SAID, "--text", str(desk.workspace / "odd.txt"))

    assert done.exit_code == 2
    assert "UTF-8" in done.output
    assert kept(desk, consents) == []
