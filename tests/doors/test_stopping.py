"""Real processes, really stopped: nothing is left half done, and the next one goes on."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.wiring.house import open_house
from tests.doors.start_build import a_workspace

PATIENCE = 90.0
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    a_workspace(tmp_path / "mine", users=600, now=datetime.now(UTC))  # noqa: TID251  # the daemon reads the real clock
    open_house(tmp_path / "mine").migrate()
    return tmp_path / "mine"


@pytest.fixture
def start(workspace: Path) -> Iterator[Start]:
    """Starts `outreach` on the workspace; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "outreach", "-w", str(workspace), *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, cwd=ROOT, text=True, **pipes))  # type: ignore[call-overload]
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


def ask(workspace: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(workspace / "outreach.db", timeout=30) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def count(workspace: Path, query: str) -> int:
    return int(str(ask(workspace, query)[0][0]))


def letters(workspace: Path) -> list[str]:
    return [file.stem for file in (workspace / "outbox").glob("*/*") if not file.name.startswith(".")]


def assert_nothing_half_done(workspace: Path) -> None:
    assert count(workspace, "SELECT count(*) FROM attempts WHERE finished_at IS NULL") == 0
    assert count(workspace, "SELECT count(*) FROM messages WHERE status = 'queued'") == 0
    assert not list((workspace / "outbox").glob("*/.*"))


def assert_everything_once(workspace: Path) -> None:
    said = ask(workspace, "SELECT reference, channel FROM messages WHERE channel IN ('push', 'sms', 'email')")
    assert sorted(letters(workspace)) == sorted(str(reference) for reference, _ in said)
    doubled = "SELECT count(*) FROM (SELECT 1 FROM messages GROUP BY outreach, step HAVING count(*) > 1)"
    assert count(workspace, doubled) == 0
    assert count(workspace, "SELECT count(*) FROM attempts WHERE n > 1") == 0


def test_a_daemon_sends_and_ends_at_sigterm_with_nothing_half_done(workspace: Path, start: Start) -> None:
    daemon = start("daemon")
    wait_until(lambda: len(letters(workspace)) > 20)
    daemon.send_signal(signal.SIGTERM)
    out, err = daemon.communicate(timeout=PATIENCE)
    assert daemon.returncode == 0, err
    assert "Traceback" not in out + err
    assert_nothing_half_done(workspace)
    assert_everything_once(workspace)


def test_two_daemons_on_one_workspace_say_everything_once(workspace: Path, start: Start) -> None:
    daemons = [start("daemon"), start("daemon")]
    due = "state = 'pending' OR state = 'climbing' AND due_at <= datetime('now')"
    waiting = f"SELECT count(*) FROM outreaches WHERE {due}"
    wait_until(lambda: len(letters(workspace)) > 20 and count(workspace, waiting) == 0)
    for daemon in daemons:
        daemon.send_signal(signal.SIGTERM)
    for daemon in daemons:
        out, err = daemon.communicate(timeout=PATIENCE)
        assert daemon.returncode == 0, err
        assert "Traceback" not in out + err
    assert_nothing_half_done(workspace)
    assert_everything_once(workspace)
    flags = "SELECT count(*) FROM (SELECT 1 FROM flags GROUP BY feed, identity HAVING count(*) > 1)"
    assert count(workspace, flags) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_leaves_nothing_half_done_and_the_next_completes(
    workspace: Path, start: Start, number: signal.Signals
) -> None:
    run = start("run", "--once")
    # People are committed before the match: the whole of deciding and sending is still to come.
    wait_until(lambda: count(workspace, "SELECT count(*) FROM people") > 0 or run.poll() is not None)
    run.send_signal(number)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 128 + number, err
    assert "Traceback" not in out + err
    assert "The next run goes on from here." in err
    assert_nothing_half_done(workspace)

    again = start("run", "--once")
    out, err = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, err
    assert count(workspace, "SELECT count(*) FROM outreaches WHERE state = 'pending'") == 0
    assert_nothing_half_done(workspace)
    assert_everything_once(workspace)
