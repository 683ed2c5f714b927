"""Mistakes in the settings: all at once, each with its place, in words of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.errors import SettingsError
from outreach.settings import read_settings

BAD = """firm = "Acme"
[channels]
sms = [
  {provider = "carrier"},
]
[traffic]
colour = "red"
[traffic.rates]
twilio = {parts_per_second = -1, burst = "many"}
"twilio/+1 555" = {parts_per_second = 1}
[traffic.breaker]
share = 7
[traffic.caps]
"+34x" = {per_day = 1}
[traffic.spend]
per_day = "abc"
currency = "dollars"
[pace]
spacing_minutes = -5
[contacts]
token_days = "hunter2"
takeover_patterns = "phishing_ato"
[senders.SG]
sender = "ACME"
type = "pigeon"
[senders.Spain]
sender = "ACME"
type = "alphanumeric"
registered_from = "soon"
[watch]
metrics_port = 99999
"""

SAID = """3: channels.sms.0.provider: must be 'twilio' or 'twilio2'
7: traffic.colour: is no setting; docs/settings.md lists them all
9: traffic.rates.twilio.burst: must be a whole number
9: traffic.rates.twilio.parts_per_second: must be 0.01 or more
10: traffic.rates.twilio/+1 555: must be a provider, or a provider and its sender as "twilio/+15550100"
12: traffic.breaker.share: must be 1.0 or less
14: traffic.caps.+34x: must be a country in two capitals, first digits as "+34901", or "*"
16: traffic.spend.per_day: must be a sum of money in quotes, as "0.0083"
17: traffic.spend.currency: must be a currency in three capitals, as EUR
19: pace.spacing_minutes: must be 0 or more
21: contacts.token_days: must be a whole number
22: contacts.takeover_patterns: must be a list, as ["a", "b"]
23: senders.SG.registered_from: is needed and not set
25: senders.SG.type: must be 'alphanumeric', 'long_code', 'short_code' or 'messaging_service'
26: senders.Spain: must be a country in two capitals, as ES
29: senders.Spain.registered_from: must be a day, as 2026-01-15
31: watch.metrics_port: must be 65535 or less"""


def problems(folder: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read_settings(folder)
    return [str(problem).removeprefix(f"{folder}/outreach.toml:") for problem in caught.value.problems]


def test_every_mistake_is_told_at_once_with_its_line_in_words_of_ours(tmp_path: Path) -> None:
    (tmp_path / "outreach.toml").write_text(BAD)

    told = sorted(problems(tmp_path), key=lambda line: (int(line.partition(":")[0]), line))

    assert "\n".join(told) == SAID


def test_what_the_environment_sets_is_told_by_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outreach.toml").write_text('firm = "Acme"\n[watch]\nmetrics_port = 1\n')
    (tmp_path / ".env").write_text("OUTREACH_WATCH__DOUBTS=many\n")
    monkeypatch.setenv("OUTREACH_WATCH__METRICS_PORT", "hunter2")

    assert problems(tmp_path) == [
        "OUTREACH_WATCH__METRICS_PORT: watch.metrics_port: must be a whole number",
        f"{tmp_path}/.env: OUTREACH_WATCH__DOUBTS: watch.doubts: must be a whole number",
    ]


def test_facts_that_would_go_before_outcomes_have_matured_are_refused_with_their_place(
    tmp_path: Path,
) -> None:
    file = tmp_path / "outreach.toml"
    file.write_text('firm = "Acme"\n[retention]\nfacts = 149\n', encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_settings(tmp_path)
    assert "outreach.toml:3: retention.facts: must be 150 days or more, or 0 for ever" in str(refused.value)

    file.write_text('firm = "Acme"\n[retention]\nfacts = 0\n', encoding="utf-8")
    assert read_settings(tmp_path).retention.facts == 0
