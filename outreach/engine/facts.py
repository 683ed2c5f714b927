"""Facts to JSON and back, by the catalogue: exact numbers and moments survive, unknown facts are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from outreach.domain.facts import Catalogue, Facts, FactType, Value


def to_json(facts: Facts, catalogue: Catalogue) -> dict[str, Any]:
    """The known facts as JSON values; what is both attacker-controlled and personal (a memo) stays out."""
    return {
        name: _plain(value)
        for name, value in facts.items()
        if value is not None and name in catalogue and not _stays_out(name, catalogue)
    }


def _stays_out(name: str, catalogue: Catalogue) -> bool:
    spec = catalogue[name]
    return spec.attacker_controlled and spec.privacy == "personal"


def _plain(value: Value) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat()
        case tuple():
            return list(value)
        case _:
            return value


def from_json(kept: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Value]:
    """The facts that `to_json` kept and the catalogue still knows; what is not in it is unknown."""
    return _Kept(kept, catalogue)


class _Kept(Mapping[str, Value]):
    """Kept facts, each typed when it is asked for: a message says a few of them, a decision froze dozens."""

    __slots__ = ("_catalogue", "_kept")

    def __init__(self, kept: Mapping[str, Any], catalogue: Catalogue) -> None:
        self._kept, self._catalogue = kept, catalogue

    def __getitem__(self, name: str) -> Value:
        return _typed(self._kept[name], self._catalogue[name].type)

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._kept if name in self._catalogue)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _typed(value: Any, kind: FactType) -> Value:
    """The value as its type; unknown where the catalogue has changed the type since it was kept."""
    try:
        return _read(value, kind)
    except (ValueError, TypeError, ArithmeticError):
        return None


def _read(value: Any, kind: FactType) -> Value:
    reader = _READERS.get(kind)
    kept: Value = value if reader is None else reader(value)
    return kept


_READERS: Mapping[FactType, Callable[[Any], Value]] = {
    FactType.SCORE: Decimal,
    FactType.MONEY: Decimal,
    FactType.TIME: datetime.fromisoformat,
    FactType.TAGS: tuple,
}
