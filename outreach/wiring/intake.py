"""What intake works with, put together."""

from __future__ import annotations

from contextlib import nullcontext

from outreach.adapters.archive import Archive
from outreach.adapters.matcher import DuckMatcher
from outreach.engine.ports import Clock
from outreach.engine.pulling import Tools
from outreach.settings import Settings
from outreach.store.database import Store
from outreach.wiring import chance
from outreach.wiring.beating import beating
from outreach.wiring.core import lengths
from outreach.wiring.destinations import destinations


def tools(
    settings: Settings, store: Store, archive: Archive, hash_key: bytes, clock: Clock, *, rehearses: bool
) -> Tools:
    """What a pull works with."""
    return Tools(
        store=store,
        matcher=DuckMatcher(),
        archive=archive,
        assign=chance.assignment(hash_key),
        clock=clock,
        new_id=chance.new_id,
        beating=nullcontext if rehearses else beating,
        aftermath=lengths(settings),
        place=chance.places(hash_key),
        destinations=destinations(store),
    )
