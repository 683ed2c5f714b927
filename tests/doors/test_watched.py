"""A real daemon, watched: metrics, log, alarms and heartbeat tell how it runs, and nothing about anybody."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from outreach.wiring.house import open_house
from tests.adapters.loopback import Act, Seen, loopback, reply
from tests.prove.sink import SECRETS, Sink
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
PEOPLE = 30
OWN = {
    "user_ref": "canary-user-{n:06d}",
    "phone": "+1999{n:07d}",
    "email": "canary-{n:06d}@example.com",
    "push_token": "canary-token-{n:06d}",
    "anti_phishing_code": "cnry{n:04d}",
    "memo": "canary-memo-{n:06d}",
}
STEMS = ("canary-", "+1999", "cnry", "%2B1999")

pytestmark = pytest.mark.slow


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def moody(seen: Seen) -> Act:
    """A provider that repeats in its errors what it was sent."""
    match sum(seen.body) % 3:
        case 0:
            return reply(400, b'{"code": 21211, "message": "' + seen.body + b'"}')
        case 1:
            return reply(500, seen.body)
        case _:
            return reply(201, b'{"sid": "SM' + b"0" * 32 + b'"}')


def laid_out(folder: Path, provider: Sink, listener: str, port: int) -> Path:
    """A workspace whose people are canaries, and whose second feed has their rows spoilt."""
    watch = (
        f'[watch]\nheartbeat_url = "{listener}/beat"\nalarm_url = "{listener}/alarm"\nmetrics_port = {port}\n'
    )
    workspace = a_workspace(folder, ROOT, "sqlite:///outreach.db", provider.settings() + watch)
    rows = people(PEOPLE, warned_facts(ROOT), **OWN)
    for n, row in enumerate(rows):
        row["push_token"] = row["push_token"] if n % 4 == 0 else ""
        row["email"] = row["email"] if n % 3 == 0 else ""
    write_csv(workspace / "feeds" / "1.csv", rows)
    spoilt = [{**row, "source_id": f"bad-{row['source_id']}", "amount": "12 coins"} for row in rows]
    write_csv(workspace / "feeds" / "2.csv", spoilt)
    (workspace / "feeds" / "3.csv.gz").write_bytes(b"\x1f\x8b this feed cannot be read")
    feed = '[feeds.unreadable]\nkind = "files"\npath = "feeds/*.gz"\nformat = "csv"\n'
    with (workspace / "outreach.toml").open("a", encoding="utf-8") as settings:
        settings.write(feed)
    open_house(workspace).migrate()
    return workspace


def scraped(port: int) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    except httpx.HTTPError:
        return ""


def total(page: str, name: str) -> float:
    families = text_string_to_metric_families(page)
    return sum(sample.value for family in families for sample in family.samples if sample.name == name)


def test_a_watched_daemon_tells_how_it_runs_and_nothing_about_anybody(tmp_path: Path) -> None:
    port = free_port()
    with loopback(moody) as server, loopback(lambda seen: reply(200)) as listener:
        workspace = laid_out(tmp_path, Sink(server), listener.url, port)
        words = [sys.executable, "-m", "outreach", "-w", str(workspace), "-v", "--log", "json"]
        log = tmp_path / "log"
        with log.open("w", encoding="utf-8") as written:
            environment = {**os.environ, **SECRETS}  # noqa: TID251  # the child needs PATH and the secrets
            daemon = subprocess.Popen([*words, "daemon"], cwd=ROOT, stderr=written, env=environment)
            try:
                wait_until(lambda: total(scraped(port), "outreach_lead_seconds_count") > PEOPLE / 3)
                wait_until(lambda: any(b" /beat " in seen.head for seen in listener.seen))
                (workspace / "rules" / "broken.yml").write_text("pattern: [", encoding="utf-8")
                wait_until(lambda: any(b"rules_stand_in" in seen.body for seen in listener.seen))
                page = scraped(port)
                asked = [*words, "status", "--format", "json"]
                status = subprocess.run(
                    asked, cwd=ROOT, capture_output=True, text=True, check=False, env=environment
                )
            finally:
                daemon.send_signal(signal.SIGTERM)
                daemon.wait(PATIENCE)
    told = json.loads(status.stdout)
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    alarms = [json.loads(seen.body) for seen in listener.seen if b" /alarm " in seen.head]

    assert status.returncode == 1
    assert "rules_stand_in" in {trouble["sign"] for trouble in told["troubles"]}
    assert [process["role"] for process in told["processes"]] == ["daemon"]
    assert {"trouble.raised", "feed.failed", "pull.finished"} <= {line["event"] for line in lines}
    assert len([line for line in lines if line.get("trouble") == "rules_stand_in"]) == 1
    assert {"raised"} == {alarm["state"] for alarm in alarms}
    assert total(page, "outreach_quarantined_total") == PEOPLE
    assert total(page, "outreach_sends_total") >= PEOPLE
    everything = page + status.stdout + status.stderr + log.read_text("utf-8") + json.dumps(alarms)
    assert [stem for stem in STEMS if stem in everything] == []
