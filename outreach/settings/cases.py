"""Recovery cases: their clock, who leads, and the other firms that are asked to freeze money."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, model_validator

from outreach.settings.parties import LOOPBACK
from outreach.settings.section import Section


class CaseSettings(Section):
    """The marks of a case's clock, in minutes since the money left; `leads`: who may do what only a lead may
    (nobody listed: everybody). `fonts`: further font files for the PDF of an evidence pack."""

    first_minutes: int = Field(default=60, ge=1, le=1_440)
    day_minutes: int = Field(default=1_440, ge=1, le=14_400)
    last_minutes: int = Field(default=4_320, ge=1, le=43_200)
    answer_hours: int = Field(default=24, ge=1, le=720)
    leads: tuple[str, ...] = ()
    fonts: tuple[Path, ...] = ()

    @model_validator(mode="after")
    def _is_in_order(self) -> CaseSettings:
        if not self.first_minutes < self.day_minutes < self.last_minutes:
            raise ValueError("cases.first_minutes, day_minutes and last_minutes must rise")
        return self


class PartnerSettings(Section):
    """Another firm that money goes to. With a `url` it is asked by a signed webhook, else by a message that a
    person copies. `secret`: `whsec_…` as Standard Webhooks writes it, newest first."""

    name: str = Field(min_length=1, max_length=64)
    url: str = ""
    secret: SecretStr = SecretStr("")
    seconds: float = Field(default=10.0, gt=0, le=60)
    answer_hours: int | None = Field(default=None, ge=1, le=720)

    @model_validator(mode="after")
    def _is_safe(self) -> PartnerSettings:
        if self.url and not self.url.startswith(("https://", *LOOPBACK)):
            raise ValueError("partners.*.url must be https://… (http:// on loopback only)")
        return self


def _is_no_core(name: str) -> str:
    if name == "core":
        raise ValueError("a partner is not called core: that is your own system")
    return name


PartnerName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$"), AfterValidator(_is_no_core)]
"""What a partner is called on the command line."""

Partners = Mapping[PartnerName, PartnerSettings]
