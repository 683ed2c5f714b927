"""The truth outside the engine: what providers really took, and what people really said."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Copy:
    """One message as one provider took it; `visible_at` is when the provider's own list shows it."""

    message: str
    outreach: str
    step: int
    attempt: int
    provider: str
    ref: str
    key: str
    written_at: datetime
    taken_at: datetime
    visible_at: datetime
    is_read: bool  # it reached the person: the network did not give up


@dataclass(slots=True)
class Phones:
    """Everything taken, in order, and what came of it."""

    copies: list[Copy] = field(default_factory=list)
    written: int = 0
    answered: dict[str, datetime] = field(default_factory=dict)  # outreach → when the engine said yes

    def of(self, message: str) -> list[Copy]:
        """The copies of one message."""
        return [copy for copy in self.copies if copy.message == message]
