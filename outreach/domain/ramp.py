"""Ramps: a new version of a rule warns a few people first, then more, and stops where they say "it is mine".

People are chosen by a keyed hash of person and version: whoever is inside of one step is inside of every
later one. Who is outside waits for their step, and is warned then while it is still of use.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from outreach.domain.ruleset import Ramp, Rule

WHOLE = 1.0


class RampState(StrEnum):
    """Where a ramp stands."""

    RUNNING = "running"
    STOPPED = "stopped"  # too many said "it is mine": a person's word is needed
    DONE = "done"  # everybody is inside


@dataclass(frozen=True, slots=True, kw_only=True)
class RampStanding:
    """How far one rule's newest version has come; `step` counts from 0."""

    version: str
    step: int
    state: RampState
    started_at: datetime
    stepped_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the people warned since the ramp began have answered: how many in all, and "it is mine"."""

    given: int
    mine: int


def version_of(rule: Rule) -> str:
    """A hash of all that decides who is warned, and of what: remarks, dates and limits restart no ramp."""
    meant = (rule.id, rule.when, rule.score, rule.exclusions, rule.if_unknown, rule.warn)
    words = re.sub(r", span=(None|Span\([^)]*\))", "", repr(meant))
    return hashlib.sha256(words.encode()).hexdigest()


def place(digest: bytes) -> float:
    """Where a keyed hash puts somebody, evenly: from 0 on, and under 1; of 64 bits a float might make 1."""
    return int.from_bytes(digest[:6], "big") / 2**48


def share(ramp: Ramp, standing: RampStanding) -> float:
    """The part of the people who are inside now, 0 … 1."""
    if standing.state is RampState.DONE:
        return WHOLE
    return float(ramp.steps[min(standing.step, len(ramp.steps) - 1)])


def begun(ramp: Ramp, version: str, now: datetime, before: RampStanding | None) -> RampStanding:
    """The standing of this version: as before, or at its first step where the version is new."""
    if before is not None and before.version == version:
        return before
    state = RampState.DONE if ramp.steps[0] >= 1 else RampState.RUNNING
    return RampStanding(version=version, step=0, state=state, started_at=now, stepped_at=now)


def onward(ramp: Ramp, standing: RampStanding, answers: Answers, now: datetime) -> RampStanding:
    """The standing after what was answered: stopped over the bound, a step on after the wait, else the same.

    Too few answers to judge never stop a ramp, and never hold it up: a warning that waits helps nobody.
    """
    if standing.state is not RampState.RUNNING:
        return standing
    if why := too_many(ramp, answers):
        at = f"{why}; the ramp stopped at {share(ramp, standing) * 100:g}%"
        return replace(standing, state=RampState.STOPPED, stepped_at=now, reason=at)
    if now - standing.stepped_at < ramp.wait:
        return standing
    step = standing.step + 1
    is_over = step >= len(ramp.steps) or ramp.steps[step] >= 1
    state = RampState.DONE if is_over else RampState.RUNNING
    return replace(standing, step=min(step, len(ramp.steps) - 1), state=state, stepped_at=now)


def too_many(ramp: Ramp, answers: Answers) -> str:
    """Why these answers stop the ramp, in words; empty where they do not."""
    if answers.given < ramp.least or answers.mine <= answers.given * ramp.stop_at:
        return ""
    part = f"{answers.mine:,} of {answers.given:,} answers ({answers.mine / answers.given:.1%})"
    return f'{part} say "I checked, it is mine", more than stop_at {ramp.stop_at:.1%}'
