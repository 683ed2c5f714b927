"""What is told of money, under kill -9: two processes pull one feed at once, and both die in the middle.

The feed corrects, repeats and breaks lines as it pleases. In the end each line was read once: told, or in
quarantine; every telling is there once, and the last word on each id stands. On both databases.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from outreach.settings import read_settings
from outreach.store.database import Store
from outreach.store.intake import people_of
from outreach.store.outcome_facts import standing
from outreach.store.tables import outcome_facts, outcome_pulls
from outreach.wiring.house import House
from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment
from tests.prove.workspaces import a_workspace

SEED = 20261123
USERS = [f"user-{n}" for n in range(200)]
HEAD = "source_id,user_ref,kind,at,amount,currency,by"
FILES = 8
FEED = """
[outcomes.feeds.bank]
kind = "files"
path = "told/*.csv"
format = "csv"
batch_rows = 25
"""
PATIENCE = 60.0
"""Seconds in which a pull shows that it has begun."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the feed; `amount` "" where it cannot be read."""

    id: str
    user: str
    amount: str

    def text(self) -> str:
        """As it stands in the file."""
        return f"{self.id},{self.user},made,2026-11-20T10:00:00Z,{self.amount or 'broken'},USD,core"


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` lines a database; a process dies for every 200 of them."""
    found: dict[str, Figure] = {}
    with ground.addresses() as addresses:
        for name, address in addresses.items():
            figures = _killed(ground, name, address)
            found |= {f"{what} ({name})": figure for what, figure in figures.items()}
    return found


def _killed(ground: Ground, name: str, address: str) -> dict[str, Figure]:
    dice = random.Random(f"{SEED}/{name}")
    folder = a_workspace(ground.place(f"killed-{name}"), ground.root, address, FEED)
    house = House(read_settings(folder))
    house.migrate()
    with house.store.begin() as tx:
        ids, _ = people_of(tx, USERS, house.clock())
    lines = _lines(dice, ground.n)
    _write(folder / "told", lines)
    kills = sum(_dies(dice, folder, house.store) for _ in range(ground.n // 200))
    for _ in range(2):
        _pull(folder).wait()
    figures = _figures(house.store, ids, lines)
    house.close()
    return {**figures, "processes killed in the middle": Figure(kills, ground.n // 200, "pairs of them")}


def _lines(dice: random.Random, count: int) -> list[Line]:
    """Ids told for the first time, again, otherwise, and broken."""
    found = []
    for _ in range(count):
        n = dice.randrange(count // 3)
        amount = "" if dice.random() < 0.1 else str(dice.randrange(1, 4))
        found.append(Line(id=f"t-{n}", user=USERS[n % len(USERS)], amount=amount))
    return found


def _write(folder: Path, lines: Sequence[Line]) -> None:
    folder.mkdir()
    size = -(-len(lines) // FILES)
    for n in range(FILES):
        texts = [line.text() for line in lines[n * size : (n + 1) * size]]
        (folder / f"{n}.csv").write_text("\n".join((HEAD, *texts, "")), encoding="utf-8")


def _pull(folder: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "outreach", "-w", str(folder), "outcomes", "import", "--feed", "bank"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(words, env=environment(), **quiet)  # type: ignore[call-overload,no-any-return]


def _dies(dice: random.Random, folder: Path, store: Store) -> bool:
    """Two pull at once, and both are killed once a few more batches are in; whether they were at work."""
    wanted = _count(store) + dice.randrange(1, 4)
    both = [_pull(folder) for _ in range(2)]
    until = time.monotonic() + PATIENCE
    while _count(store) < wanted and any(each.poll() is None for each in both) and time.monotonic() < until:
        time.sleep(0.002)
    time.sleep(dice.random() * 0.02)
    was_at_work = any(each.poll() is None for each in both)
    for each in both:
        if each.poll() is None:
            os.kill(each.pid, signal.SIGKILL)
        each.wait()
    return was_at_work


def _count(store: Store) -> int:
    with store.read() as tx:
        return int(tx.connection.execute(select(func.count()).select_from(outcome_pulls)).scalar_one())


def _figures(store: Store, ids: dict[str, str], lines: Sequence[Line]) -> dict[str, Figure]:
    said: dict[str, list[str]] = {}
    for line in lines:
        words = said.setdefault(line.id, [])
        if line.amount and words[-1:] != [line.amount]:
            words.append(line.amount)
    wanted = Counter((id, word) for id, words in said.items() for word in words)
    last = {id: words[-1] for id, words in said.items() if words}
    with store.read() as tx:
        kept = _kept(tx, {f"t-{n}" for n in range(len(lines))})
        sums = [func.sum(getattr(outcome_pulls.c, name)) for name in ("lines", "quarantined")]
        read, broken = tx.connection.execute(select(*sums).where(outcome_pulls.c.feed == "bank")).one()
        stands = Counter(
            (person, one.amount) for person, told in standing(tx, ids.values()).items() for one in told
        )
    users = {line.id: ids[line.user] for line in lines}
    wrong = Counter((users[id], Decimal(word)) for id, word in last.items())
    wrong_by = (wrong - stands).total() + (stands - wrong).total()
    bad = sum(not line.amount for line in lines)
    return {
        "tellings lost": Figure((wanted - kept).total(), wanted.total(), "tellings"),
        "tellings doubled": Figure((kept - wanted).total(), wanted.total(), "tellings"),
        "last words that do not stand": Figure(wrong_by, len(last), "ids"),
        "lines read other than once": Figure(
            abs(int(read) - len(lines)) + abs(int(broken) - bad), len(lines), "lines"
        ),
    }


def _kept(tx: Any, named: set[str]) -> Counter[tuple[str, str]]:
    """Every telling that is kept, by its own id and amount."""
    hashed = {tx.vault.fingerprint(f"told|bank|id|{id}"): id for id in named}
    rows = tx.connection.execute(select(outcome_facts.c.identity, outcome_facts.c.amount))
    return Counter((hashed[identity], format(amount.normalize(), "f")) for identity, amount in rows)
