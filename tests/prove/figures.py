"""What a claim tells: figures with their n, and what was missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Number = int | float


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, and the n of what it was measured on: `0 opened twice in 5,000 rows`."""

    value: Number
    n: Number
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one run of a claim told; `ok` says that it ran to its end, not that its figures suffice."""

    claim: str
    ok: bool
    figures: Mapping[str, Figure] = field(default_factory=dict)
    said: str = ""
    left_out: bool = False  # it says loudly that it was not run, and why

    def as_line(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


class MissingPart(Exception):
    """A part the claim needs is not here; its text says which, and how to get it."""


class LeftOut(Exception):
    """What the claim needs may be out of reach, as its promise says, and is; its text says what."""


def read_told(claim: str, output: str) -> Told:
    """The last line of a claim's output; anything but a whole answer of this claim is a failure."""
    lines = [line for line in output.splitlines() if line.strip()]
    try:
        raw: dict[str, Any] = json.loads(lines[-1])
        figures = {
            name: Figure(_number(one["value"]), _number(one["n"]), str(one["of"]))
            for name, one in raw["figures"].items()
        }
        if raw["claim"] != claim:
            raise ValueError("another claim answered")
        return Told(
            claim=claim,
            ok=raw["ok"] is True,
            figures=figures,
            said=str(raw["said"]),
            left_out=raw.get("left_out") is True,
        )
    except (IndexError, ValueError, TypeError, KeyError, AttributeError) as error:
        return Told(claim=claim, ok=False, said=f"it told nothing that can be read ({type(error).__name__})")


def _number(value: object) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a figure is a number")
    return value
