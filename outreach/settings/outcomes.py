"""What became of the money: the currency that outcomes are counted in, and who tells of them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from outreach.settings.feeds import FeedSettings
from outreach.settings.section import Section


class OutcomeSettings(Section):
    """`currency`: what outcomes are counted in. `wait_days`: how long what is told of people whom no flag has
    named yet waits for one. `case_days`: a loss that a feed confirms opens a recovery case where it is no
    older; 0: none does."""

    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    wait_days: int = Field(default=7, ge=1, le=90)
    case_days: int = Field(default=30, ge=0, le=365)
    feeds: Mapping[str, FeedSettings] = {}
