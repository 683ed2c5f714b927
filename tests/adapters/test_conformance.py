"""Every HTTP sender passes the kit, and the kit catches every bad sender it was built for."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace

import httpx
import pytest

from outreach.answers import Exchange
from outreach.domain.delivery import Accepted, Refused, SendResult, Unavailable, Unknown
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from tests.adapters.conformance import (
    CHECKS,
    HASTY,
    NO_TLS,
    Red,
    Subject,
    every_status_means_the_same_with_every_body,
)
from tests.adapters.subjects import SUBJECTS, TWILIO_SECRET


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_http_sender_conforms(subject: str, check: str) -> None:
    CHECKS[check](SUBJECTS[subject])


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_status_means_the_same_with_every_body(subject: str) -> None:
    every_status_means_the_same_with_every_body(SUBJECTS[subject])


class Naive:
    """The sender that everybody writes first: an exception means not sent, and the error is quoted."""

    name = "naive"
    channel = Channel.SMS

    def __init__(self, url: str, exchange: Exchange) -> None:
        self.url = url
        timeout = httpx.Timeout(HASTY.silence, connect=HASTY.connect)
        self.client = httpx.Client(timeout=timeout, trust_env=False, verify=NO_TLS)

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        results = []
        for message in messages:
            try:
                results.append(self.read(self.post(message)))
            except Exception as error:
                results.append(self.broken(error, message))
        self.client.close()
        self.client = httpx.Client(timeout=self.client.timeout, trust_env=False, verify=NO_TLS)
        return results

    def post(self, message: Message) -> httpx.Response:
        secret = b64encode(f"AC1:{TWILIO_SECRET}".encode()).decode()
        return self.client.post(
            self.url,
            headers={"Authorization": f"Basic {secret}"},
            data={"To": message.to, "Body": message.content.text, **self.ours(message)},
        )

    def ours(self, message: Message) -> dict[str, str]:
        return {"StatusCallback": f"https://firm.example/cb?message={message.id}"}

    def read(self, response: httpx.Response) -> SendResult:
        if response.status_code == 201:
            return Accepted(response.json()["sid"])
        return Unknown("other") if response.status_code >= 500 else Unavailable("turned down")

    def broken(self, error: Exception, message: Message) -> SendResult:
        return Unavailable("not sent")


class Quoting(Naive):
    def read(self, response: httpx.Response) -> SendResult:
        return Refused(response.text) if response.status_code >= 400 else super().read(response)


class Eager(Naive):
    def read(self, response: httpx.Response) -> SendResult:
        return Accepted("yes") if response.is_success else super().read(response)


class Twice(Naive):
    def broken(self, error: Exception, message: Message) -> SendResult:
        try:
            return self.read(self.post(message))
        except Exception:
            return Unknown("twice")


class Anonymous(Naive):
    def ours(self, message: Message) -> dict[str, str]:
        return {}


class Raising(Naive):
    def broken(self, error: Exception, message: Message) -> SendResult:
        raise error


class Backwards(Naive):
    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        return list(reversed(super().send_many(messages)))


BREAKS = "a_connection_that_breaks_leaves_the_message_in_doubt"
STATUSES = "the_telling_statuses_mean_the_same_with_every_body"


@pytest.mark.parametrize(
    ("bad", "check", "complaint"),
    [
        (Naive, BREAKS, "Unavailable though the request was read"),
        (Naive, STATUSES, "became Unavailable"),
        (Quoting, STATUSES, "is told in a result"),
        (Eager, STATUSES, "became Accepted"),
        (Twice, BREAKS, "repeated"),
        (Anonymous, STATUSES, "our message id is not in"),
        (Raising, BREAKS, "raised"),
        (Raising, "no_connection_is_unavailable", "raised"),
        (Backwards, "results_come_in_the_order_of_the_messages", "not its message's"),
        (Naive, "a_busy_provider_is_left_alone_for_as_long_as_it_asks", "Retry-After"),
    ],
)
def test_the_kit_goes_red_on_a_bad_sender(bad: type[Naive], check: str, complaint: str) -> None:
    subject: Subject = replace(SUBJECTS["twilio"], make=bad)
    with pytest.raises(Red, match=complaint):
        CHECKS[check](subject)
