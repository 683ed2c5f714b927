"""Who answered while a round was on its way: what was written down for them is not handed over any more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from outreach.domain.message import Message
from outreach.engine.handing import Claim
from outreach.errors import StoreError
from outreach.store.aftermath import ended
from outreach.store.database import Store


def claim_over(store: Store, elapsed: Callable[[], float], until: float) -> Claim:
    """The claim of a round, which holds until then; each piece is looked at again before it goes."""
    return Claim(until=until, elapsed=elapsed, ended=lambda messages: _ended(store, messages))


def _ended(store: Store, messages: Sequence[Message]) -> set[str]:
    try:
        with store.read() as tx:
            return ended(tx, [message.thread for message in messages])
    except StoreError:  # nobody can say: what was written down goes
        return set()
