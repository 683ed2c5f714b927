"""Whether there are words for what a rule wants said: templates, and channels that they have blocks for."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from outreach.adapters.rulebook.page import Page
from outreach.domain.ladder import Ladder
from outreach.domain.problem import did_you_mean
from outreach.domain.scale import Channel

Served = Mapping[str, frozenset[Channel]]
"""Template → the channels that it has words for, in any language."""


def report_unserved(
    page: Page, places: tuple[yaml.Node, yaml.Node], template: str, ladder: Ladder, served: Served
) -> None:
    """Report templates that are not there, at `template:` and `ladder:`, and channels without words."""
    at_template, at_ladder = places
    missing = {template: at_template}
    missing |= {s.template: at_ladder for s in ladder.said if s.template and s.template != template}
    for name, place in missing.items():
        if name not in served:
            hint = did_you_mean(name, served) or f"write templates/{name}.<locale>.j2"
            page.report("R036", place, f"no template '{name}'", hint)
    for step in ladder.said:
        words = served.get(step.template or template)
        if words is not None and step.channel not in words:
            said = f"'{step.template or template}' has no words for {step.channel.value}"
            page.report("R037", at_ladder, said, "write that block, or climb another ladder")
