"""The year in figures: counted in one transaction, as a page or as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from outreach.adapters.report.year import page
from outreach.domain.moment import zone_of
from outreach.domain.small_counts import FEWEST
from outreach.domain.year import window
from outreach.domain.year_figures import Year, span, year
from outreach.store.year import counted
from outreach.wiring.house import House

__all__ = ["as_json", "page", "the_year"]


def the_year(house: House, which: int | None) -> Year | None:
    """A year on the firm's clock, None: the running one; None where it has not begun. Reads only."""
    now, zone = house.clock(), house.settings.default_zone
    asked = window(which if which is not None else now.astimezone(zone_of(zone)).year, zone, now)
    if asked is None:
        return None
    with house.store.read() as tx:
        found = counted(tx, asked)
    return year(house.settings.firm, asked, found, now)


def as_json(told: Year) -> dict[str, Any]:
    """The same figures for machines; what is hidden is null here, too."""
    at = told.window
    return {
        "firm": told.firm,
        "year": at.year,
        "zone": at.zone,
        "since": at.since.isoformat(),
        "until": at.until.isoformat(),
        "window": span(at),
        "is_over": at.is_over,
        "made_at": told.made_at.isoformat(),
        "hidden_under_people": FEWEST,
        "chapters": [asdict(chapter) for chapter in told.chapters],
    }
