"""Due steps out: claim, ask again, render, write down, send, write down what came of it.

One round works on a batch: everything is decided first, then committed, then sent with no transaction
open, then the results are committed and the climbs move on. A crash leaves either nothing or an open
attempt; a later round finds it and hands it to `settle`, or repeats it where a repeat replaces the first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from outreach.domain.delivery import Accepted, Refused, Status
from outreach.domain.gate import GatePolicy
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.engine.agreeing import still_agreed
from outreach.engine.apart import Round, in_turn, kept_apart
from outreach.engine.errands import Errand, on_route, plan, under
from outreach.engine.gathering import gathered
from outreach.engine.grounds import Grounds
from outreach.engine.halts import Halts, halts_over
from outreach.engine.handing import Claim, Handed, Hands
from outreach.engine.moves import Sending, after, task_of, without_sending
from outreach.engine.net import hold
from outreach.engine.ports import Clock, NewId, Renderer, Senders
from outreach.engine.renewing import Renewing
from outreach.engine.saying import Ground
from outreach.engine.sent import Sent, tally, told
from outreach.engine.traffic import Heard, Traffic
from outreach.errors import StoreError
from outreach.store import climb, runs, sending
from outreach.store.claimed import Claimed, Pending
from outreach.store.climb import Lease, Which
from outreach.store.database import Conflict, Store, Tx
from outreach.store.ending import end_messages
from outreach.store.optouts import refused
from outreach.store.sending import Draft
from outreach.store.tasks import open_tasks
from outreach.telemetry import FINISH_WAITS, PLAN_BROKE

LEASE = timedelta(seconds=15)
"""How soon what a dead process held is taken over. A living one renews its claims several times in it, and
hands nothing over towards its end (see `handing`)."""

BATCH = 500
"""Outreaches in one round: the size at which claim and finish cost least (measured, see bench/)."""

TRIES = 20
REST_SECONDS = 1.0
"""How often, and after how long a rest, results are written again where the database does not take them."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """The stage that sends. `holder` names this process; `dice` gives 0 … 1 for back-off jitter."""

    store: Store
    renderer: Renderer
    senders: Senders
    traffic: Traffic
    grounds: Grounds
    policy: GatePolicy
    clock: Clock
    new_id: NewId
    dice: Callable[[], float]
    holder: str
    hands: Hands = field(default_factory=Hands)
    on_sent: Callable[[Sequence[Sent]], None] = lambda sent: None
    lease: timedelta = LEASE
    batch: int = BATCH
    words: Callable[[], Renderer] | None = None  # the templates in force, asked for anew each round
    since: datetime | None = None  # a rehearsal leaves alone what was opened before it

    def run(
        self,
        is_stopping: Callable[[], bool] = lambda: False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Counter[str]:
        """Work until nothing is due, or until asked to stop between rounds; counts by channel and result."""
        counts: Counter[str] = Counter()
        while not is_stopping():
            done = (replace(self, renderer=self.words()) if self.words else self).round()
            if done is None:
                break
            counts.update(done)
            progress(done["claimed"])
        return counts

    def round(self) -> Counter[str] | None:
        """One batch from claim to result; None where nothing was due."""
        holder = f"{self.holder}/{self.new_id()}"  # a round's own: a later round of this process is another
        claimed, grounds = self._claim(holder)
        if not claimed:
            return None
        now = self.clock()
        errands = self._plan_all(in_turn(claimed), grounds, self._policy_now(), now)
        began = self.hands.elapsed()
        started = self._started(errands, holder, now)
        drafts = [errand.draft for errand in started if errand.draft]
        halts = halts_over(self.store, self.hands.elapsed, self.clock, started)
        claim = Claim(until=began + self.lease.total_seconds(), elapsed=self.hands.elapsed, leave=halts.leave)
        handed = self._hand_over(drafts, holder, claim, halts)
        return self._finish_surely(started, handed, holder)

    def _plan_all(
        self, claimed: Sequence[Claimed], grounds: Mapping[str, Ground], policy: GatePolicy, now: datetime
    ) -> list[Errand]:
        """What to do about each; one person is told one thing at a time."""
        so_far, errands, repeatable = Round(now), [], self._repeatable
        for one in claimed:
            errand = self._plan(one, so_far.seen_by(one, grounds[one.id]), policy, now, repeatable)
            if errand is not None:
                so_far.planned(errand)
                errands.append(errand)
        return errands

    def _plan(
        self, one: Claimed, ground: Ground, policy: GatePolicy, now: datetime, repeatable: Collection[Channel]
    ) -> Errand | None:
        try:
            return under(ground, plan(one, ground, self.renderer, policy, now, repeatable))
        except Exception as error:  # one person's trouble never holds up the rest: again after the lease
            log.error(PLAN_BROKE, outreach=one.id, error=type(error).__name__)
            return None

    @property
    def _repeatable(self) -> frozenset[Channel]:
        """The channels on which a message sent twice is read once."""
        unsafe = {s.channel for s in self.senders.values() if not s.repeats_safely}
        return frozenset(s.channel for s in self.senders.values() if s.channel not in unsafe) | KEPT_HERE

    def _claim(self, holder: str) -> tuple[list[Claimed], dict[str, Ground]]:
        with self.store.begin() as tx:
            now = self.clock()  # not before: a transaction may have to wait for its turn
            halts = runs.halted(tx)
            if ("all", "") in halts:
                return [], {}
            patterns = [name for scope, name in halts if scope == "pattern"]
            which = Which(at_most=self.batch, halted=patterns, since=self.since)
            ids = climb.claim(tx, self._lease(tx, holder, now), now, which)
        if not ids:
            return [], {}
        return gathered(self.store, self.grounds, self.policy, ids, holder, now)

    def _lease(self, tx: Tx, holder: str, now: datetime) -> Lease:
        return Lease(holder=holder, now=self.store.lease_clock(tx, now), length=self.lease)

    def _policy_now(self) -> GatePolicy:
        with self.store.read() as tx:
            halts = runs.halted(tx)
        return replace(
            self.policy, halted=frozenset(Channel(name) for scope, name in halts if scope == "channel")
        )

    def _started(self, errands: Sequence[Errand], holder: str, now: datetime) -> list[Errand]:
        """Those that were written down; one that the database refuses holds up nobody but itself."""
        try:
            return self._start(errands, holder, now)
        except Conflict:
            if len(errands) > 1:
                return [e for errand in errands for e in self._started([errand], holder, now)]
            log.error(PLAN_BROKE, outreach=errands[0].claimed.id, error="Conflict")
            return []

    def _start(self, errands: Sequence[Errand], holder: str, now: datetime) -> list[Errand]:
        """Commit every attempt before any provider is called; what is no longer ours drops out here."""
        with self.store.begin() as tx:
            lease = self._lease(tx, holder, now)
            ours = climb.renew(tx, [errand.claimed.id for errand in errands], lease)
            stopped = runs.halted(tx)  # asked again: whoever halts must not wait for a round to end
            held = [e for e in errands if e.claimed.id in ours and not _is_stopped(e.claimed, stopped)]
            kept = self._routed(tx, still_agreed(tx, kept_apart(tx, held, self.policy, now), now), now)
            drafts = [errand.draft for errand in kept if errand.draft]
            runs.keep_texts(tx, self._texts(drafts), now)
            sending.end_open_attempts(tx, [d.message for d in drafts if d.message.attempt > 1], now)
            self._doubt(tx, kept, now)
            sending.start(tx, drafts, now, lease.until)
            passed = [e for e in kept if e.draft and e.step != e.claimed.step]
            climb.stand(tx, [(e.claimed.id, e.step, e.sent) for e in passed], holder)
            sending.settle(tx, [errand.settled for errand in kept if errand.settled], now)
            climb.write_bars(tx, [(e.claimed.id, bar) for e in kept for bar in e.bars], now)
            open_tasks(tx, [task for e in kept if (task := task_of(e, now))])
            hold(tx, kept, now, asks=self.grounds.asks_core)
            climb.move(tx, [without_sending(e) for e in kept if not e.draft], holder, now)
        return kept

    def _routed(self, tx: Tx, errands: Sequence[Errand], now: datetime) -> list[Errand]:
        """Each message with its provider; one that must wait for its turn is not written down yet."""
        drafts = [errand.draft for errand in errands if errand.draft]
        routes = iter(self.traffic.route(tx, drafts, now))
        return [on_route(errand, next(routes), now) if errand.draft else errand for errand in errands]

    def _doubt(self, tx: Tx, errands: Iterable[Errand], now: datetime) -> None:
        """Note what a dead process left open: its last request may have been written until just now."""
        doubts = [errand.doubt for errand in errands if errand.doubt]
        lags = {d.message.id: now + self._settles_after(d) for d in doubts}
        sending.doubt(tx, [d.message for d in doubts], lags, now)

    def _settles_after(self, pending: Pending) -> timedelta:
        sender = self.senders.get((pending.message.channel, pending.provider))
        return sender.settles_after if sender else timedelta()

    def _texts(self, drafts: Sequence[Draft]) -> list[tuple[str, str, str, str]]:
        """Every template version these drafts cite, so that what was said can be shown for years."""
        cited = {draft.template_sha256: draft.template for draft in drafts if draft.template_sha256}
        return [(sha, "template", name, self.renderer.text_of(sha)) for sha, name in cited.items()]

    def _hand_over(
        self, drafts: Sequence[Draft], holder: str, claim: Claim, halts: Halts
    ) -> dict[str, Handed]:
        """Hand every message to its provider; no transaction is open here, and the claim is kept alive."""
        letters: dict[tuple[Channel, str], list[Message]] = defaultdict(list)
        handed: dict[str, Handed] = {}
        for draft in drafts:
            lane = (draft.message.channel, draft.provider)
            if lane in self.senders:
                letters[lane].append(draft.message)
            else:  # inbox and call are kept here: the app or a person fetches them
                handed[draft.message.id] = Handed(Accepted(f"{draft.provider}:{draft.message.reference}"), 0)
        renewing = Renewing(
            store=self.store,
            claim=claim,
            halts=halts,
            ids=[draft.outreach for draft in drafts],
            length=self.lease,
            lease=lambda tx: self._lease(tx, holder, self.clock()),
        )
        by_sender = {self.senders[lane]: messages for lane, messages in letters.items()}
        return handed | self.hands.over(by_sender, claim, renewing.beat, renewing.beat_seconds)

    def _finish_surely(
        self, started: Sequence[Errand], handed: Mapping[str, Handed], holder: str
    ) -> Counter[str]:
        """The results are in this process only: a database that is away for seconds makes no doubts of them.

        What another process takes over meanwhile is kept as told late.
        """
        for _ in range(TRIES - 1):
            try:
                return self._finish(started, handed, holder, self.clock())
            except StoreError as error:
                log.warning(FINISH_WAITS, reason=str(error), messages=len(handed))
                self.hands.rest(REST_SECONDS)
        return self._finish(started, handed, holder, self.clock())

    def _finish(
        self, started: Sequence[Errand], handed: Mapping[str, Handed], holder: str, now: datetime
    ) -> Counter[str]:
        """Commit what the providers said, and move every climb on by it."""
        sent = [
            (e, e.draft, handed[e.draft.message.id])
            for e in started
            if e.draft and e.draft.message.id in handed
        ]
        safe = self._repeatable
        moves = [after(self._sending(e, d, safe), h.result, now, self.dice()) for e, d, h in sent]
        with self.store.begin() as tx:
            kept = climb.still_held(tx, [e.claimed.id for e, _, _ in sent], holder)
            ours = [(m, f) for m, f in moves if m.id in kept]
            sending.finish(tx, [finished for _, finished in ours], now)
            for _, draft, each in sent:
                if isinstance(each.result, Refused):
                    refused(tx, draft, each.result, now)
            heard = [
                Heard(d.message.id, d.provider, d.message.channel, h.result, h.seconds) for _, d, h in sent
            ]
            self.traffic.heard(tx, heard, now)
            climb.move(tx, [move for move, _ in ours], holder, now)
            left = [f.message.thread for _, f in ours if f.status is Status.RETRYING]
            end_messages(tx, left, now)  # somebody may have answered meanwhile
            climb.wake(tx, sending.heard_late(tx, [f for m, f in moves if m.id not in kept], now), now)
        self.on_sent([told(e, d, h, now) for e, d, h in sent])
        return tally(started, sent)

    def _sending(self, errand: Errand, draft: Draft, safe: Collection[Channel]) -> Sending:
        sender = self.senders.get((draft.message.channel, draft.provider))
        if sender is None:
            return Sending(errand=errand, message=draft.message, settles_after=None)
        is_safe, pending = draft.message.channel in safe, errand.claimed.pending
        return Sending(
            errand=errand,
            message=draft.message,
            settles_after=None if is_safe else sender.settles_after,
            may_be_there=not draft.is_new and pending is not None and pending.may_be_there,
        )


def _is_stopped(claimed: Claimed, halts: Collection[tuple[str, str]]) -> bool:
    return ("all", "") in halts or ("pattern", claimed.pattern) in halts


KEPT_HERE = frozenset({Channel.INBOX, Channel.CALL})
"""Channels that nobody is called for: written down is handed over."""
