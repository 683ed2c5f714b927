"""Windows by name: lengths of time as rows, columns and registered texts write them."""

from __future__ import annotations

from datetime import timedelta


def named(window: timedelta) -> str:
    """`24h`, `72h`, `14d`: as rows and columns name a window."""
    hours = int(window.total_seconds() // 3600)
    return f"{hours}h" if hours <= 72 else f"{hours // 24}d"


def length(name: str) -> timedelta:
    """The window that `named` calls so."""
    return timedelta(**{"hours" if name.endswith("h") else "days": int(name[:-1])})
