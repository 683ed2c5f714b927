"""What a message costs, for backtests; an SMS part's price stands at `traffic.spend.prices`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import StringConstraints

from outreach.settings.section import Section
from outreach.settings.traffic import Millionths

CountryOrAll = Annotated[str, StringConstraints(pattern=r"^(\*|[A-Z]{2})$")]
"""`*` for everywhere else, or a country in two capitals."""


class PriceSettings(Section):
    """The price of one message by country, in `traffic.spend.currency`."""

    push: Mapping[CountryOrAll, Millionths] = {}
    email: Mapping[CountryOrAll, Millionths] = {}
    call: Mapping[CountryOrAll, Millionths] = {}
