"""The inbox API and the callbacks, fuzzed from their own OpenAPI document over a socket.

Nothing is a fault of ours, nothing answers otherwise than the document says, and no token but the right one
lets anybody in.
"""

from __future__ import annotations

import json
import os
import random
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from sqlalchemy import select

from outreach.store.tables import messages
from outreach.wiring.house import House, open_house
from tests.doors.api_world import a_token
from tests.prove.claims.get_never_answers import served
from tests.prove.figures import Figure, MissingPart
from tests.prove.ground import Ground
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv
from tests.signing import ACCOUNT, TOKEN, public_key

SETTINGS = """
[twilio]
account_sid = "{account}"
[sendgrid]
event_key = "{key}"
[api]
guesses = 1000000
agent_guesses = 1000000
"""
PEOPLE = 3
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "missing_required_header",
    "ignored_auth",
    "unsupported_method",
)
SEED = 4
STREAM = "changes"
"""Not fuzzed whole: it answers for ten minutes. Its refusals are tried beside."""

STRANGE = ["", "x", "-1", "9" * 18, "%FF", "\x7f", "a b", "1.5", "{", "🦄".encode().decode("latin-1")]


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` cases an operation at most, and ten times as many tokens that nobody was given."""
    workspace, house = _warned(ground)
    token = a_token(house.store, name="fuzzer", clock=house.clock)
    with _keys(), served(workspace) as page:
        statuses, failures = _fuzzed(ground, str(page.base_url), token)
        strange = _strange(page, token)
        accepted, tried = _forged(page, token, ground.n * 10)
    with house.store.read() as tx:
        kept = len(tx.connection.execute(select(messages.c.id)).all())
    house.store.close()
    every = [*statuses, *strange]
    of = "answers to requests made from the OpenAPI document, or strange beside it"
    return {
        "server errors": Figure(sum(status >= 500 for status in every), len(every), of),
        "answers otherwise than documented": Figure(failures, len(statuses), "cases of schemathesis"),
        "answered well": Figure(_well(statuses), len(statuses), "cases of schemathesis"),
        "false accepts": Figure(accepted, tried, "requests with a token that nobody was given"),
        "messages left": Figure(kept, PEOPLE, "people who were warned before"),
    }


def _warned(ground: Ground) -> tuple[Path, House]:
    said = SETTINGS.format(account=ACCOUNT, key=public_key())
    workspace = a_workspace(ground.place("api"), ground.root, "sqlite:///outreach.db", said)
    write_csv(workspace / "feeds" / "1.csv", people(PEOPLE, warned_facts(ground.root)))
    house = open_house(workspace)
    house.migrate()
    house.intake.run()
    house.dispatch.run()
    return workspace, house


@contextmanager
def _keys() -> Iterator[None]:
    name = "OUTREACH_TWILIO__AUTH_TOKEN"
    os.environ[name] = TOKEN  # noqa: TID251  # a secret may not stand in the file
    try:
        yield
    finally:
        del os.environ[name]  # noqa: TID251


def _fuzzed(ground: Ground, url: str, token: str) -> tuple[list[int], int]:
    """The status of every case, and how many answered otherwise than the document says."""
    program = Path(sys.executable).with_name("schemathesis")
    if not program.is_file():
        raise MissingPart("schemathesis is not installed: `pip install schemathesis`")
    report = ground.folder / "cases.har"
    words = [str(program), "--no-color", "run", f"{url}/v1/openapi.json", "--url", url]
    words += ["--header", f"Authorization: Bearer {token}", "--header", "Outreach-User: user-1"]
    words += ["--checks", ",".join(CHECKS), "--exclude-operation-id", STREAM]
    words += ["--phases", "examples,coverage,fuzzing", "--max-examples", str(ground.n), "--seed", str(SEED)]
    words += ["--continue-on-failure", "--no-shrink", "--generation-database", "none", "--warnings", "off"]
    words += ["--report", "har,json", "--report-har-path", str(report)]
    words += ["--report-json-path", str(report.with_suffix(".json"))]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ground.folder)
    if not report.is_file():
        raise RuntimeError(f"schemathesis ended with {done.returncode}: {done.stdout[-500:]}")
    entries = json.loads(report.read_text("utf-8"))["log"]["entries"]
    (ground.folder / "schemathesis.txt").write_text(done.stdout, encoding="utf-8")
    statuses = [int(entry["response"]["status"]) for entry in entries]
    return statuses, _failures(done)


def _failures(done: subprocess.CompletedProcess[str]) -> int:
    """How many cases did not pass, as it counts them at the end; those it could not run count, too."""
    told = re.search(r"(\d+) generated, (?:\d+ found \d+ unique failures, )?(\d+) passed", done.stdout)
    if told is None:
        return max(1, done.stdout.count("FAILURE"))
    return int(told[1]) - int(told[2]) + (done.returncode != 0)


def _well(statuses: list[int]) -> int:
    return sum(200 <= status < 300 for status in statuses)


def _strange(page: httpx.Client, token: str) -> list[int]:
    """Strange headers and places to every door, the stream's too."""
    told = []
    for strange in STRANGE:
        for name in ("Outreach-User", "Last-Event-ID", "X-Request-Id", "Content-Type"):
            headers: dict[str, Any] = {"Authorization": f"Bearer {token}", "Outreach-User": "user-1"}
            headers |= {name: strange.encode("utf-8")}
            for path in ("/v1/inbox", "/v1/inbox/changes", f"/v1/inbox/{quote(strange, safe='')}"):
                with page.stream("GET", path, headers=headers) as answer:
                    told.append(answer.status_code)
    return told


def _forged(page: httpx.Client, token: str, n: int) -> tuple[int, int]:
    """How many of so many wrong tokens let somebody in, and how many were tried."""
    deck = random.Random(SEED)
    accepted = 0
    for _ in range(n):
        wrong = _spoiled(token, deck)
        answer = page.get("/v1/inbox", headers={"Authorization": wrong, "Outreach-User": "user-1"})
        accepted += answer.status_code != 401
    return accepted, n


def _spoiled(token: str, deck: random.Random) -> str:
    letters = string.ascii_letters + string.digits + "_-."
    place = deck.randrange(len(token))
    other = deck.choice([each for each in letters if each != token[place]])
    return deck.choice(
        [
            f"Bearer {token[:place]}{other}{token[place + 1 :]}",
            f"Bearer {token[:place]}{token[place + 1 :]}",
            f"Bearer {token[:place]}{other}{token[place:]}",
            f"Bearer {token} {other}",
            f"Basic {token}",
            f"Bearer {token.upper()}",
            f"Bearer {''.join(deck.choices(letters, k=len(token)))}",
            f"Bearer outreach_{token.split('_')[1]}_{''.join(deck.choices(letters, k=43))}",
        ]
    )
