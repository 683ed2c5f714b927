"""What the issue of the workbench promises part by part: its suites, on both databases, counted."""

from __future__ import annotations

from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.suites import promises

PARTS = {
    "the rule checker": (
        "adapters/rulebook/test_rulebook_refuses_files",
        "adapters/rulebook/test_rulebook_refuses_expressions",
        "adapters/rulebook/test_bounds",
        "domain/test_possible",
        "domain/test_problem",
        "rules/test_problem_page",
        "doors/test_rules_cli",
    ),
    "the rule tools": ("rules/test_schema", "doors/test_rules_tools", "domain/test_examples"),
    "explaining": ("doors/test_explain",),
    "backtests": ("rules/test_backtest",),
    "hot reload": ("doors/test_hot_reload",),
    "the blast radius": (
        "domain/test_limits",
        "domain/test_ramp",
        "engine/test_blast",
        "engine/test_ramping",
        "engine/test_halts",
        "doors/test_approvals",
        "doors/test_halting",
    ),
    "the template checker": (
        "adapters/renderer/test_renderer_check",
        "templates/test_problem_page",
        "templates/test_shipped_templates",
        "doors/test_templates_check",
    ),
    "replies in every language": ("domain/test_replying", "domain/test_replying_typed"),
}


def run(ground: Ground) -> dict[str, Figure]:
    """Every suite in one process of its own."""
    return promises(ground, PARTS)
