"""The garbage collector of a process that lives long and works in batches."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000
"""Objects made before the collector looks: what half a round of dispatch holds at once. With Python's 700
it walked over the same live batch again and again, a tenth of all CPU (measured in bench/delivery.py)."""


@contextmanager
def sparing_collector() -> Iterator[None]:
    """For the length of a block collect less often, and never walk over what is there for good."""
    usual = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()  # some libraries complain at the end of what was never collected
