"""The link that ends education mail: which keys sign it, and where it leads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from outreach.domain.token import Keys, Purpose, Token, sign

LIVES = timedelta(days=3650)
"""A mail may lie in a mailbox for years, and a no is never too late: the door does not ask the date."""


def leave_links(
    public_url: str, keys: Callable[[], Keys], clock: Callable[[], datetime]
) -> Callable[[str, str], str]:
    """Makes the link of one message (its id) to one person. The keys are asked for when one is signed."""

    def link(message: str, person: str) -> str:
        signing = keys()
        token = Token(
            message=message,
            person=person,
            purpose=Purpose.UNSUBSCRIBE,
            expires_at=clock() + LIVES,
            key_id=next(iter(signing)),
        )
        return f"{public_url.rstrip('/')}/u/{sign(token, signing)}"

    return link
