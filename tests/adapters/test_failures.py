"""The table of failures holds: every row against the adapters, and the page against the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import httpx
import pytest

from outreach.adapters.fcm import BAD_REQUEST, FCM_ERROR
from outreach.adapters.fcm import CODES as FCM_CODES
from outreach.adapters.smtp import SmtpEmail, SmtpServer
from outreach.adapters.twilio import CODES
from outreach.answers import retry_after
from outreach.domain.delivery import MOST_ATTEMPTS, SendResult, Unavailable, retry_in
from outreach.engine.ports import Sender
from tests.adapters.breaking import WORD
from tests.adapters.failures import PAGE, Row, numbers, page, table
from tests.adapters.loopback import certificates
from tests.adapters.rogue import rogue
from tests.adapters.subjects import EMAIL, FIRM, NOW, PHONE, SUBJECTS, TOKEN

PARTIES = tuple(SUBJECTS)
RETRY = {"Retry-After": "7"}


def test_the_page_is_written_from_the_table() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.adapters.failures`"


class Provider:
    """An exchange that gives out tokens and answers every message with the same."""

    def __init__(self, party: str) -> None:
        self._aside = SUBJECTS[party].aside
        self.answer = httpx.Response(500)
        self.posted = 0

    def __call__(self, requests: Sequence[httpx.Request]) -> Sequence[httpx.Response]:
        return [self._one(request) for request in requests]

    def _one(self, request: httpx.Request) -> httpx.Response:
        aside = self._aside.get(request.url.raw_path)
        if aside is not None:
            return httpx.Response(200, content=aside)
        self.posted += 1
        return self.answer


def sender(party: str) -> tuple[Sender, Provider]:
    provider = Provider(party)
    return SUBJECTS[party].make("http://provider.invalid", provider), provider


def result(party: str, response: httpx.Response, made: tuple[Sender, Provider] | None = None) -> SendResult:
    by, provider = made or sender(party)
    provider.answer = response
    return by.send_many([SUBJECTS[party].message(7)])[0]


def told(row: Row, came: SendResult) -> None:
    assert WORD[type(came)] == row["result"], row
    assert getattr(came, "forget_contact", False) is row.get("forget", False), row


# --- statuses ----------------------------------------------------------------------------------------------

PROMISED: Mapping[str, Mapping[str, object]] = {
    "twilio": {"json": {"sid": "SM1"}},
    "sendgrid": {"headers": {"X-Message-Id": "1"}},
    "fcm": {"json": {"name": "projects/p1/messages/1"}},
}
THEIRS: Mapping[str, Mapping[str, object]] = {
    "twilio": {"json": {"code": 21999, "message": PHONE}},
    "sendgrid": {"json": {"errors": [{"message": EMAIL, "field": "subject"}]}},
    "fcm": {"json": {"error": {"status": "FAILED_PRECONDITION", "message": TOKEN}}},
}
OTHER: Sequence[Mapping[str, object]] = (
    {"content": b""},
    {"content": b"<html>a proxy"},
    {"content": b'{"code": 212'},
    {"content": b"\x00\xff\x80"},
    {"json": [1, [2], {}]},
    {"json": None},
    {"json": {"sid": 5, "name": [], "code": "21211", "errors": {"a": 1}, "error": [3]}},
)
KINDS = {"promised": lambda p: [PROMISED[p]], "theirs": lambda p: [THEIRS[p]], "other": lambda p: OTHER}


def rows_for(party: str, kind: str) -> dict[int, list[Row]]:
    """The rows that speak of each status."""
    chosen = [r for r in table()["status"] if party in r["party"].split() and kind in r["body"].split()]
    spoken = [(row, numbers(row["status"])) for row in chosen]
    return {status: [row for row, named in spoken if status in named] for status in range(200, 600)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("party", PARTIES)
def test_every_status_with_every_kind_of_body_is_in_the_table_once_and_means_that(
    party: str, kind: str
) -> None:
    made = sender(party)
    for status, rows in rows_for(party, kind).items():
        assert len(rows) == 1, (party, kind, status)
        for body in KINDS[kind](party):
            assert WORD[type(result(party, httpx.Response(status, **body), made))] == rows[0]["result"], (
                status,
                rows[0],
            )


@pytest.mark.parametrize("party", PARTIES)
def test_whatever_is_unavailable_honours_retry_after(party: str) -> None:
    made = sender(party)
    for status, body in product((429, 400, 404), OTHER):
        came = result(party, httpx.Response(status, headers=RETRY, **body), made)
        assert isinstance(came, Unavailable)
        assert came.retry_after == timedelta(seconds=7)


# --- codes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", table()["twilio"], ids=lambda row: f"{row['code']}-{row['status']}")
def test_a_code_of_twilios_means(row: Row) -> None:
    said = {"code": row["code"], "message": f"about {PHONE}", "status": row["status"]}
    told(row, result("twilio", httpx.Response(row["status"], json=said)))


def test_every_code_of_twilios_that_the_adapter_knows_is_in_the_table() -> None:
    assert {row["code"] for row in table()["twilio"]} - {21999} == CODES.keys()


@pytest.mark.parametrize("row", table()["sendgrid"], ids=lambda row: f"{row['status']}-{row['field']}")
def test_a_field_of_sendgrids_means(row: Row) -> None:
    said = {"errors": [{"message": f"{EMAIL} is wrong", "field": row["field"] or None, "help": None}]}
    told(row, result("sendgrid", httpx.Response(row["status"], json=said)))


@pytest.mark.parametrize("row", table()["fcm"], ids=lambda row: row["means"])
def test_a_code_of_fcms_means(row: Row) -> None:
    details: list[Mapping[str, object]] = []
    if row["code"]:
        details.append({"@type": FCM_ERROR, "errorCode": row["code"]})
    if fields := row.get("fields"):
        details.append({"@type": BAD_REQUEST, "fieldViolations": [{"field": name} for name in fields]})
    status = "INVALID_ARGUMENT" if row["status"] == 400 else "OTHER"
    error = {"code": row["status"], "status": status, "message": row.get("message", ""), "details": details}
    made = sender("fcm")
    told(row, result("fcm", httpx.Response(row["status"], json={"error": error}), made))
    assert made[1].posted == 1


def test_every_code_of_fcms_that_the_adapter_knows_is_in_the_table() -> None:
    assert {row["code"] for row in table()["fcm"]} - {"", "INTERNAL", "INVALID_ARGUMENT"} == FCM_CODES.keys()


def test_the_same_code_under_another_type_says_nothing() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "errorCode": "UNREGISTERED"}]
    came = result("fcm", httpx.Response(404, json={"error": {"status": "NOT_FOUND", "details": details}}))
    assert isinstance(came, Unavailable)


# --- waiting -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", table()["retry_after"], ids=lambda row: row["said"])
def test_retry_after_means(row: Row) -> None:
    headers = {"Retry-After": row["said"], **({"Date": row["date"]} if "date" in row else {})}
    seconds = row.get("seconds")
    assert retry_after(httpx.Headers(headers)) == (None if seconds is None else timedelta(seconds=seconds))
    came = result("twilio", httpx.Response(429, headers=headers))
    assert isinstance(came, Unavailable)
    wait = retry_in(1, came, jitter=0.0)
    assert wait is not None
    assert wait >= timedelta(seconds=seconds or 0)


def test_what_the_page_says_of_waiting_is_so() -> None:
    longest = [retry_in(tries, Unavailable("x"), jitter=1.0) for tries in range(1, MOST_ATTEMPTS)]
    assert f"at most {longest[0].total_seconds():.0f} s at first" in page()
    assert [retry_in(tries, Unavailable("x"), jitter=0.0) for tries in range(1, MOST_ATTEMPTS)] == [
        timedelta(0)
    ] * (MOST_ATTEMPTS - 1)
    assert retry_in(MOST_ATTEMPTS, Unavailable("x"), jitter=1.0) is None


# --- SMTP, over real sockets --------------------------------------------------------------------------------

MAIL = replace(SUBJECTS["sendgrid"].message(7))
STAGES = {"greeting", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "half the words", "words"}
ENDS = {"close", "reset", "stall"}


def test_a_mail_server_is_lost_at_every_stage_in_every_way() -> None:
    lost = {(row["at"], row["then"]) for row in table()["smtp"] if not row["said"]}
    assert lost >= set(product(STAGES, ENDS))


@pytest.mark.parametrize(
    "row", table()["smtp"], ids=lambda row: f"{row['at']}-{row['said'].split(' ')[0]}-{row['then']}"
)
def test_at_a_stage_of_smtp_a_server_that_answers_or_breaks_means(row: Row, tmp_path: Path) -> None:
    ours, theirs = certificates(tmp_path) if row["at"] in ("STARTTLS", "AUTH") else (None, None)
    said = f"{row['said']}\r\n".encode() if row["said"] and row["then"] == "keep" else row["said"].encode()
    with rogue(row["at"], said, row["then"], theirs) as server:
        by = SmtpServer(
            host="127.0.0.1",
            port=server.port,
            sender=FIRM,
            security="starttls" if theirs else "none",
            user="u" if row["at"] == "AUTH" else "",
            password="correct horse",
            timeout=1.0 if row["then"] == "stall" else 5.0,
        )
        came = SmtpEmail(by, lambda: NOW, trust=ours).send_many([MAIL])[0]
    told(row, came)
    assert server.words <= 1
    if row["result"] == "unavailable" and row["at"] != "words":
        assert server.words == 0
