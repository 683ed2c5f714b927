"""Wishes: how somebody who lost money asked to be reached."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from outreach.domain.lookback import PATTERN
from outreach.domain.scale import Channel

WISHED_IN = frozenset({PATTERN, "education"})
"""The patterns in which a wish binds machines: nothing there is in a hurry. A warning about money that is
leaving still uses every channel."""


class Wish(StrEnum):
    """What can be asked for. Each leaves the app's inbox open: that page rings nowhere."""

    INBOX = "inbox"
    EMAIL = "email"
    SMS = "sms"
    CALL = "call"
    QUIET = "quiet"  # any way of writing, but do not call

    def allows(self, channel: Channel) -> bool:
        """Whether a machine may use this channel."""
        match self:
            case Wish.CALL:
                return True
            case Wish.QUIET:
                return channel is not Channel.CALL
            case _:
                return channel.value in {self.value, Channel.INBOX.value}


IN_WORDS: Mapping[str, str] = {
    Wish.INBOX: "by messages in the app only",
    Wish.EMAIL: "by email only",
    Wish.SMS: "by SMS only",
    Wish.CALL: "by phone",
    Wish.QUIET: "in writing: do not call",
}
"""For colleagues."""
