"""What the issue of the four pillars promises part by part: its suites, on both databases, counted."""

from __future__ import annotations

from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.suites import promises

PARTS = {
    "one person through each pillar": ("doors/test_four_pillars",),
    "listed addresses": ("engine/test_lists", "doors/test_addresses_cli"),
    "the safety net": ("doors/test_hold_page", "engine/test_repeats", "engine/test_core_trouble"),
    "recovery cases": (
        "domain/test_recovery_case",
        "engine/test_cases",
        "adapters/test_evidence_pack",
        "doors/test_cases_cli",
    ),
    "reports": ("doors/test_reports",),
    "silent sufferers": ("engine/test_lookback", "doors/test_silent_page", "engine/test_welfare"),
    "education": ("engine/test_lessons",),
}


def run(ground: Ground) -> dict[str, Figure]:
    """Every suite in one process of its own."""
    return promises(ground, PARTS)
