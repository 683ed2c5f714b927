"""The columns of an outcome feed: what a line may say, and what it must."""

from __future__ import annotations

from collections.abc import Iterable

from outreach.domain.facts import FactSpec, FactType, Privacy
from outreach.domain.outcomes.told import By, Kind

NEEDED = ("kind", "at")
"""What every line says, whatever it is about."""

EXACT = "exact"
"""The unit of a number that stays the text it came as: currencies have up to eighteen decimals."""


def _column(
    name: str, about: str, *, longest: int = 128, unit: str = "", one_of: Iterable[str] = ()
) -> FactSpec:
    return FactSpec(
        name=name,
        type=FactType.TIME if name == "at" else FactType.TEXT,
        about=about,
        unit=unit,
        privacy=Privacy.PSEUDONYMOUS,
        longest=longest,
        one_of=tuple(str(word) for word in one_of),
    )


COLUMNS = {
    spec.name: spec
    for spec in (
        _column("source_id", "The feed's own id of what it tells: told again, it corrects"),
        _column("user_ref", "Whom it is about, as flags name them", longest=128),
        _column("kind", "What is told", one_of=Kind),
        _column("at", "When it happened"),
        _column("transfer_ref", "The transfer, as flags name it"),
        _column("beneficiary", "Where the money went, as flags spell it", longest=256),
        _column("chain", "The chain of an address"),
        _column("rail", "How the money went: sepa, card, a chain …", longest=64),
        _column("amount", "How much", unit=EXACT, longest=64),
        _column("currency", "In which currency", longest=16),
        _column("rate", "What makes it the firm's outcome currency, at that time", unit=EXACT, longest=64),
        _column("rate_source", "Whose rate that is", longest=64),
        _column("by", "Whose act or word it was", one_of=By),
    )
}
"""Every column, by name. All may be empty but the needed ones; which others a kind needs, `read` says."""
