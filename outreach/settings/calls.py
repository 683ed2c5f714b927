"""Who calls people, when, and how often."""

from __future__ import annotations

from datetime import time

from pydantic import Field

from outreach.settings.section import Section


class CallHoursSettings(Section):
    """When people are called, on their own clock; what is critical goes at any hour."""

    start: time = time(8)
    end: time = time(21)


class CallSettings(Section):
    """How many agents call, how long one call takes, how many tries reach nobody before it ends, and for how
    long a task is whose it was taken by."""

    agents: int = Field(default=1, ge=1, le=10_000)
    minutes: int = Field(default=6, ge=1, le=120)
    tries: int = Field(default=4, ge=1, le=10)
    lease_minutes: int = Field(default=30, ge=1, le=24 * 60)
    hours: CallHoursSettings = CallHoursSettings()
