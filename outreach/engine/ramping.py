"""Ramps: begun with a rule's new version, widened in time, stopped by answers; what is too late ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from outreach.domain.limits import BlastPolicy, Limit, Passed, day_of, over_budget
from outreach.domain.ramp import RampStanding, RampState, begun, onward, share, version_of
from outreach.domain.ruleset import Ramp, Rule, Rulebook, RuleStatus
from outreach.engine.ports import Clock
from outreach.store import approvals, ramps, usual
from outreach.store.database import Store, Tx
from outreach.store.usual import Rule as Name
from outreach.telemetry import RAMP_STEPPED, RAMP_STOPPED

log = structlog.get_logger()

Shares = dict[Name, tuple[str, float]]
"""By rule: its ramp's version, and the part of the people who are inside."""


def ramped(book: Rulebook) -> dict[Name, tuple[Rule, Ramp]]:
    """The live rules of a book that have a ramp."""
    found = (
        (s.pattern, rule) for s in book.sets.values() for rule in s.rules if rule.status is RuleStatus.LIVE
    )
    return {(pattern, rule.id): (rule, rule.ramp) for pattern, rule in found if rule.ramp is not None}


def begin(tx: Tx, book: Rulebook, now: Clock) -> Shares:
    """How far each ramp has come; a new version of a rule is at its first step."""
    wanted = ramped(book)
    if not wanted:
        return {}
    usual.take_turn(tx)  # of two processes that see a new version at once, one begins it
    known, shares = ramps.standings(tx), Shares()
    for name, (rule, ramp) in wanted.items():
        standing = begun(ramp, version_of(rule), now(), known.get(name))
        if standing is not known.get(name):
            ramps.keep(tx, name, standing)
        shares[name] = (standing.version, share(ramp, standing))
    return shares


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramping:
    """The stage that widens and stops. `place` is the keyed hash of person and version, 0 … 1."""

    store: Store
    rulebook: Callable[[], Rulebook]
    place: Callable[[str, str], float]
    clock: Clock
    bounds: BlastPolicy = field(default_factory=BlastPolicy)

    def run(self) -> Counter[str]:
        """One look at every ramp, and at what waited until it was too late; what it did, by name."""
        book = self.rulebook()
        with self.store.read() as tx:
            if not ramped(book) and not ramps.rules_with_waiting(tx) and not approvals.waiting_approvals(tx):
                return Counter()
        with self.store.begin() as tx:
            usual.take_turn(tx)
            counts = Counter(let_in=0)
            begin(tx, book, self.clock)
            for name, (_, ramp) in ramped(book).items():
                counts["let_in"] += self._look(tx, name, ramp)
            counts["left"] = self._orphans(tx, book)
            counts["ramped"], counts["held_too_long"] = approvals.expire(tx, self.clock())
        return counts

    def _look(self, tx: Tx, name: Name, ramp: Ramp) -> int:
        now, before = self.clock(), ramps.standings(tx)[name]
        after = onward(ramp, before, ramps.answers(tx, name, before.started_at), now)
        if after is not before:
            ramps.keep(tx, name, after)
            self._tell(name, after, share(ramp, after))
            if after.state is RampState.STOPPED:
                self._hold(tx, name, [Passed(Limit.RAMP, after.reason)])
                return 0
            ramps.look_now(tx, name, now)
        if after.state is RampState.STOPPED:
            return 0
        return self._let_in(tx, name, ramp, after)

    def _let_in(self, tx: Tx, name: Name, ramp: Ramp, standing: RampStanding) -> int:
        now, width = self.clock(), share(ramp, standing)
        due = ramps.due(tx, name, now)
        inside = [id for id, person in due if self.place(person, standing.version) < width]
        ramps.look_again(tx, sorted({id for id, _ in due} - set(inside)), standing.stepped_at + ramp.wait)
        return self._go(tx, name, inside)

    def _go(self, tx: Tx, name: Name, ids: Sequence[str]) -> int:
        """Let these go as far as the day's budget lets them: a step may bring more than any run did."""
        if not ids:
            return 0
        now, bounds = self.clock(), self.bounds
        if bounds.messages_per_day is not None or bounds.money_per_day is not None:
            day = day_of(now, bounds.zone)
            spent, each_costs = usual.spent(tx, day, now, bounds.currency, bounds.dearest)
            if why := over_budget(len(ids), each_costs, spent, bounds):
                self._hold(tx, name, why, ids)
                return 0
        return ramps.let_in(tx, ids, now)

    def _orphans(self, tx: Tx, book: Rulebook) -> int:
        """Those who wait for a rule without a ramp: it lost its ramp, and they go; or it is gone itself."""
        live = {(s.pattern, r.id) for s in book.sets.values() for r in s.rules if r.status is RuleStatus.LIVE}
        count, now = 0, self.clock()
        for name, waiting in ramps.rules_with_waiting(tx).items():
            if name in ramped(book):
                continue
            count += waiting
            if name in live:
                ramps.look_now(tx, name, now)
                self._go(tx, name, [id for id, _ in ramps.due(tx, name, now)])
            else:
                words = f"{waiting:,} people waited for the ramp of a rule that is not live any more"
                self._hold(tx, name, [Passed(Limit.GONE, words)])
        return count

    def _hold(self, tx: Tx, name: Name, why: Sequence[Passed], ids: Sequence[str] | None = None) -> None:
        """Hold these who wait for a step; all of them where none are named."""
        run = ramps.last_run(tx, name)
        if run is not None:
            which = ramps.waiting(name) if ids is None else ramps.waiting_of(tx, name, ids)
            approvals.hold(tx, run, name, why, which, self.clock())

    def _tell(self, name: Name, after: RampStanding, width: float) -> None:
        told = {"pattern": name[0], "rule": name[1], "share": width}
        if after.state is RampState.STOPPED:
            log.error(RAMP_STOPPED, reason=after.reason, **told)
        else:
            log.info(RAMP_STEPPED, state=after.state.value, **told)
