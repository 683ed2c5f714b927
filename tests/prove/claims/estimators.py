"""The estimators against published figures, against the reference's own answers, and against known truths."""

from __future__ import annotations

import csv

import numpy as np

from outreach.adapters.estimators import density_jump, heap, sharp
from tests.adapters.estimators.test_checks import CUTOFF, WINDOW, scores
from tests.adapters.estimators.test_discontinuity import REFERENCE, told_of, truth_is_held
from tests.adapters.estimators.test_sequences import LOOKS, fooled_by_the_usual_test, looks, told
from tests.prove.figures import Figure
from tests.prove.ground import Ground

SENATE = {"jump": 7.414131, "low": 4.093699, "high": 10.919306}
"""rdrobust 2.1.1 on its own example, at its own bandwidths."""

SENATE_H = 17.754
KINDS = ("an effect", "no effect", "heavy tails", "partly delivered")


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` seeds a world; short: what takes no seeds, for the suite has the others as tests."""
    told = {**_reference(), **_heaps()}
    if ground.form == "short":
        return told
    return {**told, **_senate(ground), **_coverage(ground.n), **_density(ground.n), **_looks(ground.n)}


def _senate(ground: Ground) -> dict[str, Figure]:
    with (ground.shared / "data" / "rd_senate" / "rdrobust_senate.csv").open(newline="") as file:
        rows = [(row["margin"], row["vote"]) for row in csv.DictReader(file) if row["margin"] and row["vote"]]
    margin, vote = np.array(rows, dtype=float).T
    found = sharp(margin, vote, 0.0)
    off = max(abs(getattr(found, name) - said) for name, said in SENATE.items())
    return {
        "millionths between us and the published senate figures": Figure(
            round(off * 1e6, 2), len(SENATE), "figures"
        ),
        "percent by which the senate bandwidth differs": Figure(
            round(100 * abs(found.h / SENATE_H - 1), 4), len(margin), "elections"
        ),
    }


def _reference() -> dict[str, Figure]:
    apart = 0.0
    for name, said in REFERENCE.items():
        found = told_of(name)
        ours = (found.jump, found.corrected, found.low, found.high, found.h, found.b)
        apart = max(apart, *(abs(a / b - 1) for a, b in zip(ours, said[:6], strict=True) if abs(b) > 1e-3))
    steps = sum(told_of(name).massed != (name in {"steps", "halves"}) for name in REFERENCE)
    return {
        "millionths by which a figure differs from the reference": Figure(
            round(apart * 1e6, 2), 6 * len(REFERENCE), "figures"
        ),
        "worlds of stepped scores that are not said to be, or the other way": Figure(
            steps, len(REFERENCE), "worlds"
        ),
    }


def _coverage(seeds: int) -> dict[str, Figure]:
    figures = {}
    for kind in KINDS:
        share = sum(truth_is_held(kind, seed) for seed in range(seeds)) / seeds
        figures[f"points between the coverage and 95 ({kind})"] = Figure(
            round(100 * abs(share - 0.95), 2), seeds, f"seeds, {share:.1%} of the intervals hold the truth"
        )
    return figures


def _density(seeds: int) -> dict[str, Figure]:
    worlds = max(seeds // 2, 20)

    def found(moved: float) -> float:
        jumps = (
            density_jump(scores(seed, 200_000, moved), CUTOFF, WINDOW).p < 0.05 for seed in range(worlds)
        )
        return sum(jumps) / worlds

    of = "worlds of 200,000 scores"
    return {
        "share found where 5 % were moved below the cut-off": Figure(found(0.05), worlds, of),
        "share found where 10 % were moved": Figure(found(0.10), worlds, of),
        "share suspected where nobody moved any": Figure(found(0.0), worlds, of),
    }


def _looks(seeds: int) -> dict[str, Figure]:
    worlds = [looks(seed, 0.4, 0.4) for seed in range(seeds)]
    usual = sum(any(map(fooled_by_the_usual_test, world)) for world in worlds) / seeds
    ours = sum(any(told(pair).is_settled for pair in world) for world in worlds) / seeds
    of = f"worlds of equal arms, {LOOKS} looks each"
    return {
        "share fooled by the usual test": Figure(round(usual, 4), seeds, of),
        "share fooled by ours": Figure(round(ours, 4), seeds, of),
    }


def _heaps() -> dict[str, Figure]:
    fine = scores(1, 200_000)
    grids = (10.0, 5.0, 1.0, 0.5, 0.1, 0.05, 0.01)
    missed = sum(heap(np.round(fine / grid) * grid) != grid for grid in grids) + (
        heap(fine.round(3)) is not None
    )
    a_tenth = np.where(np.arange(len(fine)) % 10 == 0, fine.round(), fine.round(3))
    missed += heap(a_tenth) != 1.0
    return {"rounded scores taken for fine ones, or the other way": Figure(missed, len(grids) + 2, "grids")}
