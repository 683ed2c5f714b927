"""rules/ladders.yml and rules/lists/*.yml: what rules name instead of writing it out again."""

from __future__ import annotations

from datetime import timedelta

import yaml

from outreach.adapters.rulebook import values
from outreach.adapters.rulebook.page import Page
from outreach.adapters.rulebook.shapes import elements, entries, mapping
from outreach.domain.ladder import Announced, Ladder, Step, announced, cooling
from outreach.domain.scale import Channel

MOST_STEPS = 12


def read_ladders(page: Page, root: yaml.Node) -> dict[str, Ladder]:
    """Name → ladder; a step without a template has an empty one, for the rule to fill."""
    top = mapping(page, root, ("ladders",))
    ladders = {}
    for name, key_node, node in entries(page, top["ladders"]) if "ladders" in top else []:
        values.name(page, key_node, "snake_case")
        ladders[name] = read_ladder(page, name, node)
    return ladders


def read_ladder(page: Page, name: str, node: yaml.Node) -> Ladder:
    """The steps of one ladder."""
    steps = elements(page, node)
    if steps and all(_key(step, "cool_off") for step in steps):
        page.report("R038", steps[0], "a ladder that only cools off says nothing", "or ask: warn: {hold: …}")
    if isinstance(node, yaml.SequenceNode) and not 0 < len(steps) <= MOST_STEPS:
        page.report("R012", node, f"a ladder has 1 to {MOST_STEPS} steps, not {len(steps)}")
    return Ladder(name=name, steps=tuple(rung for step in steps for rung in _read_step(page, step)))


def _read_step(page: Page, node: yaml.Node) -> tuple[Step, ...]:
    """A step as it stands; a call behind what announces it; a cooling-off says nothing."""
    if _key(node, "cool_off"):
        return _read_cool_off(page, node)
    got = mapping(page, node, ("channel", "wait"), ("template", "announced"))
    step = Step(
        channel=Channel(values.word(page, got["channel"], Channel)) if "channel" in got else Channel.PUSH,
        template=values.name(page, got["template"], "template") if "template" in got else "",
        wait=values.duration(page, got["wait"]) if "wait" in got else timedelta(0),
    )
    where = Announced(values.word(page, got["announced"], Announced)) if "announced" in got else Announced.APP
    if step.channel is Channel.CALL:
        return announced(step, where)
    if "announced" in got:
        page.report("R012", got["announced"], "only a call is announced", "remove it")
    return (step,)


LONGEST_HOLD = timedelta(days=3)
"""Money is not kept from its owner for longer on a machine's word."""


def _key(node: yaml.Node, name: str) -> bool:
    """Whether a mapping has this key."""
    keys = node.value if isinstance(node, yaml.MappingNode) else []
    return any(isinstance(key, yaml.ScalarNode) and key.value == name for key, _ in keys)


def _read_cool_off(page: Page, node: yaml.Node) -> tuple[Step, ...]:
    got = mapping(page, node, ("cool_off",), ("wait",))
    length = read_hold(page, got["cool_off"]) if "cool_off" in got else timedelta()
    return (cooling(length, values.duration(page, got["wait"]) if "wait" in got else length),)


def read_hold(page: Page, node: yaml.Node) -> timedelta:
    """How long the core is asked to hold a transfer."""
    length = values.duration(page, node)
    if length > LONGEST_HOLD:
        page.report("R038", node, f"{length.days} days; a hold is {LONGEST_HOLD.days} days at most")
    return length


def read_list(page: Page, root: yaml.Node, file_stem: str) -> tuple[str, tuple[str, ...]]:
    """(name, values) of one list file."""
    got = mapping(page, root, ("list", "values"), ("about", "owner"))
    name = values.name(page, got["list"], "snake_case") if "list" in got else file_stem
    if name != file_stem:
        page.report("R020", got["list"], f"the list '{name}' stands in {file_stem}.yml", "use one name")
    for key in ("about", "owner"):
        if key in got:
            values.text(page, got[key], 300)
    nodes = elements(page, got.get("values"))
    if "values" in got and not nodes:
        page.report("R028", got["values"], f"the list @{name} is empty", is_warning=True)
    seen: dict[str, yaml.Node] = {}
    for node in nodes:
        value = values.text(page, node, 256)
        if value in seen:
            page.report("R019", node, f"'{value}' stands twice in the list", is_warning=True)
        seen.setdefault(value, node)
    return name, tuple(seen)
