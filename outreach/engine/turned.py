"""Listed addresses as what turned bad."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from outreach.domain.lookback import CERTAIN, Turned
from outreach.engine.ports import Clock
from outreach.store.database import Store
from outreach.store.listings import listed_since, still_listed


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAddresses:
    """The entries in force, in the order in which they became listed."""

    store: Store
    clock: Clock
    name: str = "addresses"

    def turned_since(self, cursor: str | None, most: int) -> tuple[Sequence[Turned], str | None]:
        """What became listed after the cursor, which is a number."""
        with self.store.read() as tx:
            news = listed_since(tx, int(cursor or 0), self.clock(), most)
        if not news:
            return (), None
        turned = [
            Turned(
                beneficiary=one.address,
                categories=one.categories,
                confidence=CERTAIN if one.confidence is None else Decimal(one.confidence),
                listed_at=one.at,
            )
            for one in news
        ]
        return turned, str(news[-1].n)

    def hold(self, turned: Sequence[Turned]) -> Collection[str]:
        """The keys of those that are still listed."""
        with self.store.read() as tx:
            found = still_listed(tx, [one.beneficiary for one in turned], self.clock())
        return {one.key for one in turned if one.beneficiary in found}
