"""Due steps out: claim, ask again, render, write down, send, write down what came of it.

One round works on a batch: everything is decided first, then committed, then sent with no transaction
open, then the results are committed and the climbs move on. A crash leaves either nothing or an open
attempt, which a later round finds and treats as in doubt.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from outreach.domain.delivery import (
    Accepted,
    Refused,
    SendResult,
    Unknown,
)
from outreach.domain.facts import Catalogue
from outreach.domain.gate import GatePolicy
from outreach.domain.message import Message, reference
from outreach.domain.scale import Channel
from outreach.domain.transfer import Transfer
from outreach.engine.errands import Errand, Ground, plan
from outreach.engine.facts import from_json
from outreach.engine.moves import after, task_of, transfer_words, without_sending
from outreach.engine.ports import Clock, Core, NewId, Renderer, Sender
from outreach.store import climb, runs, sending
from outreach.store.climb import Claimed, Lease, Which
from outreach.store.contacts import profiles_of, suppress
from outreach.store.database import Store, Tx
from outreach.store.sending import Draft
from outreach.store.tasks import open_tasks
from outreach.telemetry import CORE_SILENT, PLAN_BROKE, SENDER_BROKE

LEASE = timedelta(minutes=4)
"""Longer than any sender may take over one batch; a claim is renewed when its attempts are written."""

BATCH = 500
"""Outreaches in one round: the size at which claim and finish cost least (measured, see bench/)."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """The stage that sends. `holder` names this process; `dice` gives 0 … 1 for back-off jitter."""

    store: Store
    renderer: Renderer
    senders: Mapping[Channel, Sender]
    core: Core
    catalogue: Callable[[], Catalogue]
    policy: GatePolicy
    firm: str
    default_locale: str
    clock: Clock
    new_id: NewId
    dice: Callable[[], float]
    holder: str
    batch: int = BATCH
    since: datetime | None = None  # a rehearsal leaves alone what was opened before it

    def run(
        self,
        is_stopping: Callable[[], bool] = lambda: False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Counter[str]:
        """Work until nothing is due, or until asked to stop between rounds; counts by channel and result."""
        counts: Counter[str] = Counter()
        while not is_stopping():
            done = self.round()
            if done is None:
                break
            counts.update(done)
            progress(done["claimed"])
        return counts

    def round(self) -> Counter[str] | None:
        """One batch from claim to result; None where nothing was due."""
        now = self.clock()
        holder = f"{self.holder}/{self.new_id()}"  # a round's own: a later round of this process is another
        claimed, grounds = self._claim(holder, now)
        if not claimed:
            return None
        policy = self._policy_now()
        planned = (self._plan(one, grounds[one.id], policy, now) for one in claimed)
        errands = [errand for errand in planned if errand is not None]
        started = self._start(errands, holder, now)
        results = self._send([errand.draft.message for errand in started if errand.draft])
        return self._finish(started, results, holder, self.clock())

    def _plan(self, one: Claimed, ground: Ground, policy: GatePolicy, now: datetime) -> Errand | None:
        try:
            return plan(one, ground, self.renderer, policy, now, self._repeatable)
        except Exception as error:  # one person's trouble never holds up the rest: again after the lease
            log.error(PLAN_BROKE, outreach=one.id, error=type(error).__name__)
            return None

    @property
    def _repeatable(self) -> frozenset[Channel]:
        """The channels on which a message sent twice is read once."""
        return frozenset(c for c, sender in self.senders.items() if getattr(sender, "repeats_safely", False))

    def _claim(self, holder: str, now: datetime) -> tuple[list[Claimed], dict[str, Ground]]:
        with self.store.begin() as tx:
            halts = runs.halted(tx)
            if ("all", "") in halts:
                return [], {}
            patterns = [name for scope, name in halts if scope == "pattern"]
            lease = self._lease(tx, holder, now)
            ids = climb.claim(tx, lease, now, Which(at_most=self.batch, halted=patterns, since=self.since))
            claimed = climb.load(tx, ids)
            profiles = profiles_of(tx, (one.person for one in claimed), self.default_locale)
            references = self._references(tx, len(claimed))
        catalogue = self.catalogue()
        facts = {one.id: from_json(one.facts, catalogue) for one in claimed}
        refs = {id: str(ref) for id, known in facts.items() if (ref := known.get("transfer_ref"))}
        transfers = self._ask_core(list(set(refs.values()))) if refs else {}
        grounds = {}
        for one, (message_id, short) in zip(claimed, references, strict=True):
            transfer = transfers.get(refs.get(one.id, ""))
            profile = profiles[one.person]
            grounds[one.id] = Ground(
                profile=profile,
                transfer=transfer,
                context={
                    **facts[one.id],
                    **transfer_words(transfer),
                    "firm": self.firm,
                    "reference": short,
                    "code": profile.code,
                    "zone": profile.zone or self.policy.default_zone,
                },
                message_id=message_id,
                reference=short,
            )
        return claimed, grounds

    def _ask_core(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
        try:
            return self.core.transfers(refs)
        except Exception as error:  # whatever the core does, warnings go out; they say nothing of a hold
            log.error(CORE_SILENT, act="transfers", error=type(error).__name__, transfers=len(refs))
            return {}

    def _lease(self, tx: Tx, holder: str, now: datetime) -> Lease:
        return Lease(holder=holder, now=self.store.lease_clock(tx, now), length=LEASE)

    def _references(self, tx: Tx, count: int) -> list[tuple[str, str]]:
        """Fresh message ids, each with a short reference that no message has yet."""
        drawn: dict[str, str] = {}
        while len(drawn) < count:
            wanted = [self.new_id() for _ in range(count - len(drawn))]
            fresh = {reference(int(id, 16)): id for id in wanted}
            taken = sending.taken_references(tx, list(fresh))
            drawn |= {short: id for short, id in fresh.items() if short not in taken}
        return [(id, short) for short, id in drawn.items()]

    def _policy_now(self) -> GatePolicy:
        with self.store.read() as tx:
            halts = runs.halted(tx)
        return replace(
            self.policy, halted=frozenset(Channel(name) for scope, name in halts if scope == "channel")
        )

    def _start(self, errands: Sequence[Errand], holder: str, now: datetime) -> list[Errand]:
        """Commit every attempt before any provider is called; what is no longer ours drops out here."""
        with self.store.begin() as tx:
            lease = self._lease(tx, holder, now)
            ours = climb.renew(tx, [errand.claimed.id for errand in errands], lease)
            kept = [errand for errand in errands if errand.claimed.id in ours]
            drafts = [errand.draft for errand in kept if errand.draft]
            runs.keep_texts(tx, self._texts(drafts), now)
            providers = {channel: sender.name for channel, sender in self.senders.items()}
            sending.end_open_attempts(tx, [d.message for d in drafts if d.message.attempt > 1], now)
            sending.start(tx, drafts, providers, now, lease.until)
            settled = [errand.settled for errand in kept if errand.settled]
            sending.settle(tx, settled, now)
            climb.write_bars(tx, [(e.claimed.id, bar) for e in kept for bar in e.bars], now)
            open_tasks(tx, [task for e in kept if (task := task_of(e, now))])
            climb.move(tx, [without_sending(e) for e in kept if not e.draft], holder, now)
        return kept

    def _texts(self, drafts: Sequence[Draft]) -> list[tuple[str, str, str, str]]:
        """Every template version these drafts cite, so that what was said can be shown for years."""
        cited = {draft.template_sha256: draft.template for draft in drafts if draft.template_sha256}
        return [(sha, "template", name, self.renderer.text_of(sha)) for sha, name in cited.items()]

    def _send(self, messages: Sequence[Message]) -> dict[str, SendResult]:
        """Hand every message to its channel's sender; no transaction is open here."""
        by_channel: dict[Channel, list[Message]] = defaultdict(list)
        for message in messages:
            by_channel[message.channel].append(message)
        results: dict[str, SendResult] = {}
        for channel, letters in by_channel.items():
            results |= dict(zip((m.id for m in letters), self._hand_over(channel, letters), strict=True))
        return results

    def _hand_over(self, channel: Channel, letters: Sequence[Message]) -> Sequence[SendResult]:
        sender = self.senders.get(channel)
        if sender is None:  # inbox and call are kept here: the app or a person fetches them
            return [Accepted(f"{channel.value}:{message.reference}") for message in letters]
        try:
            results = sender.send_many(letters)
        except Exception as error:  # a sender's bug must not lose what was written down: it is in doubt
            log.error(SENDER_BROKE, provider=sender.name, error=type(error).__name__, messages=len(letters))
            return [Unknown("sender_broke")] * len(letters)
        missing = len(letters) - len(results)
        return [*results, *[Unknown("no_result")] * missing]

    def _finish(
        self, started: Sequence[Errand], results: Mapping[str, SendResult], holder: str, now: datetime
    ) -> Counter[str]:
        """Commit what the providers said, and move every climb on by it."""
        sent = [(e, e.draft.message, results[e.draft.message.id]) for e in started if e.draft]
        moves = [after(errand, message, result, now, self.dice()) for errand, message, result in sent]
        with self.store.begin() as tx:
            finished = [
                (message, result, status)
                for (_, message, result), (_, status) in zip(sent, moves, strict=True)
            ]
            sending.finish(tx, finished, now)
            for _, message, result in sent:
                if isinstance(result, Refused) and result.forget_contact:
                    suppress(tx, message.to, message.channel, result.reason[:64], now)
            climb.move(tx, [move for move, _ in moves], holder, now)
        counts = Counter(f"result.{m.channel}.{type(result).__name__.lower()}" for _, m, result in sent)
        counts.update(f"sent.{m.channel}.{m.locale}" for _, m, _ in sent)
        counts.update(f"closed.{e.close}" for e in started if e.close)
        barred = [bar for e in started for bar in e.bars]
        counts.update(f"waiting.{bar.reason}" for bar in barred if bar.verdict == "held")
        counts.update(f"passed.{bar.channel}.{bar.reason}" for bar in barred if bar.verdict == "barred")
        counts["claimed"] += len(started)
        return counts
