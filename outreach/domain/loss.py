"""A loss: money that has left, as whoever tells of it says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """One transfer that left. `place` is an address on `chain`, or an account where there is no chain.

    `amount` is in `currency`; None where nobody knows how much it was.
    """

    chain: str = ""
    place: str = field(default="", repr=False)
    amount: Decimal | None = None
    currency: str | None = None
    sent_at: datetime | None = None
    transfer_ref: str | None = field(default=None, repr=False)
    key: str = field(default="", repr=False)

    @property
    def signs(self) -> str:
        """What makes it the same transfer, told again: the core system's own id, else the `key` of whoever
        tells of it, else all that is said."""
        if self.transfer_ref:
            return f"ref|{self.transfer_ref}"
        if self.key:
            return f"key|{self.key}"
        amount = "" if self.amount is None else format(self.amount.normalize(), "f")
        at = self.sent_at.isoformat() if self.sent_at else ""
        return f"told|{self.chain}|{self.place}|{amount}|{self.currency or ''}|{at}"

    @property
    def says_nothing(self) -> bool:
        """True where not even a part of it is known."""
        return not (self.place or self.transfer_ref or self.amount is not None)


SOURCES = ("already_sent", "left_before_the_hold", "report", "confirmed_loss", "silent_loss")
"""What may open a recovery case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What opens a recovery case, or joins one: whose, what kind of scam, told by whom, and every transfer.

    `source` is one of SOURCES. `reported_by`: user, agent, core, feed or lookback. Without an `episode` it
    joins the person's open one about the same pattern and place, or opens one; `beneficiary` is the place's
    keyed hash, where that is all that is known of it.
    """

    person: str
    pattern: str
    source: str
    reported_by: str = "user"
    episode: str | None = None
    outreach: str | None = None
    beneficiary: str = field(default="", repr=False)
    left_at: datetime | None = None
    narrative: str = field(default="", repr=False)
    transfers: tuple[Lost, ...] = ()
