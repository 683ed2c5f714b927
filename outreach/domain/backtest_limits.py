"""Which bounds would hold a run for approval, had one book decided all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outreach.domain.backtest import Trip
from outreach.domain.limits import BlastPolicy, Passed, Seen, Spent, day_of, over_budget, passed
from outreach.domain.ruleset import Limits

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One rule in one run of `read` flags: `users` people with an outreach; `urgency` is its rank."""

    run: str
    at: datetime
    rule: str
    limits: Limits
    urgency: int
    users: int
    read: int


def trips(turns: Iterable[Turn], policy: BlastPolicy, *, is_after: bool) -> tuple[Trip, ...]:
    """The rules of a book that would be held, in how many runs, with the words of the largest.

    As runs end: in the order of time, the most urgent rules of a run first. Everything that is held counts
    as approved at once; a person's outreaches in a run count as one message, at the dearest price.
    """
    ordered = sorted(turns, key=lambda t: (t.at, t.run, -t.urgency, t.users, t.rule))
    past = _Past(policy)
    held: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for turn in ordered:
        if why := past.live(turn):
            held[turn.rule].append((turn.users, "; ".join(each.words for each in why)))
    return tuple(
        Trip(rule=rule, is_after=is_after, runs=len(runs), words=max(runs)[1])
        for rule, runs in sorted(held.items())
    )


@dataclass(slots=True)
class _Past:
    """What was let go so far."""

    policy: BlastPolicy
    spent: dict[datetime, int] = field(default_factory=lambda: defaultdict(int))
    days: dict[str, dict[datetime, int]] = field(default_factory=lambda: defaultdict(dict))
    approved: dict[tuple[str, datetime], int] = field(default_factory=dict)
    let_go: dict[str, list[tuple[datetime, int]]] = field(default_factory=lambda: defaultdict(list))

    def live(self, turn: Turn) -> list[Passed]:
        """What holds it, before it is let go."""
        policy, day = self.policy, day_of(turn.at, self.policy.zone)
        today = self.days[turn.rule][day] = self.days[turn.rule].get(day, 0) + turn.users
        seen = Seen(
            users=turn.users,
            read=turn.read,
            let_go=sum(users for at, users in self.let_go[turn.rule] if at > turn.at - HOUR),
            today=today,
            days=self._days_before(turn.rule, day),
            approved=self.approved.get((turn.rule, day), 0),
        )
        spent = Spent(self.spent[day], self.spent[day] * policy.dearest)
        why = list(passed(turn.limits, seen, policy))
        why = why or list(over_budget(turn.users, policy.dearest, spent, policy))
        if why:
            self.approved[turn.rule, day] = today
        self.spent[day] += turn.users
        self.let_go[turn.rule].append((turn.at, turn.users))
        return why

    def _days_before(self, rule: str, day: datetime) -> Sequence[int]:
        """What each day since the rule first spoke came to, as far back as the alarm looks; silent ones 0."""
        known, noon = self.days[rule], day + timedelta(hours=12)  # a day may have 23 hours
        most = min(round((day - min(known)) / timedelta(days=1)), self.policy.usual_days)
        before = (day_of(noon - timedelta(days=n), self.policy.zone) for n in range(1, most + 1))
        return [known.get(each, 0) for each in before]
