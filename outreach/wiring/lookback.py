"""Looking back, put together: the transfers that the settings name, our own archive, and the lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

import httpx

from outreach.adapters.archive import Archive
from outreach.adapters.transfers import ArchivedTransfers, HttpTransfers, SqlTransfers, TransferFiles
from outreach.domain.facts import Catalogue
from outreach.domain.lookback import Bounds
from outreach.engine.lookback import BadList, Lookback, Transfers
from outreach.engine.ports import Clock
from outreach.engine.turned import ListedAddresses
from outreach.settings import Settings
from outreach.settings.lookback import TransferFileSettings, TransferHttpSettings, TransferSettings
from outreach.store.database import Store
from outreach.wiring.feeds import FEED_TIMEOUT


class Rooms(Protocol):
    """What a feed of our own needs of the house; the house itself would be a circle."""

    settings: Settings
    clock: Clock

    @property
    def store(self) -> Store:
        """Its store."""
        ...

    @property
    def archive(self) -> Archive:
        """Its flag archive."""
        ...


def bounds(settings: Settings) -> Bounds:
    """How far and how many, as the settings have it."""
    own = settings.lookback
    return Bounds(
        days=own.days,
        per_run=own.per_run,
        per_day=own.per_day,
        again_after=timedelta(hours=own.again_after_hours),
    )


def lookback(
    house: Rooms, catalogue: Catalogue, on_look: Callable[[int], None] = lambda beneficiaries: None
) -> Lookback:
    """The feed of whoever paid what turned bad."""
    return Lookback(
        store=house.store,
        sources=transfers(house),
        lists=lists(house),
        bounds=bounds(house.settings),
        catalogue=catalogue,
        clock=house.clock,
        on_look=on_look,
    )


def transfers(house: Rooms) -> list[Transfers]:
    """Every source of transfers, the settings' first: they may say how a person is reached."""
    own = house.settings.lookback
    named: list[Transfers] = [_source(name, one, house.settings) for name, one in own.transfers.items()]
    return [*named, ArchivedTransfers(files=house.archive.files)] if own.archive else named


def lists(house: Rooms) -> Sequence[BadList]:
    """The lists whose entries are looked back for by themselves."""
    if not house.settings.lookback.automatic:
        return []
    return [ListedAddresses(store=house.store, clock=house.clock)]


def _source(name: str, one: TransferSettings, settings: Settings) -> Transfers:
    called = f"transfers {name}"
    if isinstance(one, TransferFileSettings):
        return TransferFiles(
            name=called,
            glob=str(settings.workspace / one.path),
            format=one.format,
            select=one.select,
            delimiter=one.delimiter,
        )
    if isinstance(one, TransferHttpSettings):
        token = one.token.get_secret_value() if one.token else ""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return HttpTransfers(
            name=called,
            client=httpx.Client(timeout=FEED_TIMEOUT, headers=headers),
            url=one.url,
            rows=one.rows,
            next_cursor=one.next_cursor,
            select=one.select,
        )
    return SqlTransfers(
        name=called,
        url=settings.url_at(one.url.get_secret_value()),
        query=one.query,
        beneficiary=one.beneficiary,
        select=one.select,
    )
