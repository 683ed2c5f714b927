"""Facts: the flat, typed, named values a rule may ask and a template may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

Value = bool | int | float | Decimal | str | datetime | tuple[str, ...] | None
"""One fact's value; None means unknown (or never, where the catalogue says so)."""

Facts = Mapping[str, Value]
"""Fact name → value; names not in the mapping are unknown."""


class FactType(StrEnum):
    """What a fact is; numbers compare with numbers, nothing else crosses."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    SCORE = "score"  # 0 … 100, three decimals: outcome estimates need the unrounded score
    MONEY = "money"  # exact, four decimals, in the unit the catalogue names
    TEXT = "text"
    TIME = "time"
    TAGS = "tags"

    @property
    def is_numeric(self) -> bool:
        """True for the four types that may be compared and calculated with."""
        return self in {FactType.INTEGER, FactType.NUMBER, FactType.SCORE, FactType.MONEY}


class FactSource(StrEnum):
    """Who says it: the risk feed, our own ledger, the core system, or our lists."""

    FEED = "feed"
    ENGINE = "engine"
    CORE = "core"
    LISTS = "lists"


class WhenNull(StrEnum):
    """What NULL means: we do not know, or it has never happened."""

    UNKNOWN = "unknown"
    NEVER = "never"


class Privacy(StrEnum):
    """How close to the person a fact is; `personal` facts never leave the ledger for logs or archives."""

    PLAIN = "plain"
    PSEUDONYMOUS = "pseudonymous"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSpec:
    """One line of the catalogue `rules/facts.yml`."""

    name: str
    type: FactType
    about: str
    source: FactSource = FactSource.FEED
    unit: str = ""
    when_null: WhenNull = WhenNull.UNKNOWN
    privacy: Privacy = Privacy.PLAIN
    longest: int = 64  # characters of text, or of one tag
    attacker_controlled: bool = False
    one_of: tuple[str, ...] = ()  # closed set of texts, where there is one


Catalogue = Mapping[str, FactSpec]
"""Fact name → its line in the catalogue, in file order."""
