"""As whom an SMS goes out: by the country of the number, and only registered where that is demanded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from outreach.domain.gate import Bar, Barred, GatePolicy, Open, SenderProfile, SenderRules, gate
from outreach.domain.gate.senders import REGISTRATION_NEEDED
from outreach.domain.numbering import PREFIXES, country_of
from outreach.domain.profile import Profile
from outreach.domain.scale import Channel, Urgency

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACME = SenderProfile(sender="ACME", effective=date(2026, 11, 23))
LISTED = SenderRules(profiles={"SG": ACME}, needed=frozenset(REGISTRATION_NEEDED))
EVERYWHERE = SenderRules(profiles={"SG": ACME}, is_needed_everywhere=True)


@pytest.mark.parametrize(
    ("rules", "number", "now", "sender"),
    [
        (SenderRules(), "+6581234567", NOON, ""),
        (LISTED, "+6581234567", NOON, "ACME"),
        (LISTED, "+6581234567", NOON - timedelta(days=1), None),  # not registered yet
        (LISTED, "+353861234567", NOON, None),
        (LISTED, "+447911123456", NOON, ""),
        (EVERYWHERE, "+447911123456", NOON, None),
        (EVERYWHERE, "+6581234567", NOON, "ACME"),
        (EVERYWHERE, "not a number", NOON, None),
        (SenderRules(profiles={"GB": ACME}), "+447911123456", NOON - timedelta(days=1), ""),
    ],
)
def test_the_numbers_country_decides_as_whom_a_message_goes(
    rules: SenderRules, number: str, now: datetime, sender: str | None
) -> None:
    assert rules.sender_for(number, now) == sender


@pytest.mark.parametrize("urgency", Urgency)
def test_nobody_is_written_to_under_a_name_that_their_network_calls_a_scam(urgency: Urgency) -> None:
    contacts = {Channel.SMS: "+353861234567", Channel.EMAIL: "a@example.com"}
    person = Profile(person="p", locale="en", zone="UTC", contacts=contacts)
    policy = GatePolicy(sms=LISTED)

    assert gate(policy, person, Channel.SMS, urgency, NOON) == Barred(Bar.NO_SENDER_PROFILE)
    assert gate(policy, person, Channel.EMAIL, urgency, NOON) == Open()


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+6581234567", "SG"),
        ("+12125550100", "US"),
        ("+14165550100", "CA"),
        ("+18765550100", "JM"),
        ("+17875550100", "PR"),
        ("+79161234567", "RU"),
        ("+77011234567", "KZ"),
        ("+447911123456", "GB"),
        ("+34612345678", "ES"),
        ("+3531234567", "IE"),
        ("+212612345678", "MA"),
        ("+971501234567", "AE"),
        ("+8835100", ""),  # a satellite network
        ("", ""),
        ("+", ""),
        ("6581234567", ""),
        ("+٩٧١", ""),
    ],
)
def test_a_number_belongs_to_the_country_of_its_longest_prefix(number: str, country: str) -> None:
    assert country_of(number) == country


def test_every_country_that_demands_registration_has_a_prefix() -> None:
    assert set(REGISTRATION_NEEDED) <= set(PREFIXES.values())
