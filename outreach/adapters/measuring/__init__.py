"""What warnings changed (level P4): by each registered design, with the checks that travel with a figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from outreach.adapters.measuring.arms import compared
from outreach.adapters.measuring.cut_off import discontinuity
from outreach.adapters.measuring.naive import naive
from outreach.adapters.measuring.people import People
from outreach.adapters.measuring.wordings import wordings
from outreach.domain.experiment import Design, Registered
from outreach.domain.outcomes.level import named
from outreach.domain.outcomes.measured import Measured

__all__ = ["measure", "naive"]


def measure(lines: pa.Table, registered: Sequence[Registered]) -> tuple[Measured, ...]:
    """One figure, or its refusal, for each registration; of wordings one for each but the first.

    `lines` has the columns of domain/outcomes/line.LINE; what is not matured is counted and left out.
    """
    return tuple(told for one in registered for told in _measured(lines, one))


def _measured(lines: pa.Table, one: Registered) -> Iterator[Measured]:
    people = People.of(lines, one.sha256)
    blank = Measured(
        registration=one.sha256,
        pattern=one.pattern,
        rule=one.rule,
        design=one.design,
        metric=one.metric,
        window=named(one.window),
        method="",
        definition=one.definition,
        where="",
        cap=one.cap,
        until=one.until,
    )
    match one.design:
        case Design.DISCONTINUITY:
            yield discontinuity(people, one, lines, blank)
        case Design.VARIANTS:
            yield from wordings(people, one, blank)
        case _:
            yield compared(people, one, lines, blank)
