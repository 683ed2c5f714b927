"""Several processes on one store hand each message over once, counted where it arrives."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

from outreach.wiring.house import open_house
from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment
from tests.prove.sink import SECRETS, Sink, sink
from tests.prove.workspaces import a_workspace, people, warned_facts, write_csv

PROCESSES = 3
ANSWER_AFTER = 0.01
PATIENCE = 240


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people who can only be reached by SMS, on each database, sent to by three processes."""
    totals: Counter[str] = Counter()
    with ground.addresses() as addresses:
        for kind, url in addresses.items():
            with sink(ANSWER_AFTER) as provider:
                totals += _send(ground, kind, url, provider)
    handed = totals["handed"]
    return {
        "handed over twice": Figure(
            totals["twice"], handed, "messages at the provider, SQLite and PostgreSQL"
        ),
        "never handed over": Figure(totals["never"], totals["due"], "messages due"),
        "processes that failed": Figure(totals["failed"], totals["processes"], "processes"),
        "processes that sent": Figure(totals["sent"], totals["processes"], "processes"),
    }


def _send(ground: Ground, kind: str, url: str, provider: Sink) -> Counter[str]:
    workspace = a_workspace(ground.place(kind), ground.root, url, provider.settings())
    rows = people(ground.n, warned_facts(ground.root), email="", push_token="")
    write_csv(workspace / "feeds" / "1.csv", rows)
    house = open_house(workspace)
    house.migrate()
    opened = house.intake.run()["opened"]
    house.store.close()
    ends = _together(workspace)
    numbers = provider.numbers()
    return Counter(
        due=opened,
        handed=sum(numbers.values()),
        twice=sum(times - 1 for times in numbers.values()),
        never=opened - len(numbers),
        failed=sum(code != 0 for code, _ in ends),
        sent=sum(bool(count) for _, count in ends),
        processes=PROCESSES,
    )


def _together(workspace: Path) -> list[tuple[int, int]]:
    """Each process's exit code and how many results it had; they begin at one moment."""
    start = workspace / "start"
    words = [sys.executable, "-m", "tests.prove.hands", str(workspace), str(start)]
    running = [
        subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment(**SECRETS),
        )
        for _ in range(PROCESSES)
    ]
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()  # each says when it is ready, or nothing when it died
    start.touch()
    ends = []
    for process in running:
        said, _ = process.communicate(timeout=PATIENCE)
        lines = said.strip().splitlines()
        ends.append((process.returncode, int(lines[-1]) if process.returncode == 0 and lines else 0))
    return ends
