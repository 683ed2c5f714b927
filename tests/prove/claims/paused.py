"""A daemon stopped past its lease: another takes over, and when the first goes on nobody is told twice."""

from __future__ import annotations

import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.prove.figures import Figure
from tests.prove.ground import DATABASES, Ground
from tests.prove.kill.arena import arena
from tests.prove.kill.came import SETTLES_WITHIN, Came, counted, is_done
from tests.prove.kill.lives import Nursery, until
from tests.prove.kill.recovering import held_by

POINTS = {
    "full": (
        "after the commit of Dispatch._claim",
        "after the commit of Dispatch._start",
        "within TwilioSms.send_many",
        "within SendGridEmail.send_many",
        "after TwilioSms.send_many",
    ),
    "short": ("after the commit of Dispatch._claim", "within TwilioSms.send_many"),
}
SLOW = {"late": 2.0, "late_share": 1.0}
"""So slow that a piece is not all begun when the process stops."""

STOPS_WITHIN, GOES_ON_FOR, AT_ONCE = 60, 6, 3


@dataclass(frozen=True, kw_only=True)
class Pause:
    """One pause: what the process held when it stopped, and how it went on."""

    came: Came
    held: int
    seconds: float


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people a pause; each pause in an arena of its own, as they take long and cost little."""
    databases = DATABASES if ground.form == "full" else DATABASES[:1]
    places = [(database, point) for database in databases for point in POINTS[ground.form]]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pauses = list(pool.map(lambda place: _pause(ground, *place), places))
    at = ", ".join(POINTS[ground.form])
    return {
        **counted([pause.came for pause in pauses]),
        "pauses past the lease": Figure(sum(p.held > 0 for p in pauses), len(pauses), f"pauses ({at})"),
        "seconds stopped, at least": Figure(
            min(p.seconds for p in pauses), sum(p.held for p in pauses), "messages held meanwhile"
        ),
    }


def _pause(ground: Ground, database: str, point: str) -> Pause:
    name = re.sub(r"\W+", "-", f"{database}-{point}")
    with (
        ground.database() as url,
        arena(
            ground, ground.place(name), url if database != "sqlite" else "sqlite:///outreach.db", **SLOW
        ) as here,
    ):
        here.flag(ground.n)
        here.pull()
        first, second = Nursery(here.workspace), Nursery(here.workspace)
        try:
            stopped = first.bear(f"{point}@1 ! stop")
            until(lambda: first.said("ended") is not None, STOPS_WITHIN, every=0.02)
            begun, held = time.monotonic(), len(held_by(here.workspace, stopped))
            second.bear()
            until(lambda: is_done(here), SETTLES_WITHIN)
            seconds = time.monotonic() - begun
            os.kill(stopped, signal.SIGCONT)
            time.sleep(GOES_ON_FOR)
            until(lambda: is_done(here), SETTLES_WITHIN)
            return Pause(came=Came.of(here), held=held, seconds=seconds)
        finally:
            for nursery in (first, second):
                nursery.end()
                nursery.close()
