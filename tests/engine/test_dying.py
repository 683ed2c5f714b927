"""A process that dies again and again says nothing of the provider: its deaths use up no tries."""

from __future__ import annotations

import pytest

from outreach.domain.delivery import MOST_ATTEMPTS, Unavailable, Unknown
from outreach.domain.scale import Channel
from outreach.engine.dispatch import LEASE
from outreach.store.database import Store
from outreach.store.tables import messages
from tests.build import a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.test_settle import WINDOW, ProcessDied, turn
from tests.engine.world import World


def a_world(store: Store, channel: Channel) -> World:
    rule = a_rule(ladder=a_ladder(a_step(channel)))
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", rule)))
    world.flag(a_flag())
    return world


def dies(world: World, channel: Channel, times: int) -> None:
    """So many processes, each killed between its commit and its call; what they left is found to be due."""

    def die(_messages: object) -> None:
        raise ProcessDied

    for _ in range(times):
        world.senders[channel].before = die
        with pytest.raises(ProcessDied):
            world.dispatch().run()
        world.senders[channel].before = lambda sent: None
        world.clock.tick(seconds=LEASE.total_seconds() + 1)
        if not world.senders[channel].repeats_safely:
            world.clock.tick(seconds=WINDOW.total_seconds() + 60)
            world.dispatch().run()
            world.clock.tick(seconds=WINDOW.total_seconds() + 60)
            world.settle().run()


@pytest.mark.parametrize("repeats_safely", [False, True])
@pytest.mark.parametrize("says", [Unavailable("503"), Unknown("cut off")])
def test_deaths_of_our_own_use_up_no_tries_of_a_provider_that_is_busy_once(
    store: Store, repeats_safely: bool, says: Unavailable | Unknown
) -> None:
    channel = Channel.PUSH if repeats_safely else Channel.SMS
    world = a_world(store, channel)
    world.senders[channel].repeats_safely = repeats_safely
    dies(world, channel, MOST_ATTEMPTS)
    world.senders[channel].sent.clear()
    world.senders[channel].results = [says]
    world.senders[channel].findings = []

    for _ in range(12):
        turn(world, minutes=3)

    assert world.senders[channel].sent, "nobody was told"
    assert [row.status for row in world.rows(messages)] == ["accepted"]
