"""The 24-hour safety net: what the core system does by itself."""

from __future__ import annotations

from typing import Literal

from outreach.settings.section import Section


class SafetyNetSettings(Section):
    """What follows a hold.

    `at_hold_end`: what the core does with a transfer when its hold ends and nobody has said anything. People
    are told this beforehand; `unsaid` tells them only that the transfer may go.
    """

    at_hold_end: Literal["goes", "returned", "unsaid"] = "unsaid"
