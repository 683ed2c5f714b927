"""Where a person stands, in one sentence: what a support agent reads first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from outreach.domain import wording
from outreach.domain.delivery import Status
from outreach.domain.ladder import thaw
from outreach.domain.moment import near
from outreach.domain.scale import Channel
from outreach.domain.story import MessageRecord, OutreachRecord, Story
from outreach.domain.wording import say, times

WARNED = frozenset({Status.ACCEPTED, Status.SENT, Status.DELIVERED})
"""Statuses in which a provider has the message; a call is a person's task, and is no warning by itself."""


def standing(story: Story, now: datetime) -> str:
    """`Warned twice about pig_butchering; last message by sms at 14:02; no answer; next: call at 15:30.`"""
    if not story.outreaches:
        return _never(story) + _tasks(story) + "."
    parts = [*_warned(story, now), _answered(story), _next(story.outreaches, story, now), *_core(story)]
    return "; ".join(part for part in parts if part) + _tasks(story) + "."


def _never(story: Story) -> str:
    if not story.flags:
        return "Known, but never flagged"
    flagged = f"Flagged {times(len(story.flags))}, never warned"
    acting = [decision for decision in story.decisions if not decision.is_shadow]
    if not acting:
        return f"{flagged}: no rule held"
    last = acting[-1]
    why = say(wording.REASONS, last.reason) + (f" ({last.because})" if last.because else "")
    return f"{flagged}: {why}"


def _reached(story: Story) -> list[MessageRecord]:
    return [m for m in story.messages if m.status in WARNED and m.channel != Channel.CALL]


def _warned(story: Story, now: datetime) -> list[str]:
    reached = _reached(story)
    patterns = {outreach.id: outreach.pattern for outreach in story.outreaches}
    doubtful = sum(message.status == Status.IN_DOUBT for message in story.messages)
    perhaps = f"{doubtful} {'more ' if reached else ''}in doubt" if doubtful else ""
    if not reached:
        about = _list(dict.fromkeys(patterns.values()))
        has_ended = all(outreach.state == "closed" for outreach in story.outreaches)
        return [f"Not warned about {about}{'' if has_ended else ' so far'}", perhaps]
    by_pattern = Counter(patterns.get(message.outreach, "an unknown pattern") for message in reached)
    about = _list(f"{times(count)} about {pattern}" for pattern, count in by_pattern.items())
    last = reached[-1]
    said = f"last message by {say(wording.CHANNELS, last.channel)} at {near(last.at, story.zone, now)}"
    return [f"Warned {about}", said, perhaps]


def _list(words: Iterable[str]) -> str:
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last


def _answered(story: Story) -> str:
    if not story.answers:
        return "no answer" if _reached(story) else ""
    last = story.answers[-1]
    return f"answered “{say(wording.ANSWERS, last.answer)}” {say(wording.VIAS, last.via)}"


def _next(outreaches: tuple[OutreachRecord, ...], story: Story, now: datetime) -> str:
    open_ones = [outreach for outreach in outreaches if outreach.state != "closed"]
    if not open_ones:
        return f"closed: {say(wording.CLOSES, outreaches[-1].close_reason or 'closed')}"
    current = open_ones[-1]
    if current.state == "held":
        return "waits for approval" + (f": {current.held_because}" if current.held_because else "")
    if current.state != "climbing":
        return say(wording.OUTREACH_STATES, current.state)
    return _next_step(current, story.zone, now)


def _next_step(outreach: OutreachRecord, zone: str | None, now: datetime) -> str:
    if outreach.expires_at is not None and outreach.expires_at <= max(outreach.due_at, now):
        return f"expires at {near(outreach.expires_at, zone, now)}, before the next step"
    when = "due now" if outreach.due_at <= now else f"at {near(outreach.due_at, zone, now)}"
    steps = thaw(outreach.ladder).steps
    if outreach.step >= len(steps):
        return f"no step is left, closes {when}"
    step = steps[outreach.step]
    return f"next: {'cooling off' if step.cool_off else say(wording.CHANNELS, step.channel)} {when}"


def _core(story: Story) -> list[str]:
    """What we asked of the core system and it has not confirmed: nobody may read it as done."""
    acts = {call.act: call.state for call in story.core_calls if call.state != "confirmed"}
    return [f"{act} {say(_NOT_DONE, state)}" for act, state in acts.items()]


_NOT_DONE = {
    "due": "to be asked for",
    "asked": "asked for, not confirmed",
    "refused": "refused by the core system",
    "dead": "could not be asked for",
}


def _tasks(story: Story) -> str:
    count = sum(task.state == "open" for task in story.tasks)
    return f"; {count} open task{'s' if count != 1 else ''}" if count else ""
