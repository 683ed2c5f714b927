"""A rule's `limits:` and `ramp:`: how far it may reach, and how fast."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import yaml

from outreach.adapters.rulebook import values
from outreach.adapters.rulebook.page import Page
from outreach.adapters.rulebook.shapes import elements, mapping
from outreach.domain.ruleset import Limits, Ramp

MOST_STEPS = 10


def read_limits(page: Page, node: yaml.Node) -> Limits:
    """`{max_share: 2%, max_users: 25000, max_per_hour: 5000, times_usual: 5}`, each of them optional."""
    got = mapping(page, node, (), ("max_share", "max_users", "max_per_hour", "times_usual"))
    limits = Limits(
        max_share=values.share(page, got["max_share"]) if "max_share" in got else None,
        max_users=values.whole(page, got["max_users"], 1) if "max_users" in got else None,
        max_per_hour=values.whole(page, got["max_per_hour"], 1) if "max_per_hour" in got else None,
        times_usual=values.number(page, got["times_usual"], 0, 1000) if "times_usual" in got else None,
    )
    if limits.times_usual is not None and 0 < limits.times_usual <= 1:
        hint = "more than 1, like 5; or 0 for no alarm"
        page.report(
            "R012", got["times_usual"], f"at {limits.times_usual} times its usual every day is held", hint
        )
    if limits.max_users and limits.max_per_hour and limits.max_users > limits.max_per_hour:
        words = f"max_users {limits.max_users} a run is never reached: max_per_hour is {limits.max_per_hour}"
        page.report("R012", got["max_users"], words, "max_users is no more than max_per_hour")
    return limits


def read_ramp(page: Page, node: yaml.Node) -> Ramp:
    """`[1%, 10%, 100%]`, or `{steps: [1%, 10%, 100%], wait: 2h, stop_at: 50%, least: 20}`."""
    if isinstance(node, yaml.SequenceNode):
        return Ramp(steps=_steps(page, node))
    got = mapping(page, node, ("steps",), ("wait", "stop_at", "least"))
    usual = Ramp(steps=_steps(page, got["steps"]) if "steps" in got else _ALL)
    return Ramp(
        steps=usual.steps,
        wait=values.duration(page, got["wait"]) if "wait" in got else usual.wait,
        stop_at=values.share(page, got["stop_at"]) if "stop_at" in got else usual.stop_at,
        least=values.whole(page, got["least"], 1, 100_000) if "least" in got else usual.least,
    )


def _steps(page: Page, node: yaml.Node) -> tuple[Decimal, ...]:
    before = len(page.problems)
    nodes = elements(page, node)
    steps = tuple(values.share(page, each) for each in nodes)
    if len(page.problems) > before:
        return _ALL
    if not 2 <= len(steps) <= MOST_STEPS:
        page.report(
            "R012", node, f"a ramp of {len(steps)} steps", f"2 to {MOST_STEPS} of them, like [1%, 10%, 100%]"
        )
    elif any(later <= sooner for sooner, later in pairwise(steps)):
        page.report("R012", node, "each step must be wider than the one before", "like [1%, 10%, 100%]")
    elif steps[-1] != 1:
        hint = "end with 100%: whoever is outside of the last step would never be warned"
        page.report("R012", nodes[-1], f"the last step is {float(steps[-1] * 100):g}%", hint)
    else:
        return steps
    return _ALL


_ALL = (Decimal(1),)
