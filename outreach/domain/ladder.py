"""Ladders: ordered steps that are climbed until a person answers. Frozen when an outreach opens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from outreach.domain.consent import Program
from outreach.domain.scale import Channel

CALL_COMING = "calls/coming"
"""The template that says in the app that we are about to call: hang up on whoever else does."""


class Announced(StrEnum):
    """Where the person is told of a call before it: whoever is in the app reads it, too."""

    APP = "app"  # the inbox; a push where that may not be written to
    INBOX = "inbox"  # and nowhere that lights up
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung: say this template on this channel, then wait before falling through to the next."""

    channel: Channel
    template: str  # "<pattern>/<name>"
    wait: timedelta
    is_instead: bool = False  # said only where the step before it could not be
    cool_off: timedelta = timedelta()  # says nothing: asks the core for a hold of this length, and waits

    @property
    def announces(self) -> bool:
        """Whether it only says that we are about to call."""
        return self.template == CALL_COMING


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Steps in the order they are climbed. `program` is what its messages are for: its consent counts."""

    name: str
    steps: tuple[Step, ...]
    program: Program = Program.SECURITY
    hold: timedelta = timedelta()  # asked of the core with the first step; none where it is 0
    wording: str = ""  # drawn by an experiment: `a` is the one without a name, `b` is `<name>@b`

    @property
    def said(self) -> tuple[Step, ...]:
        """The steps that say something."""
        return tuple(step for step in self.steps if not step.cool_off)

    @property
    def asks_holds(self) -> bool:
        """Whether it is climbed under a hold that we ask for: nothing is sent after its end."""
        return bool(self.hold) or len(self.said) < len(self.steps)


def cooling(length: timedelta, wait: timedelta) -> Step:
    """A step that asks the core for a hold, and waits; its channel is that of nobody."""
    return Step(channel=Channel.INBOX, template="", wait=wait, cool_off=length)


def announced(call: Step, where: Announced) -> tuple[Step, ...]:
    """A call step, behind the steps that announce it; each is a message of its own (law 4)."""
    said = Step(channel=Channel.INBOX, template=CALL_COMING, wait=timedelta())
    instead = Step(channel=Channel.PUSH, template=CALL_COMING, wait=timedelta(), is_instead=True)
    before = {Announced.APP: (said, instead), Announced.INBOX: (said,), Announced.NOWHERE: ()}
    return (*before[where], call)


def after_saying(ladder: Ladder, step: int) -> int:
    """The step that follows one that was said: past those that would have stood in for it."""
    following = step + 1
    while following < len(ladder.steps) and ladder.steps[following].is_instead:
        following += 1
    return following


class Close(StrEnum):
    """Why a climb ended; each is shown in the history in words."""

    ACKNOWLEDGED = "acknowledged"  # a person answered
    EXHAUSTED = "exhausted"  # every step was sent and nobody answered
    UNREACHABLE = "unreachable"  # no step could be sent: becomes a task for a person
    SPARED = "spared"  # no step was sent, because the person was told enough lately
    EXPIRED = "expired"  # too late to be of use
    TRANSFER_GONE = "transfer_gone"  # the transfer was cancelled: nothing left to warn about
    OVERTAKEN = "overtaken"  # a more severe pattern took over
    STOPPED = "stopped"  # a person at the firm stopped it
    REJECTED = "rejected"  # an approver said no
    RAMPED = "ramped"  # its step of the rule's ramp came too late
    FORGOTTEN = "forgotten"  # the person was forgotten


@dataclass(frozen=True, slots=True)
class Due:
    """The step with this index (0-based) is to be tried now."""

    index: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """The climb is over."""

    reason: Close


Move = Due | Wait | Done


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """Where an outreach stands on its ladder. `sent` counts the steps that reached a provider."""

    ladder: Ladder
    next_step: int
    due_at: datetime
    expires_at: datetime | None
    is_acknowledged: bool
    sent: int


def next_move(climb: Climb, now: datetime) -> Move:
    """What to do with this climb now: an answer ends it first, then expiry, then the last rung."""
    if climb.is_acknowledged:
        return Done(Close.ACKNOWLEDGED)
    if climb.expires_at is not None and now >= climb.expires_at:
        return Done(Close.EXPIRED)
    if now < climb.due_at:
        return Wait(climb.due_at)
    if climb.next_step >= len(climb.ladder.steps):
        return Done(Close.EXHAUSTED if climb.sent else Close.UNREACHABLE)
    return Due(climb.next_step)


def freeze(ladder: Ladder) -> str:
    """The ladder as canonical JSON, as it is kept on the outreach."""
    steps = [
        {"channel": s.channel.value, "template": s.template, "wait": int(s.wait.total_seconds())}
        | ({"instead": True} if s.is_instead else {})
        | ({"cool_off": int(s.cool_off.total_seconds())} if s.cool_off else {})
        for s in ladder.steps
    ]
    # Warnings leave their program out: a ladder that was frozen before there were others reads the same.
    is_warning = ladder.program is Program.SECURITY
    other: dict[str, str | int] = {} if is_warning else {"program": ladder.program.value}
    if ladder.wording:
        other["wording"] = ladder.wording
    if ladder.hold:
        other["hold"] = int(ladder.hold.total_seconds())
    return json.dumps({"name": ladder.name, "steps": steps, **other}, separators=(",", ":"), sort_keys=True)


@lru_cache(maxsize=1024)  # a firm has a few dozen ladders, a round five hundred climbs
def thaw(text: str) -> Ladder:
    """The ladder that `freeze` wrote."""
    raw = json.loads(text)
    return Ladder(
        name=raw["name"],
        program=Program(raw.get("program", Program.SECURITY)),
        hold=timedelta(seconds=raw.get("hold", 0)),
        wording=raw.get("wording", ""),
        steps=tuple(
            Step(
                channel=Channel(s["channel"]),
                template=s["template"],
                wait=timedelta(seconds=s["wait"]),
                is_instead=s.get("instead", False),
                cool_off=timedelta(seconds=s.get("cool_off", 0)),
            )
            for s in raw["steps"]
        ),
    )
