"""What a yes to an approval would do: to whom, in which words, at what cost, and how long there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from outreach.domain.gate import GatePolicy
from outreach.domain.limits import BlastPolicy, day_of
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.domain.traffic.caps import Metering
from outreach.domain.traffic.size import sms_parts
from outreach.engine.errands import plan
from outreach.engine.grounds import Grounds
from outreach.engine.ports import Clock, Renderer
from outreach.store import approvals, claimed, held, usual
from outreach.store.approvals import Approval, Word
from outreach.store.database import Store

WORKED_OUT = 100
"""How many messages are worked out to say what all would be like."""

SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A message as one of them would read it now; every message has a reference of its own."""

    channel: Channel
    locale: str
    reference: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """Everything a person needs to decide.

    `worked_out` were composed: `first_by` tells on which channel the first message goes, `not_now` why others
    would not go now, `millionths` what the first messages of all would cost, about (None: no prices).
    `usual` is the rule's median of `days` days; None on its first.
    """

    approval: Approval
    words: Sequence[Word]
    waiting: int
    first_expires: datetime | None
    last_expires: datetime | None
    by: Mapping[str, Mapping[str, int]]
    worked_out: int
    first_by: Mapping[str, int]
    not_now: Mapping[str, int]
    samples: Sequence[Sample]
    millionths: int | None
    usual: int | None
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """Weighs what waits; it changes nothing."""

    store: Store
    renderer: Renderer
    grounds: Grounds
    policy: GatePolicy
    metering: Metering
    bounds: BlastPolicy
    clock: Clock

    def weigh(self, approval: Approval) -> Weighed:
        """One approval."""
        now = self.clock()
        messages, not_now, worked_out = self._composed(approval, now)
        with self.store.read() as tx:
            waiting, first, last = approvals.held_until(tx, approval.id)
            today = day_of(now, self.bounds.zone)
            days = usual.days_before(tx, (approval.pattern, approval.rule), today, self.bounds.usual_days)
            return Weighed(
                approval=approval,
                words=approvals.words_on(tx, approval.id),
                waiting=waiting,
                first_expires=first,
                last_expires=last,
                by=held.counted(tx, approval.id),
                worked_out=worked_out,
                first_by=Counter(message.channel.value for message in messages),
                not_now=not_now,
                samples=_samples(messages),
                millionths=self._cost(messages, waiting, worked_out),
                usual=round(median(days)) if days else None,
                days=len(days),
            )

    def _composed(self, approval: Approval, now: datetime) -> tuple[list[Message], Counter[str], int]:
        with self.store.read() as tx:
            ones, _ = claimed.load(tx, held.some(tx, approval.id, WORKED_OUT))
            known = self.grounds.read(tx, ones, self.policy, now)
        messages, not_now = [], Counter[str]()
        grounds = self.grounds.of(ones, known, now)
        for one in ones:
            errand = plan(one, grounds[one.id], self.renderer, self.policy, now)
            if errand.draft is not None:
                messages.append(errand.draft.message)
            else:
                not_now[errand.close.value if errand.close else str(errand.bars[-1].reason.value)] += 1
        return messages, not_now, len(ones)

    def _cost(self, messages: Sequence[Message], waiting: int, worked_out: int) -> int | None:
        if not self.metering.policy.counts_money:
            return None
        texts = [m for m in messages if m.channel is Channel.SMS]
        cost = sum(self.metering.meter(m.to).price * sms_parts(m.content.text) for m in texts)
        return cost * waiting // worked_out if worked_out else 0


def _samples(messages: Sequence[Message]) -> list[Sample]:
    """One of each channel and locale, the most frequent first."""
    kinds = Counter((m.channel, m.locale) for m in messages)
    firsts = {(m.channel, m.locale): m for m in reversed(messages)}
    return [
        Sample(
            channel=m.channel,
            locale=m.locale,
            reference=m.reference,
            title=m.content.title,
            text=m.content.text,
        )
        for m in (firsts[kind] for kind, _ in kinds.most_common(SHOWN))
    ]
