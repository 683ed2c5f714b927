"""What the engine logs while it is simulated: nothing is printed, but trouble it swallowed is not missed."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog

from outreach.telemetry import PLAN_BROKE, SENDER_BROKE

SWALLOWED = frozenset({PLAN_BROKE, SENDER_BROKE})


@contextmanager
def quiet() -> Iterator[list[str]]:
    """The trouble that was logged, as it comes; the log's own way is given back in the end."""
    found: list[str] = []

    def keep(_logger: object, _method: str, line: MutableMapping[str, Any]) -> str:
        if line.get("event") in SWALLOWED:
            found.append(f"{line['event']}: {line.get('error')}")
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[keep], cache_logger_on_first_use=False)
    try:
        yield found
    finally:
        structlog.configure(**before)
