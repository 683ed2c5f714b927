"""Doubts, settled: whether a provider has a message is asked of it, and of nobody's memory.

Climbs in doubt stand still. Each is claimed, its provider is asked with no transaction open, and what is
learnt moves the climb on, sends the message back to `dispatch`, or hands it to a person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from outreach.domain.delivery import CannotSay, Found, Has, HasNot, Question, Status
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.domain.settling import (
    LONGEST_ASK,
    Again,
    AskLater,
    HandToHuman,
    How,
    Taken,
    Verdict,
    settle,
)
from outreach.engine.ports import Clock, NewId, Senders
from outreach.store import climb, sending, settling
from outreach.store.climb import Lease, Next, Which
from outreach.store.database import Store, Tx
from outreach.store.ending import end_messages
from outreach.store.settling import Doubtful, Settled
from outreach.store.tasks import Task, open_tasks
from outreach.telemetry import SENDER_BROKE

LEASE = timedelta(seconds=30)
"""Longer than asking a batch takes where every answer is ten seconds of silence. Asking twice would harm
nobody: what another process took over meanwhile is dropped. It is all that a process killed here holds up."""

GRACE = timedelta(minutes=1)
"""How long after its lease a process may still come and say what became of a message of an ended climb."""

GIVE_UP = timedelta(minutes=30)
"""How long a provider that does not answer is asked about messages of ended climbs."""

BATCH = 100
DECIDE_WITHIN = timedelta(minutes=30)
"""How long a person has to decide about a message that nobody can account for."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """The stage that asks."""

    store: Store
    senders: Senders
    clock: Clock
    new_id: NewId
    holder: str
    batch: int = BATCH

    def run(self, is_stopping: Callable[[], bool] = lambda: False) -> Counter[str]:
        """Ask about everything that is due to be asked; counts by how it ended, and what is still open."""
        counts: Counter[str] = Counter()
        while not is_stopping():
            done = self.round()
            if done is None:
                break
            counts.update(done)
        counts.update(self._clear_up())
        return counts

    def round(self) -> Counter[str] | None:
        """One batch; None where nothing was due."""
        now = self.clock()
        holder = f"{self.holder}/{self.new_id()}"
        with self.store.begin() as tx:
            lease = Lease(holder=holder, now=self.store.lease_clock(tx, now), length=LEASE)
            ids = climb.claim(tx, lease, now, Which(at_most=self.batch, state=climb.SETTLING))
            doubts = settling.doubts(tx, ids)
            known = set(ids) - {doubt.outreach for doubt in doubts}
            climb.wake_outreaches(tx, known, now)
        if not ids:
            return None
        asked_at = self.clock()
        found = self._ask(doubts)
        verdicts = [(d, self._verdict(d, found[d.message.id], asked_at)) for d in doubts]
        with self.store.begin() as tx:
            now = self.clock()
            kept = climb.still_held(tx, [doubt.outreach for doubt in doubts], holder)
            self._write(tx, [(d, v) for d, v in verdicts if d.outreach in kept], holder, now)
        return Counter(_word(verdict) for _, verdict in verdicts)

    def _verdict(self, doubtful: Doubtful, found: Found, now: datetime) -> Verdict:
        """What to do; only who may have a message repeats it, so that without them a person decides."""
        verdict = settle(doubtful.doubt, found, now)
        is_connected = (doubtful.message.channel, doubtful.provider) in self.senders
        return verdict if is_connected or not isinstance(verdict, Again) else HandToHuman()

    def _clear_up(self) -> Counter[str]:
        """Learn the truth about messages whose climb ended while they were under way; nothing is sent.

        They are not claimed: asked by two processes, they are told the same.
        """
        now = self.clock()
        with self.store.begin() as tx:
            lease_now = self.store.lease_clock(tx, now) - GRACE
            died = settling.abandoned(tx, lease_now, self.batch)
            settling.give_up(tx, [message.thread for message, _ in died])
            sending.doubt(
                tx, [message for message, _ in died], {m.id: now + self._lag(m, p) for m, p in died}, now
            )
            doubts = settling.left_behind(tx, now, self.batch)
        if not doubts:
            return Counter()
        found = self._ask(doubts)
        with self.store.begin() as tx:
            ended = [(d, _truth(found[d.message.id], d, now)) for d in doubts]
            settling.settle(tx, [s for _, s in ended if s], now)
            settling.ask_later(tx, [d for d, s in ended if s is None], now + LONGEST_ASK)
        return Counter(f"settled.{s.how.value}" for _, s in ended if s)

    def _lag(self, message: Message, provider: str) -> timedelta:
        sender = self.senders.get((message.channel, provider))
        return sender.settles_after if sender else timedelta()

    def _ask(self, doubts: Sequence[Doubtful]) -> dict[str, Found]:
        """What each provider says of its messages, by message id; no transaction is open."""
        by_lane: dict[tuple[Channel, str], list[Doubtful]] = defaultdict(list)
        found: dict[str, Found] = {}
        for doubt in doubts:
            if doubt.message.to:
                by_lane[doubt.message.channel, doubt.provider].append(doubt)
            else:  # its person was forgotten: there is no address to ask about
                found[doubt.message.id] = CannotSay("forgotten", for_good=True)
        for lane, theirs in by_lane.items():
            findings = self._asked(lane, [Question(message=d.message, since=d.tried_at) for d in theirs])
            found |= {d.message.id: f for d, f in zip(theirs, findings, strict=True)}
        return found

    def _asked(self, lane: tuple[Channel, str], questions: Sequence[Question]) -> Sequence[Found]:
        sender, provider = self.senders.get(lane), lane[1]
        if sender is None:
            return [CannotSay(f"{provider}: not connected any more", for_good=True)] * len(questions)
        try:
            return sender.ask(questions)
        except Exception as error:  # a sender's bug proves nothing
            log.error(SENDER_BROKE, provider=provider, error=type(error).__name__, messages=len(questions))
            return [CannotSay("asking broke")] * len(questions)

    def _write(
        self, tx: Tx, verdicts: Sequence[tuple[Doubtful, Verdict]], holder: str, now: datetime
    ) -> None:
        settling.settle(tx, [s for d, v in verdicts if (s := _settled(d, v)) is not None], now)
        open_tasks(tx, [_task(d, now) for d, v in verdicts if isinstance(v, HandToHuman)])
        climb.move(tx, [_next(d, v, now) for d, v in verdicts], holder, now, was=climb.SETTLING)
        end_messages(tx, [d.outreach for d, _ in verdicts], now)  # some may have ended while we asked


def _truth(found: Found, doubtful: Doubtful, now: datetime) -> Settled | None:
    """What is known of a message that nobody will send again; None while its provider may yet say."""
    match found:
        case Has(ref):
            return Settled(doubtful=doubtful, how=How.ASKED, status=Status.ACCEPTED, ref=ref)
        case HasNot():
            return Settled(doubtful=doubtful, how=How.NOT_TAKEN, status=Status.CANCELLED)
        case CannotSay(_, for_good):
            is_hopeless = for_good or now >= doubtful.doubt.since + GIVE_UP
            return Settled(doubtful=doubtful, how=How.LEFT, status=Status.IN_DOUBT) if is_hopeless else None


def _settled(doubtful: Doubtful, verdict: Verdict) -> Settled | None:
    match verdict:
        case Taken(ref):
            return Settled(doubtful=doubtful, how=How.ASKED, status=Status.ACCEPTED, ref=ref)
        case Again(how):
            return Settled(doubtful=doubtful, how=how, status=Status.RETRYING)
        case HandToHuman():
            return Settled(doubtful=doubtful, how=How.HELD_FOR_HUMAN, status=Status.IN_DOUBT)
        case AskLater():
            return None
        case _:
            assert_never(verdict)


def _next(doubtful: Doubtful, verdict: Verdict, now: datetime) -> Next:
    """Where the climb goes; the step's wait began with the attempt, not with the news of it."""
    here = Next(id=doubtful.outreach, step=doubtful.step, sent=doubtful.sent, due_at=now)
    match verdict:
        case AskLater(at):
            return Next(id=here.id, step=here.step, sent=here.sent, due_at=at, is_settling=True)
        case Again():
            return here
        case Taken() | HandToHuman():
            due_at = max(now, doubtful.tried_at + doubtful.wait)
            return Next(id=here.id, step=doubtful.following, sent=here.sent + 1, due_at=due_at)
        case _:
            assert_never(verdict)


def _task(doubtful: Doubtful, now: datetime) -> Task:
    return Task(
        kind="in_doubt",
        person=doubtful.person,
        outreach=doubtful.outreach,
        step=doubtful.step,
        text=f"Nobody can say whether {doubtful.provider} took message {doubtful.message.reference}: "
        "look with the provider, or ask the person; nothing is repeated by itself.",
        opened_at=now,
        due_at=now + DECIDE_WITHIN,
    )


def _word(verdict: Verdict) -> str:
    match verdict:
        case Taken():
            return "settled.asked"
        case Again(how):
            return f"settled.{how.value}"
        case HandToHuman():
            return "settled.held_for_human"
        case AskLater():
            return "asked_again"
        case _:
            assert_never(verdict)
