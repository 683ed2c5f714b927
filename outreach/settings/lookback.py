"""Looking back for silent sufferers, and lessons: how far, how many, and where transfers are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from outreach.settings.section import Section


class TransferFileSettings(Section):
    """Transfers in files."""

    kind: Literal["files"]
    path: str
    format: Literal["parquet", "csv", "ndjson"]
    delimiter: str = ","
    select: Mapping[str, str] = {}


class TransferSqlSettings(Section):
    """Transfers in a database: any SQLAlchemy URL."""

    kind: Literal["sql"]
    url: SecretStr
    query: str
    beneficiary: str = "beneficiary"
    select: Mapping[str, str] = {}


class TransferHttpSettings(Section):
    """Transfers behind an HTTP API."""

    kind: Literal["http"]
    url: str
    token: SecretStr | None = None
    rows: str = "rows"
    next_cursor: str = "next_cursor"
    select: Mapping[str, str] = {}


TransferSettings = Annotated[
    TransferFileSettings | TransferSqlSettings | TransferHttpSettings, Field(discriminator="kind")
]


class LookbackSettings(Section):
    """How far back, how many people a run and a day, and when to look a second time (0: never).

    `automatic`: every listed address is looked back for by itself. `archive`: our own archive is searched.
    """

    days: int = Field(default=90, ge=1, le=730)
    per_run: int = Field(default=1_000, ge=1, le=100_000)
    per_day: int = Field(default=5_000, ge=1, le=1_000_000)
    again_after_hours: int = Field(default=48, ge=0, le=720)
    automatic: bool = True
    archive: bool = True
    transfers: Mapping[str, TransferSettings] = {}


class EducationSettings(Section):
    """Lessons after an episode: when the first one comes, how many, and how far apart for one person."""

    automatic: bool = True
    after_days: int = Field(default=90, ge=14, le=730)
    rounds: int = Field(default=2, ge=1, le=8)
    apart_days: int = Field(default=90, ge=30, le=730)
    per_run: int = Field(default=500, ge=1, le=100_000)
