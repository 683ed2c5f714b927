"""The people of a comparison: each once, by the first episode in it, as columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from outreach.adapters.estimators.local import Numbers
from outreach.domain.experiment import Metric, Registered
from outreach.domain.outcomes.level import named

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class People:
    """Who takes part, one a row, by the first episode: whoever has several counts once."""

    table: pa.Table

    @classmethod
    def of(cls, lines: pa.Table, registration: str) -> People:
        """Those of one registration."""
        mine = lines.filter(pc.equal(lines.column("registration"), registration))
        mine = mine.sort_by([("opened_at", "ascending"), ("episode", "ascending")])
        place = pa.array(np.arange(mine.num_rows))
        firsts = mine.select(["person"]).append_column("place", place).group_by("person")
        places = np.sort(firsts.aggregate([("place", "min")]).column("place_min").to_numpy())
        return cls(mine.take(places))

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @cached_property
    def arm(self) -> npt.NDArray[np.str_]:
        """The arm of each; "" where none."""
        return np.array([arm or "" for arm in self.table.column("arm").to_pylist()], dtype=np.str_)

    @cached_property
    def score(self) -> Numbers:
        """The score that was frozen at the decision; NaN where there is none."""
        return self.numbers("score")

    @cached_property
    def month(self) -> npt.NDArray[np.str_]:
        """The month (UTC) in which each one's episode was opened."""
        return np.array(pc.strftime(self.table.column("opened_at"), "%Y-%m").to_pylist(), dtype=np.str_)

    def happened(self, one: Registered, window: str | None = None) -> Numbers:
        """1 where the metric's event happened within the window, else 0; NaN where it is too soon to say."""
        if one.metric is Metric.ANSWERED:
            there: Mask = pc.is_valid(self.table.column("answered_at")).to_numpy()
            return there.astype(np.float64)
        lost = self.lost(window or named(one.window))
        return np.where(np.isnan(lost), np.nan, (lost > 0).astype(float))

    def lost(self, window: str) -> Numbers:
        """What each lost within the window to a scam that a list or an analyst confirmed; NaN: too soon."""
        return self.numbers(f"lost_{window}")

    def sum_lost(self, chosen: Mask, one: Registered) -> Decimal:
        """What those chosen lost, each capped: exact."""
        column = self.table.column(f"lost_{named(one.window)}").filter(pa.array(chosen)).drop_null()
        amounts: Sequence[Decimal] = column.to_pylist()
        return sum(
            (min(amount, one.cap) if one.cap is not None else amount for amount in amounts), Decimal(0)
        )

    def mean_cost(self, chosen: Mask) -> float:
        """What messages and calls cost for each of those chosen; what has no price counts nothing."""
        costs = np.nan_to_num(self.numbers("cost"))
        return float(costs[chosen].mean()) if chosen.any() else 0.0

    def share_with(self, column: str, chosen: Mask) -> float:
        """The share of those chosen for whom something stands in this column."""
        there = pc.is_valid(self.table.column(column)).to_numpy()
        return float(there[chosen].mean()) if chosen.any() else 0.0

    def count_true(self, column: str) -> int:
        """For how many this is certainly true."""
        return int(pc.sum(self.table.column(column)).as_py() or 0)

    def numbers(self, column: str) -> Numbers:
        """A column as it stands; NaN where nothing is known."""
        values = self.table.column(column).cast(pa.float64())
        found: Numbers = pc.fill_null(values, float("nan")).to_numpy()
        return found
