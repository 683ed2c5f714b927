"""Weighted polynomials on one side of a cut-off, and how sure their coefficients are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

NEIGHBOURS = 3
"""How many nearest ones an observation is compared with to see how much outcomes scatter there."""


class TooFew(Exception):
    """Too little lies near the cut-off to say anything; in words."""


@dataclass(frozen=True, eq=False)
class Side:
    """What was seen on one side of the cut-off.

    `x` is the distance to the cut-off, rising; `columns` holds an outcome a column: (n, k).
    """

    x: Numbers
    columns: Numbers

    @cached_property
    def distinct(self) -> Numbers:
        """Its distances, each once."""
        return np.unique(self.x)

    @cached_property
    def reach(self) -> float:
        """The furthest that anything lies from the cut-off."""
        return float(np.abs(self.x).max())

    def near(self, bandwidth: float) -> Side:
        """What has weight within this bandwidth."""
        inside = triangle(self.x, bandwidth) > 0
        return Side(self.x[inside], self.columns[inside])

    @cached_property
    def scatter(self) -> Numbers:
        """Each outcome less its nearest neighbours' mean, scaled to the outcome's own scatter: (n, k)."""
        first, last = _neighbourhoods(self.x)
        sums = np.vstack([np.zeros((1, self.columns.shape[1])), np.cumsum(self.columns, axis=0)])
        others = (last - first)[:, None].astype(float)
        mean = (sums[last + 1] - sums[first] - self.columns) / others
        apart: Numbers = np.sqrt(others / (others + 1)) * (self.columns - mean)
        return apart


@dataclass(frozen=True, eq=False)
class Polynomial:
    """A polynomial of `degree` fitted to a side with triangular weights."""

    side: Side
    degree: int
    bandwidth: float

    @cached_property
    def powers(self) -> Numbers:
        """1, x, x² …: (n, degree + 1)."""
        return np.vander(self.side.x, self.degree + 1, increasing=True)

    @cached_property
    def weights(self) -> Numbers:
        """How much each observation counts."""
        return triangle(self.side.x, self.bandwidth)

    @cached_property
    def inverse(self) -> Numbers:
        """The inverse of the weighted moments of the powers."""
        size = self.bandwidth ** np.arange(self.degree + 1.0)
        scaled = self.powers / size  # or the moments of x⁵ drown those of 1
        moments = scaled.T @ (scaled * self.weights[:, None])
        if np.linalg.matrix_rank(moments) <= self.degree:
            raise TooFew(f"{len(np.unique(self.side.x))} different scores near the cut-off on one side")
        inverse: Numbers = np.linalg.inv(moments) / np.outer(size, size)
        return inverse

    @cached_property
    def pull(self) -> Numbers:
        """How each observation pulls at each coefficient: (degree + 1, n)."""
        pull: Numbers = self.inverse @ (self.powers * self.weights[:, None]).T
        return pull

    @property
    def coefficients(self) -> Numbers:
        """One row a power, one column an outcome."""
        found: Numbers = self.pull @ self.side.columns
        return found

    def missed(self) -> Numbers:
        """What the next power, as large as 1 at the bandwidth, would be taken for by each coefficient."""
        missed: Numbers = self.pull @ (self.side.x / self.bandwidth) ** (self.degree + 1)
        return missed


def triangle(x: Numbers, bandwidth: float) -> Numbers:
    """The triangular kernel: most at the cut-off, nothing from the bandwidth on."""
    weights: Numbers = np.maximum(0.0, 1 - np.abs(x) / bandwidth) / bandwidth
    return weights


def spread(pull: Numbers, scatter: Numbers) -> Numbers:
    """The covariance of the outcomes' coefficient that this row of pulls makes: (k, k)."""
    moved = pull[:, None] * scatter
    covariance: Numbers = moved.T @ moved
    return covariance


def _neighbourhoods(x: Numbers) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The first and the last place of each one's neighbourhood, itself among them.

    Neighbours come by distance, those of one value all at once, until there are enough of them.
    """
    n = len(x)
    values, starts, counts = np.unique(x, return_index=True, return_counts=True)
    ends = starts + counts - 1
    own = np.repeat(np.arange(len(values)), counts)
    first, last = starts[own].copy(), ends[own].copy()
    wanted = min(NEIGHBOURS, n - 1)
    while (open_ := last - first < wanted).any():
        below = np.where(first > 0, x - x[np.maximum(first - 1, 0)], np.inf)
        above = np.where(last < n - 1, x[np.minimum(last + 1, n - 1)] - x, np.inf)
        go_down, go_up = open_ & (below <= above), open_ & (above <= below)
        first = np.where(go_down, starts[own[np.maximum(first - 1, 0)]], first)
        last = np.where(go_up, ends[own[np.minimum(last + 1, n - 1)]], last)
    return first, last
