"""Whatever opens an answer link changes nothing; one POST answers. Over a socket, as it is served."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path

import httpx
from sqlalchemy import select

from outreach.domain.token import Purpose, Token, sign
from outreach.store.tables import acknowledgments, messages, outreaches
from outreach.wiring.house import House, open_house
from tests.adapters.loopback import closed_port
from tests.prove.counting import count
from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv

LINKS = 5
STARTS_WITHIN = 60
OPENERS: list[tuple[str, dict[str, str]]] = [
    ("GET", {}),
    ("HEAD", {}),
    ("GET", {"Purpose": "prefetch"}),
    ("GET", {"Sec-Purpose": "prefetch;prerender"}),
    ("GET", {"User-Agent": "a mail scanner"}),
    ("GET", {"X-HTTP-Method-Override": "POST"}),
    ("OPTIONS", {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}),
    ("GET", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("PUT", {}),
    ("DELETE", {}),
]


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` requests to the links of five people, then one POST by one of them."""
    workspace = a_workspace(ground.place("web"), ground.root, "sqlite:///outreach.db")
    write_csv(workspace / "feeds" / "1.csv", people(LINKS, warned_facts(ground.root)))
    house = open_house(workspace)
    house.migrate()
    house.intake.run()
    house.dispatch.run()
    paths = links(house)
    with served(workspace) as page:
        shown = _open(page, paths, ground.n)
        answered = count(house.store, acknowledgments)
        ended = count(house.store, outreaches, outreaches.c.state == "closed")
        page.post(paths[0], data={"answer": "help_me"}).raise_for_status()
        page.post(paths[0], data={"answer": "it_is_mine"})
    after = count(house.store, acknowledgments)
    house.store.close()
    of = "GET, HEAD, prefetch and other requests that are no POST"
    return {
        "acknowledgments": Figure(answered, ground.n, of),
        "climbs ended": Figure(ended, ground.n, of),
        "pages shown": Figure(shown, ground.n, of),
        "acknowledgments left": Figure(after, 1, "person who posted, twice"),
    }


def links(house: House) -> list[str]:
    """The path of every message's answer page."""
    with house.store.read() as tx:
        rows = list(tx.connection.execute(select(messages.c.id, messages.c.person)))
    keys = house.answer_keys
    tokens = [
        Token(
            message=row.id,
            person=row.person,
            purpose=Purpose.ANSWER,
            expires_at=house.clock() + timedelta(days=1),
            key_id=next(iter(keys)),
        )
        for row in rows
    ]
    return [f"/a/{sign(token, keys)}" for token in tokens]


def _open(page: httpx.Client, paths: list[str], times: int) -> int:
    """Open the links in every way but a POST; how many were answered with a page."""
    shown = 0
    for (method, headers), path in islice(
        zip(cycle(OPENERS), cycle(paths[::-1] + paths), strict=False), times
    ):
        told = page.request(method, f"{path}?answer=help_me", headers=headers)
        shown += told.status_code == 200
    return shown


@contextmanager
def served(workspace: Path) -> Iterator[httpx.Client]:
    """`outreach web` over this workspace, and a browser to it."""
    port = closed_port()
    words = [sys.executable, "-m", "outreach", "-w", str(workspace), "web", "--port", str(port)]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL, env=environment())
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as page:
            _wait(page)
            yield page
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(page: httpx.Client) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        try:
            page.get("/healthz").raise_for_status()
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError("the answer page does not start")
