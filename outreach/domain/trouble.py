"""Troubles: what breaks a promise to operators. A closed list; each has its runbook in docs/operations.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.running import FeedLook, Running

RUNBOOKS = "docs/operations.md"


class Sign(StrEnum):
    """What is wrong; the word is the runbook's heading, the metric's label and the log's."""

    WELFARE_WAITS = "welfare_waits"
    QUEUE_LATE = "queue_late"
    IN_DOUBT = "in_doubt"
    BREAKER_OPEN = "breaker_open"
    FEED_SILENT = "feed_silent"
    FEED_FAILING = "feed_failing"
    FEED_UNREAD = "feed_unread"
    DAEMON_DEAD = "daemon_dead"
    RUN_DEAD = "run_dead"
    RULES_STAND_IN = "rules_stand_in"
    RULE_UNUSUAL = "rule_unusual"
    APPROVAL_WAITS = "approval_waits"
    TASKS_OVERDUE = "tasks_overdue"
    CASES_LATE = "cases_late"
    HALTED = "halted"

    @property
    def runbook(self) -> str:
        """Where what to do stands."""
        return f"{RUNBOOKS}#{self.value}"

    @property
    def first(self) -> str:
        """What it means and where to look first: for whom the runbook is not at hand."""
        return FIRST[self]


FIRST = {
    Sign.WELFARE_WAITS: "somebody wrote of harming themselves and nobody has the task: `outreach tasks take`",
    Sign.QUEUE_LATE: "people are not warned in time: is a breaker open, or a daemon missing?",
    Sign.IN_DOUBT: "nobody knows who has these; they settle by themselves: send nothing by hand",
    Sign.BREAKER_OPEN: "it fails and is left alone for a while: its status page; `outreach send-test`",
    Sign.FEED_SILENT: "it can be read but brings nothing new: is its producer alive?",
    Sign.FEED_FAILING: "it cannot be read, for the reason above: `outreach doctor` tries it now",
    Sign.FEED_UNREAD: "no daemon has looked at it: is one alive, or held up by another feed?",
    Sign.DAEMON_DEAD: "without a daemon nobody is warned: start it; its log tells why it ended",
    Sign.RUN_DEAD: "what a run opened that died still waits: a daemon, or `outreach run --once`, lets it go",
    Sign.RULES_STAND_IN: "an edit of the rules does not fit: `outreach rules check`, before any restart",
    Sign.RULE_UNUSUAL: "a rule or its feed may have gone mad: `outreach approvals show` its approval",
    Sign.APPROVAL_WAITS: "people are not warned until somebody answers: `outreach approvals list`",
    Sign.TASKS_OVERDUE: "people wait for a call or another word of ours: `outreach tasks list --overdue`",
    Sign.CASES_LATE: "money that left can still be stopped, and nobody does: `outreach cases list`",
    Sign.HALTED: "an operator stopped it, for the reason above: `outreach resume` when that is gone",
}

STOPS_WARNINGS = frozenset({Sign.QUEUE_LATE, Sign.FEED_UNREAD})
"""While one of these lasts, the heartbeat is withheld: whoever listens outside must come and look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong: with what (a feed, a provider; nobody), how many, and since when."""

    sign: Sign
    about: str = ""
    count: int = 1
    since: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What makes two troubles the same one, as time goes by."""
        return self.sign.value, self.about


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What operators are promised; past it, it is trouble.

    `quiet_for` has every declared feed with its longest silence; zero: it may be silent for ever.
    """

    queue: timedelta = timedelta(minutes=2)
    doubt: timedelta = timedelta(minutes=10)
    doubts: int = 100
    approval: timedelta = timedelta(hours=1)
    task: timedelta = timedelta(minutes=15)  # past its due time
    case: timedelta = timedelta(minutes=15)  # past a mark of its clock
    unread: timedelta = timedelta(minutes=5)
    beat: timedelta = timedelta(seconds=45)
    daemons: int = 1
    quiet_for: Mapping[str, timedelta] = field(default_factory=dict)


def judge(running: Running, promises: Promises, now: datetime) -> tuple[Trouble, ...]:
    """Everything that breaks its promise, in the order of the closed list."""
    found = [
        *_halts(running),
        *_queue(running, promises, now),
        *_people(running, promises, now),
        *_processes(running, promises, now),
        *_feeds(running, promises, now),
        *(
            Trouble(sign=Sign.BREAKER_OPEN, about=f"{p.channel} {p.provider}", since=p.since)
            for p in running.providers
            if p.breaker == "open"
        ),
    ]
    order = list(Sign)
    return tuple(sorted(found, key=lambda trouble: (order.index(trouble.sign), trouble.about)))


def _halts(running: Running) -> Iterator[Trouble]:
    for halt in running.halts:
        if halt.scope == "restored":
            continue  # a mark beside the halt of everything, which is told
        about = halt.scope if halt.scope == "all" else f"{halt.scope} {halt.object}"
        yield Trouble(sign=Sign.HALTED, about=about, since=halt.at)


def _queue(running: Running, promises: Promises, now: datetime) -> Iterator[Trouble]:
    due, doubt = running.due, running.in_doubt
    is_halted = any(halt.scope == "all" for halt in running.halts)
    if due.age(now) > promises.queue and not is_halted:  # the halt is told as what it is
        yield Trouble(sign=Sign.QUEUE_LATE, count=due.count, since=due.oldest)
    if doubt.count > promises.doubts or doubt.age(now) > promises.doubt:
        yield Trouble(sign=Sign.IN_DOUBT, count=doubt.count, since=doubt.oldest)


def _people(running: Running, promises: Promises, now: datetime) -> Iterator[Trouble]:
    """What waits for a person: an approval, a task, or an edit of the rules that does not fit."""
    if running.welfare.count:
        yield Trouble(sign=Sign.WELFARE_WAITS, count=running.welfare.count, since=running.welfare.oldest)
    if running.unusual.count:
        yield Trouble(sign=Sign.RULE_UNUSUAL, count=running.unusual.count, since=running.unusual.oldest)
    asked = running.approvals
    if asked.age(now) > promises.approval:
        yield Trouble(sign=Sign.APPROVAL_WAITS, count=asked.count, since=asked.oldest)
    overdue = running.tasks.overdue
    if overdue.age(now) > promises.task:
        yield Trouble(sign=Sign.TASKS_OVERDUE, count=overdue.count, since=overdue.oldest)
    if running.cases.age(now) > promises.case:
        yield Trouble(sign=Sign.CASES_LATE, count=running.cases.count, since=running.cases.oldest)
    if running.rules is not None and running.rules.problems:
        yield Trouble(sign=Sign.RULES_STAND_IN, count=running.rules.problems)


def _processes(running: Running, promises: Promises, now: datetime) -> Iterator[Trouble]:
    daemons = [process for process in running.processes if process.role == "daemon"]
    missing = promises.daemons - sum(now - process.beat_at <= promises.beat for process in daemons)
    if missing > 0:
        last = max((process.beat_at for process in daemons), default=None)
        yield Trouble(sign=Sign.DAEMON_DEAD, count=missing, since=last)
    if running.dead_runs.count:
        dead = running.dead_runs
        yield Trouble(sign=Sign.RUN_DEAD, count=dead.count, since=dead.oldest)


def _feeds(running: Running, promises: Promises, now: datetime) -> Iterator[Trouble]:
    """The declared feeds; one that was taken out of the settings is missed by nobody."""
    looks = {look.feed: look for look in running.feeds}
    began = min((p.started_at for p in running.processes if p.role == "daemon"), default=now)
    for feed in promises.quiet_for:
        if feed in looks:
            yield from _feed(looks[feed], promises, now)
        elif now - began > promises.unread:
            yield Trouble(sign=Sign.FEED_UNREAD, about=feed, since=began)


def _feed(look: FeedLook, promises: Promises, now: datetime) -> Iterator[Trouble]:
    """A feed that only fails is not called silent, too: one cause, one alarm."""
    if now - look.looked_at > promises.unread:
        yield Trouble(sign=Sign.FEED_UNREAD, about=look.feed, since=look.looked_at)
    elif look.failing_since is not None:
        if now - look.failing_since > promises.unread:
            yield Trouble(sign=Sign.FEED_FAILING, about=look.feed, since=look.failing_since)
    elif longest := promises.quiet_for.get(look.feed):
        last = look.brought_at or look.first_at
        if now - last > longest:
            yield Trouble(sign=Sign.FEED_SILENT, about=look.feed, since=last)
