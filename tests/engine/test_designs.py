"""Designs in which everybody is warned: words that are drawn, and calls whose order is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from outreach.domain.calling import CallPolicy
from outreach.domain.experiment import Design
from outreach.domain.ladder import thaw
from outreach.domain.scale import Channel, Urgency
from outreach.domain.tasking import Desk
from outreach.engine.tasks import Tasks
from outreach.store.database import Store
from outreach.store.tables import decisions, messages, outreaches, waits
from outreach.wiring import chance
from tests.build import a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step, an_experiment
from tests.engine.test_experiments import a_tried, arms, flagged
from tests.engine.world import World

TEMPLATE = "pig_butchering/leaving"
WORDINGS = (TEMPLATE, f"{TEMPLATE}@b", f"{TEMPLATE}@c")


def worded(store: Store, **options: Any) -> World:
    world = World(store, book=a_tried(an_experiment(Design.VARIANTS, variants=("a", "b", "c")), **options))
    world.renderer.wordings = {TEMPLATE: WORDINGS}
    return world


def said_by(world: World) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for message in world.rows(messages):
        found.setdefault(message.person, set()).add(message.template.partition(".")[0])
    return found


@pytest.mark.parametrize("urgency", [Urgency.SOON, Urgency.CRITICAL])
def test_everybody_is_warned_in_the_words_that_were_drawn_for_them(store: Store, urgency: Urgency) -> None:
    world = worded(store, urgency=urgency)
    flagged(world, range(30))
    world.dispatch().run()
    names = dict(zip("abc", WORDINGS, strict=True))

    drawn = arms(world)
    assert set(drawn.values()) == set("abc")
    assert {d.verdict for d in world.rows(decisions)} == {"warn"}
    assert said_by(world) == {person: {names[arm]} for person, arm in drawn.items()}


def test_a_climb_keeps_to_its_words_on_every_channel_and_after_the_experiment(store: Store) -> None:
    world = worded(store)
    flagged(world, range(12))
    world.dispatch().run()
    (rule,) = world.book.sets["pig_butchering"].rules
    world.book = a_rulebook(a_rule_set("pig_butchering", replace(rule, experiment=None)))
    world.clock.tick(hours=1)
    world.dispatch().run()

    assert len(world.rows(messages)) == 24
    assert all(len(words) == 1 for words in said_by(world).values())
    assert {thaw(o.ladder).wording for o in world.rows(outreaches)} == set("abc")


def test_words_that_were_drawn_and_are_worn_give_way_rather_than_leave_somebody_unwarned(
    store: Store,
) -> None:
    world = worded(store, ladder=a_ladder(a_step(Channel.PUSH)))
    flagged(world, range(8))
    world.dispatch().run()
    first = said_by(world)
    world.clock.tick(days=1)
    world.dispatch().run()  # the climbs are over
    flagged(world, range(8), beneficiary="somebody else", transfer_ref="another")
    world.dispatch().run()

    assert {person: len(words) for person, words in said_by(world).items()} == dict.fromkeys(first, 2)


def test_words_that_this_language_lacks_are_those_of_the_plain_one(store: Store) -> None:
    world = worded(store)
    world.renderer.wordings = {}
    flagged(world, range(12))
    world.dispatch().run()

    assert set().union(*said_by(world).values()) == {TEMPLATE}


LOT = chance.lots(b"a key of the tests")


def called(store: Store, **flag: Any) -> tuple[World, Tasks]:
    """Twenty people who all want a call, each with more to lose than the one before."""
    ladder = a_ladder(a_step(Channel.PUSH), a_step(Channel.CALL))
    world = World(store, book=a_tried(an_experiment(Design.CALL_LOTTERY), ladder=ladder))
    flagged(world, range(20), phone="+15550100001", **flag)
    for _ in range(2):
        world.dispatch().run()
        world.clock.tick(hours=1)
    desk = Desk(calls=CallPolicy(agents=1), lot=LOT)
    return world, Tasks(store=store, feedback=world.feedback(), clock=world.clock, desk=desk)


def test_who_is_called_first_is_drawn_and_everybody_was_written_to(store: Store) -> None:
    world, desk = called(store)
    ranked = [each.task for each in desk.ranked()]
    by_arm = arms(world)

    assert len(world.senders[Channel.PUSH].sent) == 20 == len(ranked)
    assert {task.lottery for task in ranked} == {an_experiment(Design.CALL_LOTTERY).sha256}
    lots = [LOT(task.person, task.lottery or "") for task in ranked]
    assert all(before <= after for before, after in pairwise(lots))
    firsts = Counter(by_arm[task.person] for task in ranked[: Counter(by_arm.values())["treated"]])
    assert firsts.keys() == {"treated"}


def test_whom_nobody_may_put_off_is_in_no_lottery(store: Store) -> None:
    _, desk = called(store, is_vulnerable=True)

    assert {each.task.lottery for each in desk.ranked()} == {None}


def test_a_wait_list_lets_somebody_wait_only_under_its_must_warn_score(store: Store) -> None:
    listed = an_experiment(Design.WAIT_LIST, wait=timedelta(hours=24), below=Decimal(90))
    world = World(store, book=a_tried(listed))
    flagged(world, range(20), risk_score=Decimal(90))

    assert world.rows(waits) == []
    assert len(world.rows(outreaches)) == 20


def test_a_control_of_a_rule_is_warned_by_a_critical_one_of_the_same_pattern(store: Store) -> None:
    world = World(store, book=a_tried(an_experiment()))
    (tied,) = world.book.sets["pig_butchering"].rules
    must = a_rule("must", urgency=Urgency.CRITICAL)
    world.book = a_rulebook(a_rule_set("pig_butchering", tied, must))
    flagged(world, range(20))

    assert arms(world) == {}
    assert {d.rule for d in world.rows(decisions) if d.verdict == "warn"} == {"must"}
    assert len(world.rows(outreaches)) == 20


def test_a_person_falls_on_the_same_side_in_every_batch_and_order(store: Store) -> None:
    world = World(store, book=a_tried(an_experiment()))
    flagged(world, range(20))
    before = arms(world)
    for n in reversed(range(20)):
        world.flag(
            a_flag(
                f"user-{n}",
                identity=f"again-{n}",
                is_vulnerable=False,
                risk_score=Decimal("79.200"),
                beneficiary="another",
            )
        )

    assert len(world.rows(decisions)) == 40
    assert all(d.arm == before[d.person] for d in world.rows(decisions))
