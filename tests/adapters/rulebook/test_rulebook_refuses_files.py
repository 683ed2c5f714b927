"""What is wrong with a rule file is told with its code and place; nothing is guessed or passed over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from outreach.adapters.rulebook import CODES
from tests.adapters.rulebook.rule_folder import FACTS, GOOD, problems_of, read, write_folder

EIGHT_MISTAKES = (
    GOOD.replace("severity: high", "severity: hihg")
    .replace("review_by: 2027-06-30", "review_by: 2026-01-01")
    .replace("amount >= 200", "ammount >= 200")
    .replace("AND (listed", "AND (kind = 'bnak' OR listed")
    .replace("'7 days'", "'7 dayz'")
    .replace("@staff_tags", "@staf_tags")
    .replace("ladder: urgent", "ladder: urgnt")
    .replace("urgency: critical", "urgancy: critical")
)


def test_eight_mistakes_are_told_at_once_each_at_its_place(tmp_path: Path) -> None:
    book, problems = read(write_folder(tmp_path, rules=EIGHT_MISTAKES))
    errors = [(p.line, p.column, p.code) for p in problems if not p.is_warning]
    assert book is None
    assert errors == [
        (3, 11, "R010"),
        (5, 12, "R016"),
        (11, 7, "E020"),
        (12, 19, "E035"),
        (16, 62, "E034"),
        (17, 47, "E021"),
        (19, 11, "R003"),  # `urgency` is missing …
        (19, 39, "R001"),  # … because it is spelled like this
        (19, 89, "R023"),
    ]


def test_a_problem_shows_the_line_the_caret_and_what_to_do(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, rules=EIGHT_MISTAKES)
    told = [str(p) for p in read(folder)[1] if p.code == "E020"]
    assert told == [
        f"{folder}/romance.yml:11:7: error E020 unknown fact 'ammount' (did you mean 'amount'?)\n"
        "          ammount >= 200\n"
        "          ^^^^^^^"
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("title: A", "titel: A", "R001"),
        ("severity: high", "severity: high\nseverity: low", "R002"),
        ("owner: scam-risk@firm.example\n", "", "R003"),
        ("severity: high", "severity: [high", "R004"),
        ("title: A friend", "title: A: friend", "R004"),
        ("severity: high", "severity: &x high", "R005"),
        ("severity: high", "severity: *x", "R005"),
        ("severity: high", "severity: !!str high", "R005"),
        ("taxonomy: {uk_finance: romance}", "taxonomy: {<<: {uk_finance: romance}}", "R005"),
        ("title: A", "---\ntitle: A", "R005"),
        ("title: A friend", "title:\t\tA friend\n\tb", "R007"),
        ("title: A friend", "title: A \x01", "R007"),
        ("taxonomy: {uk_finance: romance}", "taxonomy: romance", "R008"),
        ("rules:\n  - id: money-leaving", "rules:\n    id: money-leaving", "R008"),
        ("title: A friend who was never met", "title: no", "R009"),
        ("title: A friend who was never met", "title: 2026-01-01", "R009"),
        ("because: own wallet, when: owned", "because: on, when: owned", "R009"),
        ("listed: true, owned: false", "listed: yes, owned: false", "R009"),
        ("at_least: 80", "at_least: 8e1", "R009"),
        ("max_users: 25000", "max_users: 25_000", "R009"),
        ("max_users: 25000", "max_users: 0o17", "R009"),
        ("max_users: 25000", "max_users: 010", "R009"),
        ("max_users: 25000", "max_users: 1:30", "R009"),
        ("max_users: 25000", "max_users: '25000'", "R011"),
        ("max_users: 25000", "max_users: 2.5", "R011"),
        ("status: live", "status: lives", "R010"),
        ("expect: warn}", "expect: warned}", "R010"),
        ("at_least: 80", "at_least: 101", "R012"),
        ("observe_from: 65", "observe_from: 81", "R012"),
        ("expires: hold_ends_at", "expires: 6 hours", "R013"),
        ("max_share: 2%", "max_share: 0.02", "R014"),
        ("review_by: 2027-06-30", "review_by: 2027-06-31", "R015"),
        ("id: money-leaving", "id: Money_Leaving", "R018"),
        ("template: romance/leaving", "template: leaving", "R018"),
        ("because: warned this week", "because: own wallet", "R019"),
        ("name: small", "name: typical", "R019"),
        ("pattern: romance", "pattern: romances", "R020"),
        ("fact: risk_score", "fact: risk_scor", "R021"),
        ("expires: hold_ends_at", "expires: hold_end_at", "R021"),
        ("with: {amount: 10}", "with: {ammount: 10}", "R021"),
        ("fact: risk_score", "fact: amount", "R022"),
        ("expires: hold_ends_at", "expires: amount", "R022"),
        ("ladder: urgent", "ladder: urgnet", "R023"),
        ("observe_from: 65", "tie_break: 2", "R039"),
        ("with: {amount: 10}", "with: {kind: bnak}", "R025"),
        ("with: {amount: 10}", "with: {amount: 0.00001}", "R025"),
        ("warned_at: 2 days ago", "warned_at: yesterday", "R025"),
        ("with: {amount: 10}", "with: {risk_score: 101}", "R012"),
        ("with: {amount: 10}", "with: {memo: aaaaaaaaaaaaaaaaaaaaaaaaa}", "R012"),
        ("with: {amount: 10}", "with: {tags: staff}", "R008"),
        ("rule: money-leaving", "rule: money-leavin", "R026"),
        ("because: staff}\n    - {name: growth", "because: stafff}\n    - {name: growth", "R026"),
        ("when: |", "when: >", "R030"),
        ("when: owned", 'when: "own\\x65d"', "R030"),
        ("when: owned", "when: ''", "E001"),
        ("when: owned", "when: null", "E001"),
    ],
)
def test_each_mistake_has_its_code_and_a_line(tmp_path: Path, old: str, new: str, code: str) -> None:
    problems = problems_of(tmp_path, old, new)
    assert code in {p.code for p in problems}
    assert all(p.line > 0 and p.column > 0 for p in problems)


def test_a_file_that_is_no_text_or_too_large_is_refused_by_name(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "romance.yml").write_bytes(b"title: \xff\n")
    (folder / "large.yml").write_bytes(b"# " + b"x" * 300_000)
    (folder / "empty.yml").write_bytes(b"# nothing\n")
    (folder / "deep.yml").write_text("a: " + "[" * 5000)
    codes = {Path(p.file).name: p.code for p in read(folder)[1] if not p.is_warning}
    assert codes == {"romance.yml": "R007", "large.yml": "R006", "empty.yml": "R003", "deep.yml": "R006"}


def test_a_missing_catalogue_is_one_problem_not_one_a_fact(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "facts.yml").unlink()
    problems = read(folder)[1]
    assert [(p.code, p.line) for p in problems] == [("R000", 0)]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("owned: {type: boolean", "within: {type: boolean", "R031"),
        ("owned: {type: boolean", "between: {type: boolean", "R031"),
        ("owned: {type: boolean", "Owned: {type: boolean", "R018"),
        ("sends: {type: integer", "sends: {type: int", "R010"),
        ("about: sends}", "about: sends, when_null: never}", "R022"),
        ("one_of: [bank, crypto]", "one_of: [18_25, crypto]", "R009"),
        ("  pattern: {type: text, about: kind of scam}\n", "", "R003"),
    ],
)
def test_the_catalogue_is_checked_like_the_rules(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert old in FACTS
    problems = read(write_folder(tmp_path, facts=FACTS.replace(old, new)))[1]
    assert code in {p.code for p in problems if Path(p.file).name == "facts.yml"}


def test_every_code_in_use_is_in_the_table_and_the_other_way_round() -> None:
    package = Path(__file__).parents[3] / "outreach" / "adapters" / "rulebook"
    source = "".join(p.read_text() for p in package.glob("*.py") if p.name != "codes.py")
    assert set(re.findall(r'"([REQ]\d{3})"', source)) == set(CODES)
