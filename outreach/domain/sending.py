"""One step at its hour: what the climb, the transfer and the gate make of it together. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from outreach.domain.consent import Program
from outreach.domain.gate import Bar, Barred, BarRow, GatePolicy, Held, Open, gate
from outreach.domain.ladder import Climb, Close, Done, Due, Step, Wait, next_move
from outreach.domain.overlooked import quietly
from outreach.domain.profile import Profile
from outreach.domain.recent import NOTHING
from outreach.domain.scale import Urgency
from outreach.domain.transfer import Transfer, TransferStatus

ENOUGH = frozenset({Bar.COOL_DOWN, Bar.FATIGUE})

AFTER_LOSS = "after_loss"
"""The name of the message that takes over once the money has left."""


@dataclass(frozen=True, slots=True)
class Say:
    """Send this step now. `override` names the bar that critical urgency passed."""

    index: int
    step: Step
    override: Bar | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """This step cannot be sent: fall through to the next at once."""

    index: int
    step: Step
    reason: Bar


@dataclass(frozen=True, slots=True)
class Sleep:
    """Nothing now. `reason` is None where the ladder itself says to wait."""

    until: datetime
    reason: Bar | None = None


Errand = Say | Pass | Sleep | Done


def errand(
    climb: Climb,
    profile: Profile,
    transfer: Transfer | None,
    urgency: Urgency,
    policy: GatePolicy,
    now: datetime,
) -> Errand:
    """What to do with an outreach now: asked again at send time, every time (law 5)."""
    move = next_move(climb, now)
    match move:
        case Done():
            return move
        case Wait(until):
            return Sleep(until)
        case Due(index):
            if transfer is not None and transfer.status is TransferStatus.CANCELLED:
                return Done(Close.TRANSFER_GONE)
            step = climb.ladder.steps[index]
            # What is no warning does not turn into the one that follows a loss.
            step = timely(step, transfer) if climb.ladder.program is Program.SECURITY else step
            step = quietly(step, AFTER_LOSS) if profile.is_overlooked else step
            who = replace(profile, recent=NOTHING) if step.announces else profile  # it goes with its call
            match gate(policy, who, step.channel, urgency, now, climb.ladder.program):
                case Open(override):
                    return Say(index, step, override)
                case Held(until, reason):
                    return _held(climb, index, step, until, reason)
                case Barred(reason):
                    return Pass(index, step, reason)


def _held(climb: Climb, index: int, step: Step, until: datetime, reason: Bar) -> Errand:
    if climb.expires_at is None or until < climb.expires_at:
        return Sleep(until, reason)
    if reason in {Bar.SPACED, Bar.UNSAFE}:  # no other channel is freer: it ends as expired, and opens no task
        return Sleep(climb.expires_at, reason)
    return Pass(index, step, reason)  # what would wake up too late: another channel may be open


def closing(reason: Close, urgency: Urgency, bars: Iterable[BarRow]) -> Close:
    """Why a climb really ends: nobody has to find another way to a person who was told enough lately."""
    told_enough = urgency is not Urgency.CRITICAL and any(bar.reason in ENOUGH for bar in bars)
    return Close.SPARED if reason is Close.UNREACHABLE and told_enough else reason


def last_moment(expires_at: datetime | None, hold: object, transfer: Transfer | None) -> datetime | None:
    """When a warning comes too late: as frozen, or earlier where it lasts as long as the transfer's hold and
    the core system says now that this ends earlier. `hold` is the end that the frozen facts tell."""
    current = transfer.hold_expires_at if transfer is not None and transfer.is_held else None
    return current if current and expires_at and hold == expires_at and current < expires_at else expires_at


def timely(step: Step, transfer: Transfer | None) -> Step:
    """The step as it stands, or with the after-loss message where the money has left meanwhile."""
    if transfer is None or transfer.status is not TransferStatus.SENT or step.announces:
        return step
    pattern, _, _ = step.template.partition("/")
    return replace(step, template=f"{pattern}/{AFTER_LOSS}")
