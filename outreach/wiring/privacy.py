"""Forgetting and upkeep, put together."""

from __future__ import annotations

from collections.abc import Callable

from outreach.adapters.archive import Archive
from outreach.adapters.forgotten_list import ForgottenList
from outreach.domain.facts import Catalogue
from outreach.engine.forgetting import Forgetting
from outreach.engine.ports import Clock
from outreach.engine.upkeep import Upkeep
from outreach.settings import Settings
from outreach.store.database import Store


def forgotten_list(settings: Settings) -> ForgottenList:
    """The list of who was forgotten, beside the backups."""
    return ForgottenList(place=settings.at(settings.retention.forgotten_list))


def forgetting(
    settings: Settings, store: Store, archive: Archive, catalogue: Callable[[], Catalogue], clock: Clock
) -> Forgetting:
    """What forgets people."""
    return Forgetting(
        store=store,
        archive=archive,
        listing=forgotten_list(settings),
        catalogue=catalogue,
        clock=clock,
    )


def upkeep(settings: Settings, forgets: Forgetting, archive: Archive, holder: str) -> Upkeep:
    """The stage that lets go of what is over its time."""
    return Upkeep(
        store=forgets.store,
        forgetting=forgets,
        archive=archive,
        days=settings.retention.model_dump(exclude={"forgotten_list"}),
        catalogue=forgets.catalogue,
        clock=forgets.clock,
        holder=holder,
    )
