"""Links to the web door: which keys sign them, where they lead, how long they live."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from outreach.domain.token import Keys, Purpose, Token, sign

ANSWER_LIVES = timedelta(days=7)
"""A link to the answer page is asked for when somebody is about to open it."""

LEAVE_LIVES = timedelta(days=3650)
"""A mail may lie in a mailbox for years, and a no is never too late: the door does not ask the date."""


def answer_links(
    public_url: str, keys: Callable[[], Keys], clock: Callable[[], datetime]
) -> Callable[[str, str], tuple[str, datetime]]:
    """Makes the link to the answer page of one message (its id) for one person, and says until when it leads
    there. The keys are asked for when one is signed."""

    def link(message: str, person: str) -> tuple[str, datetime]:
        until = clock() + ANSWER_LIVES
        return f"{public_url.rstrip('/')}/a/{_signed(message, person, Purpose.ANSWER, until, keys())}", until

    return link


def leave_links(
    public_url: str, keys: Callable[[], Keys], clock: Callable[[], datetime]
) -> Callable[[str, str], str]:
    """Makes the link of one message (its id) by which one person ends education mail."""

    def link(message: str, person: str) -> str:
        until = clock() + LEAVE_LIVES
        return f"{public_url.rstrip('/')}/u/{_signed(message, person, Purpose.UNSUBSCRIBE, until, keys())}"

    return link


REPORT_LIVES = timedelta(days=1)
"""A link to the report page is asked for when somebody is about to open it."""

NO_MESSAGE = "0" * 32


def report_links(
    public_url: str, keys: Callable[[], Keys], clock: Callable[[], datetime]
) -> Callable[[str], tuple[str, datetime]]:
    """Makes the link by which one person reports a scam as themselves, and says until when it leads there."""

    def link(person: str) -> tuple[str, datetime]:
        until = clock() + REPORT_LIVES
        token = _signed(NO_MESSAGE, person, Purpose.REPORT, until, keys())
        return f"{public_url.rstrip('/')}/report/{token}", until

    return link


def _signed(message: str, person: str, purpose: Purpose, until: datetime, keys: Keys) -> str:
    newest = next(iter(keys))
    return sign(Token(message=message, person=person, purpose=purpose, expires_at=until, key_id=newest), keys)
