"""What a report says: one person's telling, or a run's figures with some people as examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.history import Entry, timeline
from outreach.domain.standing import standing
from outreach.domain.story import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A story told at a moment: the sentence on top, and every entry in order."""

    story: Story
    standing: str
    entries: tuple[Entry, ...]
    told_at: datetime


def tell(story: Story, now: datetime) -> Telling:
    """The telling of a story as it stands now."""
    return Telling(story=story, standing=standing(story, now), entries=timeline(story), told_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternFigures:
    """What became of one pattern's flags in a run; `verdicts` are live decisions by verdict."""

    pattern: str
    flags: int
    verdicts: Mapping[str, int]
    outreaches: int
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigures:
    """What one run read and led to, counted from the ledger; each mapping is most frequent first.

    `lines` = `read` + `quarantined`. `sent` counts messages by (channel, locale), `statuses` the same ones by
    (channel, status), `skips` live decisions by reason, `bars` steps by (verdict, reason), `closes` ended
    outreaches by reason, `shadow` the decisions of shadow rules by (rule, verdict).
    `counts` are the run's own: `repeated`, `no_rule_held`, `shadow` …
    """

    run: str
    started_at: datetime
    finished_at: datetime | None
    rulebook_sha256: str
    lines: int
    read: int
    quarantined: int
    counts: Mapping[str, int]
    patterns: tuple[PatternFigures, ...]
    sent: Mapping[tuple[str, str], int]
    statuses: Mapping[tuple[str, str], int]
    skips: Mapping[str, int]
    quarantine: Mapping[str, int]
    bars: Mapping[tuple[str, str], int]
    closes: Mapping[str, int]
    shadow: Mapping[tuple[str, str], int]
    outreaches: int
    people: int
    answered: int

    @property
    def verdicts(self) -> Counter[str]:
        """Live decisions by verdict, over all patterns."""
        total: Counter[str] = Counter()
        for each in self.patterns:
            total.update(each.verdicts)
        return total

    @property
    def messages(self) -> int:
        """Every message of the run."""
        return sum(self.sent.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """A run's figures and the tellings of some of its people."""

    firm: str
    figures: RunFigures
    samples: tuple[Telling, ...] = field(repr=False)
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Example:
    """A person who could stand as an example of a pattern, a language and a way of ending."""

    person: str
    pattern: str
    locale: str
    ending: str


def vary(candidates: Sequence[Example], count: int) -> list[str]:
    """Up to `count` different people, each the one who adds most of what is not shown yet."""
    shown: Counter[tuple[str, str]] = Counter()
    left = {example.person: example for example in candidates}
    chosen: list[str] = []
    while left and len(chosen) < count:
        best = min(left.values(), key=lambda e: (sum(shown[t] for t in _traits(e)), e.person))
        chosen.append(best.person)
        shown.update(_traits(best))
        del left[best.person]
    return chosen


def _traits(example: Example) -> tuple[tuple[str, str], ...]:
    return (
        ("pattern", example.pattern),
        ("locale", example.locale),
        ("ending", example.ending),
    )
