"""What a person was warned about before, and said of it: whether another flag is news to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from outreach.domain.facts import Facts

NOT_WARNED = -1

GREW = Decimal("1.1")
"""An amount that grew by less than a tenth is the exchange rate, not another risk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """What the outreaches of one person, pattern and beneficiary were about, taken together.

    `refs` are the transfers, `amount` is the largest in USD, `is_open` where one has not ended. `mine_at` is
    when they last said "it is mine", and have not taken it back since.
    """

    refs: frozenset[str] = frozenset()
    amount: Decimal | None = None
    is_listed: bool = False
    severity_rank: int = NOT_WARNED
    is_open: bool = False
    mine_at: datetime | None = None

    def also(self, other: Warned) -> Warned:
        """Both together."""
        return Warned(
            refs=self.refs | other.refs,
            amount=max((a for a in (self.amount, other.amount) if a is not None), default=None),
            is_listed=self.is_listed or other.is_listed,
            severity_rank=max(self.severity_rank, other.severity_rank),
            is_open=self.is_open or other.is_open,
            mine_at=max((at for at in (self.mine_at, other.mine_at) if at is not None), default=None),
        )

    def is_theirs(self, at: datetime, cool_down: timedelta) -> bool:
        """True while "it is mine" still holds."""
        return self.mine_at is not None and at < self.mine_at + cool_down

    def got_worse(self, claimed: Warned) -> bool:
        """True where this is more than they said "it is mine" to: more severe, more money, listed since."""
        if claimed.severity_rank > self.severity_rank or (claimed.is_listed and not self.is_listed):
            return True
        if claimed.amount is None:
            return False
        return self.amount is not None and claimed.amount > GREW * self.amount

    def is_another(self, claimed: Warned) -> bool:
        """True where this is about a transfer that no warning was about, and none is on its way.

        A feed that repeats a transfer repeats its reference: that is no second try.
        """
        is_known = self.severity_rank != NOT_WARNED
        return is_known and not self.is_open and bool(claimed.refs - self.refs)


NEVER = Warned()


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What each person, pattern and beneficiary was warned about, and how long "it is mine" holds."""

    warned: dict[tuple[str, str, str], Warned] = field(default_factory=dict)
    mine_cool_down: timedelta = timedelta(days=7)


def about(
    facts: Facts, severity_rank: int, *, is_open: bool = False, mine_at: datetime | None = None
) -> Warned:
    """What one warning with these facts is about; facts are typed, or as the ledger keeps them."""
    ref = facts.get("transfer_ref")
    return Warned(
        refs=frozenset({ref} if isinstance(ref, str) and ref else ()),
        amount=_number(facts.get("amount_at_risk_usd")),
        is_listed=facts.get("destination_listed") is True,
        severity_rank=severity_rank,
        is_open=is_open,
        mine_at=mine_at,
    )


def together(told: Iterable[Warned]) -> Warned:
    """All of these as one."""
    whole = NEVER
    for one in told:
        whole = whole.also(one)
    return whole


def _number(value: object) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None
