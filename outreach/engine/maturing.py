"""Maturing: what each episode came to is reckoned again when something new is told, and when time is up.

Everything is worked out from what is kept and told, and only the difference is appended: a round that is cut
off is begun again, one done twice changes nothing, and two processes take different episodes.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from outreach.domain.outcomes.attribution import Reckoned, attribute
from outreach.domain.outcomes.episode_money import EpisodeSeen
from outreach.domain.outcomes.level import State
from outreach.domain.outcomes.restating import additions
from outreach.domain.outcomes.told import Told
from outreach.engine.ports import Clock
from outreach.store import outcome_entries, outcome_facts, outcome_seen, reckoning
from outreach.store.database import Conflict, Store, Tx
from outreach.store.outcome_cost import Prices, costs
from outreach.store.outcome_said import Said, said_in
from outreach.store.reckoning import Due, Finding, Place
from outreach.store.runs import take_tick
from outreach.telemetry import RECKONING_FAILED

JOB = "maturing"
BATCH = 200
"""Episodes of one transaction."""

BATCHES = 50
"""Of one round at most; the next goes on."""

LOOKS = 20
"""Pages of what is new that one round reads at most."""

AGAIN_IN = timedelta(days=1)
"""When an episode that cannot be reckoned is tried again: it must not stand in the way of the others."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Maturing:
    """The stage that keeps the ledger of outcomes. `currency`: what the firm counts outcomes in. `kept_for`:
    how long facts of decisions are kept; None: for ever."""

    store: Store
    clock: Clock
    holder: str
    currency: str = "USD"
    prices: Prices = field(default_factory=dict)
    kept_for: timedelta | None = None

    def run(self, is_stopping: Callable[[], bool] = lambda: False) -> Counter[str]:
        """One round: find out what is due, then reckon it, batch by batch."""
        return self._touched(is_stopping, LOOKS) + self._reckoned(is_stopping, BATCHES)

    def catch_up(
        self,
        is_stopping: Callable[[], bool] = lambda: False,
        tell: Callable[[int], object] = lambda looked: None,
        batches: int | None = None,
    ) -> Counter[str]:
        """Until nothing is due, or so many batches; after each, `tell` hears how many episodes it looked at.

        What is due is found out once: rounds would never end, because each makes due again whatever was read
        in the last minutes.
        """
        return self._touched(is_stopping, None) + self._reckoned(is_stopping, batches, tell)

    def _touched(self, is_stopping: Callable[[], bool], pages: int | None) -> Counter[str]:
        counts: Counter[str] = Counter(swept=self._sweep())
        for _ in _up_to(pages):
            with self.store.begin() as tx:
                touched, is_more = reckoning.touch(tx, self.clock())
            counts["touched"] += touched
            if not is_more or is_stopping():
                break
        return counts

    def _reckoned(
        self,
        is_stopping: Callable[[], bool],
        batches: int | None,
        tell: Callable[[int], object] = lambda looked: None,
    ) -> Counter[str]:
        counts: Counter[str] = Counter()
        for _ in _up_to(batches):
            looked = Counter[str]() if is_stopping() else self._batch()
            counts.update(looked)
            tell(looked["looked"])
            if looked["looked"] < BATCH:
                break
        return counts

    def _sweep(self) -> int:
        """Once a day, by one process: whatever no look found."""
        now = self.clock()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        with self.store.begin() as tx:
            return reckoning.sweep(tx, now) if take_tick(tx, JOB, midnight, self.holder, now) else 0

    def _batch(self) -> Counter[str]:
        try:
            with self.store.begin() as tx:
                return self._reckon(tx, reckoning.take_due(tx, self.clock(), BATCH))
        except Conflict:  # another process appended the same entries: it has done this
            return Counter(conflicts=1)

    def _reckon(self, tx: Tx, taken: Sequence[Due]) -> Counter[str]:
        now = self.clock()
        known = outcome_seen.known_people(tx, {one.person for one in taken})
        gone = {one.episode for one in taken if one.person not in known} | self._aged(tx, taken, now)
        reckoning.put_off(tx, gone, None)
        due = [one for one in taken if one.episode not in gone]
        findings = self._findings(tx, due, now)
        kept = outcome_entries.newest(tx, [one.due.episode for one in findings])
        added = [
            (one.due.episode, addition)
            for one in findings
            for addition in additions(one.reckoned.entries, kept[one.due.episode], self.currency)
        ]
        written = outcome_entries.append(tx, added, self.currency, now)
        reckoning.write(tx, findings, self.currency, now)
        restated = sum(addition.state is State.RESTATED for _, addition in added)
        return Counter(looked=len(taken), written=written, restated=restated)

    def _aged(self, tx: Tx, taken: Sequence[Due], now: datetime) -> set[str]:
        """Those whose facts may be gone by now: reckoned without them, all that was claimed would be taken
        back."""
        if self.kept_for is None:
            return set()
        return outcome_seen.decided_before(tx, {one.episode for one in taken}, now - self.kept_for)

    def _findings(self, tx: Tx, due: Sequence[Due], now: datetime) -> list[Finding]:
        rows = outcome_seen.episodes_of(tx, {one.person for one in due})
        said = said_in(tx, [row.id for ones in rows.values() for row in ones])
        seen = outcome_seen.seen(tx, rows, said, self.currency)
        told = outcome_facts.standing(tx, rows)
        anyhow = outcome_facts.about(tx, _beneficiaries(seen.values(), told.values()))
        whereabouts = reckoning.places(tx, rows)
        places = {one.episode: _place(one, whereabouts) for one in due}
        spent = costs(tx, _of(said, due), {id: place[1] for id, place in places.items()}, self.prices)
        findings, failed = [], []
        for one in due:
            episode, own = seen[one.episode], told[one.person]
            of_places = [each for place in _beneficiaries([episode], [own]) for each in anyhow[place]]
            found = _attributed(episode, [*own, *of_places], now)
            if found is None:
                failed.append(one.episode)
                continue
            cost = _most(one.cost, spent.get(one.episode))
            findings.append(Finding(due=one, reckoned=found, cost=cost, place=places[one.episode]))
        reckoning.put_off(tx, failed, now + AGAIN_IN)
        return findings


def _up_to(count: int | None) -> Iterable[int]:
    return itertools.count() if count is None else range(count)


def _attributed(episode: EpisodeSeen, told: Sequence[Told], now: datetime) -> Reckoned | None:
    """What became of it; None, and a word in the log, where that cannot be worked out."""
    try:
        return attribute(episode, told, now)
    except Exception as error:  # one episode that we do not understand must not keep all others waiting
        log.exception(RECKONING_FAILED, episode=episode.id, error=type(error).__name__)
        return None


def _beneficiaries(episodes: Iterable[EpisodeSeen], told: Iterable[Iterable[Told]]) -> set[str]:
    """Everybody that these people were flagged paying, or are told to have paid."""
    return ({one.beneficiary for one in episodes} | {t.beneficiary for ts in told for t in ts}) - {""}


def _of(said: Mapping[str, Said], due: Sequence[Due]) -> dict[str, Said]:
    return {one.episode: said[one.episode] for one in due if one.episode in said}


def _place(one: Due, known: Mapping[str, Place]) -> Place:
    """Where the person was when the episode was first looked at."""
    locale, country = known.get(one.person, (None, None))
    return one.locale or locale, one.country or country


def _most(before: Decimal | None, now: Decimal | None) -> Decimal | None:
    """What was spent once stays spent, also where the texts are gone by now."""
    return max((cost for cost in (before, now) if cost is not None), default=None)
