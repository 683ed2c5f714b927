"""Advice on cut-offs: given where the bands say so for certain, and not where they may be chance."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from outreach.adapters.measuring.advising import advise
from outreach.domain.outcomes.advice import Advice
from tests.adapters.measuring.worlds import CUT_OFF, T, table

WORTH = Decimal(10)


def scored(seed: int, n: int, shares: dict[float, float], *, known: float = 1.0) -> pa.Table:
    """`n` episodes in each band of five points, of which a share are scams; `known` of all are known."""
    dice = np.random.default_rng(seed)
    score, scam, there = [], [], []
    for low, share in shares.items():
        score += [Decimal(f"{low + 4.9 * dice.random():.3f}") for _ in range(n)]
        scam += (dice.random(n) < share).tolist()
        there += (dice.random(n) < known).tolist()
    m = len(score)
    return table({
        "episode": [f"e{k}" for k in range(m)], "person": [f"p{k}" for k in range(m)],
        "pattern": ["giveaway"] * m, "rule": ["r1"] * m, "score": score, "cut_off": [Decimal(80)] * m,
        "opened_at": [T] * m, "warned_at": [T if s >= CUT_OFF else None for s in score],
        "is_scam": [True if s and k else None for s, k in zip(scam, there, strict=True)],
        "false_alarm": [True if not s and k else None for s, k in zip(scam, there, strict=True)],
        "confirmed_30d": [Decimal(20)] * m,
    })  # fmt: skip


def told(lines: pa.Table, worth: Decimal = WORTH) -> Advice:
    (one,) = advise(lines, worth)
    return one


def test_a_lower_cut_off_is_advised_where_the_bands_under_it_hold_many_scams() -> None:
    one = told(scored(1, 400, {70: 0.02, 75: 0.4, 80: 0.5, 85: 0.6}))
    assert one.best is not None
    assert one.best.cut_off == 75
    assert one.best.scams == sum(band.scams for band in one.bands if band.low == 75)
    assert "a gain of" in one.words


def test_a_higher_cut_off_is_advised_where_the_lowest_band_warns_of_nothing() -> None:
    one = told(scored(2, 400, {75: 0.005, 80: 0.005, 85: 0.5}))
    assert one.best is not None
    assert one.best.cut_off == 85
    assert one.best.scams <= 0
    assert one.best.false_alarms < 0


def test_where_every_cut_off_is_worth_the_same_none_is_advised_but_in_five_of_a_hundred() -> None:
    fair = 1 / (1 + float(WORTH))  # a warning there is worth exactly what it costs
    advised = sum(
        told(scored(seed, 150, dict.fromkeys((70, 75, 80, 85), fair))).best is not None for seed in range(100)
    )
    assert advised <= 10


def test_of_too_few_that_are_known_nothing_is_advised() -> None:
    one = told(scored(3, 200, {75: 0.4, 80: 0.4}, known=0.05))
    assert one.best is None
    assert one.words.startswith("no advice: somebody said of ")


def test_bands_meet_at_the_cut_off_and_hold_every_episode_once() -> None:
    one = told(scored(4, 100, {70: 0.1, 80: 0.4, 95: 0.9}))
    assert Decimal(80) in {band.low for band in one.bands}
    assert sum(band.episodes for band in one.bands) == 300
    assert all(band.high - band.low == 5 for band in one.bands)


def test_what_was_saved_is_told_a_thousand_warnings_and_only_where_somebody_was_warned() -> None:
    one = told(scored(5, 100, {70: 0.3, 80: 0.4}))
    assert [band.saved_per_thousand for band in one.bands if band.low < 80] == [None]
    assert [band.saved_per_thousand for band in one.bands if band.low >= 80] == [
        pytest.approx(Decimal(20_000))
    ]


def test_of_no_lines_there_is_no_advice() -> None:
    assert advise(scored(6, 0, {80: 0.5}), WORTH) == ()
