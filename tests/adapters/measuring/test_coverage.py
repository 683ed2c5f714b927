"""Of two hundred intervals 92 to 98 in a hundred hold the truth, whatever the design and the world."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from outreach.adapters.measuring.arms import compared
from outreach.adapters.measuring.people import People
from outreach.domain.experiment import Design
from outreach.domain.outcomes.measured import Effect, Measured
from tests.adapters.measuring.worlds import CUT_OFF, REGISTRATION, a_registration, lines, loss

SEEDS = 200
N = 3_000
WORLDS = {
    "an effect": {"effect": 0.3},
    "no effect": {"effect": 0.0},
    "heavy tails": {"effect": 0.0, "heavy": True},
    "partly delivered": {"effect": 0.4, "reached": 0.6},
    "few held back": {"effect": 0.3, "held": 0.1},
}
"""By lot, in a narrow band, so that the truth is one number."""


def truth(world: dict[str, float]) -> float:
    """What warning a person spares, on average over the assigned."""
    return world["effect"] * world.get("reached", 1.0) * float(loss(np.array([CUT_OFF]))[0])


def effect_of(name: str, seed: int) -> Measured:
    """One world's figure."""
    made = lines(seed, N, band=0.5, **WORLDS[name])  # type: ignore[arg-type]
    one = a_registration(Design.HOLDBACK, share=Decimal(str(WORLDS[name].get("held", 0.5))))
    return compared(People.of(made, REGISTRATION), one, made, BLANK)


BLANK = Measured(
    registration=REGISTRATION,
    pattern="giveaway",
    rule="r1",
    design=Design.HOLDBACK,
    metric=a_registration().metric,
    window="14d",
    method="",
    definition="",
    where="",
)


def holds(effect: Effect | None, value: float) -> bool:
    """Whether the interval holds the value."""
    return effect is not None and effect.low <= value <= effect.high


def held(name: str, seeds: int = SEEDS) -> tuple[float, float]:
    """The shares of intervals that hold the truth: of cases, and of money where nothing is spared."""
    found = [effect_of(name, seed) for seed in range(seeds)]
    found = [one for one in found if not one.refusal]
    cases = sum(holds(one.effect, truth(WORLDS[name])) for one in found) / len(found)
    money = sum(holds(one.money, 0.0) for one in found) / len(found)
    return cases, money


@pytest.mark.slow
@pytest.mark.parametrize("name", WORLDS)
def test_of_two_hundred_intervals_92_to_98_in_a_hundred_hold_the_truth(name: str) -> None:
    cases, money = held(name)
    assert 0.92 <= cases <= 0.98
    if WORLDS[name]["effect"] == 0:
        assert 0.92 <= money <= 0.98
