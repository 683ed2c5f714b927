"""docs/operations.md: a runbook for every trouble, a row for every metric, log line and job, and no other."""

from __future__ import annotations

import re

import pytest
import yaml
from prometheus_client import CollectorRegistry

from outreach.adapters.metrics.counting import Calls, Rounds, Sends
from outreach.adapters.metrics.gauges import GAUGES
from outreach.daemon import JOBS
from outreach.domain.trouble import Sign
from tests.house.walls import ROOT

PAGE = (ROOT / "docs/operations.md").read_text("utf-8")
RULES = (ROOT / "docs/prometheus-rules.yml").read_text("utf-8")
SECTIONS = {
    name: text for name, text in re.findall(r"^### (\w+)\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL)
}


@pytest.mark.parametrize("sign", list(Sign))
def test_every_trouble_has_a_runbook_that_says_where_to_look_what_to_do_and_what_not(sign: Sign) -> None:
    text = SECTIONS[sign.value]

    assert sign.runbook == f"docs/operations.md#{sign.value}"
    for part in ("*First look:* ", "*Do:* ", "*Do not* "):
        assert text.count(part) == 1, part


def test_every_runbook_is_of_a_trouble_in_the_order_of_the_closed_list() -> None:
    assert list(SECTIONS) == [sign.value for sign in Sign]


def exported() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Every metric of ours with its kind and labels."""
    registry = CollectorRegistry()
    Sends(registry), Rounds(registry), Calls(registry)
    own = {
        each._name: (each._type, tuple(each._labelnames))  # type: ignore[attr-defined]
        for each in registry._collector_to_names
    }
    return {**own, **{name: ("gauge", labels) for name, (_, labels) in GAUGES.items()}}


def test_the_page_explains_every_metric_with_its_kind_and_labels_and_no_other() -> None:
    rows = re.findall(r"^\| `(outreach_\w+)` \| (\w+) \|(.*?)\|", PAGE, re.MULTILINE)
    told = {name: (kind, tuple(filter(None, labels.strip().split(", ")))) for name, kind, labels in rows}

    assert told == exported()


def test_the_example_alarms_ask_for_metrics_that_exist_and_name_runbooks_that_stand() -> None:
    rules = [rule for group in yaml.safe_load(RULES)["groups"] for rule in group["rules"]]
    asked = set(re.findall(r"outreach_\w+", " ".join(rule["expr"] for rule in rules)))
    runbooks = {rule["annotations"]["runbook"].partition("#")[2] for rule in rules}
    known = {f"{name}{end}" for name in exported() for end in ("", "_total", "_bucket", "_count")}

    assert asked <= known
    assert runbooks <= {*SECTIONS, "{{ $labels.trouble }}"}


def test_the_page_lists_every_job_with_its_pace() -> None:
    rows = re.findall(r"^\| (\w+) \| ([\d.]+) s \|", PAGE, re.MULTILINE)

    assert sorted(rows) == sorted((job.name, f"{job.seconds:g}") for job in JOBS)
