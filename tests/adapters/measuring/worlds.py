"""Lines of worlds whose truth is known: who was assigned, warned, reached, and who lost how much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from outreach.domain.experiment import ARMS, Design, Metric, Registered
from outreach.domain.outcomes.level import PRIMARY
from outreach.store.outcome_lines import SCHEMA

T = datetime(2026, 3, 1, tzinfo=UTC)
CUT_OFF = 80.0
COST = Decimal("0.07")
"""Of a warning."""
REGISTRATION = "5" * 64


def a_registration(design: Design = Design.TIE_BREAKER, **changed: Any) -> Registered:
    """A registered comparison of losses within fourteen days."""
    told: dict[str, Any] = {
        "sha256": REGISTRATION,
        "pattern": "giveaway",
        "rule": "r1",
        "design": design,
        "metric": Metric.CASES,
        "cap": Decimal(5_000),
        "window": PRIMARY,
        "band": Decimal(5),
        "cut_off": Decimal(80),
        "below": None,
        "share": Decimal("0.5"),
        "since": T,
        "until": None,
        "ended_at": None,
        "arms": () if design is Design.DISCONTINUITY else ARMS,
        "text": "",
        "definition": "2026-11",
    }
    return Registered(**told | changed)


def loss(score: np.ndarray) -> np.ndarray:
    """The share that loses without a warning, by score."""
    found: np.ndarray = 0.02 + 0.30 * (score / 100) ** 3
    return found


def lines(
    seed: int,
    n: int,
    *,
    effect: float = 0.3,
    held: float = 0.5,
    reached: float = 1.0,
    heavy: bool = False,
    by_lot: bool = True,
    band: float = 5.0,
    **columns: Any,
) -> pa.Table:
    """`n` people, one line each.

    By lot: scores in the band, a share of `held` not warned; else scores from 60 on, everybody warned from
    the cut-off on. Warnings reach a share of `reached`, and spare `effect` of the losses.
    """
    dice = np.random.default_rng(seed)
    score = CUT_OFF + band * (2 * dice.random(n) - 1) if by_lot else 60 + 40 * dice.random(n) ** 1.3
    treated = dice.random(n) >= held if by_lot else score >= CUT_OFF
    warned = treated & (dice.random(n) < reached)
    lost = dice.random(n) < loss(score) * (1 - effect * warned)
    amount = np.exp(dice.normal(6.4, 2.2 if heavy else 1.0, n)).clip(1, 10**9)
    arms = np.where(treated, "treated", "control") if by_lot else np.full(n, None)
    told = {
        "episode": [f"e{k}" for k in range(n)],
        "person": [f"p{k}" for k in range(n)],
        "pattern": ["giveaway"] * n,
        "rule": ["r1"] * n,
        "verdict": np.where(treated, "warn", "control" if by_lot else "near_miss").tolist(),
        "score": [Decimal(f"{s:.3f}") for s in score],
        "cut_off": [Decimal(80)] * n,
        "registration": [REGISTRATION] * n,
        "arm": arms.tolist(),
        "opened_at": [T] * n,
        "warned_at": [T if one else None for one in warned],
        "delivered_at": [T if one else None for one in warned],
        "cost": [COST if one else None for one in warned],
        "is_scam": [True if one else None for one in lost],
        "lost_14d": [Decimal(f"{a:.2f}") if one else Decimal(0) for one, a in zip(lost, amount, strict=True)],
        "exposed": [Decimal(f"{a:.2f}") for a in amount],
    }
    return table(told | columns)


def table(told: dict[str, Any]) -> pa.Table:
    """A table of lines, with what nobody tells unknown."""
    n = len(told["person"])
    return pa.table({name: told.get(name, [None] * n) for name in SCHEMA.names}, schema=SCHEMA)


def with_column(made: pa.Table, name: str, values: Any) -> pa.Table:
    """The same lines with these values in one column."""
    place = made.schema.get_field_index(name)
    return made.set_column(place, name, pa.array(values, made.schema.field(name).type))


def later(days: int) -> datetime:
    """So many days after the first lines."""
    return T + timedelta(days=days)
