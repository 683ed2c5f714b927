"""rules/ladders.yml and rules/lists/*.yml: what rules name instead of writing it out again."""

from __future__ import annotations

from datetime import timedelta

import yaml

from outreach.adapters.rulebook import values
from outreach.adapters.rulebook.page import Page
from outreach.adapters.rulebook.shapes import elements, entries, mapping
from outreach.domain.ladder import Announced, Ladder, Step, announced
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
    if isinstance(node, yaml.SequenceNode) and not 0 < len(steps) <= MOST_STEPS:
        page.report("R012", node, f"a ladder has 1 to {MOST_STEPS} steps, not {len(steps)}")
    return Ladder(name=name, steps=tuple(rung for step in steps for rung in _read_step(page, step)))


def _read_step(page: Page, node: yaml.Node) -> tuple[Step, ...]:
    """A step as it stands; a call behind what announces it."""
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
