"""The longest and the emptiest values a template can be given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice, product

from outreach.domain.facts import Catalogue, FactSpec, FactType
from outreach.domain.message import REFERENCE_LENGTH
from outreach.domain.transfer import TransferStatus

FIRM_LENGTH = 12
CODE_LENGTH = 8
MOST_CASES = 512
LONG_TIME = datetime(2026, 12, 30, 22, 58, tzinfo=UTC)
LONG_VALUES: dict[FactType, object] = {
    FactType.BOOLEAN: True,
    FactType.INTEGER: 1234567,
    FactType.NUMBER: 1234567.89,
    FactType.SCORE: Decimal("100.000"),
    FactType.MONEY: Decimal("12345678.9012"),
    FactType.TIME: LONG_TIME,
    FactType.TAGS: (),
}


def worst_cases(names: tuple[str, ...], catalogue: Catalogue, firm: str) -> Iterator[dict[str, object]]:
    """Values for these names: every closed choice, every fact at its longest and unknown; at most 512."""
    words = _words(firm)
    asked = [name for name in names if name in catalogue or name in words]
    options = [words.get(name) or _of_fact(catalogue[name]) for name in asked]
    for values in islice(product(*options), MOST_CASES):
        yield dict(zip(asked, values, strict=True))


def _words(firm: str) -> dict[str, tuple[object, ...]]:
    return {
        "firm": (firm + "x" * (FIRM_LENGTH - len(firm)),),
        "reference": ("W" * REFERENCE_LENGTH,),
        "code": ("W" * CODE_LENGTH, None),
        "transfer": (*(status.value for status in TransferStatus), None),
        "on_hold": (True, False),
        "hold_expires_at": (LONG_TIME, None),
        "two_way": (True,),  # without it a text is shorter
    }


def _of_fact(spec: FactSpec) -> tuple[object, ...]:
    if spec.type is FactType.TEXT:
        return (*(spec.one_of or ("W" * spec.longest,)), None)
    value = LONG_VALUES[spec.type]
    return (value, False, None) if spec.type is FactType.BOOLEAN else (value, None)
