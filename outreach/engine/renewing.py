"""The beat of a round: while providers have its messages, its claim is renewed and halts are seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from outreach.engine.halts import LOOK_SECONDS, Halts
from outreach.engine.handing import Claim
from outreach.errors import StoreError
from outreach.store import climb
from outreach.store.climb import Lease
from outreach.store.database import Store, Tx

BEATS = 4
"""How often in a lease a claim is renewed while its messages are with their providers."""


@dataclass(slots=True, kw_only=True)
class Renewing:
    """Keeps the claim on these climbs (ids). `lease` makes a lease that begins now."""

    store: Store
    claim: Claim
    halts: Halts
    ids: Sequence[str]
    length: timedelta
    lease: Callable[[Tx], Lease]
    _next_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._next_at = self.claim.elapsed() + self._every

    @property
    def _every(self) -> float:
        return self.length.total_seconds() / BEATS

    @property
    def beat_seconds(self) -> float:
        """How often to call `beat`."""
        return min(self._every, LOOK_SECONDS)

    def beat(self) -> None:
        """Look at the halts; and renew the claim, where that is due."""
        self.halts.leave()
        began = self.claim.elapsed()
        if began < self._next_at:
            return
        self._next_at = began + self._every
        try:
            with self.store.begin() as tx:
                ours = climb.renew(tx, self.ids, self.lease(tx))
        except StoreError:  # the claim runs down by itself, and nothing is handed over towards its end
            return
        self.claim.until = began + self.length.total_seconds() if ours else float("-inf")
