"""A small world for reports: the stage over a real store, a shelf in memory, the page, and a form to post."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from sqlalchemy import Table
from starlette.applications import Starlette

from outreach.adapters import chains
from outreach.adapters.pictures import Cleaner
from outreach.domain.token import Purpose, Token, sign
from outreach.engine.refused_reports import RefusedReports
from outreach.engine.report_files import Pictures
from outreach.engine.reports import Limits, Reports
from outreach.errors import ArchiveError
from outreach.store.database import Store
from outreach.store.intake import people_of
from outreach.web import COMFORT, REPORT, Addresses, Comfort, ReportDoors, ReportPage, read_sayings
from outreach.wiring.links import NO_MESSAGE, report_links
from tests.doors.web_world import KEYS, Browser
from tests.fakes import FakeClock

SHARED = Path(__file__).parents[2] / "templates" / "shared"
SAYINGS = read_sayings(SHARED, REPORT, "en")
CARE = Comfort(
    sayings=read_sayings(SHARED, COMFORT, "en"), lines={"*": "Example Line, day and night"}, firm="Acme"
)
EVM = "0x52908400098527886E0F7030069857D2E4169EE7"
FILLED = {"happened": "investment", "money_left": "no"}


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), exif: str = "") -> bytes:
    """A picture of this kind; `exif` is what a camera wrote into it."""
    out, beside = BytesIO(), Image.Exif()
    if exif:
        beside[0x010E] = exif
        beside.get_ifd(0x8825)[29] = exif  # among the GPS fields
    Image.new("RGB", size, "teal").save(out, kind, exif=beside)
    return out.getvalue()


@dataclass
class MemoryShelf:
    """A shelf that keeps files in a dict, with the moment of each."""

    files: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    clock: Callable[[], datetime] = field(default_factory=FakeClock)
    is_full: bool = False

    def put(self, name: str, content: bytes, key: bytes) -> None:
        if self.is_full:
            raise ArchiveError("the disk is full")
        self.files[name] = (content, self.clock())

    def get(self, name: str, key: bytes) -> bytes:
        return self.files[name][0]

    def drop(self, name: str) -> None:
        self.files.pop(name, None)

    def sweep(self, kept: Collection[str], gone: Collection[str], before: datetime) -> int:
        over = [n for n, (_, at) in self.files.items() if n not in kept and (n in gone or at < before)]
        for name in over:
            del self.files[name]
        return len(over)


@dataclass
class ReportWorld:
    """The report page over a store, with its clock."""

    store: Store
    clock: FakeClock = field(default_factory=FakeClock)
    limits: Limits = field(default_factory=Limits)
    page: dict[str, Any] = field(default_factory=dict)
    shelf: Any = None
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.store.clock = self.clock
        self.shelf = self.shelf or MemoryShelf(clock=self.clock)
        app = Starlette()
        self.door().mount(app)
        self.browser = Browser(app)

    def randomness(self, count: int) -> bytes:
        return hashlib.shake_256(str(next(self.numbers)).encode()).digest(count)

    def stage(self) -> Reports:
        pictures = Pictures(store=self.store, shelf=self.shelf, randomness=self.randomness)
        return Reports(
            store=self.store, pictures=pictures, read_addresses=chains.read_any, limits=self.limits
        )

    def door(self) -> ReportPage:
        stage = self.stage()
        usual: dict[str, Any] = {"is_anonymous": True, "an_hour_each_place": 1_000, "take": stage.take}
        usual["clean"] = Cleaner(most_pixels=1_000_000).clean
        usual["hear"] = RefusedReports(store=self.store, limits=self.limits).hear
        return ReportPage(
            known=stage.known,
            sayings=SAYINGS,
            comfort=CARE,
            keys=KEYS,
            randomness=self.randomness,
            addresses=Addresses(public_url="http://testserver"),
            now=self.clock,
            firm="Acme",
            **{**usual, **self.page},
        )

    def person(self, user: str = "user-1") -> str:
        """Somebody we know; their id."""
        with self.store.begin() as tx:
            ids, _ = people_of(tx, [user], self.clock())
        return ids[user]

    def path(self, person: str | None = None, **changes: Any) -> str:
        """Where they report."""
        if person is None:
            return "/report"
        usual = {"message": NO_MESSAGE, "purpose": Purpose.REPORT, "key_id": "k1"}
        usual["expires_at"] = self.clock() + timedelta(days=1)
        return f"/report/{sign(Token(person=person, **{**usual, **changes}), KEYS)}"

    def form(self, path: str = "/report") -> str:
        """The name of a fresh form."""
        shown = self.browser.get(path)
        found = re.search(r'name="form" value="([^"]+)"', shown.text)
        assert found is not None, shown.status_code
        return found[1]

    def send(
        self, path: str = "/report", pictures: Collection[bytes] = (), form: str | None = None, **fields: str
    ) -> httpx.Response:
        """Fill a form and post it, as a browser does."""
        given: Mapping[str, str] = {"form": form or self.form(path), **FILLED, **fields}
        sent = [("pictures", (f"{n}.png", each, "image/png")) for n, each in enumerate(pictures)]
        nothing = ("pictures", ("", b"", "application/octet-stream"))
        return self.browser.post(path, data=dict(given), files=sent or [nothing])


def rows(world: ReportWorld, table: Table) -> list[Any]:
    """Everything that a table of this world has."""
    with world.store.read() as tx:
        return list(tx.connection.execute(table.select()))


def report_doors(store: Store, clock: Callable[[], datetime]) -> ReportDoors:
    """The API's verbs about reports."""
    world = ReportWorld.__new__(ReportWorld)
    world.store, world.limits, world.numbers = store, Limits(), itertools.count()
    world.shelf = MemoryShelf(clock=clock)
    stage = world.stage()
    return ReportDoors(
        take=stage.take,
        hear=RefusedReports(store=store, limits=world.limits).hear,
        person_of=stage.person_of,
        link=report_links("https://warn.firm.example", lambda: KEYS, clock),
        clean=Cleaner(most_pixels=1_000_000).clean,
        sayings=SAYINGS,
        comfort=CARE,
        firm="Acme",
    )
