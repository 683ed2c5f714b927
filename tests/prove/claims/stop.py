"""SIGTERM in the middle of sending leaves no attempt open; another daemon sends the rest, nothing twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from outreach.store.tables import attempts
from outreach.wiring.house import House, open_house
from tests.prove.counting import count
from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment
from tests.prove.sink import SECRETS, Sink, sink
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv

ANSWER_AFTER = 0.02
IN_THE_MIDDLE = 100  # requests under way or done when the signal comes
STARTS_WITHIN, STALLED = 60.0, 6.0
"""Seconds until the first request, and without another one, after which no more are waited for."""

PATIENCE = 120


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people by SMS, on each database: stopped once, then finished by a second daemon."""
    totals: Counter[str] = Counter()
    with ground.addresses() as addresses:
        for kind, url in addresses.items():
            with sink(ANSWER_AFTER) as provider:
                totals += _stop(ground, kind, url, provider)
    seen = totals["seen"]
    return {
        "attempts left open": Figure(totals["open"], seen, "requests the provider saw before the stop"),
        "without a finished attempt": Figure(
            totals["unfinished"], seen, "requests the provider saw before the stop"
        ),
        "unclean exits": Figure(totals["unclean"], totals["daemons"], "daemons told to stop"),
        "left for the second daemon": Figure(totals["left"], totals["due"], "messages due"),
        "never sent": Figure(totals["never"], totals["due"], "messages due"),
        "sent twice": Figure(totals["twice"], totals["due"], "messages due"),
    }


def _stop(ground: Ground, kind: str, url: str, provider: Sink) -> Counter[str]:
    workspace = a_workspace(ground.place(kind), ground.root, url, provider.settings())
    rows = people(ground.n, warned_facts(ground.root), email="", push_token="")
    write_csv(workspace / "feeds" / "1.csv", rows)
    house = open_house(workspace)
    house.migrate()
    house.intake.run()
    first = _daemon_until(workspace, provider, lambda: len(provider) >= IN_THE_MIDDLE)
    seen = provider.messages()
    finished = _finished(house)
    still_open = count(house.store, attempts, attempts.c.finished_at.is_(None))
    second = _daemon_until(workspace, provider, lambda: len(provider.numbers()) >= ground.n)
    numbers = provider.numbers()
    house.store.close()
    return Counter(
        due=ground.n,
        seen=sum(seen.values()),
        open=still_open,
        unfinished=sum(message not in finished for message in seen),
        unclean=(first != 0) + (second != 0),
        daemons=2,
        left=ground.n - len(seen),
        never=ground.n - len(numbers),
        twice=sum(times - 1 for times in numbers.values()),
    )


def _finished(house: House) -> set[str]:
    with house.store.read() as tx:
        query = select(attempts.c.message).where(attempts.c.finished_at.is_not(None))
        return set(tx.connection.execute(query).scalars())


def _daemon_until(workspace: Path, provider: Sink, is_enough: Callable[[], bool]) -> int:
    """Run `outreach daemon`, ask it to stop when it is enough, or nothing more comes; its exit code."""
    words = [sys.executable, "-m", "outreach", "-w", str(workspace), "daemon"]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL, env=environment(**SECRETS))
    seen, until = len(provider), time.monotonic() + STARTS_WITHIN
    try:
        while not is_enough() and process.poll() is None and time.monotonic() < until:
            if len(provider) > seen:
                seen, until = len(provider), time.monotonic() + STALLED
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=PATIENCE)
    finally:
        process.kill()
