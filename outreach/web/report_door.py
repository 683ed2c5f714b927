"""The door where anybody reports a scam: GET shows the form, one POST keeps one report."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from outreach.domain.callback import Outcome
from outreach.domain.reporting import Picture, Via
from outreach.domain.token import Invalid, Keys, Purpose, Refusal, Token, read_token
from outreach.domain.welfare import is_cry
from outreach.engine.refused_reports import Heeded, Refused, typed
from outreach.engine.reports import Given, Known, Taken, TooMany
from outreach.telemetry import CRY_LOST, REPORT_LOST
from outreach.web.addresses import Addresses
from outreach.web.bodies import BEGINNING, Bodies
from outreach.web.comfort import Comfort
from outreach.web.language import preferred
from outreach.web.moments import until
from outreach.web.report_checks import checked, cleaned
from outreach.web.report_form import Posted, read_beginning, read_form
from outreach.web.report_guard import Forms, Places, place_of
from outreach.web.report_page import HEADERS, Shown, Thanks, closed_page, form_page, thanks_page
from outreach.web.sayings import Sayings
from outreach.web.sites import is_cross_site

WITHIN_SECONDS = 120
"""A phone on a slow line sends twenty megabytes in so long."""

AT_ONCE, EACH_AT_ONCE = 8, 2
"""Reports that are read, with their pictures, at one time, in all and from one place: the answer page must
stay open meanwhile."""

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """What the door needs. `known`: how somebody we know is spoken to; None where they are not there any
    more. `hear`: hears words of self-harm in what is refused. `is_anonymous`: whether reports are taken
    without a signed link."""

    take: Callable[[Given, datetime], Taken | TooMany | None]
    hear: Callable[[Refused, datetime], Heeded | None]
    known: Callable[[str], Known | None]
    clean: Callable[[bytes], Picture | None]
    sayings: Sayings
    comfort: Comfort
    keys: Keys
    randomness: Callable[[int], bytes]
    addresses: Addresses
    now: Callable[[], datetime]
    firm: str
    zone: str = "UTC"
    is_anonymous: bool = False
    most_pictures: int = 5
    picture_bytes: int = 8 * 2**20
    body_bytes: int = 20 * 2**20
    an_hour_each_place: int = 10

    def mount(self, app: Starlette) -> None:
        """Open `/report` and `/report/<token>` in this application."""
        bodies = Bodies(self.body_bytes, within_seconds=WITHIN_SECONDS, at_once=4, spilt=2 * self.body_bytes)
        door = _Door(
            self,
            bodies,
            Places(an_hour=self.an_hour_each_place),
            Places(an_hour=self.an_hour_each_place),
        )
        for path in ("/report", "/report/{token}"):
            app.router.routes.append(Route(path, door.show, methods=["GET"]))
            app.router.routes.append(Route(path, door.take, methods=["POST"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Caller:
    """Who came: by a link of ours, or nobody we know; and how they are spoken to."""

    whose: str = field(repr=False)
    person: str | None
    shown: Shown
    zone: str


@dataclass(frozen=True, slots=True)
class _Broken:
    """A form that could not be taken: why, as a status, and what was typed in its beginning."""

    status: int
    begun: Posted


@dataclass(frozen=True, slots=True)
class _Door:
    page: ReportPage
    bodies: Bodies
    places: Places
    cries: Places

    @property
    def forms(self) -> Forms:
        return Forms(keys=self.page.keys, randomness=self.page.randomness)

    async def show(self, request: Request) -> Response:
        caller = await self._caller(request)
        return caller if isinstance(caller, Response) else self._form(caller)

    async def take(self, request: Request) -> Response:
        caller = await self._caller(request)
        if isinstance(caller, Response):
            return caller
        if is_cross_site(request):
            return self._form(caller, {"form": "again"}, status=403)
        place = place_of(self.page.addresses.caller(request))
        if not self.places.begin(place, EACH_AT_ONCE, AT_ONCE):
            return self._closed(caller.shown, "fault.too_many", 503, {"Retry-After": "30"})
        try:
            posted = await self._posted(request)
            if isinstance(posted, _Broken):
                return await self._broken(caller, posted, place)
            return await self._heard(caller, posted, place)
        finally:  # not before: pictures wait for their turn in the threads that also serve the answer page
            self.places.end(place)

    async def _posted(self, request: Request) -> Posted | _Broken:
        """The form; or the status of why there is none, and what can be read of its beginning."""
        beginning, kind = bytearray(), request.headers.get("content-type", "")
        async with self.bodies.read(request, beginning) as body:
            if isinstance(body, Outcome):
                status = {Outcome.TOO_LARGE: 413, Outcome.BROKEN_OFF: 408}.get(body, 503)
                return _Broken(status, read_beginning(kind, bytes(beginning)))
            posted = await run_in_threadpool(read_form, kind, body)
            return posted or _Broken(400, read_beginning(kind, body[:BEGINNING]))

    async def _broken(self, caller: _Caller, broken: _Broken, place: str) -> Response:
        """What was typed is given back, and words of self-harm in it are heard."""
        if not broken.begun.fields:
            return self._closed(caller.shown, "closed.broken_text", broken.status)
        faults = {"pictures": "picture_too_large"} if broken.status == 413 else {"form": "not_kept"}
        return await self._refused(caller, broken.begun, place, faults, broken.status)

    async def _heard(self, caller: _Caller, posted: Posted, place: str) -> Response:
        now = self.page.now()
        told, faults = checked(posted, self.page.most_pictures, self.page.picture_bytes)
        name = self.forms.read(posted.fields.get("form", ""), caller.whose, now)
        if name is None:
            faults = {**faults, "form": "again"}
        pictures: list[Picture] = []
        if not faults:
            found = await run_in_threadpool(cleaned, posted.pictures, self.page.clean)
            pictures, faults = (found, {}) if found is not None else ([], {"pictures": "no_picture"})
        if faults or told is None or name is None:
            return await self._refused(caller, posted, place, faults)
        if caller.person is None and not self.places.may_come(place, now):
            return await self._refused(caller, posted, place, {"form": "too_many"}, 429)
        given = Given(
            form=name,
            told=told,
            pictures=pictures,
            via=Via.LINK if caller.person else Via.PAGE,
            locale=caller.shown.locale,
            person=caller.person,
        )
        return await self._kept(caller, given, posted, place)

    async def _kept(self, caller: _Caller, given: Given, posted: Posted, place: str) -> Response:
        try:
            taken = await run_in_threadpool(self.page.take, given, self.page.now())
        except (
            Exception
        ) as error:  # whatever it was, nothing is kept: the person must know, and send it again
            log.error(REPORT_LOST, error=type(error).__name__)
            return await self._refused(caller, posted, place, {"form": "not_kept"}, 503)
        if isinstance(taken, TooMany):
            return await self._refused(caller, posted, place, {"form": "too_many"}, 429)
        if taken is None:
            return self._closed(caller.shown, "closed.text", 404)
        return self._thanks(caller, taken)

    async def _refused(
        self, caller: _Caller, posted: Posted, place: str, faults: Mapping[str, str], status: int = 0
    ) -> Response:
        """The form again. Words of self-harm in it are heard all the same, and words of care come first."""
        heeded = await run_in_threadpool(self._heeded, caller, posted, place)
        if heeded is None:
            return self._form(caller, faults, posted, status)
        said = self.page.comfort.paragraphs(
            caller.shown.locale, heeded.country, is_reachable=heeded.is_reachable
        )
        return self._form(replace(caller, shown=replace(caller.shown, care=said)), faults, posted, status)

    def _heeded(self, caller: _Caller, posted: Posted, place: str) -> Heeded | None:
        now = self.page.now()
        if not is_cry(typed(posted.fields)):
            return None
        if caller.person is None and not self.cries.may_come(place, now):
            return Heeded()
        form = self.forms.read(posted.fields.get("form", ""), caller.whose, now) or ""
        try:
            return self.page.hear(Refused(fields=posted.fields, form=form, person=caller.person), now)
        except Exception as error:  # the page must still say whom to call
            log.error(CRY_LOST, error=type(error).__name__)
            return Heeded()

    def _thanks(self, caller: _Caller, taken: Taken) -> Response:
        locale, now = caller.shown.locale, self.page.now()
        paragraphs = self.page.comfort.paragraphs
        care = paragraphs(locale, taken.country, is_reachable=taken.is_reachable) if taken.cries else ()
        thanks = Thanks(
            reference=taken.reference,
            until=until(taken.due_at, now, caller.zone, locale) if taken.due_at > now else "",
            is_first=taken.is_first,
            is_case=taken.is_case,
            is_reachable=taken.is_reachable,
            care=care,
        )
        return _html(thanks_page(caller.shown, thanks))

    def _form(
        self,
        caller: _Caller,
        faults: Mapping[str, str] | None = None,
        posted: Posted | None = None,
        status: int = 0,
    ) -> Response:
        """The form with a fresh name; a form that was shown before and is still good keeps its own."""
        now = self.page.now()
        name = posted.fields.get("form", "") if posted else ""
        if self.forms.read(name, caller.whose, now) is None:
            name = self.forms.fresh(caller.whose, now)
        shown = replace(
            caller.shown,
            form=name,
            typed=posted.fields if posted else {},
            faults=faults or {},
            had_pictures=bool(posted and posted.pictures),
        )
        return _html(form_page(shown), status or (422 if faults else 200))

    async def _caller(self, request: Request) -> _Caller | Response:
        token = request.path_params.get("token")
        if token is None:
            shown = self._shown(request, None)
            if not self.page.is_anonymous:
                return self._closed(shown, "closed.text", 403)
            return _Caller(whose="", person=None, shown=shown, zone=self.page.zone)
        read = read_token(token, self.page.keys, self.page.now(), Purpose.REPORT)
        known = await run_in_threadpool(self.page.known, read.person) if isinstance(read, Token) else None
        shown = self._shown(request, known)
        if known is None or isinstance(read, Invalid):
            is_late = isinstance(read, Invalid) and read.reason is Refusal.EXPIRED
            return self._closed(shown, "closed.expired_text", 410 if is_late else 404)
        return _Caller(whose=token, person=read.person, shown=shown, zone=known.zone or self.page.zone)

    def _shown(self, request: Request, known: Known | None) -> Shown:
        """In the language that was chosen on the page, else the person's own, else the browser's."""
        sayings = self.page.sayings
        chosen = request.query_params.get("lang", "")
        wanted = chosen if _TAG.fullmatch(chosen) else known.locale if known else None
        spoken = preferred(request.headers.get("accept-language", ""), sayings.locales)
        return Shown(
            sayings=sayings,
            locale=sayings.locale(wanted or spoken),
            firm=self.page.firm,
            most_pictures=self.page.most_pictures,
            is_known=known is not None,
        )

    def _closed(
        self, shown: Shown, text: str, status: int, more: Mapping[str, str] | None = None
    ) -> Response:
        titles = {"closed.text": "closed.title", "closed.expired_text": "closed.expired_title"}
        title = titles.get(text, "closed.broken_title")
        return _html(closed_page(shown, title, text), status, more)


def _html(page: str, status: int = 200, more: Mapping[str, str] | None = None) -> HTMLResponse:
    response = HTMLResponse(page, status, headers={**HEADERS, **(more or {})})
    response.headers["Vary"] = "Accept-Language"
    return response
