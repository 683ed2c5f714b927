"""Facts to JSON and back, by the catalogue: exact numbers and moments survive, unknown facts are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import chain
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


def from_json(kept: Mapping[str, Any], catalogue: Catalogue) -> Kept:
    """The facts that `to_json` kept and the catalogue still knows; what is not in it is unknown."""
    return Kept(kept, catalogue, {})


class Kept(Mapping[str, Any]):
    """Kept facts under words of our own, which go before them.

    Each fact is typed when it is asked for: a message says a few of them, a decision froze dozens.
    """

    __slots__ = ("_catalogue", "_kept", "_words")

    def __init__(self, kept: Mapping[str, Any], catalogue: Catalogue, words: Mapping[str, object]) -> None:
        self._kept, self._catalogue, self._words = kept, catalogue, words

    def under(self, words: Mapping[str, object]) -> Kept:
        """The same facts under these words."""
        return Kept(self._kept, self._catalogue, words)

    def get(self, name: str, default: Any = None) -> Any:
        """The word or fact of this name."""
        if name in self._words:
            return self._words[name]
        known = self._catalogue.get(name) if name in self._kept else None
        return default if known is None else _typed(self._kept[name], known.type)

    def __getitem__(self, name: str) -> Any:
        if name in self:
            return self.get(name)
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return name in self._words or (name in self._kept and name in self._catalogue)

    def __iter__(self) -> Iterator[str]:
        known = (name for name in self._kept if name in self._catalogue and name not in self._words)
        return chain(self._words, known)

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
