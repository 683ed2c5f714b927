"""The two books of a backtest, read and put side by side."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.domain.backtest_joint import Joint, joint
from outreach.domain.plan import RulePlan
from outreach.domain.ruleset import Rulebook
from outreach.errors import EditionError
from outreach.store.editions import newest_in_force
from outreach.wiring.editions import edition, kept
from outreach.wiring.house import House


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Both books, with every running rule of each by its number."""

    before: Rulebook
    after: Rulebook
    named: str
    joint: Joint
    rules: tuple[tuple[RulePlan, ...], tuple[RulePlan, ...]]


def books_of(house: House, against: str) -> Books:
    """`rules/` as it stands, and the edition that `against` names; empty: the one in force."""
    after = edition(house, f"folder:{house.settings.at(house.settings.rules)}")
    before = edition(house, against) if against else _in_force(house)
    _require_same_types(before, after)
    joined = joint(before, after)
    rules = tuple(tuple(rule for each in side.values() for rule in each) for side in joined.sides)
    named = against or "in force"
    return Books(before=before, after=after, named=named, joint=joined, rules=(rules[0], rules[1]))


def _in_force(house: House) -> Rulebook:
    with house.store.read() as tx:
        sha256 = newest_in_force(tx)
    if sha256 is None:
        raise EditionError(
            "no edition of the rules has run here yet: say what to compare with, --against a git revision or"
            " a folder"
        )
    return kept(house, sha256)


def _require_same_types(before: Rulebook, after: Rulebook) -> None:
    changed = [
        f"{name} ({before.catalogue[name].type} before, {spec.type} now)"
        for name, spec in after.catalogue.items()
        if name in before.catalogue and before.catalogue[name].type is not spec.type
    ]
    if changed:
        raise EditionError(
            f"facts changed their type, so one archive cannot answer both: {', '.join(changed)}"
        )
