"""The account that messages are sent from."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioAccount:
    """An account to send from. `sender` is a number, a sender name, or a messaging service (`MG…`).

    `key` is an API key's SID where `secret` is not the account's own token. `callback` is where statuses are
    posted; the message id is added to its query. `settles_after` is what Twilio takes at worst to accept a
    request that it read, and then to list it: nobody documents it, and with a lag of up to 90 s, asking after
    90 s still doubled 21 of 40,000, because what is read is not yet accepted."""

    sid: str
    secret: str = field(repr=False)
    sender: str
    key: str = ""
    callback: str = ""
    base_url: str = "https://api.twilio.com"
    settles_after: timedelta = timedelta(seconds=120)

    @property
    def authorization(self) -> str:
        """The Authorization header."""
        return basic(self.key or self.sid, self.secret)


def basic(user: str, secret: str) -> str:
    """HTTP basic credentials."""
    return f"Basic {b64encode(f'{user}:{secret}'.encode()).decode()}"
