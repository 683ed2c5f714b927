"""What the inbox API does about reports of scams: the app's own form instead of our page."""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from outreach.domain.reporting import Picture, Told, Via, check, pictures_wrong
from outreach.engine.refused_reports import Heeded, Refused
from outreach.engine.reports import Given, Taken, TooMany
from outreach.web.api import models
from outreach.web.api.door import Call, Do
from outreach.web.api.problems import Refused as Refusal
from outreach.web.comfort import Comfort
from outreach.web.sayings import Sayings

_FIELDS = ("happened", "money_left", "moment", "where", "amount", "currency", "words", "reach", "reach_at")
_STEPS = ("no_more", "next_scam", "keep", "police")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDoors:
    """The verbs about reports. `hear`: hears words of self-harm in what is refused; `person_of`: our id of
    the firm's user; `link`: a person's report page."""

    take: Callable[[Given, datetime], Taken | TooMany | None]
    hear: Callable[[Refused, datetime], Heeded | None]
    person_of: Callable[[str], str | None]
    link: Callable[[str], tuple[str, datetime]]
    clean: Callable[[bytes], Picture | None]
    sayings: Sayings
    comfort: Comfort
    firm: str
    most_pictures: int = 5
    picture_bytes: int = 8 * 2**20
    body_bytes: int = 28 * 2**20

    def by_id(self) -> Mapping[str, Do]:
        """Each by its id in the table."""
        return {"report": self.report, "report_link": self.page}

    def page(self, call: Call) -> BaseModel:
        """Where this person reports."""
        person = self.person_of(call.user)
        if person is None:
            raise Refusal(code="not_there")
        url, until = self.link(person)
        return models.AnswerLink(url=url, expires_at=until)

    def report(self, call: Call) -> BaseModel:
        """Kept, once. Words of self-harm in what is refused are heard all the same."""
        try:
            return self._report(call)
        except Refusal:
            fields = {name: str(getattr(call.body, name)) for name in _FIELDS}
            self.hear(Refused(fields=fields, user=call.user), call.now)
            raise

    def unread(self, user: str, body: bytes, now: datetime) -> None:
        """What does not even have the shape of a report is refused; its words of self-harm are heard."""
        try:
            given = json.loads(body)
        except (ValueError, RecursionError):
            return
        fields = given if isinstance(given, dict) else {}
        said = {name: fields[name] for name in _FIELDS if isinstance(fields.get(name), str)}
        self.hear(Refused(fields=said, user=user), now)

    def _report(self, call: Call) -> BaseModel:
        locale = self.sayings.locale(call.body.language or None)
        given = Given(
            form=f"{call.client.id}:{call.body.id}",
            told=self._told(call.body, locale),
            pictures=self._pictures(call.body.pictures, locale),
            via=Via.APP,
            locale=locale,
            person=self.person_of(call.user),
            user=call.user,
        )
        taken = self.take(given, call.now)
        if isinstance(taken, TooMany):
            raise Refusal(code="too_many", again=int(taken.again.total_seconds()))
        if taken is None:
            raise Refusal(code="not_there")
        return self._said(taken, locale)

    def _told(self, body: Any, locale: str) -> Told:
        told, faults = check({name: str(getattr(body, name)) for name in _FIELDS})
        if told is None:
            raise _misfit({name: self._say(locale, f"fault.{code}") for name, code in faults.items()})
        return told

    def _pictures(self, given: list[str], locale: str) -> list[Picture]:
        raw = [_decoded(each) for each in given]
        wrong = pictures_wrong([len(each) for each in raw], self.most_pictures, self.picture_bytes)
        made = [] if wrong else [self.clean(each) for each in raw]
        code = wrong or ("no_picture" if None in made else None)
        if code is not None:
            raise _misfit({"pictures": self._say(locale, f"fault.{code}")})
        return [picture for picture in made if picture is not None]

    def _said(self, taken: Taken, locale: str) -> BaseModel:
        care = (
            self.comfort.paragraphs(locale, taken.country, is_reachable=taken.is_reachable)
            if taken.cries
            else ()
        )
        keys = ("case" if taken.is_case else "no_case", *_STEPS)
        told = {
            "reference": taken.reference,
            "is_first": taken.is_first,
            "until": taken.due_at,
            "case": taken.is_case,
            "language": locale,
            "direction": self.sayings.texts[locale]["direction"],
            "care": list(care),
            "next": [self._say(locale, f"thanks.{key}") for key in keys],
        }
        return models.ReportTaken.model_validate(told)

    def _say(self, locale: str, key: str) -> str:
        return self.sayings.say(locale, key, firm=self.firm, most=str(self.most_pictures))


def _decoded(text: str) -> bytes:
    """The picture; what is no base64 is no picture either."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _misfit(wrong: Mapping[str, str]) -> Refusal:
    return Refusal(
        code="does_not_fit", wrong=tuple(models.Wrong(where=name, what=what) for name, what in wrong.items())
    )
