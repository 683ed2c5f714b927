"""When and how often people are written to."""

from __future__ import annotations

from datetime import time

from outreach.settings.section import Section


class QuietHoursSettings(Section):
    """When nobody is woken, in their own zone; critical warnings pass, with the reason logged."""

    start: time = time(22)
    end: time = time(8)
