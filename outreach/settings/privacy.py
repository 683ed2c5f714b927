"""How long what is personal is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from outreach.settings.section import Section

Days = Annotated[int, Field(ge=0, le=36_500)]
"""Days; 0 keeps it for ever."""


FACTS_AT_LEAST = 150
"""The longest window of outcomes (90 days), 30 days for late facts, and 30 for a flag that keeps it open."""


def _is_enough(days: int) -> int:
    if 0 < days < FACTS_AT_LEAST:
        raise ValueError(
            f"must be {FACTS_AT_LEAST} days or more, or 0 for ever: what becomes of the money is reckoned by"
            " these facts until its last window has matured"
        )
    return days


class RetentionSettings(Section):
    """Days after which a class of what is personal goes; 0: never. docs/settings.md says why so long."""

    messages: Days = 1826
    replies: Days = 1826
    reports: Days = 1826
    facts: Annotated[Days, AfterValidator(_is_enough)] = 1826
    tasks: Days = 730
    cases: Days = 3653
    notes: Days = 730
    former_addresses: Days = 400
    references: Days = 400
    payees: Days = 400
    quarantine: Days = 30
    archive: Days = 1096
    forgotten_list: Path = Path("forgotten.txt")
