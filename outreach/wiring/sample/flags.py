"""Invented flags, drawn from the rules' own examples, so that the sample speaks of the rules as they are.

Each flag is meant to come out in a certain way. It is an example's facts, shaken a little, and kept only if
the oracle says the same of them. Its moments lie well inside what rules ask, so that the sample means the
same when a reader takes half a day from `init` to `run`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from outreach.domain.decision import Decision, Truth, decide
from outreach.domain.evaluate import evaluate
from outreach.domain.examples import examples_run_at
from outreach.domain.facts import Facts, FactSource, FactType, Value
from outreach.domain.plan import Plan, RulePlan, plan
from outreach.domain.ruleset import Example, Rulebook, Score

FATES = {"none": 62, "warn": 14, "near_miss": 12, "skip": 7, "undecided": 5}
"""In a hundred flags, about how many should come out how: most flags warn nobody."""

PATTERNS = {
    "pig_butchering": 15, "fake_platform": 13, "phishing_ato": 10, "support_impersonation": 9,
    "authority_impersonation": 8, "address_poisoning": 8, "job_task": 7, "approval_phishing": 6,
    "giveaway_deepfake": 6, "p2p_payment": 6, "remote_access": 5, "mule_recruitment": 4, "recovery": 4,
    "unknown_pattern": 3, "silent_loss": 3,
}  # fmt: skip
"""How often each pattern is flagged; a pattern of your own counts as a rare one."""

RARE = 3
TRIES = 12
SCORE = "risk_score"


@dataclass(frozen=True, slots=True)
class Case:
    """An example as the oracle reads it: its facts, how it comes out, by which rule and why."""

    facts: Facts
    fate: str
    cause: str = ""
    score: Score | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """One flag's facts, and how it is meant to come out."""

    facts: Facts
    fate: str


class Oracle:
    """What the rules say of one row of facts."""

    def __init__(self, asked: Plan) -> None:
        self._probes = asked.probes
        self._rules: dict[str, list[RulePlan]] = defaultdict(list)
        for rule in asked.rules:
            self._rules[rule.pattern].append(rule)

    def decide(self, facts: Facts, now: datetime) -> Decision | None:
        """The decision on these facts; only the questions of their own pattern are worked out."""
        own = self._rules[str(facts["pattern"])]
        truths: list[Truth] = [False] * len(self._probes)
        for rule in own:
            truths[rule.main] = evaluate(self._probes[rule.main], facts, now)
        # A rule that does not hold asks nothing of its exclusions.
        for place in {place for rule in own if truths[rule.main] is not False for place in rule.exclusions}:
            truths[place] = evaluate(self._probes[place], facts, now)
        return decide(own, truths, facts, lambda rule: None)[0]  # as if nothing were tried

    def case(self, facts: Facts, now: datetime) -> Case:
        """The facts with how they come out."""
        said = self.decide(facts, now)
        if said is None:
            return Case(facts, "none")
        rule = said.rule.rule
        return Case(facts, said.verdict.value, said.because or rule.id, rule.score)


class Flags:
    """Draws flags about a rule book, as of `now`."""

    def __init__(self, book: Rulebook, now: datetime, dice: Random) -> None:
        self._now, self._dice, self._catalogue = now, dice, book.catalogue
        self._oracle = Oracle(plan(book))
        self._ours = {spec.name for spec in book.catalogue.values() if spec.source is FactSource.ENGINE}
        told_at = examples_run_at(now.date())
        self._drift = now - told_at
        self._cases = {
            rule_set.pattern: _by_fate(
                self._oracle.case(e.facts, told_at) for e in rule_set.examples if self._can_tell(e)
            )
            for rule_set in book.sets.values()
        }
        # A pattern that never warns (drafts, no examples) has nothing to draw from.
        self._shares = {
            name: PATTERNS.get(name, RARE) for name, cases in self._cases.items() if "warn" in cases
        }

    def _can_tell(self, example: Example) -> bool:
        """True where a feed can say all of it: it has a score, and nothing is our own ledger's word."""
        is_ours = any(value and name in self._ours for name, value in example.facts.items())
        return example.facts.get(SCORE) is not None and not is_ours

    def draw(self) -> Drawn:
        """One flag."""
        pattern = self._dice.choices(list(self._shares), list(self._shares.values()))[0]
        fate = self._dice.choices(list(FATES), list(FATES.values()))[0]
        for _ in range(TRIES):
            facts = self._shaken(self._case(pattern, fate), fate)
            came = self._oracle.case(facts, self._now).fate
            if came == fate:
                break
        return Drawn(facts, came)

    def _case(self, pattern: str, fate: str) -> Case:
        """A fitting example: every rule is as likely as the next, however many examples its author wrote."""
        cases = self._cases[pattern]
        # A near miss, or nothing at all, is most often just a warning whose score is lower.
        is_weaker = fate == "near_miss" or (fate == "none" and self._dice.random() < 0.5)
        return self._dice.choice(self._dice.choice(cases.get("warn" if is_weaker else fate) or cases["warn"]))

    def _shaken(self, case: Case, fate: str) -> Facts:
        """The facts with their moments counted from now, and everything a little off."""
        size = self._dice.lognormvariate(-0.2, 0.6)
        facts = {
            name: self._near(value, self._catalogue[name].type, size)
            for name, value in case.facts.items()
            if value is not None and name not in self._ours
        }
        return facts | {SCORE: self._score(case, fate)}

    def _near(self, value: Value, kind: FactType, size: float) -> Value:
        """The value, somewhat larger or smaller; all money of a flag by the same factor."""
        match value:
            case datetime():
                return self._later(value + self._drift)
            case Decimal() if kind is FactType.MONEY:
                return (value * Decimal(size)).quantize(Decimal("1" if value > 400 else "0.01"))
            case float():
                shaken = value * self._dice.uniform(0.8, 1.15)
                return round(min(shaken, 1.0) if value <= 1 else shaken, 3)
            case _:
                return value

    def _later(self, moment: datetime) -> datetime:
        if moment > self._now:
            return moment + timedelta(minutes=self._dice.randrange(40))
        past = (self._now - moment) * self._dice.uniform(0.55, 0.98)
        return (self._now - past).replace(microsecond=0)

    def _score(self, case: Case, fate: str) -> Decimal:
        """A score that fits the fate; most lie low in their band, as scores do."""
        told = float(str(case.facts[SCORE]))
        low, high = max(0.0, told - 4), told + 4
        if case.score is not None and case.fate == "warn":
            at_least, floor = float(case.score.at_least), float(case.score.floor)
            low, high = {"warn": (at_least, 100.0), "near_miss": (floor, at_least)}.get(fate, (2.0, floor))
        high = min(high, 99.9)
        return Decimal(str(round(self._dice.triangular(low, high, low + (high - low) * 0.3), 1)))


def _by_fate(cases: Iterable[Case]) -> Mapping[str, list[list[Case]]]:
    """Fate → cause → cases."""
    found: dict[str, dict[str, list[Case]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        found[case.fate][case.cause].append(case)
    return {fate: list(causes.values()) for fate, causes in found.items()}
