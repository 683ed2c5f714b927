"""Is this message really ours? One answer to it, at the desk, in the app and for agents."""

from __future__ import annotations

from enum import StrEnum

from outreach.domain.delivery import Status

NEVER_SENT = frozenset({Status.CANCELLED, Status.REFUSED})
"""We wrote it and no provider took it: whatever arrived is not ours."""


class Ours(StrEnum):
    """Whether a message is ours."""

    YES = "yes"
    NO = "no"
    NEVER_SENT = "never_sent"  # the reference is ours, and nothing with it ever went out


def ours(status: str | None) -> Ours:
    """The answer by the status of the message with that reference; None where there is none."""
    if status is None:
        return Ours.NO
    return Ours.NEVER_SENT if status in NEVER_SENT else Ours.YES
