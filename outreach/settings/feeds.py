"""Where flags come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from outreach.settings.section import Section


class FileFeedSettings(Section):
    """Flags from files: CSV, NDJSON or Parquet, plain or gzipped."""

    kind: Literal["files"]
    quiet_for_seconds: int = Field(default=86_400, ge=0)
    path: str
    format: Literal["csv", "ndjson", "parquet"]
    select: Mapping[str, str] = {}
    delimiter: str = ","
    quoted_newlines: bool = False
    batch_rows: int = Field(default=20_000, ge=1, le=200_000)


class SqlFeedSettings(Section):
    """Flags from a database: any SQLAlchemy URL, read forward by a watermark column and a unique key."""

    kind: Literal["sql"]
    quiet_for_seconds: int = Field(default=86_400, ge=0)
    url: SecretStr
    query: str
    watermark: str
    key: str
    overlap_seconds: float = Field(default=60, ge=0)
    select: Mapping[str, str] = {}
    batch_rows: int = Field(default=20_000, ge=1, le=200_000)


class HttpFeedSettings(Section):
    """Flags from an HTTP API that answers JSON pages with a cursor."""

    kind: Literal["http"]
    quiet_for_seconds: int = Field(default=86_400, ge=0)
    url: str
    token: SecretStr | None = None
    rows: str = ""
    next_cursor: str = "next_cursor"
    cursor_parameter: str = "cursor"
    select: Mapping[str, str] = {}


FeedSettings = Annotated[FileFeedSettings | SqlFeedSettings | HttpFeedSettings, Field(discriminator="kind")]
