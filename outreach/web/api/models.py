"""The shapes of the inbox API: what comes in is checked against them, what goes out is made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from outreach.domain.answer import Answer
from outreach.domain.outcomes.told import By, Kind
from outreach.domain.reporting import LONGEST, Happened, Left, Moment, Reach
from outreach.domain.verifying import Ours

MessageId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$", description="A message's id, as listed.")]
Reference = Annotated[
    str, Field(min_length=1, max_length=64, description="Six characters, in any spelling: 7k3-m9q is 7K3M9Q.")
]
MOST_RECEIPTS = MOST_OUTCOMES = 500


class Shape(BaseModel):
    """A JSON object with these fields and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Place(Shape):
    """Which part of a list."""

    after: Annotated[str, Field(min_length=1, max_length=128)] | None = Field(
        default=None, description="`next` of the page before."
    )
    limit: int = Field(default=20, ge=1, le=100)


class Choice(Shape):
    """An answer that may be given, with the words of its button."""

    answer: Answer
    text: str


class Answered(Shape):
    """The answer that stands: the first. `next` says what follows, honestly."""

    answer: Answer
    text: str
    next: str


class InboxMessage(Shape):
    """One message. `title` and `body` are as sent; the other texts are in the message's language.

    `transfer` is what the core system last said of the transfer, in words; empty where it said nothing.
    """

    id: MessageId
    reference: str
    at: datetime
    channel: Literal["push", "sms", "email", "inbox"]
    language: str
    direction: Literal["ltr", "rtl"]
    pattern: str = Field(description="What it is about, in words.")
    title: str
    body: str
    transfer: str
    seen: bool
    answers: list[Choice] = Field(description="Those that apply now; none where it is answered.")
    answered: Answered | None


class AnswerLink(Shape):
    """Where a person answers one message, and until when."""

    url: str
    expires_at: datetime


class MessagePage(Shape):
    """Some messages, newest first."""

    messages: list[InboxMessage]
    next: str | None = Field(description="For `after`; null on the last page.")


class GivenAnswer(Shape):
    """What the person chose."""

    answer: Answer


class AnswerTaken(Shape):
    """What became of it: the answer that stands, and whether it is this one."""

    answered: Answered
    is_first: bool
    transfer: str


class Question(Shape):
    """Is this message really ours?"""

    reference: Reference


class Verdict(Shape):
    """The answer, and the message where it is ours: a reference can be copied, so it is ours only on this
    channel and with these words."""

    ours: Ours
    reference: str
    at: datetime | None = None
    channel: str | None = None
    title: str | None = None
    body: str | None = None


class AgentVerdict(Verdict):
    """The same for people at the firm, who may see anybody's."""

    zone: str | None = None
    language: str | None = None
    pattern: str | None = None
    status: str | None = None


class Phrase(Shape):
    """An anti-phishing code: a few words that the person chose."""

    code: str = Field(min_length=1, max_length=200)


class NewReport(Shape):
    """What a person reports: `id` is the app's own name for this report and counts once. `where` is an
    address,
    an account, a phone number or a website. `pictures` are PNG, JPEG or WebP, base64."""

    id: str = Field(pattern=r"^[!-~]{1,64}$")
    happened: Happened
    money_left: Left
    moment: Moment = Moment.UNKNOWN
    where: str = Field(default="", max_length=LONGEST["where"])
    amount: str = Field(default="", max_length=LONGEST["amount"], description="As typed, such as 1,200.50.")
    currency: str = Field(default="", max_length=LONGEST["currency"])
    words: str = Field(default="", max_length=LONGEST["words"])
    reach: Reach = Reach.APP
    reach_at: str = Field(default="", max_length=LONGEST["reach_at"])
    language: str = Field(default="", pattern=r"^[A-Za-z0-9-]{0,35}$", description="A language tag.")
    pictures: list[str] = Field(default=[], max_length=10)


class ReportTaken(Shape):
    """What became of a report: `until` is by when a person is to read it. The texts are in the person's
    language; `care` is for somebody who wrote of harming themselves."""

    reference: str
    is_first: bool
    until: datetime
    case: bool
    language: str
    direction: Literal["ltr", "rtl"]
    care: list[str]
    next: list[str]


class PushReceipt(Shape):
    """What the app knows of one message: `id` is its own name for this receipt and counts once.

    `opened`: a signed-in person opened it in the app.
    """

    id: str = Field(pattern=r"^[!-~]{1,64}$")
    message: Reference = Field(description="The message's id, or its reference in any spelling.")
    status: Literal["delivered", "opened"]
    at: AwareDatetime | None = Field(default=None, description="When; now, where it is not said.")


class Receipts(Shape):
    """Some receipts at once."""

    receipts: list[PushReceipt] = Field(min_length=1, max_length=MOST_RECEIPTS)


class ReceiptsKept(Shape):
    """How many were new, and which name no message that the app can tell of: their own ids."""

    new: int
    repeated: int
    unknown: list[str]


class Outcome(Shape):
    """What became of money. `source_id` is the client's own: told again otherwise, it corrects what it told.

    Amounts and rates are texts of digits, so that none is rounded; `rate` makes the amount the firm's outcome
    currency, at that time.
    """

    kind: Kind
    at: AwareDatetime
    source_id: str = Field(pattern=r"^[!-~]{1,128}$")
    user_ref: str = Field(default="", max_length=128)
    transfer_ref: str = Field(default="", max_length=128)
    beneficiary: str = Field(default="", max_length=256)
    rail: str = Field(default="", max_length=64)
    amount: str = Field(default="", max_length=64)
    currency: str = Field(default="", max_length=12)
    rate: str = Field(default="", max_length=64)
    rate_source: str = Field(default="", max_length=64)
    by: By = By.UNKNOWN


class Outcomes(Shape):
    """Some outcomes at once: all are kept, or none."""

    outcomes: list[Outcome] = Field(min_length=1, max_length=MOST_OUTCOMES)


class OutcomesKept(Shape):
    """What became of them. `waiting`: those about people whom no flag has named yet."""

    new: int
    corrected: int
    repeated: int
    waiting: int


class Wrong(Shape):
    """One thing that does not fit: where, and what, never the value."""

    where: str
    what: str


class Problem(Shape):
    """RFC 9457. `code` is for programs; `answers` are those that apply now, `wrong` is what does not fit."""

    type: str
    title: str
    status: int
    code: str
    request: str = Field(description="The request's id, as in X-Request-Id.")
    detail: str | None = None
    answers: list[Choice] | None = None
    wrong: list[Wrong] | None = None
