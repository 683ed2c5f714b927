"""`outreach doctor`: all problems at once, in words, with what to do, and never a secret."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from outreach.cli import outreach
from outreach.store.database import Store
from outreach.store.editions import keep_edition
from outreach.store.tables import runs
from outreach.wiring.checkup import installation
from outreach.wiring.checkup.finding import State, guarded
from outreach.wiring.house import open_house
from tests.build_ledger import Ledger
from tests.conftest import empty
from tests.doors.start_build import NOON, a_slim_workspace

pytestmark = pytest.mark.slow  # reads the shipped rules or lays out whole workspaces

PASSWORD = "hunter2-is-not-for-logs"


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = a_slim_workspace(tmp_path_factory.mktemp("doctor") / "mine")
    open_house(folder).migrate()
    return folder


@pytest.fixture
def workspace(healthy: Path, tmp_path: Path) -> Path:
    return shutil.copytree(healthy, tmp_path / "mine")


def doctor(workspace: Path, *words: str) -> Result:
    said = CliRunner().invoke(outreach, ["-w", str(workspace), "doctor", *words])
    assert said.exception is None or isinstance(said.exception, SystemExit)
    assert "Traceback" not in said.output
    return said


def change(workspace: Path, before: str, after: str) -> None:
    file = workspace / "outreach.toml"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def test_a_workspace_that_is_ready_is_told_so(healthy: Path) -> None:
    said = doctor(healthy)
    assert said.exit_code == 0, said.output
    assert "Ready to run." in said.stdout
    assert "✗" not in said.stdout


def test_as_json_every_finding_has_its_state(healthy: Path) -> None:
    found = json.loads(doctor(healthy, "--format", "json").stdout)
    assert found["problems"] == 0
    assert {each["state"] for each in found["findings"]} <= {"fine", "warning"}
    looked_at = "settings OUTREACH_KEYS OUTREACH_HASH_KEY OUTREACH_ANSWER_KEYS clock database keys rules"
    looked_at += " examples templates ladders edition senders core outbox archive"
    assert {each["about"] for each in found["findings"]} == {*looked_at.split(), "feed sample", "answer page"}


def test_all_that_is_wrong_is_told_at_once(workspace: Path) -> None:
    (workspace / ".env").unlink()
    (workspace / "outreach.db").unlink()
    (workspace / "core.json").unlink()
    shutil.rmtree(workspace / "feeds")
    (workspace / "outbox").touch()
    change(workspace, 'sms = "outbox"', 'sms = "twilio"')
    change(workspace, 'default_locale = "en"', 'default_locale = "sw"')
    said = doctor(workspace)
    assert said.exit_code == 2
    for problem in (
        "OUTREACH_KEYS is not set: `outreach init`",
        "OUTREACH_HASH_KEY must be 32 bytes",
        "OUTREACH_ANSWER_KEYS is not set",
        "outreach.db is not there yet",
        "unknown_pattern/leaving, which is not written in sw, the default locale",
        "there is no folder",
        "channels.sms = twilio needs OUTREACH_TWILIO__AUTH_TOKEN",
        "core.json is not there",
        "answer.sw.toml is missing",
    ):
        assert problem in said.stdout, problem
    assert said.stderr.strip().endswith("problems.")


def test_no_secret_is_ever_shown(workspace: Path) -> None:
    secrets = [
        line.split("=", 1)[1] for line in (workspace / ".env").read_text().splitlines() if line[0] == "O"
    ]
    with (workspace / ".env").open("a") as file:
        file.write(
            f"OUTREACH_DATABASE=postgresql+psycopg://me:{PASSWORD}@127.0.0.1:9/x?password={PASSWORD}\n"
        )
        file.write(f"OUTREACH_TWILIO__AUTH_TOKEN={PASSWORD}\n")
    for words in ([], ["--format", "json"]):
        said = doctor(workspace, *words)
        assert said.exit_code == 2
        assert PASSWORD not in said.output
        assert not [secret for secret in secrets if secret in said.output or secret[3:] in said.output]


@pytest.mark.slow
def test_a_database_that_is_at_head_is_named_without_its_password(
    workspace: Path, postgres_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty(postgres_store)  # what other tests left is sealed with another key, and doctor would say so
    url = postgres_store.engine.url.set(password=PASSWORD).render_as_string(hide_password=False)
    monkeypatch.setenv("OUTREACH_DATABASE", url)
    said = doctor(workspace)
    assert said.exit_code == 0, said.output
    assert "postgresql+psycopg://" in said.stdout
    assert PASSWORD not in said.output


def test_a_key_without_its_id_is_refused_without_being_repeated(workspace: Path) -> None:
    env = workspace / ".env"
    key = env.read_text().split("OUTREACH_KEYS=k1:")[1].split("\n")[0]
    env.write_text(env.read_text().replace(f"k1:{key}", key))
    said = doctor(workspace)
    assert "OUTREACH_KEYS: key 1 is written id:base64" in said.stdout
    assert key not in said.output


def _no_settings(folder: Path) -> None:
    (folder / "outreach.toml").unlink()


def _broken_settings(folder: Path) -> None:
    (folder / "outreach.toml").write_text('firm = "Acme\n[feeds')


def _unknown_setting(folder: Path) -> None:
    change(folder, 'firm = "Acme"', 'frim = "Acme"')


def _database_of_no_kind(folder: Path) -> None:
    change(folder, '"sqlite:///outreach.db"', '"oracle-of-delphi"')


def _database_out_of_reach(folder: Path) -> None:
    change(folder, '"sqlite:///outreach.db"', '"postgresql+psycopg://me@127.0.0.1:9/x"')


def _database_that_is_none(folder: Path) -> None:
    for beside in ("outreach.db-wal", "outreach.db-shm"):  # from a whole log SQLite would mend the file again
        (folder / beside).unlink(missing_ok=True)
    (folder / "outreach.db").write_text("not a database at all, but long enough to be taken for one" * 50)


def _database_of_yesterday(folder: Path) -> None:
    (folder / "outreach.db").write_bytes(b"")


def _no_rules(folder: Path) -> None:
    shutil.rmtree(folder / "rules")


def _broken_rule(folder: Path) -> None:
    rule = folder / "rules" / "unknown_pattern.yml"
    rule.write_text(rule.read_text().replace("risk_score", "risc_score"))


def _failing_example(folder: Path) -> None:
    rule = folder / "rules" / "unknown_pattern.yml"
    rule.write_text(rule.read_text().replace("at_least: 90", "at_least: 99"))


def _broken_template(folder: Path) -> None:
    template = folder / "templates" / "unknown_pattern" / "leaving.en.j2"
    template.write_text(template.read_text().replace("{{ firm }}", "{{ surprise }}", 1))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("breakage", "told"),
    [
        (_no_settings, "there is no settings file here; `outreach init"),
        (_broken_settings, "line 1"),
        (_unknown_setting, "frim"),
        (_database_of_no_kind, "the database's address cannot be understood"),
        (_database_out_of_reach, "the database cannot be used: connection"),
        (_database_that_is_none, "file is not a database"),
        (_database_of_yesterday, "run `outreach migrate`"),
        (_no_rules, "facts.yml:0:0: error R000 cannot be read: No such file or directory"),
        (_broken_rule, "did you mean 'risk_score'?"),
        (_failing_example, "do not come out as their author says"),
        (_broken_template, "surprise"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_what_is_broken_is_told_in_words(
    workspace: Path, breakage: Callable[[Path], None], told: str
) -> None:
    breakage(workspace)
    said = doctor(workspace)
    assert said.exit_code == 2
    assert told in said.stdout


def test_looking_changes_nothing(workspace: Path) -> None:
    for name in ("outreach.db", "outreach.db-wal", "outreach.db-shm"):
        (workspace / name).unlink(missing_ok=True)
    before = {file: file.stat().st_mtime_ns for file in workspace.rglob("*")}
    doctor(workspace)
    assert {file: file.stat().st_mtime_ns for file in workspace.rglob("*") if file.is_file()} == {
        file: at for file, at in before.items() if file.is_file()
    }
    assert not (workspace / "outreach.db").exists()


def test_secrets_that_others_may_read_are_a_warning(workspace: Path) -> None:
    (workspace / ".env").chmod(0o644)
    said = doctor(workspace)
    assert said.exit_code == 0
    assert f"chmod 600 {workspace}/.env" in said.stdout


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "outbox").touch()
    found = guarded("outbox", lambda: installation.folder("outbox", tmp_path / "outbox"))
    assert [finding.state for finding in found] == [State.PROBLEM]


def test_a_look_that_breaks_is_a_finding_that_repeats_no_word_of_it() -> None:
    def breaks() -> list[object]:
        raise RuntimeError(PASSWORD)

    [finding] = guarded("this", breaks)  # type: ignore[arg-type]
    assert finding.state is State.PROBLEM
    assert PASSWORD not in str(finding)


def test_who_tells_us_nothing_later_is_told(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(workspace, 'sms = "outbox"', 'sms = "twilio"')
    change(workspace, 'email = "outbox"', 'email = "sendgrid"')
    account = {"ACCOUNT_SID": "AC1", "SENDER": "+15550100", "AUTH_TOKEN": PASSWORD}
    for name, value in account.items():
        monkeypatch.setenv(f"OUTREACH_TWILIO__{name}", value)
    monkeypatch.setenv("OUTREACH_SENDGRID__API_KEY", PASSWORD)

    said = found(workspace)
    assert "twilio is told no address to report to" in said
    assert "sendgrid's events cannot be checked" in said
    monkeypatch.setenv("OUTREACH_WEB__PUBLIC_URL", "https://warn.firm.example")
    assert "twilio reports to https://warn.firm.example/callbacks/twilio/status" in found(workspace)
    monkeypatch.setenv("OUTREACH_TWILIO__KEY_SID", "SK1")
    assert "OUTREACH_TWILIO__SIGNING_TOKEN" in found(workspace)
    monkeypatch.setenv("OUTREACH_SENDGRID__EVENT_KEY", "nonsense")
    assert "sendgrid.event_key is not the verification key" in found(workspace)


def found(workspace: Path) -> str:
    """All findings in one line."""
    findings = json.loads(doctor(workspace, "--format", "json").stdout)["findings"]
    return " ".join(f"{each['says']} {each['mend']}" for each in findings)


def test_it_is_told_which_edition_decides_and_that_a_broken_edit_waits(workspace: Path) -> None:
    house = open_house(workspace)
    sha256 = house.rules.current().sha256
    with house.store.begin() as tx:
        keep_edition(tx, house.rules.current(), NOON)
        ledger = Ledger(tx, NOON).begin()
        tx.connection.execute(update(runs).where(runs.c.id == ledger.run).values(rulebook_sha256=sha256))
    house.close()
    whole = doctor(workspace)
    assert whole.exit_code == 0, whole.output
    assert f"{sha256[:12]} decides since 2027-03-01" in whole.stdout

    rules = workspace / "rules" / "unknown_pattern.yml"
    rules.write_text(rules.read_text().replace("when: |\n", "when: |\n      nobody_knows_this AND\n", 1))
    broken = doctor(workspace)
    assert broken.exit_code == 2
    assert f"so a running daemon goes on by {sha256[:12]}" in broken.stdout
