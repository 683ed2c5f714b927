"""What operators stop and let go on; each refusal says what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.cli.halting import halt, resume
from outreach.store import runs
from outreach.store.tables import audit, halts
from tests.doors.desk_world import Desk, a_desk, warned


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = a_desk(tmp_path)
    made.write(warned)
    return made


def halted(desk: Desk) -> set[tuple[str, str]]:
    with desk.store.read() as tx:
        return set(runs.halted(tx))


def test_what_is_halted_stands_until_it_is_resumed_and_the_audit_names_both_people(desk: Desk) -> None:
    stopped = desk.run(halt, "--channel", "sms", "--reason", "wrong words", "--by", "ann")
    assert "a second from now" in stopped.output
    assert "outreach resume --channel sms" in stopped.output
    assert "already" in desk.run(halt, "--channel", "sms", "--reason", "again").output
    assert halted(desk) == {("channel", "sms")}

    assert desk.run(resume, "--channel", "sms", "--by", "bob").exit_code == 0
    assert halted(desk) == set()
    with desk.store.read() as tx:
        written = [(r.act, r.object, r.reason, r.actor) for r in tx.connection.execute(audit.select())]
        (row,) = tx.connection.execute(halts.select())
    assert written == [("halt", "channel sms", "wrong words", "ann"), ("resume", "channel sms", "", "bob")]
    assert (row.actor, row.lifted_by) == ("ann", "bob")


def test_a_misspelt_pattern_is_not_halted_but_one_that_somebody_was_warned_about_is(
    desk: Desk, tmp_path: Path
) -> None:
    rules = Path(__file__).parents[2] / "rules"
    settings = tmp_path / "outreach.toml"
    settings.write_text(f'rules = "{rules}"\n{settings.read_text(encoding="utf-8")}', encoding="utf-8")

    said = desk.run(halt, "--pattern", "pig_buthering", "--reason", "x")

    assert said.exit_code == 2
    assert "did you mean 'pig_butchering'?" in said.output
    assert halted(desk) == set()
    assert desk.run(halt, "--pattern", "pig_butchering", "--reason", "x").exit_code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--all", "--channel", "sms"), "say one of"),
        ((), "say one of --all, --pattern NAME, --channel NAME"),
        (("--channel", "fax"), "push, sms, email"),
        (("--channel", "emial"), "did you mean 'email'?"),
        (("--all", "--reason", "  "), "the reason is empty"),
    ],
)
def test_a_halt_of_nothing_that_there_is_is_refused_with_what_there_is(
    desk: Desk, words: tuple[str, ...], says: str
) -> None:
    done = desk.run(halt, "--reason", "x", *words)

    assert done.exit_code == 2
    assert says in done.output
    assert halted(desk) == set()


def test_resuming_what_nobody_halted_is_a_no_that_says_what_is_halted(desk: Desk) -> None:
    nothing = desk.run(resume, "--all")
    desk.run(halt, "--channel", "sms", "--reason", "x")
    other = desk.run(resume, "--channel", "push")

    assert (nothing.exit_code, other.exit_code) == (1, 1)
    assert "nothing is halted" in nothing.output
    assert "outreach resume --channel sms" in other.output
