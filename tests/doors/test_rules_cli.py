"""The analyst's door: every problem with its place, every failing example with its reasons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.cli.rules import rules
from tests.adapters.rulebook.rule_folder import GOOD, read, write_folder


@pytest.fixture(autouse=True)
def _on_the_tests_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outreach.cli.rulebook_check.check_rules", read)


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(rules, [str(word) for word in words], catch_exceptions=False)


def test_a_folder_that_fits_is_said_to_and_exits_0(tmp_path: Path) -> None:
    done = run("check", write_folder(tmp_path))
    assert (done.exit_code, done.output) == (0, f"{tmp_path}: no problems\n")


def test_every_error_is_printed_and_the_exit_is_2(tmp_path: Path) -> None:
    broken = GOOD.replace("amount >= 200", "ammount >= 200").replace("severity: high", "severity: hgih")
    done = run("check", write_folder(tmp_path, rules=broken))
    assert done.exit_code == 2
    assert "romance.yml:11:7: error E020 unknown fact 'ammount' (did you mean 'amount'?)" in done.output
    assert "romance.yml:3:11: error R010" in done.output
    assert done.output.endswith(f"{tmp_path}: 2 errors\n")


def test_a_single_file_is_read_with_its_folder_and_told_of_alone(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, rules=GOOD.replace("amount >= 200", "ammount >= 200"))
    assert run("check", folder / "ladders.yml").exit_code == 0
    assert run("check", folder / "lists" / "staff_tags.yml").exit_code == 0
    assert run("check", folder / "romance.yml").exit_code == 2


def test_check_answers_in_json_for_machines(tmp_path: Path) -> None:
    folder = write_folder(tmp_path, rules=GOOD.replace("at_least: 80", "at_least: 8e1"))
    done = run("check", folder, "--format", "json")
    told = json.loads(done.output)
    assert told["errors"] == len(told["problems"]) == 1
    assert told["problems"][0] | {"hint": "", "line_text": ""} == {
        "file": f"{folder}/romance.yml",
        "line": 13,
        "column": 41,
        "code": "R009",
        "message": "'8e1' is not a plain number",
        "hint": "",
        "line_text": "",
        "length": 3,
        "is_warning": False,
        "shown_from": 1,
        "page": "docs/rule-problems.md#r009",
    }


def test_examples_that_hold_exit_0_with_their_coverage(tmp_path: Path) -> None:
    done = run("test", write_folder(tmp_path))
    assert (done.exit_code, done.output) == (0, "10 of 10 examples hold; coverage 100.0 %\n")


def test_a_failing_example_shows_what_was_expected_and_what_each_clause_said(tmp_path: Path) -> None:
    broken = GOOD.replace("amount >= 200", "amount >= 5000")
    done = run("test", write_folder(tmp_path, rules=broken))
    assert done.exit_code == 1
    assert "FAIL typical\n    expected warn\n    got      none\n" in done.output
    assert "      false   amount >= 5000    [money-leaving]\n" in done.output
    assert "      true    listed    [money-leaving]\n" in done.output
    assert "      unknown warned_at" not in done.output  # never warned is false, not unknown


def test_of_many_failures_twenty_are_shown_and_the_rest_counted_and_all_are_in_json(tmp_path: Path) -> None:
    more = "".join(f"    - {{name: wrong {n}, expect: skip}}\n" for n in range(30))
    folder = write_folder(tmp_path, rules=GOOD.rstrip("\n") + "\n" + more)

    few, every, machine = (run("test", folder, *words) for words in ((), ("--all",), ("--format", "json")))

    assert [few.output.count("FAIL"), every.output.count("FAIL")] == [20, 30]
    assert f"and 10 more examples fail ({folder / 'romance.yml'} 10): --all tells them" in few.output
    assert len(json.loads(machine.output)["failures"]) == 30
    assert {one.exit_code for one in (few, every, machine)} == {1}


def test_what_no_example_reaches_is_named_and_can_be_made_to_fail(tmp_path: Path) -> None:
    less = "".join(
        line for line in GOOD.splitlines(keepends=True) if "growth alone" not in line and "staff]" not in line
    )
    folder = write_folder(tmp_path, rules=less)
    done = run("test", folder)
    assert done.exit_code == 0
    assert "money-leaving: never true in examples: growth > 3\n" in done.output
    assert "money-leaving: never used in examples: except: staff\n" in done.output
    assert "coverage 80.0 %" in done.output
    assert run("test", folder, "--min-coverage", "75").exit_code == 0
    assert run("test", folder, "--min-coverage", "81").exit_code == 1


def test_testing_rules_that_do_not_fit_exits_2_with_the_problems(tmp_path: Path) -> None:
    done = run("test", write_folder(tmp_path, rules=GOOD.replace("listed OR", "listd OR")))
    assert done.exit_code == 2
    assert "E020" in done.output


def test_a_wrong_reason_or_rule_fails_an_example_though_the_verdict_is_right(tmp_path: Path) -> None:
    wrong = GOOD.replace("expect: skip, because: own wallet", "expect: skip, because: staff")
    done = run("test", write_folder(tmp_path, rules=wrong))
    assert "expected skip because staff\n    got      skip by money-leaving because own wallet" in done.output


def test_test_answers_in_json_for_machines(tmp_path: Path) -> None:
    broken = GOOD.replace("name: small, with: {amount: 10}, expect: none", "name: small, expect: none")
    told = json.loads(run("test", write_folder(tmp_path, rules=broken), "--format", "json").output)
    assert told["examples"] == 10
    assert [f["name"] for f in told["failures"]] == ["small"]
    assert told["failures"][0]["got"] == {"verdict": "warn", "rule": "money-leaving", "because": ""}
    assert {g["piece"] for g in told["gaps"]} == {"amount >= 200"}
