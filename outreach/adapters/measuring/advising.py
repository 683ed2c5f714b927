"""Bands of a rule's scores, and other cut-offs weighed by what turned out: plain counts, resampled."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from outreach.adapters.estimators.local import Numbers
from outreach.adapters.measuring.intervals import share
from outreach.domain.outcomes.advice import Advice, Band, Candidate
from outreach.domain.outcomes.level import WINDOWS, named
from outreach.domain.outcomes.measured import Effect

WIDTH = Decimal(5)
"""Points of a band."""

LEAST_KNOWN = 50
"""Episodes of which somebody said what they were; with fewer nothing is advised."""

RESAMPLED = 2_000
LEVEL = 0.95
SAVED = f"confirmed_{named(WINDOWS[1])}"
COLUMNS = (
    "episode", "person", "pattern", "rule", "score", "cut_off", "is_scam", "false_alarm", "warned_at",
    "opened_at", SAVED,
)  # fmt: skip
"""All that is asked of a line."""


def advise(lines: pa.Table, worth: Decimal) -> tuple[Advice, ...]:
    """For each rule with a cut-off what its bands came to, and which other cut-off did better.

    `worth`: how many false alarms one scam warned is worth. Of a cut-off that changed the newest counts.
    """
    scored = lines.filter(pc.and_(pc.is_valid(lines.column("score")), pc.is_valid(lines.column("cut_off"))))
    keys = sorted(
        {*zip(scored.column("pattern").to_pylist(), scored.column("rule").to_pylist(), strict=True)}
    )
    return tuple(_advice(scored, pattern, rule, worth) for pattern, rule in keys)


def _advice(scored: pa.Table, pattern: str, rule: str, worth: Decimal) -> Advice:
    mine = scored.filter(
        pc.and_(pc.equal(scored.column("pattern"), pattern), pc.equal(scored.column("rule"), rule))
    ).sort_by("opened_at")
    cut: Decimal = mine.column("cut_off")[-1].as_py()
    bands = tuple(_bands(mine, cut))
    known = sum(band.known for band in bands)
    refusal = ""
    if known < LEAST_KNOWN:
        of = f"{known:,} of {mine.num_rows:,} episodes"
        refusal = f"somebody said of {of} what they were, at least {LEAST_KNOWN} are needed"
    candidates = () if refusal else tuple(_candidates(bands, cut, worth))
    return Advice(
        pattern=pattern,
        rule=rule,
        cut_off=cut,
        worth=worth,
        bands=bands,
        candidates=candidates,
        refusal=refusal,
    )


def _bands(mine: pa.Table, cut: Decimal) -> Iterator[Band]:
    """Bands that meet at the cut-off, so that none lies on both sides of it."""
    score = mine.column("score").cast(pa.float64()).to_numpy()
    place = np.floor((score - float(cut)) / float(WIDTH)).astype(int)
    scam = _true(mine, "is_scam")
    alarm = _true(mine, "false_alarm") & ~scam
    warned = pc.is_valid(mine.column("warned_at")).to_numpy()
    for one in np.unique(place):
        here = place == one
        saved = pc.sum(mine.column(SAVED).filter(pa.array(here & warned))).as_py()
        scams, alarms = int((here & scam).sum()), int((here & alarm).sum())
        yield Band(
            low=cut + int(one) * WIDTH,
            high=cut + int(one + 1) * WIDTH,
            episodes=int(here.sum()),
            scams=scams,
            false_alarms=alarms,
            warned=int((here & warned).sum()),
            saved=saved or Decimal(0),
            precision=share(scams, scams + alarms),
        )


def _true(mine: pa.Table, column: str) -> np.ndarray:
    there: np.ndarray = np.array([value is True for value in mine.column(column).to_pylist()])
    return there


def _candidates(bands: tuple[Band, ...], cut: Decimal, worth: Decimal) -> Iterator[Candidate]:
    """Every edge of a band, with intervals that hold for all at once: the best is chosen by looking."""
    edges = sorted(({band.low for band in bands} | {band.high for band in bands}) - {cut})
    counts = np.array([[band.scams, band.false_alarms] for band in bands], dtype=float)
    drawn = _resampled(counts)
    tail = (1 - LEVEL) / 2 / max(len(edges), 1)
    for edge in edges:
        sign = np.array([_moved(band, edge, cut) for band in bands], dtype=float)
        scams, alarms = (int(total) for total in sign @ counts)
        gains = drawn @ np.array([1.0, -1.0 / float(worth)]) @ sign
        low, high = np.quantile(gains, [tail, 1 - tail])
        gain = Effect(estimate=scams - alarms / float(worth), low=float(low), high=float(high))
        yield Candidate(cut_off=edge, scams=scams, false_alarms=alarms, gain=gain)


def _moved(band: Band, edge: Decimal, cut: Decimal) -> int:
    """Whether this cut-off would warn a band that is not warned now (1), or no more (-1)."""
    return int(band.low >= edge) - int(band.low >= cut)


def _resampled(counts: Numbers) -> Numbers:
    """The same counts drawn again: (draws, bands, scams and false alarms). The draws are always the same."""
    total = int(counts.sum())
    dice = np.random.default_rng(total)
    drawn = dice.multinomial(total, counts.ravel() / total, RESAMPLED)
    found: Numbers = drawn.reshape(RESAMPLED, *counts.shape).astype(float)
    return found
