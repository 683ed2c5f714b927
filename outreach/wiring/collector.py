"""The garbage collector of a process that lives long and works in batches."""

from __future__ import annotations

import gc

YOUNG = 50_000
"""Objects made before the collector looks: what half a round of dispatch holds at once. With Python's 700
it walked over the same live batch again and again, a tenth of all CPU (measured in bench/delivery.py)."""


def spare_collector() -> None:
    """Collect less often, and never walk again over what is there for good: modules, schema, templates."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)
