"""Builders for tests of the gate: one rule, one kind of warning, its ladders."""

from __future__ import annotations

from typing import Any

from outreach.domain.ladder import Ladder
from outreach.domain.ruleset import Rulebook
from outreach.domain.scale import Channel, Urgency
from outreach.store.tables import bars
from tests.build import a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.world import World

SOON = Urgency.SOON
TEMPLATE = "job_task/leaving"


def steps(*channels: Channel, template: str = TEMPLATE, **options: Any) -> Ladder:
    """A ladder of these channels, an hour apart."""
    return a_ladder(*(a_step(channel, template=template, **options) for channel in channels))


def a_book(ladder: Ladder | None = None, **rule: Any) -> Rulebook:
    """A book with one rule, warning of job scams by push alone."""
    return a_rulebook(a_rule_set("job_task", a_rule(ladder=ladder or steps(Channel.PUSH), **rule)))


def told(world: World) -> list[tuple[str, str, str]]:
    """Every bar: its channel, its verdict and its reason, in the order they were written."""
    return [(b.channel, b.verdict, b.reason) for b in world.rows(bars)]


def warned_again(world: World, days: float = 1, **columns: Any) -> None:
    """Some days later the same person is flagged about another transfer, and the engine runs."""
    world.clock.tick(days=days)
    world.dispatch().run()  # the first climb ends
    columns = {"identity": f"again-{world.clock.now}", "flagged_at": world.clock.now} | columns
    world.flag(a_flag(beneficiary=f"b-{world.clock.now}", transfer_ref=None, **columns))
    world.dispatch().run()
