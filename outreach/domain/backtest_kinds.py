"""Kinds of rows: what two rule books say of flags that answer alike.

Rows that answer a pattern's conditions alike, and fall on the same side of each cut-off, are decided alike,
by either book. So the engine's own `judge` is asked once for each way in which rows answer one rule, however
many rows there are; only where an experiment's lot decides is it asked of every person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from outreach.domain.backtest_joint import Joint
from outreach.domain.decision import Assign, Decision, Verdict, choose, judge
from outreach.domain.facts import Facts
from outreach.domain.masks import PROBES_A_MASK, Answers
from outreach.domain.plan import RulePlan
from outreach.domain.ruleset import Rule

NOTHING, BY_PERSON = 0, -1
"""Codes of a kind of row: neither book says anything; an experiment's lot decides for each person."""

Assigned = Callable[[str, Rule], str | None]
"""The experiments' lot: a person's arm in a rule's experiment, as `decision.Assign` says it."""

Masks = tuple[int, ...]
"""A row's masks, the true ones and then the unknown ones, without the bits that do not matter."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one book says of a row: its decision, and those of its shadow rules."""

    acting: Decision | None
    shadow: tuple[Decision, ...]

    @property
    def warns(self) -> RulePlan | None:
        """The live rule that warns."""
        return self.acting.rule if self.acting and self.acting.verdict is Verdict.WARN else None

    @property
    def all(self) -> tuple[Decision, ...]:
        """Every decision."""
        return ((self.acting,) if self.acting else ()) + self.shadow


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of row: its pattern, and what the books say of it, the one before first."""

    pattern: str
    before: Word
    after: Word

    @property
    def words(self) -> tuple[Word, Word]:
        """Both words."""
        return self.before, self.after


_SILENT = Word(acting=None, shadow=())


class Kinds:
    """The kinds of rows that were met, numbered; `kinds[0]` is the kind of which nothing is said."""

    def __init__(self, joined: Joint, assign: Assigned) -> None:
        self.kinds: list[Kind] = [Kind(pattern="", before=_SILENT, after=_SILENT)]
        self._assign = assign
        self._numbers: dict[tuple[object, ...], int] = {}
        self._sides = tuple(
            {pattern: [_Judge(rule, joined) for rule in rules] for pattern, rules in side.items()}
            for side in joined.sides
        )

    def number(self, pattern: str, masks: Masks, scores: Facts) -> int:
        """The number of this kind of row; NOTHING, or BY_PERSON where a lot decides."""
        answers = _Row(masks, scores)
        first = self._numbered(pattern, answers, lambda rule: _arm(rule, 0))
        if not answers.hangs_on_lot:
            return first
        return first if first == self._numbered(pattern, answers, lambda rule: _arm(rule, -1)) else BY_PERSON

    def number_of(self, person: str, pattern: str, masks: Masks, scores: Facts) -> int:
        """The number of the kind of this person's row."""
        return self._numbered(pattern, _Row(masks, scores), lambda rule: self._assign(person, rule))

    def _numbered(self, pattern: str, row: _Row, assign: Assign) -> int:
        before, after = (
            Word(*choose([said for one in side.get(pattern, ()) if (said := one.asked(row, assign))]))
            for side in self._sides
        )
        if not before.all and not after.all:
            return NOTHING
        sign = (pattern, _sign(before), _sign(after))
        number = self._numbers.setdefault(sign, len(self.kinds))
        if number == len(self.kinds):
            self.kinds.append(Kind(pattern=pattern, before=before, after=after))
        return number


class _Row:
    """A row's answers as one number, and whether a lot was asked for."""

    __slots__ = ("bits", "hangs_on_lot", "masks", "scores")

    def __init__(self, masks: Masks, scores: Facts) -> None:
        self.masks, self.scores, self.hangs_on_lot = masks, scores, False
        self.bits = sum(mask << place * PROBES_A_MASK for place, mask in enumerate(masks))


Drawn = Mapping[str | None, Decision | None]
"""What a rule says of a row, by the arm that is drawn."""


def _arm(rule: Rule, place: int) -> str | None:
    """The first or the last arm of a rule's experiment: where both come to the same, every one does."""
    experiment = rule.experiment
    return None if experiment is None else (experiment.arms or ("",))[place]


class _Judge:
    """One rule, asked once for each way to answer what its decision hangs on."""

    def __init__(self, rule: RulePlan, joined: Joint) -> None:
        self._rule, self._probes = rule, len(joined.plan.probes)
        half = len(next(iter(joined.relevant.values()))) * PROBES_A_MASK
        self._care = sum(1 << place | 1 << place + half for place in set(joined.hangs_on[id(rule.rule)]))
        self._said: dict[int, Drawn] = {}
        self._same: dict[tuple[object, ...], Decision] = {}

    def asked(self, row: _Row, assign: Assign) -> Decision | None:
        """The rule's decision on a row."""
        key = row.bits & self._care
        found = self._said.get(key)
        if found is None:
            found = self._said[key] = self._drawn(row)
        if len(found) == 1:
            return found[None]
        row.hangs_on_lot = True
        return found[assign(self._rule.rule)]

    def _drawn(self, row: _Row) -> Drawn:
        """By arm, and by None for no experiment in force; by None alone where they all say the same."""
        half = len(row.masks) // 2
        truths = Answers(row.masks[:half], row.masks[half:], self._probes)
        experiment = self._rule.rule.experiment
        arms: tuple[str | None, ...] = (None, *(experiment.arms or ("",))) if experiment else (None,)
        found = {
            arm: self._once(judge(self._rule, truths, row.scores, partial(_the_arm, arm))) for arm in arms
        }
        return found if any(said is not found[None] for said in found.values()) else {None: found[None]}

    def _once(self, said: Decision | None) -> Decision | None:
        """Equal decisions are the same one: whoever compares them need not look into whole rules."""
        if said is None:
            return None
        key = (said.verdict, said.reason, said.because, said.arm, said.registration)
        return self._same.setdefault(key, said)


def _the_arm(arm: str | None, rule: Rule) -> str | None:
    return arm


def _sign(word: Word) -> tuple[object, ...]:
    """What tells two words apart: a decision by its identity, for hashing a whole rule is slow."""
    return (word.acting is None, *(id(said) for said in word.all))
