"""The ledger of outcomes: its laws over many made-up episodes, and its job under kill -9, on both databases.

Two processes reckon the same people at once and both die in the middle, again and again. In the end every
entry is there once, and says what a plain table says of each person's story; so it does after a correction.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from sqlalchemy import func, select, update

from outreach.domain.outcomes.saying import Saying
from outreach.domain.outcomes.told import By, Kind
from outreach.settings import read_settings
from outreach.store.database import Store
from outreach.store.outcome_telling import Teller, tell
from outreach.store.tables import decisions, episodes, outcomes, reckonings
from outreach.wiring.house import House
from tests.build_ledger import Ledger
from tests.domain import test_outcome_laws
from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment
from tests.prove.workspaces import a_workspace

SEED = 20261123
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EXAMPLES = {"full": 1_000, "short": 150}
"""Made-up episodes for each law."""

KILLS = {"full": 6, "short": 2}
PATIENCE = 60.0
TELLER = Teller(feed="bank", currency="USD", spell=lambda text: (text, (text,)))

Story = tuple[tuple[tuple[Kind, By, str, int], ...], dict[str, int]]

STORIES: tuple[Story, ...] = (
    ((), {"P0": 4200}),
    (((Kind.CANCELLED, By.USER, "own", 4200),), {"P0": 4200, "P2": 4200}),
    (((Kind.CANCELLED, By.CORE, "own", 4200),), {"P0": 4200, "P1": 4200}),
    (((Kind.MADE, By.USER, "own", 4200),), {"P0": 4200}),
    (
        ((Kind.CANCELLED, By.USER, "own", 4200), (Kind.MADE, By.USER, "other", 1200)),
        {"P0": 4200, "P2": 3000},
    ),
    (
        ((Kind.MADE, By.USER, "own", 4200), (Kind.RECOVERED, By.PARTNER, "own", 700)),
        {"P0": 4200, "R": 700},
    ),
)
"""What is told of somebody, and what each level claims then within seven days; the others claim nothing."""


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people a database."""
    found = _laws(EXAMPLES[ground.form])
    with ground.addresses() as addresses:
        for name, address in addresses.items():
            figures = _killed(ground, name, address)
            found |= {f"{what} ({name})": figure for what, figure in figures.items()}
    return found


def _laws(examples: int) -> dict[str, Figure]:
    laws = [law for name, law in vars(test_outcome_laws).items() if name.startswith("test_")]
    broken = sum(not _holds(law, examples) for law in laws)
    return {"laws of the ledger that are broken": Figure(broken, len(laws) * examples, "made-up episodes")}


def _holds(law: Callable[..., Any], examples: int) -> bool:
    asked = settings(max_examples=examples, deadline=None, database=None, derandomize=True,
                     suppress_health_check=list(HealthCheck), print_blob=False)  # fmt: skip
    try:
        asked(law)()
    except AssertionError:
        return False
    return True


def _killed(ground: Ground, name: str, address: str) -> dict[str, Figure]:
    dice = random.Random(f"{SEED}/{name}")
    folder = a_workspace(ground.place(f"ledger-{name}"), ground.root, address)
    house = House(read_settings(folder))
    house.migrate()
    stories = {f"user-{n}": STORIES[n % len(STORIES)] for n in range(ground.n)}
    persons = _written(house, stories)
    kills = sum(_dies(dice, folder, house.store) for _ in range(KILLS[ground.form]))
    _reckoned(folder)
    figures = _figures(house.store, {persons[user]: story[1] for user, story in stories.items()})
    corrected = _corrected(house, folder, stories, persons)
    house.close()
    kills_asked = Figure(kills, KILLS[ground.form], "pairs of processes")
    return {**figures, **corrected, "pairs of processes killed at work": kills_asked}


def _written(house: House, stories: dict[str, Story]) -> dict[str, str]:
    """Everybody is warned ten days ago, sees it an hour later, and does what their story says."""
    begun = house.clock() - 10 * DAY
    persons = {}
    with house.store.begin() as tx:
        ledger = Ledger(tx, begun).begin()
        sayings = []
        for user, (told, _) in stories.items():
            person = persons[user] = ledger.person(user)
            outreach = ledger.outreach(person, opened_at=begun)
            message = ledger.message(person, outreach, created_at=begun)
            ledger.attempt(message, finished_at=begun)
            ledger.evidence(message, "human_opened", at=begun + HOUR)
            facts = {
                "transfer_ref": f"own-{user}",
                "amount": "4200",
                "currency": "USD",
                "balance_usd": "9000",
            }
            change = update(decisions).where(decisions.c.person == person).values(facts=facts)
            tx.connection.execute(change)
            sayings += [_saying(user, person, n, one, begun) for n, one in enumerate(told)]
        tell(tx, TELLER, sayings, house.clock())
    return persons


def _saying(user: str, person: str, n: int, told: tuple[Kind, By, str, int], begun: Any) -> Saying:
    kind, by, transfer, amount = told
    return Saying(
        kind=kind,
        at=begun + (2 + n) * HOUR,
        source_id=f"{user}-{n}",
        person=person,
        transfer_ref=f"{transfer}-{user}",
        amount=Decimal(amount),
        currency="USD",
        by=by,
    )


_CODE = """
import sys
from pathlib import Path
from outreach.engine import maturing as stage
from outreach.wiring.house import open_house
from outreach.wiring.maturing import maturing
stage.BATCH = 20
maturing(open_house(Path(sys.argv[1]))).run()
"""


def _reckon(folder: Path) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", _CODE, str(folder)]
    return subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL)


def _reckoned(folder: Path) -> None:
    for _ in range(2):
        if _reckon(folder).wait() != 0:
            raise AssertionError("the ledger's job failed")


def _dies(dice: random.Random, folder: Path, store: Store) -> bool:
    """Two reckon at once, and both are killed once some more is written; whether they were at work."""
    with store.begin() as tx:
        tx.connection.execute(update(reckonings).values(due_at=reckonings.c.looked_at))
    wanted = _count(store) + dice.randrange(1, 40)
    both = [_reckon(folder) for _ in range(2)]
    until = time.monotonic() + PATIENCE
    while _count(store) < wanted and any(each.poll() is None for each in both) and time.monotonic() < until:
        time.sleep(0.002)
    was_at_work = any(each.poll() is None for each in both)
    for each in both:
        if each.poll() is None:
            os.kill(each.pid, signal.SIGKILL)
        each.wait()
    return was_at_work


def _count(store: Store) -> int:
    with store.read() as tx:
        return int(tx.connection.execute(select(func.count()).select_from(outcomes)).scalar_one())


def _figures(store: Store, wanted: dict[str, dict[str, int]]) -> dict[str, Figure]:
    o = outcomes.c
    query = select(episodes.c.person, o.level, o.window, o.n, o.amount).join(
        episodes, episodes.c.id == o.episode
    )
    with store.read() as tx:
        rows = tx.connection.execute(query.where(o.window.in_(("episode", "7d")))).all()
    places = Counter((row.person, row.level, row.window) for row in rows)
    found = {(row.person, row.level): row.amount for row in rows}
    said = {(person, level): Decimal(n) for person, levels in wanted.items() for level, n in levels.items()}
    return {
        "entries doubled": Figure(sum(n - 1 for n in places.values()), len(places), "entries"),
        "entries that say otherwise than the story": Figure(
            sum(found.get(key) != said.get(key) for key in {*found, *said}), len(said), "entries"
        ),
    }


def _corrected(
    house: House, folder: Path, stories: dict[str, Story], persons: dict[str, str]
) -> dict[str, Figure]:
    """Whoever cancelled had paid after all, their bank says now: nothing of it may still be claimed."""
    users = [user for user, story in stories.items() if story is STORIES[1]]
    with house.store.begin() as tx:
        paid = (Kind.MADE, By.CORE, "own", 4200)
        begun = house.clock() - 10 * DAY
        tell(tx, TELLER, [_saying(user, persons[user], 0, paid, begun) for user in users], house.clock())
    before = _count(house.store)
    _reckoned(folder)
    o = outcomes.c
    query = (
        select(o.episode, o.n, o.amount, o.restates, o.reason)
        .join(episodes, episodes.c.id == o.episode)
        .where(o.level == "P2", o.window == "7d", episodes.c.person.in_([persons[user] for user in users]))
    )
    with house.store.read() as tx:
        rows = tx.connection.execute(query.order_by(o.n)).all()
    last = {row.episode: row for row in rows}
    still = sum(bool(row.amount) or not row.restates or not row.reason for row in last.values())
    kept = sum(row.n == 1 and row.amount == 4200 for row in rows)
    return {
        "savings still claimed after a correction, or without a reason": Figure(still, len(users), "people"),
        "earlier words that were changed or lost": Figure(
            len(users) - kept + max(0, before - _count(house.store)), len(users), "entries"
        ),
    }
