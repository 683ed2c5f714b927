"""The estimators: what a warning changed, from scores and outcomes alone. Plain numpy and scipy."""

from __future__ import annotations

from outreach.adapters.estimators.bandwidths import Bandwidths
from outreach.adapters.estimators.checks import heap, mismatch
from outreach.adapters.estimators.density import DensityJump, density_jump
from outreach.adapters.estimators.discontinuity import Discontinuity, fuzzy, sharp
from outreach.adapters.estimators.local import TooFew
from outreach.adapters.estimators.power import Plan
from outreach.adapters.estimators.sequences import Arm, Difference, at_any_look

__all__ = [
    "Arm",
    "Bandwidths",
    "DensityJump",
    "Difference",
    "Discontinuity",
    "Plan",
    "TooFew",
    "at_any_look",
    "density_jump",
    "fuzzy",
    "heap",
    "mismatch",
    "sharp",
]
