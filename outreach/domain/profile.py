"""Profiles: how a person may be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.consent import Program
from outreach.domain.recent import NOTHING, Recent
from outreach.domain.scale import Channel
from outreach.domain.wish import Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Locale, zone, contacts and permissions of one person, as they are now.

    `contacts` maps a channel to its address (phone in E.164, mailbox, device token); it and `code`
    (the person's anti-phishing code) are personal and stay out of every repr.
    `consents` holds the latest explicit word per channel on warnings, `education` that on education; what is
    not in it was never asked about. `exempt`: where the ledger says that warnings rest on an exemption.
    `seen` says when somebody last confirmed a contact; `too_new` names the channels whose only contact came
    with what looks like a takeover. `recent` is what the person was sent lately. `is_overlooked`: somebody
    else reads along in what this outreach is about. `in_distress`: they wrote of harming themselves, and
    nobody at the firm has let machines write to them again. `wish`: how they asked to be reached, where it
    binds.
    """

    person: str
    locale: str
    zone: str | None = None
    country: str | None = None
    contacts: Mapping[Channel, str] = field(default_factory=dict, repr=False)
    consents: Mapping[Channel, bool] = field(default_factory=dict)
    education: Mapping[Channel, bool] = field(default_factory=dict)
    exempt: frozenset[Channel] = frozenset()
    suppressed: frozenset[Channel] = frozenset()
    seen: Mapping[Channel, datetime] = field(default_factory=dict)
    too_new: frozenset[Channel] = frozenset()
    recent: Recent = NOTHING
    is_overlooked: bool = False
    silent_until: datetime | None = None
    in_distress: bool = False
    wish: Wish | None = None
    code: str | None = field(default=None, repr=False)

    def said(self, program: Program) -> Mapping[Channel, bool]:
        """The latest words about messages of this program."""
        return self.education if program is Program.EDUCATION else self.consents
