"""A life replayed: which claims of one person would have opened an outreach, pull after pull.

The engine's own `settle` rules on every claim; what the ledger would have kept in between is kept here.
Nobody answers: an outreach is under way until its ladder is climbed or it expires.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from outreach.domain.episode import Claim, Episode, EpisodeKey, OpenOutreach, Ruling, Rulings, settle
from outreach.domain.limits import expires_at
from outreach.domain.warned import Memory, Warned, together


@dataclass(slots=True)
class _Outreach:
    id: str
    episode: str
    key: EpisodeKey
    rank: int
    about: Warned
    ends_at: datetime


class Life:
    """What a ledger that began empty would know; `pull` takes each pull in its turn."""

    def __init__(self, mine_cool_down: timedelta = timedelta(days=7)) -> None:
        self._cool_down = mine_cool_down
        self._episodes: dict[str, Episode] = {}
        self._outreaches: list[_Outreach] = []
        self._ids = count(1)

    def pull(self, claims: Sequence[Claim], at: datetime) -> tuple[Ruling, ...]:
        """What becomes of these claims, which came by one pull."""
        memory = Memory(warned=self._warned(at), mine_cool_down=self._cool_down)
        rulings = settle(claims, self._episodes.values(), self._under_way(at), self._new_id, memory)
        self._keep(rulings, at)
        return rulings.rulings

    def _new_id(self) -> str:
        return f"{next(self._ids):08x}"

    def _under_way(self, at: datetime) -> Mapping[str, OpenOutreach]:
        return {
            one.key[0]: OpenOutreach(one.id, one.episode, one.rank)
            for one in self._outreaches
            if one.ends_at > at
        }

    def _warned(self, at: datetime) -> dict[EpisodeKey, Warned]:
        """Of open episodes only, as the store tells it."""
        found: dict[EpisodeKey, list[Warned]] = defaultdict(list)
        for one in self._outreaches:
            if one.episode in self._episodes:
                found[one.key].append(replace(one.about, is_open=one.ends_at > at))
        return {key: together(told) for key, told in found.items()}

    def _keep(self, rulings: Rulings, at: datetime) -> None:
        for episode in (*rulings.opened, *rulings.joined):
            self._episodes[episode.id] = episode
        for id in rulings.ended:
            self._episodes.pop(id, None)
        for one in self._outreaches:
            if one.id in rulings.overtaken:
                one.ends_at = at
        self._outreaches += (
            _opened(ruling, self._new_id(), at) for ruling in rulings.rulings if ruling.opens
        )


def _opened(ruling: Ruling, id: str, at: datetime) -> _Outreach:
    claim, warn = ruling.claim, ruling.decision.rule.rule.warn
    climbed = at + sum((step.wait for step in warn.ladder.steps), timedelta())
    return _Outreach(
        id=id,
        episode=ruling.episode,
        key=claim.key,
        rank=claim.severity_rank,
        about=claim.about,
        ends_at=min(climbed, expires_at(warn, claim.facts, at)),
    )


def openings(pulls: Sequence[tuple[datetime, Sequence[Claim]]], cool_down: timedelta) -> Iterator[Ruling]:
    """The rulings that open an outreach, of one life's pulls in the order of their time."""
    life = Life(cool_down)
    for at, claims in pulls:
        yield from (ruling for ruling in life.pull(claims, at) if ruling.opens)
