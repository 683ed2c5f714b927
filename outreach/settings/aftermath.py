"""What follows an answer, and how soon."""

from __future__ import annotations

from pydantic import Field

from outreach.settings.section import Section


class DueSettings(Section):
    """How soon somebody at the firm must act where a person asked for help, by the warning's urgency."""

    critical_minutes: int = Field(default=15, ge=1, le=10_080)
    soon_minutes: int = Field(default=30, ge=1, le=10_080)
    routine_minutes: int = Field(default=120, ge=1, le=10_080)


class AftermathSettings(Section):
    """How long "it is mine" is believed, and when a person is told that the core did not act."""

    mine_cool_down_days: int = Field(default=7, ge=0, le=365)
    remind_after_minutes: int = Field(default=15, ge=1, le=1_380)
    due: DueSettings = DueSettings()
