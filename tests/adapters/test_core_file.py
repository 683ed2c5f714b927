"""The core in two files: says what its file says, and notes what it is asked."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.adapters.core_file import FileCore
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.errors import OutreachError


def a_core(folder: Path) -> FileCore:
    return FileCore(transfers_file=folder / "transfers.json", calls_file=folder / "log" / "calls.jsonl")


def say(folder: Path, text: str) -> None:
    (folder / "transfers.json").write_text(text)


def test_it_says_what_the_file_says_of_the_transfers_it_knows(tmp_path: Path) -> None:
    say(
        tmp_path,
        '{"t1": {"status": "held", "hold_expires_at": "2026-11-22T12:00:00"}, "t2": {"status": "sent"}}',
    )

    assert a_core(tmp_path).transfers(["t1", "t9"]) == {
        "t1": Transfer(
            ref="t1", status=TransferStatus.HELD, hold_expires_at=datetime(2026, 11, 22, 12, tzinfo=UTC)
        )
    }


def test_a_change_of_the_file_is_seen(tmp_path: Path) -> None:
    core = a_core(tmp_path)
    say(tmp_path, '{"t1": {"status": "held"}}')
    assert core.transfers(["t1"])["t1"].is_held
    say(tmp_path, '{"t1": {"status": "sent"}}')
    os.utime(tmp_path / "transfers.json", ns=(1, 1))

    assert core.transfers(["t1"])["t1"].status is TransferStatus.SENT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"t1": 3}',
        '{"t1": {"status": "vanished"}}',
        '{"t1": {"status": "held", "as_of": "x"}}',
    ],
)
def test_a_broken_file_answers_nothing(tmp_path: Path, text: str) -> None:
    core = a_core(tmp_path)
    say(tmp_path, '{"t1": {"status": "held"}}')
    core.transfers(["t1"])
    say(tmp_path, text)
    os.utime(tmp_path / "transfers.json", ns=(1, 1))

    assert core.transfers(["t1"]) == {}


def test_a_missing_file_answers_nothing_even_where_there_was_one(tmp_path: Path) -> None:
    core = a_core(tmp_path)
    say(tmp_path, '{"t1": {"status": "held"}}')
    core.transfers(["t1"])
    (tmp_path / "transfers.json").unlink()

    assert core.transfers(["t1"]) == {}


def test_every_call_is_noted_once_whoever_repeats_it(tmp_path: Path) -> None:
    a_core(tmp_path).request_hold("t1", "pig_butchering", "c1")
    a_core(tmp_path).request_hold("t1", "pig_butchering", "c1")
    a_core(tmp_path).request_release("t1", "answered mine", "c2")
    a_core(tmp_path).request_freeze("t2", "money left", "c3")

    lines = (tmp_path / "log" / "calls.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"call_id": "c1", "call": "hold", "ref": "t1", "reason": "pig_butchering"},
        {"call_id": "c2", "call": "release", "ref": "t1", "reason": "answered mine"},
        {"call_id": "c3", "call": "freeze", "ref": "t2", "reason": "money left"},
    ]


def test_a_line_torn_by_a_crash_swallows_no_later_call(tmp_path: Path) -> None:
    core = a_core(tmp_path)
    core.request_hold("t1", "x", "c1")
    log = tmp_path / "log" / "calls.jsonl"
    log.write_text(log.read_text() + '{"call_id": "c')
    core.request_hold("t2", "x", "c2")
    core.request_hold("t2", "x", "c2")

    assert log.read_text().count('"c2"') == 1
    assert json.loads(log.read_text().splitlines()[-1])["ref"] == "t2"


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("in the way")

    with pytest.raises(OutreachError, match="cannot be written"):
        a_core(tmp_path).request_hold("t1", "x", "c1")
