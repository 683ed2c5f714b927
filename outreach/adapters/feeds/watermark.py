"""Watermarks: the values a database feed goes on after, kept in a cursor with their kind."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Position:
    """The watermark and the key of the last row that was read."""

    watermark: Any
    key: Any

    def text(self) -> str:
        """The cursor for this position."""
        return json.dumps({"watermark": _packed(self.watermark), "key": _packed(self.key)})

    def minus(self, overlap: float) -> Any:
        """The watermark, `overlap` seconds (times) or units (numbers) back."""
        return _back(self.watermark, overlap)


def read_position(cursor: str) -> Position:
    """The position in a cursor; ValueError, TypeError or KeyError where it is none."""
    found = json.loads(cursor)
    return Position(_unpacked(*found["watermark"]), _unpacked(*found["key"]))


def _packed(value: Any) -> tuple[str, Any]:
    if isinstance(value, datetime):
        return "time", value.isoformat()
    if isinstance(value, date):
        return "date", value.isoformat()
    if isinstance(value, Decimal):
        return "decimal", str(value)
    return ("plain", value) if isinstance(value, int | float) else ("text", str(value))


def _unpacked(kind: str, value: Any) -> Any:
    match kind:
        case "time":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case "decimal":
            return Decimal(value)
        case _:
            return value


def _back(value: Any, overlap: float) -> Any:
    """Earlier by `overlap`; text that is an ISO time (SQLite has no other) stays text of that spelling."""
    if isinstance(value, date):  # datetimes too
        return value - timedelta(seconds=overlap)
    if isinstance(value, str):
        try:
            earlier = datetime.fromisoformat(value) - timedelta(seconds=overlap)
        except ValueError:
            return value
        # cut to the second and without its zone: sorts before every spelling of that second
        return earlier.replace(tzinfo=None, microsecond=0).isoformat(sep=value[10:11] or "T")
    return value - type(value)(overlap)
