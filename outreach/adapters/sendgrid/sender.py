"""The sender: groups what can share a request, and takes a refused group apart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice

import httpx

from outreach.adapters.sendgrid.asking import ask
from outreach.adapters.sendgrid.mail import (
    NO_ADDRESS,
    UNSAYABLE,
    SendGridAccount,
    body_of_group,
    can_share,
    mail_of,
)
from outreach.adapters.sendgrid.words import result_of
from outreach.answers import Exchange
from outreach.domain.delivery import CannotSay, Found, Question, Refused, SendResult
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.mime import is_address

RECEIPT_LAG = timedelta(minutes=2)
"""Events come within seconds, where the account posts them to us: they, too, settle what is in doubt."""

NO_ACTIVITY = CannotSay("sendgrid: the account has no activity API", for_good=True)

Places = list[int]
"""Which messages of a batch travel together, by their place in it."""


class SendGridEmail:
    """A sender of email."""

    name = "sendgrid"
    channel = Channel.EMAIL
    repeats_safely = False

    def __init__(self, account: SendGridAccount, exchange: Exchange) -> None:
        self._account = account
        self._exchange = exchange
        self._url = httpx.URL(f"{account.base_url}/v3/mail/send")
        self._headers = httpx.Headers(
            {"Authorization": f"Bearer {account.key}", "Content-Type": "application/json"}
        )

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        """One result a message, in order; several requests are in flight at once."""
        results: dict[int, SendResult] = {}
        for place, message in enumerate(messages):
            if not is_address(message.to):
                results[place] = NO_ADDRESS
        fine = [place for place in range(len(messages)) if place not in results]
        refused_groups = self._post(messages, list(_grouped(messages, fine, self._account.group)), results)
        # One bad message spoils its group, and nothing of it was taken: each has a request of its own now.
        self._post(messages, [[place] for group in refused_groups for place in group], results)
        return [results[place] for place in range(len(messages))]

    @property
    def settles_after(self) -> timedelta:
        """How late it shows an email; where it cannot be asked, how late its events tell of one."""
        return self._account.settles_after if self._account.activity else RECEIPT_LAG

    def ask(self, questions: Sequence[Question]) -> Sequence[Found]:
        """By our ids, where the account has the activity API; else its events tell, or nobody."""
        if not self._account.activity:
            return [NO_ACTIVITY] * len(questions)
        return ask(self._account, self._exchange, questions)

    def _post(
        self, messages: Sequence[Message], groups: Sequence[Places], results: dict[int, SendResult]
    ) -> list[Places]:
        """Post every group, note the results, and answer the groups that were refused."""
        written = [(group, self._request([messages[place] for place in group])) for group in groups]
        sayable = [(group, request) for group, request in written if request is not None]
        results.update((group[0], UNSAYABLE) for group, request in written if request is None)
        refused: list[Places] = []
        answers = self._exchange([request for _, request in sayable]) if sayable else []
        for (group, _), answer in zip(sayable, answers, strict=True):
            result = result_of(answer)
            results.update(dict.fromkeys(group, result))
            if isinstance(result, Refused) and len(group) > 1:
                refused.append(group)
        return refused

    def _request(self, group: Sequence[Message]) -> httpx.Request | None:
        sender = self._account.sender
        if len(group) > 1:
            body = body_of_group(group, sender)
        else:
            try:
                body = json.dumps(mail_of(group[0], sender), ensure_ascii=False).encode()
            except Exception:  # the SDK has its own exceptions for words it does not like
                return None
        return httpx.Request("POST", self._url, headers=self._headers, content=body)


def _grouped(messages: Sequence[Message], places: Places, most: int) -> Iterator[Places]:
    """The places in groups of one language, with HTML or without; alone what cannot share a request."""
    alike: dict[tuple[str, bool], Places] = {}
    for place in places:
        message = messages[place]
        if most > 1 and can_share(message):
            alike.setdefault((message.locale, bool(message.content.html)), []).append(place)
        else:
            yield [place]
    for together in alike.values():
        rest = iter(together)
        while group := list(islice(rest, most)):
            yield group
