"""A small world for the answer page: one message, a feedback that remembers, a clock that stands still."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from starlette.applications import Starlette

from outreach.domain.answer import Answer, AnswerResult, Grade, PageFacts, Via
from outreach.domain.opened import Opener
from outreach.domain.token import Purpose, Token, sign
from outreach.domain.transfer import TransferStatus
from outreach.web import create_app, read_words

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
KEYS = {"k1": b"a secret for the page's tests"}
MESSAGE, PERSON = "0a" * 16, "f0" * 16
WORDS = read_words(Path(__file__).parents[2] / "templates" / "shared")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def page_facts(**changes: object) -> PageFacts:
    facts = PageFacts(
        person=PERSON,
        locale="en",
        firm="Acme & Sons",
        pattern="job_task",
        reference="7K3M9Q",
        answers=tuple(Answer),
        transfer=TransferStatus.PENDING,
    )
    return replace(facts, **changes)


@dataclass
class MemoryFeedback:
    """What the engine promises the page, kept in two lists."""

    facts: PageFacts = field(default_factory=page_facts)
    evidence: list[Grade] = field(default_factory=list)
    openers: list[Opener] = field(default_factory=list)
    answers: list[tuple[Answer, Via]] = field(default_factory=list)
    is_broken: bool = False

    def seen(
        self, message: str, grade: Grade, now: datetime, found: Opener = Opener.PAGE
    ) -> PageFacts | None:
        if self.is_broken:
            raise RuntimeError("the store is away")
        if message != MESSAGE:
            return None
        self.evidence.append(grade)
        self.openers.append(found)
        return replace(self.facts, answered=self.answers[0][0] if self.answers else None)

    def answer(self, message: str, answer: Answer, via: Via, now: datetime) -> AnswerResult | None:
        self.answers.append((answer, via))
        return AnswerResult(
            answer=self.answers[0][0],
            is_first=len(self.answers) == 1,
            transfer=self.facts.transfer,
            call_by=self.facts.call_by,
        )


def token(**changes: object) -> str:
    whole = Token(
        message=MESSAGE,
        person=PERSON,
        purpose=Purpose.ANSWER,
        expires_at=NOW + timedelta(hours=6),
        key_id="k1",
    )
    return sign(replace(whole, **changes), KEYS)


@dataclass
class Browser:
    """Asks the application directly, without a socket; starlette's own client wants another httpx."""

    app: Starlette

    def request(self, method: str, path: str, **more: object) -> httpx.Response:
        return asyncio.run(self._request(method, path, more))

    def get(self, path: str, **more: object) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: object) -> httpx.Response:
        return self.request("POST", path, **more)

    async def _request(self, method: str, path: str, more: dict[str, object]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
            return await http.request(method, path, **more)


def client(feedback: MemoryFeedback) -> Browser:
    return Browser(create_app(feedback, lambda: NOW, KEYS, WORDS))
