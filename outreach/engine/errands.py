"""What a round will do about one claimed outreach, worked out before anything is written or sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from outreach.domain.delivery import Status
from outreach.domain.gate import Bar, BarRow, GatePolicy
from outreach.domain.ladder import Climb, Close, Done, Step
from outreach.domain.message import Message
from outreach.domain.profile import Profile
from outreach.domain.scale import Channel, Urgency
from outreach.domain.sending import Pass, Say, Sleep, errand
from outreach.domain.transfer import Transfer
from outreach.engine.ports import Renderer
from outreach.engine.traffic import Wait
from outreach.errors import RenderError
from outreach.store.claimed import Claimed, Pending
from outreach.store.sending import Draft

NEVER_THERE = frozenset({Status.REFUSED, Status.CANCELLED, Status.UNDELIVERED})
"""How a message ends that reached nobody: the next step need not wait for an answer to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a round knows of one outreach beside the claim; `message_id` and `reference` are fresh."""

    profile: Profile
    transfer: Transfer | None
    context: Mapping[str, object] = field(repr=False)  # every word a template may say
    message_id: str
    reference: str


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
    climb = _climb(claimed)
    bars: list[BarRow] = []
    while True:
        match errand(climb, ground.profile, ground.transfer, _urgency(claimed), policy, now):
            case Done(reason):
                return _end(claimed, climb, bars, close=reason, due_at=now)
            case Sleep(until, reason):
                if reason is not None:
                    bars.append(_bar(climb, "held", reason, until))
                return _end(claimed, climb, bars, due_at=until)
            case Pass(_, _, reason):
                bars.append(_bar(climb, "barred", reason))
            case Say(index, step, override):
                said = _say(claimed, index, step, ground, renderer)
                if isinstance(said, Draft):
                    bars += [_bar(climb, "overridden", override)] if override else []
                    return _end(claimed, climb, bars, due_at=now, draft=said)
                bars.append(_bar(climb, "barred", said))
        climb = replace(climb, next_step=climb.next_step + 1, due_at=now)


def _climb(claimed: Claimed) -> Climb:
    """Where the climb stands, with a message of its step whose fate was learnt meanwhile behind it."""
    step, sent, due_at, pending = claimed.step, claimed.sent, claimed.due_at, claimed.pending
    if pending is not None and pending.is_over:
        step += 1
        if pending.status not in NEVER_THERE:
            sent += 1
            due_at = (pending.tried_at or due_at) + claimed.ladder.steps[claimed.step].wait
    return Climb(
        ladder=claimed.ladder,
        next_step=step,
        due_at=due_at,
        expires_at=claimed.expires_at,
        is_acknowledged=claimed.is_acknowledged,
        sent=sent,
    )


def _urgency(claimed: Claimed) -> Urgency:
    return list(Urgency)[claimed.urgency_rank]


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
        return replace(errand, draft=replace(errand.draft, provider=route))
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


def _say(claimed: Claimed, index: int, step: Step, ground: Ground, renderer: Renderer) -> Draft | Bar:
    """The draft of a step: the message written down before where there is one, else fresh words."""
    if claimed.pending is not None and index == claimed.step:
        kept = claimed.pending
        is_step = kept.template.split(".")[0].split("@")[0] == step.template
        if not is_step or kept.message.to != _to(ground, step):
            return Bar.OUT_OF_DATE
        return _draft(claimed, index, kept.message, kept.template, "", kept.provider)
    try:
        rendered = renderer.render(step.template, step.channel, ground.profile.locale, ground.context)
    except RenderError:
        return Bar.NOT_SAYABLE
    message = Message(
        id=ground.message_id,
        reference=ground.reference,
        channel=step.channel,
        to=_to(ground, step),
        locale=rendered.locale,
        content=rendered.content,
        thread=claimed.id,
    )
    return _draft(claimed, index, message, rendered.template, rendered.template_sha256)


def _to(ground: Ground, step: Step) -> str:
    channel = Channel.SMS if step.channel is Channel.CALL else step.channel  # a call goes to the same phone
    return ground.profile.contacts.get(channel, "")


def _draft(  # a draft is all of this
    claimed: Claimed, index: int, message: Message, template: str, sha256: str, provider: str = ""
) -> Draft:
    return Draft(
        outreach=claimed.id,
        person=claimed.person,
        step=index,
        message=message,
        template=template,
        template_sha256=sha256,
        is_new=bool(sha256),
        urgency_rank=claimed.urgency_rank,
        provider=provider,
    )
