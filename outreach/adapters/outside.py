"""Who listens outside: a heartbeat address of the operator's choice, and one that is told of troubles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """Two addresses; an empty one is nobody. They may hold a key: no error of ours repeats them."""

    heartbeat: str = field(repr=False)
    alarm: str = field(repr=False)
    patience: float = PATIENCE_SECONDS

    def beat(self) -> None:
        """Ask the heartbeat address. Raises OSError where it did not answer well."""
        if self.heartbeat:
            self._ask("GET", self.heartbeat)

    def tell(self, told: Mapping[str, object]) -> None:
        """Post these words as JSON. Raises OSError where they were not taken."""
        if self.alarm:
            self._ask("POST", self.alarm, told)

    def _ask(self, method: str, url: str, body: Mapping[str, object] | None = None) -> None:
        try:
            answer = httpx.request(method, url, json=body, timeout=self.patience)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise ConnectionError("nobody answered") from None
        if not answer.is_success:
            raise ConnectionError(f"answered {answer.status_code}")
