"""Whether Twilio has a message: its list of messages to the number is read until before the attempt.

By To alone and without a date filter: that goes by `date_sent`, which is empty while a message is queued.
What is ours is told by our reference in the body. HasNot is said only of pages that were read in full.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from outreach.adapters.twilio.account import TwilioAccount
from outreach.answers import Answer, Exchange, json_object, text
from outreach.domain.delivery import CannotSay, Found, Has, HasNot, Question

PAGE = 100  # messages a page; few numbers get as many
MOST_PAGES = 20
SKEW = timedelta(minutes=2)  # by which our clock and Twilio's may differ
UNREADABLE = CannotSay("twilio: a page of the list cannot be read")


def ask(account: TwilioAccount, exchange: Exchange, questions: Sequence[Question]) -> Sequence[Found]:
    """One finding a question, in order; page by page, all questions at once."""
    found: dict[int, Found] = {}
    following: dict[int, str] = {}
    for place, question in enumerate(questions):
        if _ours(question).search(question.message.content.text):
            following[place] = _first(account, question.message.to)
        else:
            found[place] = CannotSay("twilio: the text does not carry our reference", for_good=True)
    headers = {"Authorization": account.authorization, "Accept": "application/json"}
    for _ in range(MOST_PAGES):
        requests = [
            httpx.Request("GET", account.base_url + path, headers=headers) for path in following.values()
        ]
        answers = dict(zip(following, exchange(requests), strict=True)) if requests else {}
        for place, answer in answers.items():
            said = _read(account, questions[place], answer)
            if isinstance(said, str):
                following[place] = said
            else:
                found[place] = said
                del following[place]
    return [found.get(place, CannotSay("twilio: too many pages")) for place in range(len(questions))]


def _path(account: TwilioAccount) -> str:
    return f"/2010-04-01/Accounts/{account.sid}/Messages.json"


def _first(account: TwilioAccount, number: str) -> str:
    return f"{_path(account)}?{httpx.QueryParams({'To': number, 'PageSize': PAGE})}"


def _ours(question: Question) -> re.Pattern[str]:
    """Our reference, and not as a part of something longer."""
    return re.compile(rf"(?<![0-9A-Za-z]){re.escape(question.message.reference)}(?![0-9A-Za-z])")


def _read(account: TwilioAccount, question: Question, answer: Answer) -> Found | str:
    """What a page says, or the path of the next one that has to be read."""
    if not isinstance(answer, httpx.Response):
        return CannotSay(f"twilio: {answer.reason}")
    if answer.status_code != 200:
        return CannotSay(f"twilio: asking was answered HTTP {answer.status_code}")
    page = json_object(answer)
    rows, following = page.get("messages"), page.get("next_page_uri", "")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return UNREADABLE
    ours = _ours(question)
    for row in rows:
        if ours.search(text(row.get("body"))) and text(row.get("sid")):
            return Has(text(row["sid"]))
    # The order goes by `date_sent` where there is one: only a page that is old throughout ends the search.
    within = [row for row in rows if _may_be_since(row, question.since)]
    if any(not text(row.get("body")) for row in within):
        return CannotSay("twilio: a message of that time shows no text")
    if following is None or (rows and not within):
        return HasNot()
    here = isinstance(following, str) and following.startswith(_path(account) + "?")
    return following if isinstance(following, str) and here else UNREADABLE


def _may_be_since(row: Mapping[str, object], since: datetime) -> bool:
    """Whether a message may have been made at or after `since`; one without a readable date may."""
    try:
        made = parsedate_to_datetime(text(row.get("date_created")))
    except ValueError:
        return True
    return (made if made.tzinfo else made.replace(tzinfo=UTC)) >= since - SKEW
