"""A moment as it is typed after an option."""

from __future__ import annotations

from datetime import datetime

import click

from outreach.domain.moment import read_moment


def moment_typed(option: str, typed: str | None, now: datetime) -> datetime | None:
    """The moment that was typed; None where nothing was. Raises BadParameter with what to write."""
    if typed is None:
        return None
    moment = read_moment(typed, now)
    if moment is None:
        raise click.BadParameter(
            "write a date (2027-03-01), a time (2027-03-01T14:00, UTC) or a length back (2d, 12h)",
            param_hint=option,
        )
    return moment
