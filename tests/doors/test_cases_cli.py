"""`outreach cases`: worked by an agent and a lead, in words and as JSON, with every wrong input told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from outreach.cli.cases_pack import whole_group
from outreach.store.tables import audit, outreaches
from tests.build_ledger import Ledger
from tests.doors.desk_world import USER, Desk, a_desk

CASES = whole_group()
PLACE = "TXYZabcdefghijklmnop1234567890abcd"
PARTNERS = """
[cases]
leads = ["lena"]

[partners.bigex]
name = "Big Exchange"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = a_desk(tmp_path)
    with (tmp_path / "outreach.toml").open("a", encoding="utf-8") as file:
        file.write(PARTNERS)
    made.write(known)
    return made


def known(ledger: Ledger) -> None:
    ledger.person(USER)


def opened(desk: Desk, *more: str) -> str:
    said = desk.run(CASES, "open", USER, "--amount", "1,200.50", "--currency", "eur", "--chain", "tron",
                    "--place", PLACE, "--when", "2h", "--text", "met online", *more)  # fmt: skip
    assert said.exit_code == 0, said.output
    return said.output.split()[-1]


def act(desk: Desk, case: str, *words: str, by: str = "ana") -> Any:
    return desk.run(CASES, "act", case, *words, "--by", by)


def test_a_case_goes_from_its_opening_to_its_closing(desk: Desk) -> None:
    case = opened(desk)
    for words in (
        ("take",),
        ("freeze", "--to", "bigex"),
        ("sent", "--to", "bigex"),
        ("answer", "--to", "bigex", "--says", "partial", "--amount", "300", "--currency", "EUR"),
        ("refund", "--amount", "300", "--currency", "EUR", "--source", "bigex"),
        ("settle",),
        ("close",),
    ):
        said = act(desk, case, *words)
        assert said.exit_code == 0, said.output
    (one,) = json.loads(desk.run(CASES, "list", "--all", "--format", "json").output)
    with desk.store.read() as tx:
        (warning,) = tx.connection.execute(outreaches.select()).all()

    assert (one["stage"], one["left"], one["back"]) == ("closed", {"EUR": "1200.5"}, {"EUR": "300"})
    assert "The warning about recovery scams goes to the person" in said.output
    assert warning.rule == "case-closing"


def test_the_message_to_a_firm_without_an_api_has_the_facts_and_names_nobody(desk: Desk) -> None:
    case = opened(desk)
    said = act(desk, case, "freeze", "--to", "bigex")

    assert all(word in said.output for word in ("Big Exchange", "1200.5 EUR", PLACE, case.upper()))
    assert USER not in said.output


def test_a_place_is_masked_until_it_is_revealed_and_that_is_audited(desk: Desk) -> None:
    case = opened(desk)
    hidden, shown = (
        desk.run(CASES, "show", case, *more, "--by", "ana").output for more in ((), ("--reveal",))
    )
    with desk.store.read() as tx:
        acts = [row.act for row in tx.connection.execute(audit.select())]

    assert (PLACE in hidden, PLACE in shown) == (False, True)
    assert "case.reveal" in acts


def test_only_a_lead_closes_what_is_not_settled(desk: Desk) -> None:
    case = opened(desk)
    agent, lead = act(desk, case, "close"), act(desk, case, "close", by="lena")

    assert (agent.exit_code, lead.exit_code) == (1, 0)
    assert "Only lead may do this here" in agent.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("freeze", "--to", "nobody"), "one of: core, bigex"),
        (("answer", "--to", "bigex"), "--says accepted, partial or refused"),
        (("refund", "--amount", "5"), "needs --amount, --currency and --source"),
        (("refund", "--amount", "0", "--currency", "EUR", "--source", "x"), "a sum above zero"),
        (("refund", "--amount", "1e-9", "--currency", "EUR", "--source", "x"), "8 decimals at most"),
        (("refund", "--amount", "nan", "--currency", "EUR", "--source", "x"), "a sum above zero"),
        (("refund", "--amount", "5", "--currency", "€", "--source", "x"), "a code such as EUR"),
        (("transfer",), "say what left"),
        (("transfer", "--amount", "5"), "say in which currency"),
        (("transfer", "--place", "x", "--when", "2099-01-01"), "a time that is past"),
        (("note",), "a note has a text"),
    ],
)
def test_a_wrong_word_is_told_and_nothing_is_done(desk: Desk, words: tuple[str, ...], told: str) -> None:
    case = opened(desk)
    said = act(desk, case, *words)

    assert said.exit_code == 2
    assert told in " ".join(said.output.replace("│", " ").split())


def test_a_case_that_is_not_there_is_told(desk: Desk) -> None:
    opened(desk)
    for typed in ("ffff", "%%%%", "a", ""):
        assert desk.run(CASES, "show", typed).exit_code == 1


def test_a_pack_is_written_verified_and_a_changed_one_refused(desk: Desk, tmp_path: Path) -> None:
    case = opened(desk)
    act(desk, case, "freeze", "--to", "bigex")
    told = json.loads(
        desk.run(
            CASES, "export", case, "--out", str(tmp_path / "p"), "--format", "json", "--by", "ana"
        ).output
    )
    firm = desk.run(CASES, "export", case, "--for", "bigex", "--out", str(tmp_path / "f"))
    good = desk.run(CASES, "verify", str(tmp_path / "p"), "--manifest", told["manifest"])
    (tmp_path / "p" / "case.json").write_text("{}")
    bad = desk.run(CASES, "verify", str(tmp_path / "p"))

    assert (firm.exit_code, good.exit_code, bad.exit_code) == (0, 0, 1)
    assert "case.json was changed" in bad.output
    assert USER not in (tmp_path / "f" / "case.json").read_text(encoding="utf-8")
    assert desk.run(CASES, "export", case, "--out", str(tmp_path / "p")).exit_code == 2


def test_a_firm_that_was_not_asked_gets_no_pack(desk: Desk, tmp_path: Path) -> None:
    case = opened(desk)
    said = desk.run(CASES, "export", case, "--for", "bigex", "--out", str(tmp_path / "f"))

    assert (said.exit_code, (tmp_path / "f").exists()) == (1, False)
