"""Trouble while daemons run: again and again people are flagged, sending begins, and something breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.prove.kill.arena import Arena
from tests.prove.kill.came import SETTLES_WITHIN, Came, is_done
from tests.prove.kill.lives import daemons, until

BEGINS_WITHIN = 60
BEGUN = 0.15
"""Of a round's messages: when so many are in the log, sending is under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """How often, and how many people each time."""

    count: int
    people: int
    daemons: int = 1


def through(here: Arena, rounds: Rounds, trouble: Callable[[int], None]) -> tuple[Came, int, int]:
    """What came of it, how many troubles came amid sending, and how many daemons died of it."""
    hit = 0
    with daemons(here.workspace, rounds.daemons) as running:
        for number in range(rounds.count):
            before = len(here.provider.accepted())
            here.flag(rounds.people)
            here.pull()
            wanted = before + BEGUN * rounds.people
            until(lambda least=wanted: len(here.provider.accepted()) >= least, BEGINS_WITHIN, every=0.02)
            hit += not is_done(here)
            trouble(number)
        until(lambda: is_done(here), SETTLES_WITHIN)
        died = sum(process.poll() is not None for process in running)
    return Came.of(here), hit, died
