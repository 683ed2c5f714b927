"""Where anybody reports a scam, how much they may send, and who is named to whoever is in distress."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from outreach.settings.section import Section

Line = Annotated[str, Field(min_length=3, max_length=120)]
Place = Annotated[str, Field(pattern=r"^(\*|[A-Z]{2})$")]


class ReportSettings(Section):
    """The report page. `anonymous`: whether it takes reports without a signed link. `files` holds the
    pictures,
    sealed, outside of anything that is served. The rest is how much may come, and by when it is read."""

    anonymous: bool = False
    files: Path = Path("reports")
    pictures: int = Field(default=5, ge=0, le=10)
    picture_bytes: int = Field(default=8_388_608, ge=10_000, le=33_554_432)
    body_bytes: int = Field(default=20_971_520, ge=10_000, le=104_857_600)
    most_pixels: int = Field(default=40_000_000, ge=10_000, le=200_000_000)
    an_hour_each_place: int = Field(default=10, ge=1)
    an_hour_anonymous: int = Field(default=200, ge=1)
    a_day_each: int = Field(default=20, ge=1)
    read_within_minutes: int = Field(default=120, ge=1, le=10_080)
    fresh_within_minutes: int = Field(default=15, ge=1, le=1_440)


class WelfareSettings(Section):
    """Words of self-harm. `due_minutes`: by when somebody must have taken the task. `lines`: whom the firm
    names
    to talk to, by country, "*" for any other."""

    due_minutes: int = Field(default=5, ge=1, le=60)
    lines: Mapping[Place, Line] = {}
