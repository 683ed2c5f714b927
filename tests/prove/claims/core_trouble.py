"""The core is down, slow, lying and repeating itself: what people read follows its latest word, or is silent.

In memory for many scripts on both databases, with the shipped templates; then the shipped adapter over a real
socket. Beside it: attempts that are repeated under a hold, each told three times.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from random import Random

from outreach.adapters.renderer import JinjaRenderer
from outreach.adapters.rulebook import load_catalogue
from outreach.store.database import Store
from outreach.store.tables import repeats, tasks
from tests.build import a_flag
from tests.engine.moody import MOODS, NEVER_WERE, InMemory, Moody, Watching, on_a_socket
from tests.engine.net_world import NetWorld
from tests.prove.counting import count
from tests.prove.figures import Figure
from tests.prove.ground import Ground

STEPS = 7
ON_A_SOCKET = 10
TOLD = 3
"""How often each attempt is told."""


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` scripts of moods on each database, a tenth as many repeated attempts, one long script on a
    socket."""
    counts: Counter[str] = Counter()
    with ground.stores() as stores:
        for kind, store in stores.items():
            _scripts(store, ground, kind, counts)
        attempts = _attempts(NetWorld.over(stores["sqlite"]), max(4, ground.n // 10), counts)
    with ground.stores() as stores:
        _socket(stores["sqlite"], ground, counts)
    of = f"read under {', '.join(MOODS)}"
    asked = counts["transfers"]
    return {
        "messages that speak of a hold unconfirmed": Figure(
            counts["messages that claim"], counts["messages"], f"messages {of}"
        ),
        "pages that speak of a hold unconfirmed": Figure(
            counts["pages that claim"] + counts[NEVER_WERE], counts["pages"], f"pages {of}"
        ),
        "messages after the hold's end": Figure(
            counts["messages after the end"], counts["messages"], "messages handed over"
        ),
        "doubled requests at the core": Figure(counts["doubled"], asked, "transfers asked for, by call id"),
        "confirmed holds told": Figure(
            counts["messages that speak of a hold"] + counts["pages that speak of a hold"],
            counts["messages"] + counts["pages"],
            "messages and pages",
        ),
        "escalations": Figure(counts["escalations"], attempts, f"attempts, each told {TOLD} times"),
        "escalations that did nothing": Figure(counts["idle"], attempts, "attempts"),
    }


def _scripts(store: Store, ground: Ground, kind: str, counts: Counter[str]) -> None:
    dice = Random(f"core trouble {kind}")
    for n in range(ground.n):
        watching = _watching(store, ground.root)
        script = [(dice.choice(MOODS), dice.randint(1, 400)) for _ in range(STEPS)]
        watching.play(f"{kind}-{n}", script)
        _add(counts, watching)


def _socket(store: Store, ground: Ground, counts: Counter[str]) -> None:
    net = NetWorld.over(store)
    net.world.renderer = _shipped(ground.root)  # type: ignore[assignment]
    moody = Moody(clock=net.world.clock)
    with on_a_socket(moody) as core:
        net.world.core = net.core = core  # type: ignore[assignment]
        watching = Watching(net=net, moody=moody)
        dice = Random("on a socket")
        moods = [*MOODS, *(dice.choice(MOODS) for _ in range(ON_A_SOCKET))]
        watching.play("on-a-socket", [("slow", 5), ("honest", 5), *((mood, 30) for mood in moods)])
    _add(counts, watching)


def _watching(store: Store, root: Path) -> Watching:
    net = NetWorld.over(store)
    net.world.renderer = _shipped(root)  # type: ignore[assignment]
    moody = Moody(clock=net.world.clock)
    net.world.core = net.core = InMemory(moody)  # type: ignore[assignment]
    return Watching(net=net, moody=moody)


_SHIPPED: dict[Path, JinjaRenderer] = {}


def _shipped(root: Path) -> JinjaRenderer:
    if root not in _SHIPPED:
        catalogue = load_catalogue(root / "rules")
        _SHIPPED[root] = JinjaRenderer(root / "templates", firm="Acme", catalogue=catalogue)
    return _SHIPPED[root]


def _add(counts: Counter[str], watching: Watching) -> None:
    counts.update(watching.counts)
    counts["doubled"] += watching.doubled()
    counts["transfers"] += len({ref for _, _, ref in watching.moody.calls})


def _attempts(net: NetWorld, people: int, counts: Counter[str]) -> int:
    """Each person tries twice more under a hold; every attempt is told several times, as feeds do."""
    before = count(net.world.store, repeats)
    made = 0
    for n in range(people):
        user = f"repeats-{n}"
        net.warn(user)
        for attempt in range(2):
            made += 1
            net.world.clock.tick(minutes=1)
            for told in range(TOLD):
                net.world.flag(
                    a_flag(
                        user,
                        identity=f"{user}-{attempt}-{told}",
                        transfer_ref=f"{user}-again-{attempt}",
                        flagged_at=net.world.clock(),
                        beneficiary="another",
                    )
                )
        net.world.clock.tick(seconds=timedelta(minutes=1).total_seconds())
        net.world.dispatch().run()
    rows = net.world.rows(repeats)[before:]
    counts["escalations"] = len(rows)
    opened = count(net.world.store, tasks, tasks.c.kind == "repeat")
    counts["idle"] = sum(row.what not in ("hurried", "task") for row in rows) + max(
        0, sum(row.what == "task" for row in rows) - opened
    )
    return made
