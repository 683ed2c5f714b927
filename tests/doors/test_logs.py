"""The log says who, where and what kind; never a word of what it was about."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from outreach.cli.logs import Relay, log_to_stderr
from outreach.cli.traces import told_without_words, trace

ADDRESS = "canary@people.example"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """What logging was before, it is after."""
    root = logging.getLogger()
    before = [*root.handlers]
    yield
    root.handlers[:] = before
    structlog.reset_defaults()


def break_down() -> None:
    """An error about a person, raised because of another one."""
    try:
        {}[ADDRESS]
    except KeyError as error:
        raise ValueError(f"{ADDRESS} cannot be written to") from error


def broken() -> Exception:
    try:
        break_down()
    except ValueError as error:
        return error
    raise AssertionError


def test_a_trace_tells_kinds_files_lines_and_names_and_no_value() -> None:
    told = trace(broken())

    assert told.startswith("ValueError at ")
    assert "; after KeyError at " in told
    assert "test_logs.py:" in told
    assert "break_down" in told
    assert ADDRESS not in told


def test_a_trace_of_an_endless_recursion_and_of_a_chain_that_bites_its_tail_ends() -> None:
    def again() -> None:
        again()

    with pytest.raises(RecursionError) as deep:
        again()
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first

    assert len(trace(deep.value)) < 5_000
    assert trace(first) == "ValueError at nowhere; after KeyError at nowhere"


@pytest.mark.parametrize("style", ["json", "text"])
def test_an_error_that_goes_with_a_line_is_told_without_its_words(
    capsys: pytest.CaptureFixture[str], style: str
) -> None:
    log_to_stderr(style, verbose=False)
    try:
        break_down()
    except ValueError as error:
        structlog.get_logger().exception("stage.failed", job="dispatch", error=type(error).__name__)
    said = capsys.readouterr().err

    assert "ValueError at " in said
    assert "stage.failed" in said
    assert ADDRESS not in said
    if style == "json":
        assert json.loads(said)["trace"].startswith("ValueError at ")


def test_a_library_that_logs_an_error_is_named_and_its_words_are_dropped(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log_to_stderr("json", verbose=True)
    foreign = logging.getLogger("somebody.elses")
    foreign.error("could not write to %s", ADDRESS, exc_info=broken())
    foreign.warning("%s", ADDRESS)
    foreign.error(OSError(98, "Address already in use"))
    first, second = [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    assert (first["event"], first["library"]) == ("library.spoke", "somebody.elses")
    assert ADDRESS not in json.dumps(first)
    assert second["reason"] == "Address already in use"


def test_asking_for_the_log_twice_says_everything_once(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        log_to_stderr("json", verbose=False)
    logging.getLogger("somebody.elses").error("x")

    assert len(capsys.readouterr().err.splitlines()) == 1
    assert sum(isinstance(each, Relay) for each in logging.getLogger().handlers) == 1


def test_a_line_without_an_error_is_left_as_it_is() -> None:
    assert told_without_words(None, "", {"event": "x", "exc_info": None}) == {"event": "x"}


@pytest.mark.slow
def test_what_nobody_catches_is_told_without_its_words_in_any_thread() -> None:
    program = (
        "import threading, outreach.cli as c\n"
        "def broken(**_): raise ValueError('canary@people.example')\n"
        "c.outreach = broken\n"
        "c.log_to_stderr('json', verbose=True)\n"
        "c.tell_what_nobody_caught()\n"
        "other = threading.Thread(target=broken); other.start(); other.join()\n"
        "c.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT
    )

    assert done.returncode == 70
    assert done.stderr.count("ValueError at ") == 2
    assert ADDRESS not in done.stdout + done.stderr
