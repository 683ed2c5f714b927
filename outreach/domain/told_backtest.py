"""A backtest in words and figures: what every way of showing it says alike."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from outreach.domain.backtest import Bill, Change, Comparison, Judged, Known, Trip

BY = {
    "pattern": "By pattern",
    "rule": "By rule",
    "country": "By country",
    "locale": "By language",
    "channel": "By channel",
}
"""What people are counted by, in the order they are shown."""


def headline(found: Comparison) -> str:
    """`120 more people would be warned, 30 fewer, 4,310 as before`."""
    change = found.people
    if change.is_none:
        return f"Nobody changes: {people(change.same)} would be warned, as before"
    more = "1 more person" if change.plus == 1 else f"{change.plus:,} more people"
    return f"{more} would be warned, {change.minus:,} fewer, {change.same:,} as before"


def people(count: int) -> str:
    """`1 person`."""
    return "1 person" if count == 1 else f"{count:,} people"


def counted(count: int, word: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{count:,} {word}{'s' * (count != 1)}"


def signed(count: int) -> str:
    """`+12`, `−3`, `0`."""
    return f"+{count:,}" if count > 0 else f"−{-count:,}" if count < 0 else "0"


def figures(change: Change) -> tuple[str, str, str, str, str]:
    """Before, after, newly, no more, as before."""
    return (
        f"{change.before:,}",
        f"{change.after:,}",
        signed(change.plus),
        signed(-change.minus),
        f"{change.same:,}",
    )


HEADS = ("before", "after", "+", "−", "same")


def named(change: Change) -> str:
    """What a row is about."""
    return change.name or "not known"


def money(amount: Decimal, currency: str) -> str:
    """`1,240.50 USD`."""
    return f"{amount:,.2f} {currency}"


def bill(one: Bill, currency: str) -> str:
    """Messages, parts and money of a channel."""
    parts = f", {one.parts:,} parts" if one.parts is not None else ""
    cost = f", {money(one.money, currency)}" if one.money else ""
    free = f" ({one.unpriced:,} without a price)" if one.unpriced and one.money else ""
    return f"{one.messages:,} messages{parts}{cost}{free}"


def known(one: Known, side: int) -> str:
    """`41 of 50 (82.0%), 3 h before`."""
    caught = one.caught[side]
    lead = one.lead[side]
    before = f", {length(lead)} before (median)" if lead is not None else ""
    share = f" ({caught / one.n:.1%})" if one.n else ""
    return f"{caught:,} of {one.n:,}{share}{before}"


def judged(one: Judged) -> tuple[str, str, str]:
    """Precision, recall and lead time, each with its n."""
    warned = one.warned_scams + one.false_alarms
    precision = "nothing known" if one.precision is None else f"{one.precision:.1%} of {warned:,}"
    recall = "no scam known" if one.recall is None else f"{one.recall:.1%} of {one.scams:,}"
    lead = "nobody in time" if one.lead is None else f"{length(one.lead)} (median of {one.in_time:,})"
    return precision, recall, lead


JUDGED = ("precision", "recall", "lead time to loss")
"""What `judged` tells, in its order."""

JUDGED_NOTE = (
    "Precision: of those whom a version warns and of whom it is known, the share that met a scam confirmed by"
    " a list or an analyst. Recall: of known scams. More becomes known of whom somebody looked at."
)


def length(span: timedelta) -> str:
    """A span in its largest fitting unit."""
    seconds = span.total_seconds()
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def window(found: Comparison) -> str:
    """What was replayed."""
    pulls = f"{counted(found.pulls, 'pull')} in {counted(found.runs, 'run')}"
    return f"{found.since} … {found.until}: {found.flags_read:,} flags of {pulls}"


def trip(one: Trip) -> str:
    """`would be held in 3 runs: 14 people, more than max_users 5`."""
    return f"would be held for approval in {counted(one.runs, 'run')}: {one.words}"


def editions(found: Comparison) -> str:
    """Which books."""
    before, after = found.before, found.after
    return (
        f"before: {before.named} ({before.sha256}, {before.running} rules running);"
        f" after: {after.named} ({after.sha256}, {after.running} rules running)"
    )
