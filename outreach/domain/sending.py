"""One step at its hour: what the climb, the transfer and the gate make of it together. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from outreach.domain.consent import Program
from outreach.domain.gate import Bar, Barred, BarRow, Gate, GatePolicy, Held, Open, gate
from outreach.domain.hold import Word
from outreach.domain.ladder import Climb, Close, Done, Due, Step, Wait, next_move
from outreach.domain.overlooked import quietly
from outreach.domain.profile import Profile
from outreach.domain.recent import NOTHING
from outreach.domain.scale import Urgency
from outreach.domain.transfer import Transfer, TransferStatus

ENOUGH = frozenset({Bar.COOL_DOWN, Bar.FATIGUE})

AFTER_LOSS = "after_loss"
"""The name of the message that takes over once the money has left."""

ABOUT_A_LOSS = "silent_loss"
"""The pattern whose every message is about money that has left: its gentler words stay as they are."""


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


@dataclass(frozen=True, slots=True)
class Cool:
    """This step says nothing: the core is asked for a hold, and the climb waits."""

    index: int
    step: Step


Errand = Say | Pass | Sleep | Cool | Done

NO_CHANNEL_IS_FREER = frozenset({Bar.SPACED, Bar.UNSAFE, Bar.WELFARE})
"""What is held by these ends as expired, and opens no task."""


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
            if _is_cancelled(transfer):
                return Done(Close.TRANSFER_GONE)
            if (step := climb.ladder.steps[index]).cool_off:
                return Cool(index, step)
            step = _worded(step, climb.ladder.program, profile, transfer)
            whom, program = _asked_of(profile, step), climb.ladder.program
            said = gate(policy, whom, step.channel, urgency, now, program)
            return _allowed(said, climb, index, step)


def _allowed(said: Gate, climb: Climb, index: int, step: Step) -> Errand:
    match said:
        case Open(override):
            return Say(index, step, override)
        case Held(until, reason):
            return _held(climb, index, step, until, reason)
        case Barred(reason):
            return Pass(index, step, reason)


def _is_cancelled(transfer: Transfer | None) -> bool:
    return transfer is not None and transfer.status is TransferStatus.CANCELLED


def _asked_of(profile: Profile, step: Step) -> Profile:
    return replace(profile, recent=NOTHING) if step.announces else profile  # it goes with its call


def _worded(step: Step, program: Program, profile: Profile, transfer: Transfer | None) -> Step:
    # What is no warning does not turn into the one that follows a loss.
    step = timely(step, transfer) if program is Program.SECURITY else step
    return quietly(step, AFTER_LOSS) if profile.is_overlooked else step


def _held(climb: Climb, index: int, step: Step, until: datetime, reason: Bar) -> Errand:
    if climb.expires_at is None or until < climb.expires_at:
        return Sleep(until, reason)
    if reason in NO_CHANNEL_IS_FREER:
        return Sleep(climb.expires_at, reason)
    return Pass(index, step, reason)  # what would wake up too late: another channel may be open


def closing(reason: Close, urgency: Urgency, bars: Iterable[BarRow]) -> Close:
    """Why a climb really ends: nobody has to find another way to a person who was told enough lately."""
    told_enough = urgency is not Urgency.CRITICAL and any(bar.reason in ENOUGH for bar in bars)
    return Close.SPARED if reason is Close.UNREACHABLE and told_enough else reason


def last_moment(
    expires_at: datetime | None, hold: object, transfer: Transfer | None, kept: Word | None = None
) -> datetime | None:
    """When a warning comes too late: as frozen, or earlier where it lasts as long as the transfer's hold and
    the core system says now that this ends earlier. `hold` is the end that the frozen facts tell; `kept` the
    core's last word on a hold that we asked for: nothing is sent after that has ended."""
    if kept is not None:
        is_held = transfer is not None and transfer.is_held and transfer.hold_expires_at is not None
        ends_at = transfer.hold_expires_at if transfer is not None and is_held else kept.until
        return min((end for end in (expires_at, ends_at) if end is not None), default=None)
    current = transfer.hold_expires_at if transfer is not None and transfer.is_held else None
    return current if current and expires_at and hold == expires_at and current < expires_at else expires_at


def timely(step: Step, transfer: Transfer | None) -> Step:
    """The step as it stands, or with the after-loss message where the money has left meanwhile."""
    if transfer is None or transfer.status is not TransferStatus.SENT or step.announces:
        return step
    pattern, _, _ = step.template.partition("/")
    if pattern == ABOUT_A_LOSS:
        return step
    return replace(step, template=f"{pattern}/{AFTER_LOSS}")
