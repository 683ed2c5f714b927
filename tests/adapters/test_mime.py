"""An email built by hand reads the same in the library's own parser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.message import Content, Message
from outreach.domain.scale import Channel
from outreach.mime import Mailbox, email_bytes, header_text, is_address, message_id

FIRM = Mailbox(address="warnings@firm.example", name="Firm, the Exchange")
NOW = datetime(2026, 11, 22, 10, 0, 0, 123, tzinfo=UTC)
MESSAGE = Message(
    id="0123456789abcdef0123456789abcdef",
    reference="7QK2MX",
    channel=Channel.EMAIL,
    to="maria@people.example",
    locale="ar",
    content=Content(text="نص", title="عنوان", html='<html dir="rtl"><p>نص</p></html>'),
    thread="outreach7",
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


def read(message: Message) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(email_bytes(message, FIRM, NOW), policy=default))


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return found.get_content()


def lines(text: str) -> str:
    return text.replace("\r\n", "\n").rstrip("\n")


@given(text=TEXTS, title=TEXTS, html=TEXTS)
def test_words_and_title_are_read_back_as_they_were_written(text: str, title: str, html: str) -> None:
    mail = read(replace(MESSAGE, content=Content(text=text, title=title, html=html)))
    assert lines(part(mail, "plain")) == lines(text)
    if html:
        assert lines(part(mail, "html")) == lines(html)
    kept = "".join(c if c.isprintable() else " " for c in title)
    assert "".join(mail["subject"].split()) == "".join(kept.split()) or not title.isprintable()
    assert not mail.defects


@given(title=TEXTS)
def test_a_title_never_becomes_a_header_of_its_own(title: str) -> None:
    raw = email_bytes(
        replace(MESSAGE, content=Content(text="x", title=title + "\r\nBcc: a@b.example")), FIRM, NOW
    )
    head = raw.partition(b"\r\n\r\n")[0]
    assert b"\nBcc:" not in head
    assert all(line.startswith(b" ") or b":" in line for line in head.split(b"\r\n"))
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(title=st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=300))
def test_a_title_of_any_script_is_folded_and_read_back(title: str) -> None:
    assert read(replace(MESSAGE, content=Content(text="x", title=title)))["subject"] == title
    assert all(len(line) <= 76 for line in header_text(title).split("\r\n"))


def test_the_headers_are_those_of_a_machine_that_writes_to_one_person() -> None:
    mail = read(MESSAGE)
    assert mail["from"].addresses[0].addr_spec == FIRM.address
    assert mail["from"].addresses[0].display_name == FIRM.name
    assert mail["to"] == "maria@people.example"
    assert mail["date"].datetime == NOW.replace(microsecond=0)
    assert mail["message-id"] == "<0123456789abcdef0123456789abcdef@firm.example>"
    assert mail["references"] == "<outreach7@firm.example>"
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["content-language"] == "ar"
    assert mail["mime-version"] == "1.0"
    assert mail.get_content_type() == "multipart/alternative"


def test_every_attempt_has_the_same_message_id() -> None:
    assert message_id(MESSAGE, FIRM) == message_id(replace(MESSAGE, attempt=5), FIRM)


def test_a_plain_english_mail_can_be_read_in_the_file() -> None:
    raw = email_bytes(replace(MESSAGE, content=Content(text="Hold on.\nCall us.", title="Stop")), FIRM, NOW)
    assert raw.endswith(b"\r\n\r\nHold on.\r\nCall us.")
    assert b"Subject: Stop\r\n" in raw


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no at",
        "a@",
        "@b",
        "a@b c",
        "a@b\r\nX: y",
        "a@b,c@d",
        "Ann <a@b>",
        "a@b>",
        "a b@c",
        "a@b\x00",
        "a@" + "b" * 260,
    ],
)
def test_what_is_no_single_address_is_refused(text: str) -> None:
    assert not is_address(text)
    with pytest.raises(ValueError, match="not an email address"):
        email_bytes(replace(MESSAGE, to=text), FIRM, NOW)


@pytest.mark.parametrize(
    "text", ["a@b.example", "a+b.c-d_e@x-y.example", "ü@münchen.example", "o'hara@b.example"]
)
def test_a_usual_address_is_one(text: str) -> None:
    assert is_address(text)
