"""Whether a core system is connected, and who goes unheard where none is."""

from __future__ import annotations

from outreach.domain.ruleset import Rulebook, RuleStatus
from outreach.settings import Settings


def is_connected(settings: Settings) -> bool:
    """Whether there is a core system that could hold anything."""
    return settings.core.kind != "none"


def unheard_holds(settings: Settings, book: Rulebook) -> str:
    """Which live rules ask for a hold where no core system is there to hear it; empty where all is well."""
    asking = [
        f"{pattern}/{rule.id}"
        for pattern, one in book.sets.items()
        for rule in one.rules
        if rule.status is RuleStatus.LIVE and rule.warn.ladder.asks_holds
    ]
    if is_connected(settings) or not asking:
        return ""
    return (
        "no core system is connected (core.kind is none), so no transfer is held: these rules warn without, "
        f"and no message speaks of a hold: {', '.join(asking)}"
    )
