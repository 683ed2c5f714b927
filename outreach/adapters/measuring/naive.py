"""The field's figures, computed as the field does, to be shown beside ours: what not to publish."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from outreach.domain.outcomes.level import PRIMARY, named
from outreach.domain.outcomes.measured import Naive

LOST = f"lost_{named(PRIMARY)}"
COLUMNS = ("warned_at", "answered_at", "exposed", LOST)
"""All that is asked."""


def naive(lines: pa.Table) -> tuple[Naive, ...]:
    """Exposure that was not lost; the same of who answered; how much less who answered loses."""
    warned = lines.filter(pc.and_(pc.is_valid(lines.column("warned_at")), pc.is_valid(lines.column(LOST))))
    return tuple(_naive(warned)) if warned.num_rows else ()


def _naive(warned: pa.Table) -> Iterator[Naive]:
    has_answered = pc.is_valid(warned.column("answered_at"))
    answered, silent = warned.filter(has_answered), warned.filter(pc.invert(has_answered))
    yield Naive(
        name="exposure not lost",
        words="all that warned people were about to send and did not lose",
        amount=_kept(warned),
        why_not="most of it was never going to be lost; it is as large where warnings change nothing",
    )
    yield Naive(
        name="exposure not lost by who answered",
        words="the same, only of people who answered their warning",
        amount=_kept(answered),
        why_not="who answers is careful anyway",
    )
    if answered.num_rows and silent.num_rows and _losing(silent):
        yield Naive(
            name="who answers loses less",
            words="how much smaller the share who lose is among those who answered",
            share=1 - _losing(answered) / _losing(silent),
            why_not="it comes out the same where warnings change nothing: who answers is careful anyway",
        )


def _kept(lines: pa.Table) -> Decimal:
    exposed, lost = (pc.sum(lines.column(name)).as_py() or Decimal(0) for name in ("exposed", LOST))
    return max(exposed - lost, Decimal(0))


def _losing(lines: pa.Table) -> float:
    return float(pc.mean(pc.greater(lines.column(LOST), 0)).as_py() or 0.0)
