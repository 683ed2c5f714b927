"""What a support agent types, and what comes back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.cli.history import history, message, note, stop
from outreach.domain.scale import Channel
from outreach.store import tables
from tests.build_ledger import Ledger
from tests.doors.desk_world import ARABIC, MAIL, PHONE, USER, Desk, a_desk, warned


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk where one person was warned."""
    made = a_desk(tmp_path)
    made.write(warned)
    return made


def audited(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.store.read() as tx:
        rows = tx.connection.execute(select(tables.audit).order_by(tables.audit.c.id))
        return [(row.act, row.actor, row.reason) for row in rows]


def test_a_history_begins_with_where_the_person_stands_and_shows_the_words_as_sent(desk: Desk) -> None:
    shown = desk.run(history, USER)

    assert shown.exit_code == 0, shown.output
    assert "Warned twice about pig_butchering; last message by sms" in shown.output
    assert ARABIC in shown.output
    assert "Step" not in shown.output
    assert "+04 (12:02 UTC)" in shown.output


@pytest.mark.parametrize("typed", [PHONE, "0034 600 112 233", MAIL, "7k3-m9q"])
def test_a_history_is_found_by_phone_email_and_reference(desk: Desk, typed: str) -> None:
    assert USER in desk.run(history, typed).output


def test_somebody_unknown_is_told_in_a_sentence_that_repeats_nothing(desk: Desk) -> None:
    shown = desk.run(history, "secret@nowhere.example")

    assert shown.exit_code == 1
    assert "Nobody is known by that" in shown.output
    assert "secret" not in shown.output


def test_a_shared_phone_lists_the_people_instead_of_choosing_one(desk: Desk) -> None:
    desk.write(lambda ledger: ledger.person("user-0043", contacts={Channel.SMS: PHONE}) and None)

    shown = desk.run(history, PHONE)

    assert shown.exit_code == 1
    assert "2 people share that address" in shown.output


def test_an_address_is_never_shown_without_a_reason(desk: Desk) -> None:
    masked, refused = desk.run(history, USER), desk.run(history, USER, "--reveal")

    assert PHONE not in masked.output
    assert MAIL not in masked.output
    assert refused.exit_code == 2
    assert PHONE not in refused.output
    assert [act for act, _, _ in audited(desk)] == ["open"]


def test_a_reveal_is_in_the_audit_with_who_and_why(desk: Desk) -> None:
    shown = desk.run(history, USER, "--reveal", "--reason", "call back", "--actor", "ana")

    assert PHONE in shown.output
    assert audited(desk) == [("reveal", "ana", "call back")]


@pytest.mark.parametrize("style", ["json", "csv", "html"])
def test_whatever_leaves_for_a_file_or_a_program_is_in_the_audit(desk: Desk, style: str) -> None:
    desk.run(history, USER, "--format", style, "--actor", "ana")

    assert [(act, actor) for act, actor, _ in audited(desk)] == [("export", "ana")]


def test_the_json_holds_every_entry_with_both_clocks_and_the_words(desk: Desk) -> None:
    told = json.loads(desk.run(history, USER, "--format", "json").stdout)

    said = [entry["as_sent"] for entry in told["entries"] if entry["kind"] == "message"]
    assert told["user"] == USER
    assert {contact["address"] for contact in told["contacts"]} == {"+34•••33", "a•••@e•••.com"}
    assert said[1]["text"] == ARABIC
    assert {"at", "local", "kind", "title", "details"} <= set(told["entries"][0])


def test_the_csv_reads_back_whole_and_no_cell_of_it_is_a_formula(desk: Desk) -> None:
    desk.run(note, USER, '=HYPERLINK("http://evil.example";"click")')

    text = desk.run(history, USER, "--format", "csv", "--reveal", "--reason", "check").stdout
    rows = list(csv.DictReader(io.StringIO(text, newline="")))

    assert [row["sent_text"] for row in rows if row["kind"] == "message"][1] == ARABIC
    assert [row["title"] for row in rows if row["kind"] == "note"] == [
        '\'=HYPERLINK("http://evil.example";"click")'
    ]
    assert [row["to"] for row in rows if row["reference"] == "7K3M9Q"] == ["'" + PHONE]


def test_a_file_is_readable_by_its_owner_only_and_opens_in_a_spreadsheet(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "story.csv"

    shown = desk.run(history, USER, "--format", "csv", "--output", str(target))

    assert shown.exit_code == 0
    assert target.stat().st_mode & 0o077 == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_file_that_cannot_be_written_is_told_without_a_traceback(desk: Desk, tmp_path: Path) -> None:
    shown = desk.run(history, USER, "--output", str(tmp_path / "none" / "x.txt"))

    assert shown.exit_code == 1
    assert "cannot be written" in shown.output


def test_the_html_shows_the_words_and_runs_nothing_of_them(desk: Desk) -> None:
    desk.run(note, USER, "<script>alert(1)</script>")

    page = desk.run(history, USER, "--format", "html").stdout

    assert ARABIC in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http://" not in page


def test_the_list_asks_channel_and_time_and_names_the_way_on(desk: Desk) -> None:
    everything = desk.run(history)
    sms = desk.run(history, "--channel", "sms", "--since", "2027-03-01")
    later = desk.run(history, "--since", "2027-03-02")

    assert everything.output.count("pig_butchering") == 2
    assert "7K3M9Q" in sms.output
    assert sms.output.count("pig_butchering") == 1
    assert "No message fits." in later.output


def test_a_long_list_goes_on_after_its_last_reference(desk: Desk) -> None:
    first = desk.run(history, "--limit", "1")
    second = desk.run(history, "--limit", "1", "--after", "7K3M9Q")

    assert "add --after 7K3M9Q" in first.output
    assert "7K3M9Q" not in second.output
    assert "push" in second.output


@pytest.mark.parametrize("style", ["json", "csv"])
def test_the_list_for_a_program_has_every_message(desk: Desk, style: str) -> None:
    text = desk.run(history, "--format", style).stdout
    rows = json.loads(text) if style == "json" else list(csv.DictReader(io.StringIO(text, newline="")))

    assert [row["channel"] for row in rows] == ["sms", "push"]


def test_an_empty_list_is_still_json(desk: Desk) -> None:
    assert json.loads(desk.run(history, "--format", "json", "--status", "refused").stdout) == []


def test_a_time_that_is_none_is_explained(desk: Desk) -> None:
    shown = desk.run(history, "--since", "yesterday")

    assert shown.exit_code == 2
    assert "2d" in shown.output


def test_a_user_and_a_list_are_not_mixed(desk: Desk) -> None:
    assert desk.run(history, USER, "--channel", "sms").exit_code == 2


@pytest.mark.parametrize("typed", ["7K3M9Q", "7k3m9q", "7k3-m9q", " 7K3 M9Q "])
def test_a_message_of_ours_is_confirmed_with_its_words_in_any_spelling(desk: Desk, typed: str) -> None:
    shown = desk.run(message, typed)

    assert shown.exit_code == 0, shown.output
    assert "Yes, this message is ours" in shown.output
    assert ARABIC in shown.output
    assert "+34•••33" in shown.output
    assert PHONE not in shown.output


@pytest.mark.parametrize("typed", ["7K3M9R", "hello", "https://evil.example/7K3M9Q", ""])
def test_a_message_that_is_not_ours_is_called_a_scam(desk: Desk, typed: str) -> None:
    shown = desk.run(message, typed)

    assert shown.exit_code == 1
    assert "scam" in shown.output
    assert "Yes" not in shown.output


@pytest.mark.parametrize("status", ["cancelled", "refused"])
def test_a_message_that_never_left_is_not_confirmed(desk: Desk, status: str) -> None:
    def unsent(ledger: Ledger) -> None:
        person = ledger.person("user-0050")
        ledger.message(person, ledger.outreach(person), reference="ABC123", status=status)

    desk.write(unsent)
    shown = desk.run(message, "ABC123")

    assert shown.exit_code == 1
    assert "never sent" in shown.output


def test_a_stop_ends_the_climb_and_says_what_it_cannot_do(desk: Desk) -> None:
    shown = desk.run(stop, PHONE, "--reason", "in hospital", "--actor", "ana")

    assert "1 outreach stopped" in shown.output
    assert "cannot be called back" in shown.output
    assert ("stop", "ana", "in hospital") in audited(desk)
    assert "somebody at the firm stopped it" in desk.run(history, USER).output


def test_a_stop_needs_a_reason(desk: Desk) -> None:
    assert desk.run(stop, USER).exit_code == 2
    assert desk.run(stop, USER, "--reason", "  ").exit_code == 2


def test_a_note_shows_in_the_history_with_who_wrote_it(desk: Desk) -> None:
    desk.run(note, USER, "speaks to her son first", "--actor", "ana")

    shown = desk.run(history, USER).output

    assert "speaks to her son first" in shown
    assert "by: ana" in shown


def test_a_note_cannot_move_the_cursor_or_colour_the_screen(desk: Desk) -> None:
    desk.run(note, USER, "\x1b[2J[red]gone[/red]\x07")

    shown = desk.run(history, USER).output

    assert "\x1b[2J" not in shown
    assert "[red]gone[/red]" in shown


def test_an_empty_note_is_refused(desk: Desk) -> None:
    assert desk.run(note, USER, "   ").exit_code == 2
