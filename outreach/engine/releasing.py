"""The end of a run: what it opened climbs, or is held for a person's word, rule by rule with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from outreach.domain.limits import BlastPolicy, Limit, Passed, Seen, Spent, day_of, over_budget, passed
from outreach.domain.ramp import RampState
from outreach.domain.ruleset import Limits, Rulebook
from outreach.store import approvals, ramps, runs, usual
from outreach.store.database import Tx
from outreach.store.halting import restored_from
from outreach.store.restoring import why_held
from outreach.store.runs import Opened
from outreach.telemetry import RULE_HELD

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One run's end, in the transaction in which no other run ends."""

    tx: Tx
    run: str
    policy: BlastPolicy
    now: datetime

    def release(self, book: Rulebook) -> int:
        """Let what the run opened climb, but hold what passed a limit; how many rules are held.

        The most urgent rules are counted first: a budget that does not suffice for all holds the rest.
        """
        usual.take_turn(self.tx)
        opened, read = runs.opened_by(self.tx, self.run)
        if not opened:
            return 0
        limits = {(s.pattern, rule.id): rule.limits for s in book.sets.values() for rule in s.rules}
        reasons = self._reasons(sorted(opened, key=_first), read, limits)
        for each in opened:
            if why := reasons[each.pattern, each.rule]:
                self._hold(each, why)
        runs.release(self.tx, self.run, self.now)
        return sum(bool(why) for why in reasons.values())

    def _reasons(
        self, opened: list[Opened], read: int, limits: Mapping[tuple[str, str], Limits]
    ) -> dict[tuple[str, str], list[Passed]]:
        since, standings = restored_from(self.tx), ramps.standings(self.tx)
        spent, each_costs = self._spent()
        found: dict[tuple[str, str], list[Passed]] = {}
        for each in opened:
            rule = (each.pattern, each.rule)
            why = list(passed(limits.get(rule, Limits()), self._seen(each, read), self.policy))
            ramp = standings.get(rule)
            if ramp is not None and ramp.state is RampState.STOPPED:
                why.append(Passed(Limit.RAMP, ramp.reason))
            if since:  # after a restore feeds bring again what was warned about before
                why = [Passed(Limit.RESTORED, why_held(since))]
            why = why or list(over_budget(each.ready, each_costs, spent, self.policy))
            if not why:
                spent = Spent(spent.messages + each.ready, spent.money + each.ready * each_costs)
                usual.add_let_go(self.tx, rule, self.now, each.ready)
            found[rule] = why
        return found

    def _seen(self, opened: Opened, read: int) -> Seen:
        rule, day = (opened.pattern, opened.rule), day_of(self.now, self.policy.zone)
        today, approved = usual.add_day(self.tx, rule, day, opened.users)
        return Seen(
            users=opened.users,
            read=read,
            let_go=usual.let_go_since(self.tx, rule, self.now),
            today=today,
            days=usual.days_before(self.tx, rule, day, self.policy.usual_days),
            approved=approved,
        )

    def _spent(self) -> tuple[Spent, int]:
        policy = self.policy
        if policy.messages_per_day is None and policy.money_per_day is None:
            return Spent(0, 0), 0
        day = day_of(self.now, policy.zone)
        return usual.spent(self.tx, day, self.now, policy.currency, policy.dearest)

    def _hold(self, opened: Opened, why: list[Passed]) -> None:
        rule = (opened.pattern, opened.rule)
        approvals.hold(self.tx, self.run, rule, why, runs.opened_for(self.run, opened), self.now)
        for each in why:
            log.warning(
                RULE_HELD,
                run=self.run,
                pattern=opened.pattern,
                rule=opened.rule,
                limit=each.limit.value,
                reason=each.words,
            )


def _first(opened: Opened) -> tuple[int, int]:
    """The most urgent first; of them the smallest, so that most rules find room."""
    return -opened.urgency_rank, opened.users
