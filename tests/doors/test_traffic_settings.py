"""Traffic as settings have it: who shares a channel, what is capped, and what is said of mistakes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from outreach.domain.scale import Channel
from outreach.domain.traffic.bucket import Allowance
from outreach.domain.traffic.caps import Cap
from outreach.errors import SettingsError
from outreach.settings import Settings, read_settings
from outreach.wiring.checkup.installation import providers
from outreach.wiring.house import House
from outreach.wiring.senders import parties, senders
from outreach.wiring.traffic import traffic_policy
from tests.build import NOW

TWO = """
live_recipients = "everyone"
[channels]
sms = [{provider = "twilio", weight = 3}, {provider = "twilio2"}]
email = [{provider = "sendgrid", weight = 1}, {provider = "smtp", weight = 1}]
[twilio]
account_sid = "AC1"
auth_token = "x"
sender = "+15550100"
[twilio2]
account_sid = "AC2"
auth_token = "y"
sender = "MG2"
[sendgrid]
api_key = "SG"
[smtp]
host = "mail.firm.example"
"""


def read(folder: Path, text: str) -> Settings:
    """The settings of a workspace with this file."""
    head, _, rest = text.partition("[")
    (folder / "outreach.toml").write_text(
        f'firm = "Acme"\n{head}\n[{rest}' if rest else f'firm = "Acme"\n{text}'
    )
    return read_settings(folder)


def test_two_accounts_of_one_provider_share_a_channel_under_their_own_names(tmp_path: Path) -> None:
    settings = read(tmp_path, TWO)
    carried = senders(settings, lambda: NOW)

    assert [s.name for s in carried[Channel.SMS]] == ["twilio", "twilio2"]
    assert [s.name for s in carried[Channel.EMAIL]] == ["sendgrid", "smtp"]
    assert traffic_policy(settings).shares == {
        (Channel.PUSH, "outbox"): 1.0,
        (Channel.SMS, "twilio"): 0.75,
        (Channel.SMS, "twilio2"): 0.25,
        (Channel.EMAIL, "sendgrid"): 0.5,
        (Channel.EMAIL, "smtp"): 0.5,
    }


def test_whoever_is_talked_to_over_a_line_has_a_pulse(tmp_path: Path) -> None:
    found = parties(read(tmp_path, TWO), lambda: NOW)

    assert {name for _, name in found.pulses} == {"twilio", "twilio2", "sendgrid"}
    assert {pulse() for pulse in found.pulses.values()} == {(0, 0.0)}


def test_without_a_line_nothing_is_limited(tmp_path: Path) -> None:
    policy = traffic_policy(read(tmp_path, ""))

    assert policy.buckets == []
    assert not policy.caps.counts_numbers
    assert not policy.caps.counts_money


def test_rates_caps_and_prices_are_read_as_they_are_written(tmp_path: Path) -> None:
    policy = traffic_policy(
        read(
            tmp_path,
            """[traffic.rates]
twilio = {parts_per_second = 100}
"twilio/+15550100" = {parts_per_second = 0.5, burst = 3}
[traffic.breaker]
pause_seconds = 30
[traffic.caps]
ES = {per_hour = 10}
"+34901" = {per_day = 0}
[traffic.block]
per_hour = 5
[traffic.spend]
currency = "EUR"
per_day = "12.5"
[traffic.spend.prices]
"*" = 0.0083
""",
        )
    )

    assert dict(policy.buckets) == {
        "twilio": Allowance(rate=100, burst=200),
        "twilio/+15550100": Allowance(rate=0.5, burst=3),
    }
    assert policy.breaker.pause == timedelta(seconds=30)
    assert policy.caps.caps == {"ES": Cap(per_hour=10), "+34901": Cap(per_day=0)}
    assert policy.caps.block == Cap(per_hour=5)
    assert (policy.caps.prices, policy.caps.per_day) == ({"*": 8_300}, 12_500_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[channels]\nsms = "twillio"', "channels.sms"),
        ("[channels]\nsms = []", "channels.sms"),
        ('[channels]\nsms = [{provider = "smtp"}]', "channels.sms.0.provider"),
        ('[channels]\nsms = [{provider = "twilio", weight = 0}]', "channels.sms.0.weight"),
        ("[traffic.caps]\nSpain = {per_hour = 1}", "traffic.caps.Spain"),
        ("[traffic.rates]\ntwilio = {parts_per_second = 0}", "traffic.rates.twilio.parts_per_second"),
        ('[traffic.spend.prices]\n"*" = 0.00000001', "traffic.spend.prices.*"),
    ],
)
def test_a_mistake_is_told_by_its_place_once(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(tmp_path, text)

    assert len(caught.value.problems) == 1
    assert f": {said}" in caught.value.problems[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[channels]\nsms = [{provider = "twilio"}, {provider = "twilio"}]', "stands there twice"),
        ("[traffic.rates]\nvonage = {parts_per_second = 1}", "no provider 'vonage'"),
        ("[traffic.spend]\nper_day = 5", "needs prices"),
    ],
)
def test_what_contradicts_itself_is_refused_before_anything_is_sent(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        traffic_policy(read(tmp_path, text))


def test_every_chosen_provider_is_asked_for_its_credentials(tmp_path: Path) -> None:
    settings = read(tmp_path, '[channels]\nsms = [{provider = "twilio"}, {provider = "twilio2"}]')

    with pytest.raises(SettingsError) as caught:
        senders(settings, lambda: NOW)

    assert "channels.sms = twilio2 needs twilio2.sender, which is not set" in caught.value.problems
    assert len(caught.value.problems) == 6


def test_a_doctor_warns_where_nothing_caps_what_sms_may_cost(tmp_path: Path) -> None:
    def told(more: str) -> list[str]:
        house = House(read(tmp_path, TWO + more))
        return [finding.says for finding in providers(house)]

    ready = "ready: push by outbox, sms by twilio and twilio2, email by sendgrid and smtp"
    assert told("") == [ready, "nothing caps what SMS may cost"]
    assert told("[traffic.block]\nper_hour = 9\n") == [ready]
