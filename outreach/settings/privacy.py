"""How long what is personal is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from outreach.settings.section import Section

Days = Annotated[int, Field(ge=0, le=36_500)]
"""Days; 0 keeps it for ever."""


class RetentionSettings(Section):
    """Days after which a class of what is personal goes; 0: never. docs/settings.md says why so long."""

    messages: Days = 1826
    replies: Days = 1826
    facts: Days = 1826
    tasks: Days = 730
    notes: Days = 730
    former_addresses: Days = 400
    references: Days = 400
    quarantine: Days = 30
    archive: Days = 1096
    forgotten_list: Path = Path("forgotten.txt")
