"""Pieces of evidence: each a few named values with a hash of its own, in one canonical form. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


def canonical(told: object) -> bytes:
    """JSON in the one form that is hashed: keys sorted, no blanks, UTF-8, a line end."""
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def sha256(content: bytes) -> str:
    """64 hex characters."""
    return hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece: what kind, when, and what is told; moments as ISO text, sums as text."""

    kind: str
    at: datetime
    told: Mapping[str, Any] = field(repr=False)

    @property
    def plain(self) -> dict[str, Any]:
        """The piece as it is hashed."""
        return {"kind": self.kind, "at": self.at.isoformat(), **self.told}

    @property
    def sha256(self) -> str:
        """The hash of the piece in its canonical form."""
        return sha256(canonical(self.plain))


def last_moment(pieces: Sequence[Piece]) -> datetime:
    """When the last of everything happened that these pieces tell, such as the answer to a request."""
    told = (value for piece in pieces for name, value in piece.told.items() if name.endswith("_at"))
    return max([*(piece.at for piece in pieces), *map(datetime.fromisoformat, told)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Everything that one audience is handed about a case. `as_of`: when the last of it happened, so that
    the same case makes the same bytes whenever it is packed."""

    firm: str
    case: str
    audience: str
    as_of: datetime
    pieces: Sequence[Piece] = field(repr=False)

    @property
    def plain(self) -> dict[str, Any]:
        """The pack as `case.json` has it."""
        return {
            "format": "outreach-evidence-1",
            "firm": self.firm,
            "case": self.case,
            "audience": self.audience,
            "as_of": self.as_of.isoformat(),
            "pieces": [{**piece.plain, "sha256": piece.sha256} for piece in self.pieces],
        }
