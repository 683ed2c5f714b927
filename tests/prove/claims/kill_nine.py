"""`kill -9` of real daemons, spread over every commit and call: nothing is lost, nothing is repeated."""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.kill.arena import arena
from tests.prove.kill.came import IN_THE_LOG, SETTLES_WITHIN, Came, counted, is_done
from tests.prove.kill.killing import Killing
from tests.prove.kill.lives import daemons, until
from tests.prove.kill.recovering import seconds_to_recover

FATES = {"close_before": 0.01, "close_after": 0.01, "error_after": 0.01, "busy": 0.01}
ASK_FATES = {"close_after": 0.02, "error_before": 0.02}
Place = tuple[str, int]
PLACES: dict[str, tuple[Place, ...]] = {
    "full": (("sqlite", 1), ("postgresql", 2), ("sqlite", 2), ("postgresql", 1)),
    "short": (("sqlite", 2), ("postgresql", 1)),
}
"""Databases, and daemons at once."""

PEOPLE_A_KILL = {"full": 92, "short": 75}
SETTLES = {"full": 600, "short": SETTLES_WITHIN}
"""A kill leaves doubts behind doubts: after fifty on loaded cores the last ones take minutes."""

SECONDS_A_KILL = 20.0
AT_ONCE = 2


@dataclass(frozen=True, kw_only=True)
class Killed:
    """What came of one arena, and how long each kill was felt there."""

    came: Came
    killing: Killing
    seconds: list[float]


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` kills over a hundred times as many messages, two arenas at a time."""
    places = PLACES[ground.form]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        killed = list(pool.map(lambda place: _kill(ground, place), places))
    return {**counted([k.came for k in killed]), **_figures(killed, places)}


def _kill(ground: Ground, place: Place) -> Killed:
    database, count = place
    wanted, people = -(-ground.n // len(PLACES[ground.form])), PEOPLE_A_KILL[ground.form]
    climbing = wanted * people // 2 if ground.form == "full" else 0
    folder = ground.place(f"{database}-{count}")
    told = {"fates": FATES, "ask_fates": ASK_FATES, "climbing": climbing}
    with (
        ground.database() as url,
        arena(ground, folder, "sqlite:///outreach.db" if database == "sqlite" else url, **told) as here,
    ):
        killing = Killing(
            arena=here,
            wanted=wanted,
            people_a_life=people,
            until=time.monotonic() + wanted * SECONDS_A_KILL + 30,
            dice=random.Random(f"9/{folder.name}"),
        )
        killing.run(count)
        with daemons(here.workspace, count):
            until(lambda: is_done(here), SETTLES[ground.form])
        seconds = seconds_to_recover(here.workspace, killing.kills)
        return Killed(came=Came.of(here), killing=killing, seconds=seconds)


def _figures(killed: Sequence[Killed], places: Sequence[Place]) -> dict[str, Figure]:
    """What is told of the kills themselves."""
    kills = [kill for k in killed for kill in k.killing.kills]
    points: Counter[str] = Counter()
    for one in killed:
        points.update(one.killing.points)
    known = [point for point in points if point]
    seconds = [s for k in killed for s in k.seconds] or [float("inf")]
    handed = sum(k.came.verdict.handed for k in killed)
    at = ", ".join(
        f"{len(k.killing.kills)} on {kind} × {n}" for k, (kind, n) in zip(killed, places, strict=True)
    )
    felt = "kills that interrupted something"
    return {
        "messages": Figure(handed, handed, IN_THE_LOG),
        "kills": Figure(len(kills), len(kills), f"kills ({at})"),
        felt: Figure(sum(bool(k.held) for k in kills), len(kills), "kills"),
        "kills at a commit or call": Figure(sum(bool(k.point) for k in kills), len(kills), "kills"),
        "commits and calls that killed": Figure(
            sum(points[p] > 0 for p in known), len(known), "moments around commits and calls that were passed"
        ),
        "daemons that ended by themselves": Figure(
            sum(k.killing.ended for k in killed), len(kills), "daemons"
        ),
        "seconds to recover, median": Figure(statistics.median(seconds), len(seconds), felt),
        "seconds to recover, worst": Figure(max(seconds), len(seconds), felt),
    }
