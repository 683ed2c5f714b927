"""When operators are told, and where."""

from __future__ import annotations

from pydantic import Field, SecretStr

from outreach.settings.section import Section


class WatchSettings(Section):
    """What operators are promised, who hears when it breaks, and where metrics are served (0: nowhere)."""

    heartbeat_url: SecretStr = SecretStr("")
    alarm_url: SecretStr = SecretStr("")
    metrics_port: int = Field(default=0, ge=0, le=65535)
    web_metrics_port: int = Field(default=0, ge=0, le=65535)
    queue_seconds: int = Field(default=120, ge=1)
    doubt_seconds: int = Field(default=600, ge=1)
    doubts: int = Field(default=100, ge=0)
    task_seconds: int = Field(default=900, ge=1)
    case_seconds: int = Field(default=900, ge=1)
    approval_seconds: int = Field(default=3600, ge=1)
    daemons: int = Field(default=1, ge=0)
