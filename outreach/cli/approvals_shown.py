"""How an approval is shown: in lines that can be read at night, or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from outreach.domain.limits import money
from outreach.domain.moment import utc
from outreach.engine.weighing import Weighed


def remaining(until: datetime | None, now: datetime) -> str:
    """`in 1 h 20 min`, `in 40 s`, or that it is over."""
    if until is None:
        return "never"
    seconds = int((until - now).total_seconds())
    if seconds <= 0:
        return "expired"
    if seconds < 120:
        return f"in {seconds} s"
    minutes = seconds // 60
    if minutes < 120:
        return f"in {minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"in {hours} h {minutes} min" if hours < 48 else f"in {hours // 24} days"


def as_text(seen: Weighed, currency: str, now: datetime, *, two_people: bool) -> str:
    """Everything, the urgent first."""
    return "\n".join(_lines(seen, currency, now, two_people)) + "\n"


def _lines(seen: Weighed, currency: str, now: datetime, two_people: bool) -> Iterator[str]:
    a = seen.approval
    yield f"{a.pattern}/{a.rule}   {a.id}"
    yield f"  state     {_state(seen)}"
    yield f"  why       {a.reason}"
    yield f"  asked     {utc(a.asked_at)}, by run {a.run}"
    if a.state == "asked":
        first, last = remaining(seen.first_expires, now), remaining(seen.last_expires, now)
        yield f"  too late  the first {first}, the last {last}: then they are not sent any more"
    yield f"  usual     {_usual(seen)}"
    for name, counts in seen.by.items():
        if counts:
            yield f"  {name:<9} {_counts(counts)}"
    if seen.worked_out:
        yield from _worked_out(seen, currency)
    for word in seen.words:
        because = f": {word.reason}" if word.reason else ""
        yield f"  {word.verdict:<9} {word.actor}, {utc(word.at)}{because}"
    if a.state == "asked":
        yes = f"outreach approvals approve {a.id} --seen {a.users} --by NAME"
        yield f"Yes:  {yes}" + (" (two people)" if two_people else "")
        yield f"No:   outreach approvals reject {a.id} --by NAME --reason WHY"


def _state(seen: Weighed) -> str:
    a = seen.approval
    if a.state == "asked":
        return f"{seen.waiting:,} people wait for a word"
    when = f", {utc(a.answered_at)}" if a.answered_at else ""
    if a.state == "expired":
        return f"expired{when}: nobody answered in time, and {a.users:,} people were not warned"
    return f"{a.state} by {a.actor}{when}"


def _usual(seen: Weighed) -> str:
    if seen.usual is None:
        return "nobody knows yet: this is the rule's first day"
    return f"{seen.usual:,} people a day (the median of {seen.days} {'day' if seen.days == 1 else 'days'})"


def _worked_out(seen: Weighed, currency: str) -> Iterator[str]:
    of = f"of {seen.worked_out:,} worked out"
    yield f"  first by  {_counts(seen.first_by) or 'nobody now'} ({of})"
    if seen.not_now:
        yield f"  not now   {_counts(seen.not_now)} ({of})"
    if seen.millionths is None:
        yield "  cost      unknown: [traffic.spend.prices] has no prices"
    else:
        yield f"  cost      about {money(seen.millionths, currency)} for the first messages ({of})"
    for sample in seen.samples:
        yield f"  {sample.channel.value}, {sample.locale}, a sample (reference {sample.reference}):"
        yield from (f"    | {line}" for line in (sample.title, *sample.text.splitlines()) if line)


def _counts(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    words = [f"{name} {n:,}" for name, n in ordered[:8]]
    rest = sum(n for _, n in ordered[8:])
    return ", ".join([*words, *([f"others {rest:,}"] if rest else [])])


SAMPLE = ("locale", "reference", "title", "text")
"""What is told of a sample message, besides its channel."""


def as_json(seen: Weighed, currency: str) -> dict[str, Any]:
    """The same for a program; sums of money are text."""
    a = seen.approval

    def iso(at: datetime | None) -> str | None:
        return at.isoformat() if at else None

    return {
        "id": a.id,
        "run": a.run,
        "pattern": a.pattern,
        "rule": a.rule,
        "state": a.state,
        "limits": [limit.value for limit in a.limits],
        "reason": a.reason,
        "asked_at": iso(a.asked_at),
        "answered_at": iso(a.answered_at),
        "seen": a.users,
        "waiting": seen.waiting,
        "first_expires_at": iso(seen.first_expires),
        "last_expires_at": iso(seen.last_expires),
        "usual": {"people_a_day": seen.usual, "days": seen.days},
        **{f"by_{name}": dict(counts) for name, counts in seen.by.items()},
        "worked_out": seen.worked_out,
        "first_by": dict(seen.first_by),
        "not_now": dict(seen.not_now),
        "cost": None if seen.millionths is None else money(seen.millionths, currency),
        "samples": [
            {"channel": s.channel.value} | {part: getattr(s, part) for part in SAMPLE} for s in seen.samples
        ],
        "words": [
            {"actor": w.actor, "verdict": w.verdict, "reason": w.reason, "at": iso(w.at)} for w in seen.words
        ],
    }
