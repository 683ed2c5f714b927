"""Lists of malicious addresses: where they come from, and when one waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from outreach.settings.section import Section

Format = Literal["csv", "ndjson", "json"]


class ListFileSettings(Section):
    """Lists from files; one whose name has a day in it is of that day."""

    kind: Literal["files"]
    path: str
    format: Format
    chain: str = ""
    sources: str = ""
    columns: Mapping[str, str] = {}
    delimiter: str = ","
    complete: bool = False
    largest_bytes: int = Field(default=256 << 20, ge=1)
    every_minutes: int = Field(default=60, ge=1)


class ListUrlSettings(Section):
    """A list at a URL, asked for only where it has changed."""

    kind: Literal["http"]
    url: SecretStr
    token: SecretStr | None = None
    format: Format
    chain: str = ""
    sources: str = ""
    columns: Mapping[str, str] = {}
    delimiter: str = ","
    complete: bool = False
    largest_bytes: int = Field(default=256 << 20, ge=1)
    every_minutes: int = Field(default=60, ge=1)


AddressListSettings = Annotated[ListFileSettings | ListUrlSettings, Field(discriminator="kind")]


class AddressSettings(Section):
    """Lists of addresses.

    An import over `hold_share` of the latest transfers waits for a person, and so does a complete one
    that lacks more than `hold_gone` of what its list lists, or all of it.
    """

    hold_share: float = Field(default=0.005, ge=0, le=1)
    hold_fewest: int = Field(default=5, ge=0)
    hold_gone: float = Field(default=0.5, ge=0, le=1)
    recent_days: int = Field(default=7, ge=1, le=90)
    lists: Mapping[str, AddressListSettings] = {}
