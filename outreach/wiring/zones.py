"""Which zones a country has, from the tz database's own table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

TABLE = "zone1970.tab"
"""Zones by country, merged where clocks have agreed since 1970: earlier nights tell nobody apart."""


@lru_cache(maxsize=1)
def zones_by_country() -> Mapping[str, tuple[str, ...]]:
    """ISO 3166 country → its IANA zones."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (files("tzdata") / "zoneinfo" / TABLE).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            countries, _, zone, *_ = line.split("\t")
            for country in countries.split(","):
                found[country].append(zone)
    return {country: tuple(zones) for country, zones in found.items()}
