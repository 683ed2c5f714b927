"""How much may go out before a person has to look."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from outreach.settings.section import Section
from outreach.settings.traffic import Millionths

Times = Annotated[Decimal, Field(ge=0, le=1000, max_digits=7, decimal_places=3)]


class LimitSettings(Section):
    """What puts a run on hold, all over the installation; rules have limits of their own beside these."""

    messages_per_day: int | None = Field(default=None, ge=0)
    money_per_day: Millionths | None = None
    times_usual: Times = Decimal(5)
    usual_days: int = Field(default=28, ge=7, le=90)
    usual_least_days: int = Field(default=7, ge=3, le=90)
    usual_least_people: int = Field(default=100, ge=1)
    two_people: bool = False
