"""When, how often and as whom people are written to."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Literal

from pydantic import Field, model_validator

from outreach.settings.section import Section

SHAPES = {
    "alphanumeric": (re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}"), "1 to 11 letters, digits and blanks"),
    "long_code": (re.compile(r"\+[1-9]\d{6,14}"), "a number in E.164, as +6581234567"),
    "short_code": (re.compile(r"\d{3,8}"), "3 to 8 digits"),
    "messaging_service": (re.compile(r"MG[0-9a-f]{32}"), "MG and 32 hex digits"),
}


class QuietHoursSettings(Section):
    """When nobody is woken, in their own zone; critical warnings pass, with the reason logged."""

    start: time = time(22)
    end: time = time(8)


class BudgetSettings(Section):
    """The most messages one person gets by push and SMS."""

    a_day: int = Field(default=4, ge=1)
    a_week: int = Field(default=10, ge=1)


class CriticalBudgetSettings(BudgetSettings):
    """The same for critical warnings, which are counted apart."""

    a_day: int = Field(default=8, ge=1)
    a_week: int = Field(default=20, ge=1)


class PaceSettings(Section):
    """How often one person is written to, over all rules."""

    spacing_minutes: int = Field(default=30, ge=0, le=24 * 60)
    critical_spacing_minutes: int = Field(default=10, ge=0, le=24 * 60)
    cool_down_days: int = Field(default=14, ge=0, le=365)
    most: BudgetSettings = BudgetSettings()
    most_critical: CriticalBudgetSettings = CriticalBudgetSettings()


class ContactSettings(Section):
    """How long a contact is believed."""

    token_days: int = Field(default=60, ge=1, le=270)
    takeover_days: int = Field(default=30, ge=1, le=365)
    takeover_patterns: tuple[str, ...] = ("phishing_ato",)


class SenderSettings(Section):
    """A sender registered in one country, and from which day its registration counts."""

    sender: str
    type: Literal["alphanumeric", "long_code", "short_code", "messaging_service"]
    registered_from: date

    @model_validator(mode="after")
    def _fits_its_type(self) -> SenderSettings:
        shape, words = SHAPES[self.type]
        if not shape.fullmatch(self.sender):
            raise ValueError(f"{self.sender!r} is not the shape of type {self.type}: {words}")
        return self
