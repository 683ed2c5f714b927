"""The schema that editors read is the command's own; it fits what is shipped, and no mistake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from click.testing import CliRunner

from outreach.cli.rules import rules

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "docs" / "rules.schema.json"
FILES = [f for f in sorted((ROOT / "rules").glob("*.yml")) if f.stem not in {"facts", "ladders", "we_never"}]


class _Plain(yaml.SafeLoader):
    """YAML as editors read it (1.2): a day is a text, and `on` is a word."""


_Plain.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in known if not tag.endswith(":timestamp")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_Plain)


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads(COMMITTED.read_text(encoding="utf-8"))


def test_the_committed_schema_is_what_the_command_writes(tmp_path: Path) -> None:
    done = CliRunner().invoke(rules, ["schema", str(ROOT / "rules")])
    assert done.exit_code == 0
    assert done.output == COMMITTED.read_text(encoding="utf-8"), "outreach rules schema --write " + str(
        COMMITTED
    )
    written = tmp_path / "x.json"
    CliRunner().invoke(rules, ["schema", str(ROOT / "rules"), "--write", str(written)])
    assert written.read_text(encoding="utf-8") == done.output


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_every_shipped_file_fits_the_schema_and_names_it(file: Path, schema: Any) -> None:
    problems = [
        f"{e.instance_path}: {e.message}" for e in jsonschema_rs.validator_for(schema).iter_errors(read(file))
    ]
    assert problems == []
    named = file.read_text(encoding="utf-8").splitlines()[0].partition("$schema=")[2]
    assert (file.parent / named).resolve() == COMMITTED


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (("severity",), "hihg"),
        (("sevrity",), "high"),
        (("owner",), 7),
        (("rules", 0, "status"), "alive"),
        (("rules", 0, "id"), "Money_Leaving"),
        (("rules", 0, "score", "fact"), "risk_scor"),
        (("rules", 0, "score", "at_least"), 800),
        (("rules", 0, "limits", "max_share"), 0.02),
        (("rules", 0, "warn", "ladder"), "urgnt"),
        (("rules", 0, "warn", "urgency"), "now"),
        (("rules", 0, "warn", "expires"), "6 hours"),
        (("rules", 0, "warn", "template"), "leaving"),
        (("examples", "defaults", "amount_at_risk"), 5),
        (("examples", "defaults", "risk_score"), "high"),
        (("examples", "cases", 0, "expect"), "wran"),
        (("review_by",), "30.06.2027"),
    ],
)
def test_a_mistake_is_underlined_in_the_editor(
    way: tuple[str | int, ...], value: object, schema: Any
) -> None:
    file = read(ROOT / "rules" / "pig_butchering.yml")
    place = file
    for key in way[:-1]:
        place = place[key]
    place[way[-1]] = value
    assert not jsonschema_rs.validator_for(schema).is_valid(file)


@pytest.mark.parametrize("key", ["pattern", "owner", "rules"])
def test_a_missing_key_is_underlined_too(key: str, schema: Any) -> None:
    file = read(ROOT / "rules" / "pig_butchering.yml")
    del file[key]
    assert not jsonschema_rs.validator_for(schema).is_valid(file)
