"""Sample facts: what a message is shown with where there is no real person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product

from outreach.adapters.gallery import Situation
from outreach.adapters.renderer.worst import CODE_LENGTH, FIRM_LENGTH, LONG_VALUES
from outreach.domain.facts import Catalogue, Facts, FactSpec, FactType, Value
from outreach.domain.hold import HoldView
from outreach.domain.message import REFERENCE_LENGTH
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.engine.moves import transfer_words

REFERENCE, CODE = "K7M2QX", "Harbor77"
USUAL, LONGEST, UNKNOWN = VALUES = ("usual", "longest", "unknown")
WORDS = ("firm", "reference", "code")
HOLD = timedelta(hours=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Where the sample values come from. `given` goes over the usual ones; `zone` is the person's clock."""

    catalogue: Catalogue
    firm: str
    zone: str
    now: datetime
    given: Facts

    def context(self, situation: Situation) -> Mapping[str, object]:
        """Every word and fact a template may say in this situation, as the engine would give them."""
        facts = self._facts(situation.values)
        transfer = Transfer(
            ref="T000000",
            status=TransferStatus(situation.transfer),
            hold_expires_at=None if situation.values == UNKNOWN else self._hold(facts),
        )
        words = self._words(situation)
        told = transfer_words(transfer, HoldView(ends_at=transfer.hold_expires_at), self.now)
        return {**facts, **words, **told, "zone": self.zone, "two_way": True}

    def _words(self, situation: Situation) -> dict[str, object]:
        words: dict[str, object] = {"firm": self.firm, "reference": REFERENCE, "code": CODE}
        if situation.values == LONGEST:
            firm = self.firm + "x" * (FIRM_LENGTH - len(self.firm))
            words = {"firm": firm, "reference": "W" * REFERENCE_LENGTH, "code": "W" * CODE_LENGTH}
        elif situation.values == USUAL:
            words |= {name: value for name, value in self.given.items() if name in WORDS}
        return words if situation.has_code else words | {"code": None}

    def _facts(self, values: str) -> dict[str, Value]:
        if values == UNKNOWN:
            return dict.fromkeys(self.catalogue)
        if values == LONGEST:
            return {name: _longest(spec) for name, spec in self.catalogue.items()}
        usual = {name: self._usual(spec) for name, spec in self.catalogue.items()}
        usual |= {name: value for name, value in USUAL_FACTS.items() if name in self.catalogue}
        return usual | {name: value for name, value in self.given.items() if name not in WORDS}

    def _hold(self, facts: Facts) -> datetime | None:
        ends = facts.get("hold_expires_at")
        return ends if isinstance(ends, datetime) else None

    def _usual(self, spec: FactSpec) -> Value:
        if spec.type is FactType.TEXT:
            return spec.one_of[0] if spec.one_of else spec.name.replace("_", " ")[: spec.longest]
        if spec.type is FactType.TIME:
            return self.now + HOLD if spec.name.endswith("expires_at") else self.now - HOLD
        return USUAL_VALUES[spec.type]


USUAL_FACTS: Facts = {"amount": Decimal("4200"), "currency": "USD"}
USUAL_VALUES: Mapping[FactType, Value] = {
    FactType.BOOLEAN: True,
    FactType.INTEGER: 3,
    FactType.NUMBER: 0.8,
    FactType.SCORE: Decimal("86"),
    FactType.MONEY: Decimal("4200"),
    FactType.TAGS: (),
}


def situations() -> Iterator[Situation]:
    """Every situation; the first is the one shown where none is chosen."""
    for values, status, has_code in product(VALUES, TransferStatus, (True, False)):
        yield Situation(values=values, transfer=status.value, has_code=has_code)


def word_specs() -> dict[str, FactSpec]:
    """What a file of facts may name beside the catalogue's."""
    return {name: FactSpec(name=name, type=FactType.TEXT, about="", longest=64) for name in WORDS}


def _longest(spec: FactSpec) -> Value:
    if spec.type is FactType.TEXT:
        return max(spec.one_of, key=len) if spec.one_of else "W" * spec.longest
    value = LONG_VALUES[spec.type]
    assert value is None or isinstance(value, bool | int | float | Decimal | str | datetime | tuple)
    return value
