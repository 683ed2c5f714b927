"""A place at which daemons live one after another, each killed: at a point, or at a random moment."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.prove.kill.arena import Arena
from tests.prove.kill.lives import Nursery, read_diary, until
from tests.prove.kill.recovering import Kill, held_by

RANDOMLY, WHILE_SENDING = 0.15, 0.35
"""The shares of kills at a random moment of a life, and of its first sending; the others are around
a commit or a call."""

LONGEST, LONGEST_SENDING = 5.0, 1.5
"""Seconds from a daemon's first transaction, or its first call of a provider, to its end at most."""

REACHED_WITHIN = 10.0
"""How long the point that was told is waited for; what dies of that died at a random moment."""

WAITS = {"passed": 60.0, "sends": 15.0}


@dataclass(kw_only=True)
class Killing:
    """The kills of one arena, shared by the places that kill side by side."""

    arena: Arena
    wanted: int
    people_a_life: int
    until: float  # by the monotonic clock: no life begins after that
    dice: random.Random
    kills: list[Kill] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    lives: int = 0
    ended: int = 0  # daemons that ended before anybody killed them

    def run(self, places: int) -> None:
        """Kill until there are as many as wanted."""
        with ThreadPoolExecutor(places) as pool:
            for done in [pool.submit(self._place) for _ in range(places)]:
                done.result()

    @property
    def points(self) -> Counter[str]:
        """How often each known point killed; a random moment is the point without a name."""
        diary = read_diary(self.arena.workspace.with_suffix(".diary"))
        counts = Counter({point: 0 for _, word, point, _ in diary if word == "passed"})
        counts.update(one.point for one in self.kills)
        return counts

    def _place(self) -> None:
        nursery = Nursery(self.arena.workspace)
        try:
            while time.monotonic() < self.until and self._live_and_die(nursery):
                pass
        finally:
            nursery.close()

    def _live_and_die(self, nursery: Nursery) -> bool:
        """One life; False where there were enough."""
        with self.lock:
            if self.lives >= self.wanted:
                return False
            self.lives += 1
            self.arena.flag(self.people_a_life)
            how, share = self.dice.random(), self.dice.random()
            told = self._told() if how > RANDOMLY + WHILE_SENDING else ""
        if told:
            self._life(nursery, "passed", REACHED_WITHIN, told)
        elif how > RANDOMLY:
            self._life(nursery, "sends", share * LONGEST_SENDING)
        else:
            self._life(nursery, "passed", share * LONGEST)
        return True

    def _told(self) -> str:
        """The point at which the next one dies, of those that killed least; nothing where none is known."""
        points = self.points
        points.pop("", None)
        if not points:
            return ""
        least = min(points.values())
        point = self.dice.choice(sorted(name for name, times in points.items() if times == least))
        return f"{point}@{self.dice.choice((1, 1, 1, 1, 2))}"

    def _life(self, nursery: Nursery, word: str, seconds: float, told: str = "") -> None:
        """A daemon that dies where it was told, or so many seconds after it first said that word."""
        process = nursery.bear(told)
        until(lambda: nursery.is_over() or nursery.said(word) is not None, WAITS[word], every=0.02)
        until(nursery.is_over, seconds, every=0.02)
        at, is_killed = nursery.end()
        point, at = nursery.said("ended") or ("", at)
        held = held_by(self.arena.workspace, process)
        with self.lock:
            self.ended += not is_killed
            self.kills.append(Kill(point=point, at=at, held=held))
