"""What a round will do about one claimed outreach, worked out before anything is written or sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from outreach.domain.delivery import Status
from outreach.domain.gate import Bar, BarRow, GatePolicy
from outreach.domain.ladder import Climb, Close, Done, after_saying
from outreach.domain.message import Message
from outreach.domain.scale import Channel, Urgency
from outreach.domain.sending import Cool, Pass, Say, Sleep, closing, errand
from outreach.engine.ports import Renderer
from outreach.engine.saying import Ground, Said, Voice
from outreach.engine.traffic import Wait
from outreach.store.claimed import Claimed, Pending
from outreach.store.holds import Heard
from outreach.store.sending import Draft

NEVER_THERE = frozenset({Status.REFUSED, Status.CANCELLED, Status.UNDELIVERED})
"""How a message ends that reached nobody: the next step need not wait for an answer to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One outreach's part in a round.

    Where `draft` is set it is to be sent as step `step`, and its result says where the climb goes.
    Else the climb goes to `step` at `due_at`, or ends for `close`. `settled` is a message of an earlier
    round that will not be tried again, with the status it ends in. `doubt` is a message whose attempt nobody
    saw end: the climb stands still until that is settled. `sent` counts the steps that reached a provider.
    """

    claimed: Claimed
    step: int
    due_at: datetime
    close: Close | None = None
    draft: Draft | None = None
    settled: tuple[Message, Status] | None = None
    doubt: Pending | None = None
    bars: tuple[BarRow, ...] = ()
    sent: int = 0
    is_crowded: bool = False  # another open outreach may write to the same person
    cools: tuple[int, ...] = ()  # cooling-off steps that it comes to: the core is asked for a hold
    ends_at: datetime | None = None  # nothing is handed over from then on
    heard: Heard | None = None  # the core's word on a hold that the ladder asked for

    def drafting(self, draft: Draft) -> Errand:
        """The same with this draft."""
        return Errand(
            claimed=self.claimed,
            step=self.step,
            due_at=self.due_at,
            close=self.close,
            draft=draft,
            settled=self.settled,
            doubt=self.doubt,
            bars=self.bars,
            sent=self.sent,
            is_crowded=self.is_crowded,
            cools=self.cools,
            ends_at=self.ends_at,
            heard=self.heard,
        )


def plan(  # noqa: C901  # one match over the four things a step can be; splitting it would hide one
    claimed: Claimed,
    ground: Ground,
    renderer: Renderer,
    policy: GatePolicy,
    now: datetime,
    repeatable: Collection[Channel] = (),
) -> Errand:
    """The errand of one outreach: the ladder, the gate and the words, in that order.

    Steps that cannot be sent are passed over at once. A message whose attempt nobody saw end is repeated only
    on a channel of `repeatable`, where the repeat replaces the first; else it has to be settled.
    """
    pending = claimed.pending
    if pending and pending.is_open and not pending.is_over and pending.message.channel not in repeatable:
        return Errand(claimed=claimed, step=claimed.step, due_at=now, doubt=pending, sent=claimed.sent)
    climb, voice = _climb(claimed, ground), Voice(renderer=renderer, policy=policy, now=now)
    bars: list[BarRow] = []
    while True:
        match errand(climb, ground.profile, ground.transfer, _urgency(claimed), policy, now):
            case Done(reason):
                close = closing(reason, _urgency(claimed), bars)
                return _end(claimed, climb, bars, close=close, due_at=now)
            case Sleep(until, reason):
                if reason is not None:
                    bars.append(_bar(climb, "held", reason, until))
                return _end(claimed, climb, bars, due_at=until)
            case Cool(index, step):
                behind = replace(climb, next_step=index + 1)
                return replace(_end(claimed, behind, bars, due_at=now + step.wait), cools=(index,))
            case Pass(_, _, reason):
                bars.append(_bar(climb, "barred", reason))
            case Say(index, step, override):
                said = voice.say(claimed, index, step, ground)
                if isinstance(said, Said):
                    bars += [_bar(climb, "overridden", bar) for bar in (override, said.worn) if bar]
                    errand_ = _end(claimed, climb, bars, due_at=now, draft=said.draft)
                    return replace(errand_, is_crowded=True) if ground.is_crowded else errand_
                bars.append(_bar(climb, "barred", said))
        climb = replace(climb, next_step=climb.next_step + 1, due_at=now)


def under(ground: Ground, errand: Errand) -> Errand:
    """The errand with the moment from which on it may not go, and what was heard of its hold."""
    return replace(errand, ends_at=ground.expires_at, heard=ground.heard)


def _climb(claimed: Claimed, ground: Ground) -> Climb:
    """Where the climb stands, with a message of its step whose fate was learnt meanwhile behind it."""
    step, sent, due_at, pending = claimed.step, claimed.sent, claimed.due_at, claimed.pending
    if pending is not None and pending.is_over:
        step += 1
        if pending.status not in NEVER_THERE:
            step = after_saying(claimed.ladder, claimed.step)
            sent += 1
            due_at = (pending.tried_at or due_at) + claimed.ladder.steps[claimed.step].wait
    return Climb(
        ladder=claimed.ladder,
        next_step=step,
        due_at=due_at,
        expires_at=ground.expires_at,
        is_acknowledged=claimed.is_acknowledged,
        sent=sent,
    )


def _urgency(claimed: Claimed) -> Urgency:
    return _BY_RANK[claimed.urgency_rank]


_BY_RANK = tuple(Urgency)


def _bar(climb: Climb, verdict: str, reason: Bar, until: datetime | None = None) -> BarRow:
    channel = climb.ladder.steps[climb.next_step].channel
    return BarRow(step=climb.next_step, channel=channel, verdict=verdict, reason=reason, until=until)


def _end(
    claimed: Claimed,
    climb: Climb,
    bars: list[BarRow],
    *,
    due_at: datetime,
    close: Close | None = None,
    draft: Draft | None = None,
) -> Errand:
    pending = claimed.pending
    is_behind = close is not None or climb.next_step > claimed.step  # an earlier message is behind us
    return Errand(
        claimed=claimed,
        step=climb.next_step,
        due_at=due_at,
        close=close,
        draft=draft,
        settled=(pending.message, _left_in(pending)) if pending and is_behind else None,
        bars=tuple(bars),
        sent=climb.sent,
    )


def on_route(errand: Errand, route: str | Wait, now: datetime) -> Errand:
    """The errand with its provider; or waiting, or past a step that nobody will carry."""
    assert errand.draft is not None
    if isinstance(route, str):
        return errand.drafting(errand.draft.by(route))
    channel, pending = errand.draft.message.channel, errand.claimed.pending
    verdict = "held" if route.until else "barred"
    bar = BarRow(step=errand.step, channel=channel, verdict=verdict, reason=route.reason, until=route.until)
    errand = replace(errand, draft=None, due_at=route.until or now, bars=(*errand.bars, bar))
    if route.until:
        return errand
    is_tried = pending is not None and errand.step == errand.claimed.step
    settled = (pending.message, _left_in(pending)) if pending and is_tried else errand.settled
    return replace(errand, step=errand.step + 1, settled=settled)


def _left_in(pending: Pending) -> Status:
    """How a message ends that is not tried again: a provider that was asked before may have it."""
    return Status.IN_DOUBT if pending.may_be_there else Status.CANCELLED
