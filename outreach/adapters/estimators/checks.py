"""Checks that travel with a figure: arms as large as they were to be, and scores fine enough to compare."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import chisquare

from outreach.adapters.estimators.local import Numbers

MISMATCH = 0.001
"""Below this p the arms are not as large as they were drawn to be, and their figure is withheld."""

GRIDS = (10.0, 5.0, 1.0, 0.5, 0.1, 0.05, 0.01)
"""What scores get rounded to; they are kept to a thousandth."""

FINEST = 0.001

ALIKE = 0.01
"""Of grids that explain as much, up to so much, the coarsest is named."""

HEAPED = 0.05
"""So many more of all scores than chance puts there lie on a grid: heaped."""


def mismatch(seen: Sequence[int], shares: Sequence[float]) -> float:
    """The p of arms as uneven as these if each were drawn with its share; 1.0 of nobody at all."""
    total, of = sum(seen), sum(shares)
    if not total:
        return 1.0
    return float(chisquare(list(seen), [total * share / of for share in shares]).pvalue)


def heap(score: Numbers) -> float | None:
    """The grid on which scores pile up; None where they do not."""
    if not len(score):
        return None
    thousandths = np.rint(score / FINEST).astype(np.int64)
    steps = [round(grid / FINEST) for grid in GRIDS]
    piled = [float((thousandths % step == 0).mean()) - 1 / step for step in steps]
    if max(piled) <= HEAPED:
        return None
    return next(grid for grid, more in zip(GRIDS, piled, strict=True) if more > max(piled) - ALIKE)
