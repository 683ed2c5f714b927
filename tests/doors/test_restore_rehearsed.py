"""Real processes, a provider outside: a backup under a daemon, its restore, a migration under a daemon.

What was sent is counted in the provider's own log, never in our database.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from outreach.wiring.house import open_house
from tests.emulator.running import Emulator, emulator
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
SECRETS = {"OUTREACH_TWILIO__AUTH_TOKEN": "a token for the emulator"}
REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("extras", sa.Column("id", sa.Integer, primary_key=True))
    for name in ("messages", "attempts", "outreaches", "runs"):
        op.add_column(name, sa.Column("extra", sa.Text(), nullable=True))
    op.create_index("ix_messages_extra", "messages", ["extra"])


def downgrade() -> None:
    pass
"""

pytestmark = pytest.mark.slow


def environment() -> dict[str, str]:
    return {**os.environ, **SECRETS}  # noqa: TID251  # the children need PATH and the secret


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.1)


def laid_out(folder: Path, provider: Emulator, database: str) -> Path:
    """A workspace that sends every SMS to the emulator."""
    settings = (
        'live_recipients = "everyone"\n[channels]\nsms = "twilio"\n[twilio]\n'
        f'account_sid = "AC{"0" * 32}"\nsender = "+15550000000"\n'
        f'callback = "https://callbacks.example/twilio"\nbase_url = "{provider.url}"\n'
    )
    workspace = a_workspace(folder, ROOT, database, settings)
    house = open_house(workspace)
    house.migrate()
    house.close()
    return workspace


def flag(workspace: Path, name: str, first: int, count: int) -> None:
    """So many more people who can only be reached by SMS."""
    rows = people(first + count, warned_facts(ROOT), email="", push_token="")[first:]
    write_csv(workspace / "feeds" / f"{name}.csv", rows)


def ours(workspace: Path, *words: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A command, which does what it is asked."""
    command = [sys.executable, "-m", "outreach", "-w", str(workspace), *words]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, done.stderr + done.stdout
    return done


@contextmanager
def daemon(workspace: Path) -> Iterator[subprocess.Popen[str]]:
    """A daemon for the length of a block, ended as an operator would."""
    command = [sys.executable, "-m", "outreach", "-w", str(workspace), "-v", "daemon"]
    with (workspace / "log").open("a", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=ROOT, stderr=log, env=environment(), text=True)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def texted(provider: Emulator) -> Counter[str]:
    """How often each number was written to, as the provider has it."""
    return Counter(str(entry["to"]) for entry in provider.accepted())


def approvals(workspace: Path) -> list[str]:
    """What waits for a person."""
    told = ours(workspace, "approvals", "list", "--format", "json").stdout
    return [row["id"] for row in json.loads(told)]


def test_a_backup_under_a_daemon_is_restored_and_nobody_is_texted_twice(tmp_path: Path) -> None:
    with emulator(tmp_path / "accepted") as provider:
        workspace = laid_out(tmp_path / "w", provider, "sqlite:///outreach.db")
        flag(workspace, "1", 0, 40)
        with daemon(workspace):
            wait_until(lambda: len(texted(provider)) > 10)
            ours(workspace, "backup", str(tmp_path / "copy.db"))
            wait_until(lambda: len(texted(provider)) == 40)
            refused = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "outreach",
                    "-w",
                    str(workspace),
                    "restore",
                    str(tmp_path / "copy.db"),
                ],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
                env=environment(),
            )
        flag(workspace, "2", 40, 10)
        ours(workspace, "run", "--once")
        before = texted(provider)
        ours(workspace, "restore", str(tmp_path / "copy.db"))
        with daemon(workspace) as second:
            ours(workspace, "run", "--once")
            assert flags_in(workspace) == 50
            assert texted(provider) == before
            for approval in approvals(workspace):
                ours(workspace, "approvals", "reject", approval, "--reason", "warned before")
            ours(workspace, "resume", "--all")
            flag(workspace, "3", 50, 5)
            ours(workspace, "run", "--once")
            wait_until(lambda: len(texted(provider)) == 55)
            assert second.poll() is None

    assert refused.returncode == 3
    assert "still alive" in refused.stderr
    assert len(before) == 50
    assert max(texted(provider).values()) == 1
    assert list((workspace).glob("outreach.db.before-*"))


def flags_in(workspace: Path) -> int:
    house = open_house(workspace)
    try:
        with house.store.read() as tx:
            return int(tx.connection.execute(text("SELECT count(*) FROM flags")).scalar_one())
    finally:
        house.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield "sqlite:///outreach.db"
        return
    server: str = request.getfixturevalue("postgres_url")
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE rehearsed"))
    yield server.replace("/postgres?", "/rehearsed?", 1)
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE rehearsed WITH (FORCE)"))
    admin.dispose()


def a_newer_version(folder: Path, head: str) -> Path:
    """A copy of this version with one more expanding migration."""
    for name in ("outreach", "alembic", "rules", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "alembic/versions/9001_expand.py").write_text(REVISION.format(head=head), encoding="utf-8")
    return folder


def test_a_migration_under_a_running_daemon_loses_nobody_and_doubles_nobody(
    tmp_path: Path, database: str
) -> None:
    head = sorted(file.name[:4] for file in (ROOT / "alembic/versions").glob("0*.py"))[-1]
    newer = a_newer_version(tmp_path / "newer", head)
    with emulator(tmp_path / "accepted") as provider:
        workspace = laid_out(tmp_path / "w", provider, database)
        flag(workspace, "1", 0, 400)
        with daemon(workspace) as running:
            wait_until(lambda: len(texted(provider)) > 20)
            ours(workspace, "migrate", root=newer)
            during = len(texted(provider))
            flag(workspace, "2", 400, 50)
            wait_until(lambda: len(texted(provider)) == 450)
            assert running.poll() is None
        house = open_house(workspace)
        tables = inspect(house.store.engine).get_table_names()
        house.close()

    assert running.returncode == 0
    assert "extras" in tables
    assert during <= 400
    assert max(texted(provider).values()) == 1
    assert "stage.failed" not in (workspace / "log").read_text("utf-8")
