"""Rule sets: one pattern's file in one version, as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from outreach.domain.condition import Condition, Span
from outreach.domain.experiment import Experiment
from outreach.domain.facts import Catalogue, Facts
from outreach.domain.ladder import Ladder
from outreach.domain.questionnaire import Questionnaire
from outreach.domain.scale import Severity, Urgency


class RuleStatus(StrEnum):
    """draft: not run. shadow: run and recorded, nothing sent. live: warns. retired: kept, not run."""

    DRAFT = "draft"
    SHADOW = "shadow"
    LIVE = "live"
    RETIRED = "retired"


class IfUnknown(StrEnum):
    """What an unknown condition becomes; a NULL is never a silent "no"."""

    UNDECIDED = "undecided"
    WARN = "warn"


class InDoubt(StrEnum):
    """What to do with a message the provider may or may not have taken."""

    REPEAT = "repeat"
    HOLD_FOR_HUMAN = "hold_for_human"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The cut-off: warn at `at_least`, record near misses from `observe_from`, both on `fact`.

    `tie_break` is the half-width of the band around `at_least` in which a `tie_breaker` experiment assigns.
    """

    fact: str
    at_least: Decimal
    observe_from: Decimal | None = None
    tie_break: Decimal | None = None

    @property
    def floor(self) -> Decimal:
        """The lowest score that anything is recorded for."""
        low = self.at_least if self.observe_from is None else min(self.observe_from, self.at_least)
        return low if self.tie_break is None else min(low, self.at_least - self.tie_break)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A named exception: where `when` holds, the rule skips and says `because`."""

    because: str
    when: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Over any, what the run opened for this rule is held for approval. `max_share` is 0 … 1; `max_per_hour`
    counts over all runs; `times_usual` is the rule's own bound of the baseline alarm, 0: none."""

    max_share: Decimal | None = None
    max_users: int | None = None
    max_per_hour: int | None = None
    times_usual: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """A canary: `steps` are rising parts (0 … 1) of the people, each for `wait`. It stops where more than
    `stop_at` of at least `least` answers say "I checked, it is mine"."""

    steps: tuple[Decimal, ...]
    wait: timedelta = timedelta(hours=2)
    stop_at: Decimal = Decimal("0.5")
    least: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """What the rule does: which message, how urgent, until when, up which ladder.

    `expires` is a time fact's name, or a length of time from the opening.
    """

    template: str
    urgency: Urgency
    ladder: Ladder
    expires: str | timedelta
    in_doubt: InDoubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One id, condition, cut-off and ladder. First live rule that holds wins inside its pattern."""

    id: str
    status: RuleStatus
    when: Condition
    score: Score | None
    exclusions: tuple[Exclusion, ...]
    if_unknown: IfUnknown
    limits: Limits
    warn: Warn
    ramp: Ramp | None = None
    experiment: Experiment | None = None
    when_text: str = ""
    span: Span | None = field(default=None, compare=False)

    @property
    def is_run(self) -> bool:
        """True where the rule is evaluated at all."""
        return self.status in {RuleStatus.LIVE, RuleStatus.SHADOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One case of a file's `examples:`: these facts must give this verdict (and reason, and rule)."""

    name: str
    facts: Facts
    expect: str
    because: str = ""
    rule: str = ""
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """One pattern's rules in one version; `sha256` is the hash of `text`, the file as read."""

    pattern: str
    title: str
    severity: Severity
    owner: str
    review_by: date | None
    taxonomy: Mapping[str, str]
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...]
    file: str
    text: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All rule sets, lists, ladders and the catalogue, read as one unit under one hash."""

    catalogue: Catalogue
    lists: Mapping[str, tuple[str, ...]]
    ladders: Mapping[str, Ladder]
    sets: Mapping[str, RuleSet]
    sha256: str
    texts: Mapping[str, str] = field(default_factory=dict)  # file name → text, everything hashed
    questionnaires: Mapping[str, Questionnaire] = field(default_factory=dict)  # by name

    def experiments(self, now: datetime) -> tuple[Experiment, ...]:
        """The experiments of live rules whose last day has not gone by."""
        every = (rule for s in self.sets.values() for rule in s.rules if rule.status is RuleStatus.LIVE)
        return tuple(
            rule.experiment for rule in every if rule.experiment and not rule.experiment.is_over(now)
        )
