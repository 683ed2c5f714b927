"""The outbox: real files, whole or not at all, one a message."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from outreach.adapters.outbox import Outbox
from outreach.answers import go_on
from outreach.domain.delivery import Accepted, Refused, Unavailable
from outreach.domain.message import Content, Message, reference
from outreach.domain.scale import Channel
from outreach.mime import Mailbox

FIRM = Mailbox(address="warnings@firm.example", name="Firm")
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
HTML = '<html dir="rtl" lang="ar"><p>أوقف التحويل</p></html>'


def message(number: int, channel: Channel = Channel.EMAIL, text: str = "أوقف") -> Message:
    return Message(
        id=f"{number:032x}",
        reference=reference(number),
        channel=channel,
        to="maria@people.example" if channel is Channel.EMAIL else "+34600111222",
        locale="ar",
        content=Content(text=text, title="تنبيه", html=HTML),
    )


def outbox(folder: Path, channel: Channel = Channel.EMAIL) -> Outbox:
    return Outbox(folder, channel, FIRM, lambda: NOW)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_an_email_is_a_file_that_a_mail_program_opens(tmp_path: Path) -> None:
    assert outbox(tmp_path).send_many([message(1)]) == [Accepted("outbox/email/000001.eml")]
    mail = message_from_bytes((tmp_path / "email/000001.eml").read_bytes(), policy=default)
    assert mail["subject"] == "تنبيه"
    assert mail.get_body(("html",)).get_content().strip() == HTML
    assert mail.get_body(("plain",)).get_content().strip() == "أوقف"


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.PUSH, Channel.INBOX, Channel.CALL])
def test_every_other_channel_is_json_with_all_that_the_person_gets(tmp_path: Path, channel: Channel) -> None:
    outbox(tmp_path, channel).send_many([message(2, channel)])
    said = json.loads((tmp_path / channel.value / "000002.json").read_text())
    assert said["text"] == "أوقف"
    assert said["to"] == "+34600111222"
    assert (said["message"], said["reference"], said["locale"]) == (f"{2:032x}", "000002", "ar")


def test_a_message_sent_twice_is_one_file_with_the_last_words(tmp_path: Path) -> None:
    sender = outbox(tmp_path, Channel.SMS)
    first, second = message(3, Channel.SMS, "one"), message(3, Channel.SMS, "two")
    assert sender.send_many([first, second]) == [Accepted("outbox/sms/000003.json")] * 2
    assert files(tmp_path) == ["sms/000003.json"]
    assert json.loads((tmp_path / "sms/000003.json").read_text())["text"] == "two"


@contextmanager
def longest_file(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_takes_no_more_is_unavailable_and_leaves_no_half_file(tmp_path: Path) -> None:
    sender = outbox(tmp_path, Channel.SMS)
    with longest_file(1000):
        results = sender.send_many(
            [message(4, Channel.SMS), message(5, Channel.SMS, "x" * 5000), message(6, Channel.SMS)]
        )
    assert [type(result) for result in results] == [Accepted, Unavailable, Accepted]
    assert files(tmp_path) == ["sms/000004.json", "sms/000006.json"]


def test_a_failed_repeat_leaves_the_first_file_whole(tmp_path: Path) -> None:
    sender = outbox(tmp_path, Channel.SMS)
    sender.send_many([message(4, Channel.SMS)])
    with longest_file(1000):
        assert isinstance(sender.send_many([message(4, Channel.SMS, "x" * 5000)])[0], Unavailable)
    assert json.loads((tmp_path / "sms/000004.json").read_text())["text"] == "أوقف"


def test_a_place_that_cannot_be_written_is_unavailable_and_names_no_one(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("a file")
    results = outbox(tmp_path / "in the way").send_many([message(1), message(2)])
    assert [type(result) for result in results] == [Unavailable, Unavailable]
    assert results == [Unavailable("outbox: cannot write (Not a directory)")] * 2


def test_a_folder_that_vanishes_comes_back_with_the_next_batch(tmp_path: Path) -> None:
    sender = outbox(tmp_path)
    sender.send_many([message(1)])
    (tmp_path / "email/000001.eml").unlink()
    (tmp_path / "email").rmdir()
    assert isinstance(sender.send_many([message(2)])[0], Accepted)


@pytest.mark.parametrize("bad", ["../../etc/passwd", "", "a/b", ".", "é"])
def test_a_reference_never_leads_out_of_the_folder(tmp_path: Path, bad: str) -> None:
    assert isinstance(outbox(tmp_path).send_many([replace(message(1), reference=bad)])[0], Refused)
    assert files(tmp_path) == []


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.SMS])
def test_words_that_no_file_can_hold_are_refused_without_quoting_them(
    tmp_path: Path, channel: Channel
) -> None:
    odd = message(1, channel, "secret \ud800")
    results = outbox(tmp_path, channel).send_many([odd, message(2, channel)])
    assert [type(result) for result in results] == [Refused, Accepted]
    assert "secret" not in repr(results)


def test_the_files_are_for_their_owner_only(tmp_path: Path) -> None:
    outbox(tmp_path).send_many([message(1)])
    assert (tmp_path / "email/000001.eml").stat().st_mode & 0o777 == 0o600


def test_an_empty_batch_writes_nothing(tmp_path: Path) -> None:
    assert outbox(tmp_path).send_many([]) == []
    assert files(tmp_path) == []


def test_what_an_operator_stopped_leaves_no_file_and_counts_as_not_tried(tmp_path: Path) -> None:
    before = go_on.set(lambda: False)
    try:
        (result,) = outbox(tmp_path).send_many([message(1)])
    finally:
        go_on.reset(before)

    assert isinstance(result, Unavailable)
    assert (result.is_tried, files(tmp_path)) == (False, [])
