"""The report page over a workspace: who keeps reports, where pictures lie, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

from outreach.adapters import chains
from outreach.adapters.pictures import Cleaner, Shelf
from outreach.domain.reporting import Picture
from outreach.engine.refused_reports import RefusedReports
from outreach.engine.report_files import Pictures
from outreach.engine.reports import Limits, Reports
from outreach.settings import Settings
from outreach.wiring import chance
from outreach.wiring.house import House
from outreach.wiring.links import report_links


def reports(house: House) -> Reports:
    """The stage that takes reports."""
    said = house.settings.reports
    limits = Limits(
        a_day_each=said.a_day_each,
        an_hour_anonymous=said.an_hour_anonymous,
        read_within=timedelta(minutes=said.read_within_minutes),
        fresh_within=timedelta(minutes=said.fresh_within_minutes),
        welfare_within=timedelta(minutes=house.settings.welfare.due_minutes),
    )
    return Reports(store=house.store, pictures=pictures(house), read_addresses=chains.read_any, limits=limits)


def refused_reports(stage: Reports) -> RefusedReports:
    """The stage that hears words of self-harm in what that one refuses."""
    return RefusedReports(store=stage.store, limits=stage.limits)


def pictures(house: House) -> Pictures:
    """The pictures of reports."""
    shelf = Shelf(folder=house.settings.at(house.settings.reports.files))
    return Pictures(store=house.store, shelf=shelf, randomness=chance.randomness)


def cleaner(settings: Settings) -> Callable[[bytes], Picture | None]:
    """Makes pictures anew."""
    return Cleaner(most_pixels=settings.reports.most_pixels).clean


def report_link(house: House) -> Callable[[str], tuple[str, datetime]]:
    """Makes the link by which one person (our id) reports, and says until when it leads there."""
    return report_links(house.settings.web.public_url, lambda: house.answer_keys, house.clock)


def words_folder(settings: Settings, name: str) -> Path:
    """The folder with words of this name: the workspace's, or ours where it has none."""
    own = settings.at(settings.templates) / "shared"
    if any(own.glob(f"{name}.*.toml")):
        return own
    packed = Path(str(files("outreach"))) / "_workspace" / "templates" / "shared"
    return packed if packed.is_dir() else Path(__file__).parents[2] / "templates" / "shared"
