"""`outreach send-test`: one message to oneself, by the way a warning would take, and nothing kept of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach.cli import outreach
from outreach.domain.message import CROCKFORD
from outreach.wiring.trial import REFERENCE
from tests.doors.start_build import a_slim_workspace

ME = "+12005550100"
TEMPLATE = ("--template", "unknown_pattern/leaving")


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_slim_workspace(tmp_path_factory.mktemp("trial") / "mine")


@pytest.fixture
def workspace(slim: Path, tmp_path: Path) -> Path:
    return shutil.copytree(slim, tmp_path / "mine")


def send(workspace: Path, *words: str) -> Result:
    return CliRunner().invoke(outreach, ["-w", str(workspace), "send-test", *words])


def test_a_trial_goes_to_the_outbox_where_that_carries_the_channel(workspace: Path) -> None:
    said = send(workspace, "--channel", "sms", "--to", ME, *TEMPLATE)
    assert said.exit_code == 0, said.output
    file = workspace / "outbox" / "sms" / f"{REFERENCE}.json"
    assert f"Written to {file}." in said.stdout
    message = json.loads(file.read_text())
    assert message["to"] == ME
    assert "Acme" in message["text"]


def test_nothing_is_kept_in_a_ledger_and_none_is_needed(workspace: Path) -> None:
    send(workspace, "--channel", "email", "--to", "me@example.com", *TEMPLATE)
    assert not (workspace / "outreach.db").exists()


def test_no_drawn_reference_is_ever_the_trials() -> None:
    assert set(REFERENCE) - set(CROCKFORD)


def test_no_provider_is_asked_about_an_address_that_is_not_live(workspace: Path) -> None:
    settings = workspace / "outreach.toml"
    text = settings.read_text().replace('sms = "outbox"', 'sms = "twilio"')
    text = text.replace('account_sid = ""', 'account_sid = "AC0"').replace(
        'sender = "" ', 'sender = "+12005550101" '
    )
    settings.write_text(text)
    with (workspace / ".env").open("a") as file:
        file.write("OUTREACH_TWILIO__AUTH_TOKEN=x\nOUTREACH_TWILIO__BASE_URL=http://127.0.0.1:9\n")
    said = send(workspace, "--channel", "sms", "--to", ME, *TEMPLATE)
    assert said.exit_code == 1, said.output
    assert "the address is not in live_recipients" in said.stderr
    assert ME not in said.output

    settings.write_text(text.replace("live_recipients = []", f'live_recipients = ["{ME}"]'))
    said = send(workspace, "--channel", "sms", "--to", ME, *TEMPLATE)
    assert said.exit_code == 1
    assert "twilio did not take it now" in said.stdout  # it was asked: nobody listens there
    assert ME not in said.output


def test_what_is_refused_exits_with_1_and_its_reason(workspace: Path) -> None:
    said = send(workspace, "--channel", "email", "--to", "nobody", *TEMPLATE)
    assert said.exit_code == 1
    assert "refused it for good: outbox: the recipient is not an email address" in said.stdout


def test_a_template_that_does_not_exist_is_told_with_the_nearest(workspace: Path) -> None:
    said = send(workspace, "--channel", "sms", "--to", ME, "--template", "unknown_patern/leaving")
    assert "did you mean 'unknown_pattern/leaving'?" in str(said.exception)


def test_the_whole_message_is_said_with_what_every_template_may_ask(workspace: Path) -> None:
    for name in ("leaving", "after_loss"):
        for channel in ("sms", "email", "push"):
            said = send(
                workspace,
                "--channel",
                channel,
                "--to",
                "me@example.com",
                "--template",
                f"unknown_pattern/{name}",
            )
            assert said.exit_code == 0, said.output
