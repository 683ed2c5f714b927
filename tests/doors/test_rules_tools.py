"""The analyst's tools around the check: formats, paths, the catalogue, a pattern to begin with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result

from outreach.cli import outreach
from outreach.cli.rulebook_formats import as_github, as_sarif
from outreach.domain.problem import Problem

ROOT = Path(__file__).parents[2]
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name", "rules"],
                                "properties": {
                                    "rules": {
                                        "items": {
                                            "required": ["id", "shortDescription", "helpUri"],
                                            "properties": {
                                                "id": {"pattern": "^[RET][0-9]{3}$"},
                                                "shortDescription": {"required": ["text"]},
                                                "helpUri": {"format": "uri-reference"},
                                            },
                                        }
                                    }
                                },
                            }
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "items": {
                            "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
                            "properties": {
                                "level": {"enum": ["error", "warning"]},
                                "message": {"required": ["text"]},
                                "locations": {
                                    "minItems": 1,
                                    "items": {
                                        "required": ["physicalLocation"],
                                        "properties": {
                                            "physicalLocation": {
                                                "required": ["artifactLocation"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "properties": {"uri": {"format": "uri-reference"}}
                                                    },
                                                    "region": {
                                                        "properties": {
                                                            "startLine": {"minimum": 1},
                                                            "startColumn": {"minimum": 1},
                                                        }
                                                    },
                                                },
                                            }
                                        },
                                    },
                                },
                            },
                        }
                    },
                },
            },
        },
    },
}
"""What GitHub and the SARIF 2.1.0 standard ask of the parts that we write."""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped rules and templates, to be spoilt, where the commands are typed."""
    for name in ("rules", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(outreach, words, catch_exceptions=False)


def spoil(workspace: Path, name: str, *edits: Sequence[str]) -> None:
    file = workspace / "rules" / name
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")


def test_a_pull_request_shows_each_problem_beside_its_line(workspace: Path) -> None:
    spoil(workspace, "address_poisoning.yml", ("severity: high", "severity: hihg"))
    spoil(workspace, "recovery.yml", ("transfer_state", "transfer_stat"))
    done = run("rules", "check", "--format", "github")
    assert done.exit_code == 2
    lines = done.stdout.splitlines()
    assert all(line.startswith("::error file=rules/") and ",line=" in line for line in lines)
    assert any("address_poisoning.yml" in line and "title=R010::" in line for line in lines)
    assert any("recovery.yml" in line and "did you mean 'transfer_state'?" in line for line in lines)


def test_nothing_in_a_problem_can_end_a_workflow_command_or_begin_one() -> None:
    said = as_github(
        [Problem(file="a,b:c%.yml", line=1, column=2, code="R001", message="100%\n::set-output name=x::y\r")]
    )
    assert said.splitlines() == [
        "::error file=a%2Cb%3Ac%25.yml,line=1,col=2,endColumn=3,title=R001"
        "::100%25%0A::set-output name=x::y%0D"
    ]


def test_a_code_scanner_reads_sarif_with_rules_places_and_pages(workspace: Path) -> None:
    spoil(workspace, "address_poisoning.yml", ("severity: high", "severity: hihg"))
    done = run("rules", "check", "--format", "sarif")
    told = json.loads(done.stdout)
    jsonschema_rs.validator_for(SARIF).validate(told)
    (found,) = told["runs"]
    assert [result["ruleId"] for result in found["results"]] == ["R010"]
    assert found["tool"]["driver"]["rules"][0]["helpUri"] == "docs/rule-problems.md#r010"
    place = found["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "rules/address_poisoning.yml"
    assert place["region"]["startColumn"] == 11


def test_a_problem_of_a_whole_file_has_no_region() -> None:
    told = json.loads(
        as_sarif([Problem(file="x y.yml", line=0, column=0, code="R000", message="m")], {}, "p")
    )
    place = told["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "x%20y.yml"}}


def test_paths_of_several_folders_are_told_in_one_pass(workspace: Path) -> None:
    shutil.copytree(workspace / "rules", workspace / "other")
    spoil(workspace, "address_poisoning.yml", ("severity: high", "severity: hihg"))
    (workspace / "other" / "ladders.yml").write_text("ladders: {}\n", encoding="utf-8")
    done = run("rules", "check", "rules/address_poisoning.yml", "other", "rules/recovry.yml")
    assert done.exit_code == 2
    assert "\nrules/address_poisoning.yml:8:11: error R010" in done.stdout
    assert "other/address_poisoning.yml" in done.stdout
    assert "rules/recovry.yml:0:0: error R000" in done.stdout
    assert "did you mean 'recovery.yml'?" in done.stdout


def test_a_file_alone_is_not_called_well_while_the_catalogue_is_broken(workspace: Path) -> None:
    (workspace / "rules" / "facts.yml").write_text("facts: [\n", encoding="utf-8")
    done = run("rules", "check", "rules/recovery.yml")
    assert done.exit_code == 2
    assert "rules/facts.yml" in done.stdout


def test_a_file_that_nothing_reads_is_told(workspace: Path) -> None:
    shutil.copy(workspace / "rules" / "recovery.yml", workspace / "rules" / "copy.yaml")
    done = run("rules", "check", "rules/copy.yaml")
    assert (done.exit_code, "is not read" in done.stdout) == (2, True)


def test_templates_that_are_not_there_are_told_where_templates_lie_beside(workspace: Path) -> None:
    spoil(workspace, "recovery.yml", ("template: recovery/leaving", "template: recovery/leavin"))
    done = run("rules", "check")
    assert "R036 no template 'recovery/leavin' (did you mean 'recovery/leaving'?)" in done.stdout


@pytest.mark.parametrize("sign", ["amount_at_risk_usd >= 200", "within(device_added_at, '90 days')"])
def test_a_takeover_that_may_write_to_the_thief_is_refused(workspace: Path, sign: str) -> None:
    (workspace / "rules" / "phishing_ato.yml").write_text(ATO.format(sign=sign), encoding="utf-8")
    assert "R035 'x' may write by email, push, sms" in run("rules", "check").stdout


def test_a_takeover_whose_signs_are_asked_is_well(workspace: Path) -> None:
    sign = "within(contact_changed_at, '3 days') OR within(device_added_at, '30 days')"
    (workspace / "rules" / "phishing_ato.yml").write_text(ATO.format(sign=sign), encoding="utf-8")
    assert " R035 " not in run("rules", "check").stdout


ATO = """\
pattern: phishing_ato
title: Somebody else is in the account
severity: high
owner: scam-risk@firm.example
review_by: 2099-01-01
rules:
  - id: x
    status: live
    when: {sign}
    warn: {{template: phishing_ato/leaving, urgency: soon, expires: 2h, ladder: steady}}
examples: {{cases: []}}
"""


def test_facts_are_found_by_a_word_of_their_name_or_meaning(workspace: Path) -> None:
    done = run("rules", "facts", "hold")
    assert done.exit_code == 0
    assert "hold_expires_at" in done.stdout
    assert "risk_score" not in done.stdout
    every = json.loads(run("rules", "facts", "--format", "json").stdout)
    assert {"name", "type", "unit", "source", "when_null", "about", "use"} <= set(every[0])
    assert len(every) > 60
    assert run("rules", "facts", "zzzz").exit_code == 1


@pytest.mark.slow
def test_a_new_pattern_passes_every_check_and_its_examples(workspace: Path) -> None:
    done = run("rules", "new", "parcel_fee", "--title", 'A "fee" for: a parcel')
    assert done.exit_code == 0
    assert "Next:" in done.stdout
    assert run("rules", "check").stdout == "rules: no problems\n"
    tested = run("rules", "test")
    assert (tested.exit_code, "parcel_fee" in tested.stdout) == (0, False), tested.stdout
    assert "error" not in run("templates", "check", "templates").stdout


def test_a_new_pattern_never_overwrites(workspace: Path) -> None:
    before = (workspace / "rules" / "recovery.yml").read_bytes()
    assert CliRunner().invoke(outreach, ["rules", "new", "recovery"]).exit_code != 0
    assert (workspace / "rules" / "recovery.yml").read_bytes() == before
    words = workspace / "templates" / "parcel_fee" / "leaving.en.j2"
    words.parent.mkdir()
    words.write_text("mine", encoding="utf-8")
    assert run("rules", "new", "parcel_fee").exit_code == 0
    assert words.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ParcelFee", "'parcel_fee'?"),
        ("parcel-fee", "'parcel_fee'?"),
        ("../etc", "'etc'?"),
        ("facts", "choose another"),
        ("", "lower-case words"),
        ("1st", "lower-case words"),
    ],
)
def test_a_bad_name_is_refused_with_one_that_would_do(workspace: Path, name: str, said: str) -> None:
    done = CliRunner().invoke(outreach, ["rules", "new", name])
    assert said in str(done.exception)


def test_words_are_begun_only_in_languages_that_there_are(workspace: Path) -> None:
    assert "xx" in str(
        CliRunner().invoke(outreach, ["rules", "new", "parcel_fee", "--locales", "en,xx"]).exception
    )
    assert not (workspace / "rules" / "parcel_fee.yml").exists()
    assert run("rules", "new", "parcel_fee", "--locales", "en,es").exit_code == 0
    made = sorted(path.name for path in (workspace / "templates" / "parcel_fee").iterdir())
    assert made == ["after_loss.en.j2", "after_loss.es.j2", "leaving.en.j2", "leaving.es.j2"]
