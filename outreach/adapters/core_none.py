"""No core system: nothing is known of any transfer, and no request is heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from outreach.domain.transfer import Transfer


class NoCore:
    """Stands where no core system is connected; `doctor` says so."""

    def transfers(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
        """Nothing is known."""
        return {}

    def request_hold(self, ref: str, reason: str, call_id: str, seconds: int | None = None) -> None:
        """Not heard."""
        raise ConnectionError("no core system is connected")

    request_release = request_hold
    request_freeze = request_hold
