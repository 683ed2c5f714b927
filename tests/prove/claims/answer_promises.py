"""What the issue of the answer promises part by part: its suites, on both databases, counted."""

from __future__ import annotations

from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.suites import promises

PARTS = {
    "replies": ("domain/test_replying", "engine/test_replies", "doors/test_inbound"),
    "consent": (
        "store/test_consents",
        "engine/test_agreed",
        "doors/test_consent_cli",
        "doors/test_unsubscribe",
    ),
    "the inbox API": tuple(
        f"doors/test_api_{name}"
        for name in ("inbox", "clients", "verify", "limits", "changes", "document", "page")
    ),
    "what follows an answer": (
        "adapters/test_core_webhook",
        "engine/test_aftermath",
        "engine/test_recovery",
        "domain/test_warned",
        "domain/test_alarms",
        "doors/test_letters_cli",
    ),
    "forgetting": (
        "engine/test_forgetting",
        "engine/test_upkeep",
        "store/test_forgetting",
        "store/test_retention",
        "store/test_rotating",
        "doors/test_privacy",
    ),
    "calls": ("domain/test_calling", "domain/test_call_order", "engine/test_tasks", "doors/test_tasks_cli"),
    "coached users": ("domain/test_overlooked", "engine/test_overlooked"),
    "tokens and pages": ("domain/test_token", "domain/test_token_rotation", "doors/test_web_next"),
}


def run(ground: Ground) -> dict[str, Figure]:
    """Every suite in one process of its own."""
    return promises(ground, PARTS)
