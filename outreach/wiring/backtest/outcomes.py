"""What is known of people, beside what each book would have done: how often it is right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from outreach.adapters.backtest import Counting
from outreach.domain.backtest import Judged, Known
from outreach.store.known import LEGITIMATE, LOST, SCAM
from outreach.wiring.backtest.pulls import Ledger, Window

KNOWN_AS = {
    "already_sent": "said that the money was sent",
    "stop_transfer": "asked to stop the transfer",
    "help_me": "asked for help",
    "not_me": "said that it was not them",
    "it_is_mine": "said that it is theirs (a false alarm)",
    SCAM: "met a scam that a list or an analyst confirmed",
    LOST: "lost money to such a scam",
    LEGITIMATE: "turned out to be no scam",
}

First = Mapping[tuple[int, str, str], datetime]
"""By side, person and pattern: when that book would first have warned."""


def first_warned(counts: Counting, ledger: Ledger, window: Window) -> First:
    """Of whoever something is known of."""
    first: dict[tuple[int, str, str], datetime] = {}
    for person, pattern, side, file in counts.first_warned(sorted({label.person for label in ledger.labels})):
        at = window.pulls[file].at
        key = (side, person, pattern)
        first[key] = min(at, first.get(key, at))
    return first


def caught(ledger: Ledger, first: First) -> tuple[Known, ...]:
    """By what is known: how many people each book warns about that pattern before it was known."""
    names = dict.fromkeys(label.name for label in ledger.labels)
    return tuple(_known(name, ledger, first) for name in sorted(names))


def judged(ledger: Ledger, first: First) -> tuple[Judged, Judged] | None:
    """How often each book is right; None where no outcome is known."""
    by_name: dict[str, dict[tuple[str, str], datetime]] = {SCAM: {}, LOST: {}, LEGITIMATE: {}}
    for label in ledger.labels:
        if label.name in by_name:
            by_name[label.name][label.person, label.pattern] = label.at
    scams, lost = by_name[SCAM], by_name[LOST]
    legitimate = by_name[LEGITIMATE].keys() - scams.keys()  # a scam in one episode outweighs the others
    if not scams and not legitimate:
        return None
    return _judged(0, scams, lost, legitimate, first), _judged(1, scams, lost, legitimate, first)


def _judged(
    side: int,
    scams: Mapping[tuple[str, str], datetime],
    lost: Mapping[tuple[str, str], datetime],
    legitimate: Collection[tuple[str, str]],
    first: First,
) -> Judged:
    leads = [at - first[side, *key] for key, at in lost.items() if (side, *key) in first]
    return Judged(
        scams=len(scams),
        warned_scams=sum((side, *key) in first for key in scams),
        in_time=sum(lead >= timedelta() for lead in leads),
        legitimate=len(legitimate),
        false_alarms=sum((side, *key) in first for key in legitimate),
        lead=_middle([lead for lead in leads if lead >= timedelta()]),
    )


def _known(name: str, ledger: Ledger, first: First) -> Known:
    those = [label for label in ledger.labels if label.name == name]
    leads = [
        [
            label.at - at
            for label in those
            if (at := first.get((side, label.person, label.pattern))) is not None and at <= label.at
        ]
        for side in (0, 1)
    ]
    return Known(
        name=KNOWN_AS.get(name, f"outcome {name}"),
        n=len(those),
        caught=(len(leads[0]), len(leads[1])),
        lead=(_middle(leads[0]), _middle(leads[1])),
    )


def _middle(lengths: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(each.total_seconds() for each in lengths)) if lengths else None
