"""A simulated year through the whole engine: the report recovers the truth within its intervals, and refuses
where it should; the field's figures beside it."""

from __future__ import annotations

import ast
import contextlib
import io

from outreach.domain.experiment import Design
from outreach.domain.outcomes.figures import OutcomeReport
from outreach.domain.outcomes.level import Level
from outreach.domain.outcomes.measured import Measured
from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.outcomes_year.truth import chance
from tests.prove.outcomes_year.year import Tried, Year, a_year

SEEDS = {"full": (1, 2, 3), "short": (1,)}
WEEKS = {"full": 48, "short": 10}
CUT_OFF = 80.0


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people a week of each larger kind, in each of the form's years."""
    far = missed = settled = refused = compared = withheld = 0
    naive: list[float] = []
    saved: list[float] = []
    people = zero = wanted_refusals = 0
    for seed in SEEDS[ground.form]:
        with a_year(ground.place(f"year-{seed}"), ground.root, ground.n, seed, WEEKS[ground.form]) as year:
            with contextlib.redirect_stdout(io.StringIO()):
                told = year.run()
            people += len(year.truth.people)
            naive.append(float(told.naive[0].amount or 0) / max(year.truth.saved(), 1))
            saved.append(_ledger(told) / max(year.truth.saved(), 1))
            for one in told.measured:
                tried = next(each for each in year.tried if each.kind.pattern == one.pattern)
                if tried.is_refused:
                    wanted_refusals += 1
                    refused += one.effect is None
                    continue
                truth = _truth(year, tried, one)
                compared += 1
                far += _is_far(one, truth)
                withheld += one.effect is None
                missed += one.effect is not None and not one.effect.low <= truth <= one.effect.high
                if not tried.kind.spares:
                    zero += 1
                    settled += one.effect is not None and _is_far(one, 0.0)
            unmeasured = {one.pattern for one in told.measured} & {
                each.kind.pattern for each in year.tried if not each.experiment
            }
            refused += not unmeasured
            wanted_refusals += 1
    of = f"comparisons in {len(SEEDS[ground.form])} simulated years of {people:,} people"
    return {
        "estimates further from the truth than twice their interval": Figure(far, compared, of),
        "intervals of 95 % that do not hold the truth": Figure(missed, compared, of),
        "figures withheld though there is enough": Figure(withheld, compared, of),
        "effects seen where there is none": Figure(settled, zero, "rules whose warnings change nothing"),
        "refusals that were due": Figure(
            refused, wanted_refusals, "rules that are too small, or not measured"
        ),
        "people flagged": Figure(people, people, "people"),
        "times the truth: exposure that was not lost": Figure(round(min(naive), 1), len(naive), "years"),
        "times the truth: level P3 of the ledger": Figure(round(max(saved), 2), len(saved), "years"),
        "names of ours in the truth": Figure(_ours(ground), 1, "generators of the truth"),
    }


def _truth(year: Year, tried: Tried, one: Measured) -> float:
    if one.design is Design.DISCONTINUITY:
        return tried.kind.spares * chance(tried.kind, CUT_OFF)
    return year.truth.effect(one.pattern, *tried.band, tried.within)


def _is_far(one: Measured, truth: float) -> bool:
    """Twice as far as an interval reaches, by chance once in ten thousand; what is withheld is not."""
    if one.effect is None:
        return False
    reach = one.effect.high - one.effect.low
    return abs(one.effect.estimate - truth) > reach


def _ledger(told: OutcomeReport) -> float:
    return float(told.everybody.group.sums[Level.P3, "90d"].amount)


def _ours(ground: Ground) -> int:
    """What the generator of the truth imports of the engine."""
    text = (ground.root / "tests/prove/outcomes_year/truth.py").read_text("utf-8")
    found = [
        name
        for node in ast.walk(ast.parse(text))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    ]
    return sum(name.split(".")[0] in {"outreach", "tests"} for name in found)
