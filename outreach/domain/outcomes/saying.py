"""One telling as it came: who says what of whose money, checked, before anything of it is kept. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Context, Decimal

from outreach.domain.outcomes.told import By, Kind

_WIDE = Context(prec=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What a source tells under an id of its own ("": it has none).

    It is about a person of ours (`person`), the firm's (`user_ref`), or about a beneficiary whoever pays it.
    `beneficiary` is the text as the source spells it, `place` its keyed hash where that is all there is;
    `transfer_ref` is the core's.
    """

    kind: Kind
    at: datetime
    source_id: str = field(default="", repr=False)
    person: str = ""
    user_ref: str = field(default="", repr=False)
    transfer_ref: str = field(default="", repr=False)
    beneficiary: str = field(default="", repr=False)
    place: str = ""
    rail: str = ""
    amount: Decimal | None = None
    currency: str | None = None
    rate: Decimal | None = None
    rate_source: str | None = None
    by: By = By.UNKNOWN

    @property
    def content(self) -> str:
        """Everything it says, as one text: equal for the same telling told again."""
        numbers = (plain(self.amount), self.currency or "", plain(self.rate), self.rate_source or "")
        whom = (self.person or self.user_ref, self.transfer_ref, self.beneficiary, self.place, self.rail)
        parts = (self.kind.value, self.by.value, self.at.isoformat(), *whom, *numbers)
        return "".join(f"{len(part)}:{part}" for part in parts)


def plain(number: Decimal | None) -> str:
    """A number in its shortest digits; "" for none."""
    return "" if number is None else format(number.normalize(_WIDE), "f")
