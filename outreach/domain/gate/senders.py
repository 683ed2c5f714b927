"""As whom an SMS goes out, country by country; and where nobody unregistered may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from outreach.domain.numbering import country_of

REGISTRATION_NEEDED: Mapping[str, str] = {
    # What happens to a sender nobody registered. Sources, read in November 2026: AWS End User Messaging,
    # "Registration forms" (docs.aws.amazon.com/sms-voice/latest/userguide/registrations-country.html; not
    # AT, FI and GB, whose registers only protect names); Twilio's SMS guidelines by country; SGNIC's word of
    # 2023-04-10 on unregistered senders. Rules change: `sender_registration` in the settings overrules this.
    "SG": "shown as Likely-SCAM, then blocked (IMDA, SMS Sender ID Registry, January 2023)",
    "IE": "shown as Likely Scam, then blocked (ComReg, Sender ID Registry, 2025)",
    "AU": "shown as Unverified (ACMA, SMS Sender ID Register, July 2026)",
    "AE": "blocked",
    "BY": "blocked",
    "CN": "blocked: sender and template are approved together",
    "EG": "blocked",
    "ES": "blocked (CNMC, alias registry, 2026)",
    "ID": "blocked",
    "IN": "blocked (TRAI, DLT registration of sender and template)",
    "JO": "blocked",
    "KE": "blocked",
    "KW": "blocked",
    "KZ": "blocked",
    "LK": "blocked",
    "PH": "blocked",
    "QA": "blocked",
    "RU": "blocked",
    "SA": "blocked",
    "TH": "blocked",
    "TR": "blocked",
    "VN": "blocked",
    "ZM": "blocked",
}
"""Countries whose networks label or block an SMS from a sender that was not registered there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderProfile:
    """A sender registered in one country: a name, a number, a short code or a messaging service's id."""

    sender: str
    effective: date = date.min  # the registration counts from this day on, in UTC

    def counts(self, now: datetime) -> bool:
        """Whether the registration is in force."""
        return now.date() >= self.effective


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRules:
    """The firm's registered senders by country, and the countries in which it sends only as one of them."""

    profiles: Mapping[str, SenderProfile] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    is_needed_everywhere: bool = False
    is_two_way: bool = True  # whether the account's usual sender can be written to

    def can_be_answered(self, number: str, now: datetime) -> bool:
        """Whether a reply to an SMS to this number reaches us: nobody can write to a name."""
        sender = self.sender_for(number, now)
        is_name = bool(sender) and not _can_be_written_to(sender or "")
        return self.is_two_way and not is_name

    def sender_for(self, number: str, now: datetime) -> str | None:
        """Whom a message to this number comes from; "": the account's usual sender; None: nobody may."""
        if not self.profiles and not self.needed and not self.is_needed_everywhere:
            return ""
        country = country_of(number)
        profile = self.profiles.get(country)
        if profile is not None and profile.counts(now):
            return profile.sender
        return None if self.is_needed_everywhere or country in self.needed else ""


def _can_be_written_to(sender: str) -> bool:
    return sender.removeprefix("+").isdecimal() or (sender.startswith("MG") and len(sender) == 34)
