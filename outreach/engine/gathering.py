"""What a round took: its outreaches whole, and the ground that each stands on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from outreach.domain.gate import GatePolicy
from outreach.engine.grounds import Grounds
from outreach.engine.saying import Ground
from outreach.store.claimed import Claimed, load
from outreach.store.database import Store
from outreach.store.unreadable import put_aside


def gathered(
    store: Store, grounds: Grounds, policy: GatePolicy, ids: Sequence[str], holder: str, now: datetime
) -> tuple[list[Claimed], dict[str, Ground]]:
    """These outreaches that `holder` claimed, and the ground of each by its id.

    Read outside of the claim, which on SQLite nobody else could write beside. One whose message cannot be
    opened is put aside for a person.
    """
    with store.read() as tx:
        claimed, unreadable = load(tx, ids)
        known = grounds.read(tx, claimed, policy, now)
    if unreadable:
        with store.begin() as tx:
            put_aside(tx, unreadable, holder)
    return claimed, grounds.of(claimed, known, now)
