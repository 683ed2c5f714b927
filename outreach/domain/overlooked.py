"""Overlooked people: somebody else reads their screen, so what shows there says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from outreach.domain.ladder import Step
from outreach.domain.scale import Channel

PATTERN = "remote_access"
"""The pattern that is about being read along; its templates name nothing on a channel that rings."""

SIGNS = ("remote_control", "screen_shared", "on_call")
"""Facts that mean the same in every other pattern. Who is on a call reads out what the screen says."""

ON_SCREEN = frozenset({Channel.PUSH, Channel.EMAIL})
"""Channels that show up by themselves on a screen that somebody else may read."""

RINGS = frozenset({Channel.SMS, *ON_SCREEN})
"""Channels that are read where they arrive. The inbox is opened, and a call asks first who listens."""


def is_overlooked(pattern: str, facts: Mapping[str, object]) -> bool:
    """Whether somebody else reads along, by the decision's frozen facts; an unknown fact is no sign."""
    return pattern == PATTERN or any(facts.get(sign) is True for sign in SIGNS)


def quietly(step: Step, after_loss: str) -> Step:
    """The step with the words that name nothing, where its channel rings; `after_loss` is the message's name
    once the money has left."""
    pattern, _, name = step.template.partition("/")
    if pattern == PATTERN or step.channel not in RINGS:
        return step
    quiet = after_loss if name.partition("@")[0] == after_loss else "leaving"
    return replace(step, template=f"{PATTERN}/{quiet}")
