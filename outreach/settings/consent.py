"""On what ground people are written to, and what that ground allows."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from outreach.settings.section import Section


class ConsentSettings(Section):
    """Where warnings rest on an exemption instead of consent, and how far it goes."""

    exemption: tuple[Literal["push", "sms", "email"], ...] = ()
    exemption_messages: int = Field(default=3, ge=1, le=100)
    exemption_days: int = Field(default=3, ge=1, le=7)  # what people were sent is read a week back
