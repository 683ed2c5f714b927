"""How much the inbox API gives to whom."""

from __future__ import annotations

from pydantic import Field

from outreach.settings.section import Section


class ApiSettings(Section):
    """Limits of the inbox API. `guesses` and `agent_guesses`: references asked about in vain in ten minutes,
    by one person and by one client's agents."""

    body_bytes: int = Field(default=262_144, ge=1_000, le=10_485_760)
    guesses: int = Field(default=20, ge=1)
    agent_guesses: int = Field(default=120, ge=1)
    streams: int = Field(default=50, ge=1, le=150)
    poll_seconds: float = Field(default=2.0, ge=0.05, le=60)
    heartbeat_seconds: float = Field(default=15.0, ge=0.05, le=60)
