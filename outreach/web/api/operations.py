"""One table of what the inbox API does: routes are made from it, and so is the OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from outreach.domain.client import Scope
from outreach.web.api import models

USER = "Outreach-User"
"""Who it is about: the firm's user reference, percent-encoded. In a header, so that no address holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A line of the table. `refusals` are its own, beside those that any request may meet."""

    id: str
    method: str
    path: str
    about: str
    scope: Scope | None = None
    of_user: bool = False
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    streams: bool = False
    refusals: tuple[int, ...] = ()
    has_pictures: bool = False


OPERATIONS = (
    Operation(
        id="document",
        method="GET",
        path="/openapi.json",
        about="This document.",
    ),
    Operation(
        id="page",
        method="GET",
        path="/inbox",
        about="A person's messages, newest first. What was kept here for the app counts as delivered then.",
        scope=Scope.INBOX_READ,
        of_user=True,
        query=models.Place,
        answer=models.MessagePage,
    ),
    Operation(
        id="changes",
        method="GET",
        path="/inbox/changes",
        about="Server-sent events: `message` for each of a person's messages that comes, moves or is "
        "answered, with the whole message. Goes on after `Last-Event-ID`; some may come twice.",
        scope=Scope.INBOX_READ,
        of_user=True,
        streams=True,
        refusals=(429,),
    ),
    Operation(
        id="message",
        method="GET",
        path="/inbox/{message}",
        about="One message of a person's.",
        scope=Scope.INBOX_READ,
        of_user=True,
        answer=models.InboxMessage,
        refusals=(404,),
    ),
    Operation(
        id="seen",
        method="POST",
        path="/inbox/{message}/seen",
        about="The person opened it in the app. Once is enough; it answers nothing.",
        scope=Scope.INBOX_ANSWER,
        of_user=True,
        status=204,
        refusals=(404,),
    ),
    Operation(
        id="answer",
        method="POST",
        path="/inbox/{message}/answer",
        about="The person's answer. The first one stands; 409 with what applies where this one does not.",
        scope=Scope.INBOX_ANSWER,
        of_user=True,
        body=models.GivenAnswer,
        answer=models.AnswerTaken,
        refusals=(404, 409),
    ),
    Operation(
        id="link",
        method="POST",
        path="/inbox/{message}/link",
        about="The address of the message's answer page, for apps that open it instead of asking themselves. "
        "Whoever has it can answer: open it at once, keep it nowhere, send it to nobody.",
        scope=Scope.INBOX_ANSWER,
        of_user=True,
        answer=models.AnswerLink,
        refusals=(404,),
    ),
    Operation(
        id="verify",
        method="POST",
        path="/verify",
        about="Is this message really ours? For a signed-in person: only their own messages are.",
        scope=Scope.VERIFY,
        of_user=True,
        body=models.Question,
        answer=models.Verdict,
        refusals=(429,),
    ),
    Operation(
        id="verify_any",
        method="POST",
        path="/agent/verify",
        about="The same for people at the firm, of anybody's message: as `outreach message` tells it.",
        scope=Scope.AGENT,
        body=models.Question,
        answer=models.AgentVerdict,
        refusals=(429,),
    ),
    Operation(
        id="set_code",
        method="PUT",
        path="/code",
        about="Set or change a person's anti-phishing code. It is sealed, and nothing here ever shows it.",
        scope=Scope.CODE_WRITE,
        of_user=True,
        body=models.Phrase,
        status=204,
    ),
    Operation(
        id="remove_code",
        method="DELETE",
        path="/code",
        about="Remove a person's anti-phishing code.",
        scope=Scope.CODE_WRITE,
        of_user=True,
        status=204,
    ),
    Operation(
        id="report",
        method="POST",
        path="/reports",
        about="A signed-in person reports a scam, once an `id`. A person reads it; where money has left, a "
        "recovery case is opened. `care`, where it is not empty, is to be shown first, at once and whole.",
        scope=Scope.REPORTS_WRITE,
        of_user=True,
        body=models.NewReport,
        answer=models.ReportTaken,
        refusals=(429,),
        has_pictures=True,
    ),
    Operation(
        id="report_link",
        method="POST",
        path="/reports/link",
        about="The address of the report page for this person, for apps that open it instead of asking "
        "themselves. Whoever has it reports as this person: open it at once, keep it nowhere.",
        scope=Scope.REPORTS_WRITE,
        of_user=True,
        answer=models.AnswerLink,
        refusals=(404,),
    ),
    Operation(
        id="receipts",
        method="POST",
        path="/receipts",
        about="What the app knows of pushes and inbox messages, each receipt once, in any order.",
        scope=Scope.RECEIPTS_WRITE,
        body=models.Receipts,
        answer=models.ReceiptsKept,
    ),
    Operation(
        id="outcomes",
        method="POST",
        path="/outcomes",
        about="What became of money: transfers made, cancelled or lapsed, losses, listings, labels, "
        "recoveries. All of a request is kept, or none; what was told before is nothing new.",
        scope=Scope.OUTCOMES_WRITE,
        body=models.Outcomes,
        answer=models.OutcomesKept,
    ),
)
"""Paths are below /v1."""
