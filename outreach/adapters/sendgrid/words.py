"""What SendGrid's answers mean."""

from __future__ import annotations

from dataclasses import replace

import httpx

from outreach.answers import Answer, by_status, json_object, not_theirs, rows, text
from outreach.domain.delivery import (
    Accepted,
    Refused,
    SendResult,
    Unavailable,
    Unknown,
)


def result_of(answer: Answer) -> SendResult:
    """What the answer to a request for mail means for every message in it.

    Refused proves that SendGrid took nothing of the request: it checks a request whole, and answers 4xx with
    its own errors or takes all of it.
    """
    if not isinstance(answer, httpx.Response):
        return replace(answer, reason=f"sendgrid: {answer.reason}")
    if answer.status_code == 202:
        ref = answer.headers.get("x-message-id", "")
        return Accepted(ref) if ref else Unknown("sendgrid: accepted without a message id")
    decided = by_status("sendgrid", answer)
    if decided is not None:
        return decided
    if answer.is_success:  # 200 is its sandbox: valid, and not sent; or somebody on the way
        return Unknown(f"sendgrid: HTTP {answer.status_code}")
    return _refusal(answer)


def _refusal(answer: httpx.Response) -> Refused | Unavailable:
    """A 4xx about this message. SendGrid names the field; the recipient's own field means a dead address."""
    errors = rows(json_object(answer).get("errors"))
    fields = [text(error.get("field")) for error in errors]
    if not errors:
        return not_theirs("sendgrid", answer)
    if any(name.startswith("personalizations.") and name.endswith(".email") for name in fields):
        return Refused("sendgrid: the recipient's address was refused", forget_contact=True)
    if any(name.startswith("from") for name in fields):
        return Unavailable("sendgrid: our sender cannot be used: check the sending address")
    return Refused(f"sendgrid: HTTP {answer.status_code}")
