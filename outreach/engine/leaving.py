"""A person ends education mail with one click: the ledger gets a no, and nothing else changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outreach.domain.consent import Program
from outreach.domain.scale import Channel
from outreach.store.consents import Change, change
from outreach.store.database import Store

SOURCE = "one_click"
"""What the ledger says of a no that came through the link of RFC 8058."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """The stage that takes a one-click no; a second one changes nothing."""

    store: Store

    def leave(self, person: str, now: datetime) -> None:
        """No more education by email for this person, at once."""
        no = Change(
            person=person,
            channel=Channel.EMAIL,
            program=Program.EDUCATION,
            granted=False,
            source=SOURCE,
            actor="person",
        )
        with self.store.begin() as tx:
            change(tx, no, now)
