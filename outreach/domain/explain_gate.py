"""What the gate would have said of each step of a ladder at a moment that has passed, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from outreach.domain import wording
from outreach.domain.gate import Barred, Gate, GatePolicy, Held, Open, gate
from outreach.domain.moment import near, zone_of
from outreach.domain.profile import Profile
from outreach.domain.ruleset import Warn
from outreach.domain.scale import Channel
from outreach.domain.wording import say


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWord:
    """One step: when it would be asked, and what the gate would say. `verdict` is open, held or barred."""

    step: int
    channel: Channel
    template: str
    at: datetime
    verdict: str
    words: str


def ask_steps(warn: Warn, profile: Profile, policy: GatePolicy, at: datetime) -> Iterator[StepWord]:
    """Each step of a ladder at its own time, as if nobody answered and nothing else came between."""
    for place, step in enumerate(warn.ladder.steps):
        if step.cool_off:
            at += step.wait
            continue
        said = gate(policy, profile, step.channel, warn.urgency, at, warn.ladder.program)
        yield StepWord(
            step=place + 1,
            channel=step.channel,
            template=step.template,
            at=at,
            verdict=_VERDICTS[type(said)],
            words=gate_words(said, profile.zone or policy.default_zone, at),
        )
        at += step.wait


_VERDICTS: dict[type[Gate], str] = {Open: "open", Held: "held", Barred: "barred"}


def gate_words(said: Gate, zone: str, at: datetime) -> str:
    """`would be held until 08:00 Europe/Madrid: it is night where the person is`."""
    match said:
        case Open(None):
            return "would be sent"
        case Open(bar):
            passed = wording.OVERRIDES.get(bar or "", ", and a critical warning may pass that")
            return f"would be sent all the same: {say(wording.BARS, bar or '')}{passed}"
        case Held(until, reason):
            when = f"{near(until, zone, at)} {zone_of(zone).key}"
            return f"would be held until {when}: {say(wording.BARS, reason)}"
        case Barred(reason):
            return f"would be passed over: {say(wording.BARS, reason)}"
