"""`outreach replies`: texts from numbers that nobody is known by, which would otherwise be read by nobody."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.cli.replies import replies
from outreach.domain.replying import Inbound
from outreach.store.tables import attempts, audit, contact_points
from outreach.store.tables import replies as table
from outreach.wiring.replies import replies as stage
from tests.build_ledger import NOW
from tests.doors.desk_world import PHONE, Desk, a_desk, stop_the_clock, warned

STRANGE = "+15550199999"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Somebody was warned by SMS; the command line reads the test's clock."""
    stop_the_clock(monkeypatch)
    made = a_desk(tmp_path)
    made.write(warned)
    return made


def hear(
    desk: Desk, text: str, sender: str = STRANGE, ago: timedelta = timedelta(), ref: str = "SM9"
) -> None:
    heard = Inbound(provider="twilio", ref=ref, sender=sender, text=text)
    stage(desk.house.settings, desk.store, lambda *_: None).hear(heard, NOW - ago)


def told(desk: Desk, *words: str) -> list[dict[str, object]]:
    return json.loads(desk.run(replies, "list", "--format", "json", *words).output)  # type: ignore[no-any-return]


def test_a_text_from_a_number_that_nobody_is_known_by_is_listed_without_its_words(desk: Desk) -> None:
    hear(desk, "please stop writing to this phone, I mean it", ref="SM1")
    hear(desk, "hello?", ref="SM2")
    done = desk.run(replies, "list")

    assert done.exit_code == 1, done.output
    assert "perhaps an opt-out" in done.output
    assert (done.output.count("2 times"), done.output.count("nobody yet")) == (2, 2)
    assert "phone" not in done.output
    assert STRANGE not in done.output
    assert [each["provider_ref"] for each in told(desk)] == ["SM1", "SM2"]


def test_what_somebody_known_wrote_is_not_listed(desk: Desk) -> None:
    hear(desk, "hello?", sender=PHONE)
    done = desk.run(replies, "list")

    assert (done.exit_code, "None in 30 days" in done.output) == (0, True)


def test_only_so_many_days_are_told(desk: Desk) -> None:
    hear(desk, "hello?", ago=timedelta(days=3))

    assert (len(told(desk)), told(desk, "--days", "2")) == (1, [])


def test_the_words_are_shown_with_the_message_that_they_name_and_reading_is_audited(desk: Desk) -> None:
    hear(desk, "7k3m9q this was not me \x1b[31m 999999")
    (one,) = told(desk)
    shown = desk.run(replies, "show", str(one["id"])[-8:], "--actor", "ana")

    assert shown.exit_code == 0, shown.output
    assert "this was not me" in shown.output
    assert "\x1b" not in shown.output
    assert "outreach history 7K3M9Q" in shown.output
    assert "outreach history 999999" not in shown.output
    assert "twilio has it under SM9" in shown.output
    with desk.store.read() as tx:
        rows = list(tx.connection.execute(audit.select()))
    assert [(row.act, row.object, row.actor) for row in rows] == [("reply.read", one["id"], "ana")]


def test_what_was_read_waits_no_more_and_says_who_read_it(desk: Desk) -> None:
    hear(desk, "hello?", ref="SM1")
    hear(desk, "who is this?", ref="SM2")
    first, second = (str(each["id"]) for each in told(desk))

    assert desk.run(replies, "show", first, "--actor", "ana").exit_code == 0
    assert desk.run(replies, "list").exit_code == 1
    assert desk.run(replies, "show", second, "--actor", "ben").exit_code == 0
    assert desk.run(replies, "show", second, "--actor", "cem").exit_code == 0
    assert desk.run(replies, "list").exit_code == 0
    assert [each["read_by"] for each in told(desk)] == ["ana", "ben"]


def test_an_opt_out_counts_for_the_number_and_needs_nobody(desk: Desk) -> None:
    for n, text in enumerate(("STOP", "START")):
        hear(desk, text, ref=f"SM{n}")

    assert told(desk) == []


def test_a_number_that_somebody_had_once_is_nobodys_now(desk: Desk) -> None:
    with desk.store.begin() as tx:
        tx.connection.execute(contact_points.update().values(valid_to=NOW - timedelta(days=400)))
        tx.connection.execute(attempts.update().values(started_at=NOW - timedelta(days=400)))
    hear(desk, "please stop the transfer", sender=PHONE)

    assert len(told(desk)) == 1


def test_what_came_before_it_was_kept_how_many_it_may_be_from_is_told_rather_than_lost(desk: Desk) -> None:
    hear(desk, "hello?")
    with desk.store.begin() as tx:
        tx.connection.execute(table.update().values(persons=None))

    assert len(told(desk)) == 1


@pytest.mark.parametrize("typed", ["nonsense", "%", ""])
def test_an_id_that_is_none_opens_nothing(desk: Desk, typed: str) -> None:
    hear(desk, "hello?")
    done = desk.run(replies, "show", typed)

    assert (done.exit_code, "No text of nobody's" in done.output) == (1, True)


def test_an_end_that_several_ids_have_opens_none_of_them(desk: Desk) -> None:
    for n in range(40):
        hear(desk, "hello?", ref=f"SM{n}")
    ends = [str(each["id"])[-1] for each in told(desk)]
    twice = next(end for end in ends if ends.count(end) > 1)
    done = desk.run(replies, "show", twice)

    assert (done.exit_code, "type more of it" in " ".join(done.output.split())) == (1, True)
    with desk.store.read() as tx:
        assert list(tx.connection.execute(audit.select())) == []
