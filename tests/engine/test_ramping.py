"""A ramp: a few are warned first, the others wait and are warned in time, and nobody is lost from sight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from outreach.domain.ramp import place
from outreach.domain.ruleset import Ramp, Rulebook, RuleStatus
from outreach.domain.scale import Severity, Urgency
from outreach.engine.ramping import Ramping
from outreach.store.approvals import Word, answer
from outreach.store.database import Store
from outreach.store.tables import acknowledgments, approvals, outreaches, ramps
from tests.build import NOW, OWNED, a_batch, a_flag, a_rule, a_rule_set, a_rulebook
from tests.engine.world import World

HALF = Ramp(steps=(Decimal("0.5"), Decimal(1)), wait=timedelta(hours=2), stop_at=Decimal("0.5"), least=4)


def by_end(person: str, version: str) -> float:
    """Even last digits of an id are inside of half."""
    return place(bytes([0 if int(person[-1], 16) % 2 == 0 else 255] * 8))


def a_ramped(**options: Any) -> Rulebook:
    options = {"ramp": HALF, "urgency": Urgency.SOON, **options}
    return a_rulebook(a_rule_set("pig_butchering", a_rule(**options)))


@pytest.fixture
def world(store: Store) -> World:
    return World(store, book=a_ramped())


def flagged(world: World, users: Sequence[int], **columns: Any) -> Counter[str]:
    world.pages += 1
    page = a_batch(*(a_flag(f"user-{n}", identity=f"{world.pages}-{n}", **columns) for n in users))
    intake = world.intake(page, name=f"feed-{world.pages}")
    return replace(intake, tools=replace(intake.tools, place=by_end)).run()


def looked(world: World) -> Counter[str]:
    return Ramping(store=world.store, rulebook=lambda: world.book, place=by_end, clock=world.clock).run()


def states(world: World) -> Counter[tuple[str, str | None]]:
    return Counter((o.state, o.close_reason) for o in world.rows(outreaches))


def answered_mine(world: World, count: int) -> None:
    """So many of those who climb say that it is theirs."""
    climbing = [o for o in world.rows(outreaches) if o.state == "climbing"][:count]
    with world.store.begin() as tx:
        for o in climbing:
            said = {"person": o.person, "outreach": o.id, "message": None, "answer": "it_is_mine"}
            tx.insert(acknowledgments, [{"id": tx.new_id(), **said, "via": "page", "at": world.clock()}])


def test_who_is_inside_is_warned_now_and_the_others_when_the_step_widens(world: World) -> None:
    counts = flagged(world, range(16))
    inside = sum(by_end(o.person, "") < 0.5 for o in world.rows(outreaches))

    assert 0 < inside < 16
    assert (counts["opened"], counts["ramped"]) == (16, 16 - inside)
    assert states(world) == {("climbing", None): inside, ("ramp", None): 16 - inside}
    world.clock.tick(minutes=119)
    assert looked(world)["let_in"] == 0
    world.clock.tick(minutes=1)
    assert looked(world)["let_in"] == 16 - inside
    assert states(world) == {("climbing", None): 16}
    assert flagged(world, range(16, 20))["ramped"] == 0


def test_every_process_agrees_on_how_far_a_ramp_has_come(world: World) -> None:
    flagged(world, range(4))
    world.clock.tick(hours=2)
    other = World(world.store, book=world.book, clock=world.clock)
    looked(other)

    assert flagged(world, range(4, 12))["ramped"] == 0
    assert [(r.step, r.state) for r in world.rows(ramps)] == [(1, "done")]


def test_who_waited_until_it_was_too_late_is_closed_with_that_reason_and_counted(world: World) -> None:
    world.book = a_ramped(expires=timedelta(hours=1))
    waiting = flagged(world, range(16))["ramped"]
    world.clock.tick(minutes=61)

    assert looked(world)["ramped"] == waiting
    assert states(world)["closed", "ramped"] == waiting


def test_too_many_who_say_it_is_mine_stop_it_and_a_yes_lets_everybody_in(world: World) -> None:
    waiting = flagged(world, range(16))["ramped"]
    answered_mine(world, 4)
    looked(world)
    (asked,) = world.rows(approvals)

    assert (asked.kinds, asked.users) == ("ramp", waiting)
    assert asked.reason.startswith('4 of 4 answers (100.0%) say "I checked, it is mine"')
    assert states(world)["held", None] == waiting
    assert flagged(world, range(20, 24))["held_for_approval"] == 1  # also who would be inside
    assert states(world)["held", None] == waiting + 4
    world.clock.tick(days=1)
    assert looked(world)["let_in"] == 0
    with world.store.begin() as tx:
        done = answer(tx, asked.id, Word("ann", "approved", "", world.clock()))
    assert done.count == waiting + 4
    assert flagged(world, range(30, 38))["ramped"] == 0
    assert [r.state for r in world.rows(ramps)] == ["done"]


def test_another_version_of_the_rule_starts_at_its_first_step(world: World) -> None:
    flagged(world, range(4))
    world.clock.tick(hours=2)
    looked(world)
    world.book = a_ramped(when=OWNED, exclusions=())
    counts = flagged(world, range(10, 26), destination_owned=True)

    assert 0 < counts["ramped"] < 16
    assert [(r.step, r.state, r.started_at) for r in world.rows(ramps)] == [(0, "running", world.clock())]


def test_a_ramp_never_takes_away_the_warning_of_an_older_rule_of_its_pattern(world: World) -> None:
    new, old = a_rule("new", ramp=HALF, urgency=Urgency.SOON), a_rule("old", urgency=Urgency.SOON)
    world.book = a_rulebook(a_rule_set("pig_butchering", new, old))
    flagged(world, range(16))

    rules = Counter((o.rule, o.state) for o in world.rows(outreaches))
    assert rules.keys() == {("new", "climbing"), ("old", "climbing")}


def test_who_waits_for_a_step_is_warned_at_once_by_a_less_severe_pattern(world: World) -> None:
    sets = (
        a_rule_set("pig_butchering", a_rule(ramp=HALF, urgency=Urgency.SOON), severity=Severity.HIGH),
        a_rule_set("job_task", a_rule("job"), severity=Severity.MEDIUM),
    )
    world.book = a_rulebook(*sets)
    waiting = flagged(world, range(16))["ramped"]
    flagged(world, range(16), pattern="job_task")

    ends = Counter((o.rule, o.state, o.close_reason) for o in world.rows(outreaches))
    assert ends["money-leaving", "closed", "overtaken"] == waiting
    assert ends["job", "climbing", None] == waiting


def test_a_person_flagged_for_both_at_once_gets_the_one_that_need_not_wait(world: World) -> None:
    sets = (
        a_rule_set("pig_butchering", a_rule(ramp=HALF, urgency=Urgency.SOON), severity=Severity.HIGH),
        a_rule_set("job_task", a_rule("job"), severity=Severity.MEDIUM),
    )
    world.book = a_rulebook(*sets)
    rows = [a_flag(f"u{n}", identity=f"{n}-{p}", pattern=p) for n in range(16) for p in world.book.sets]
    intake = world.intake(a_batch(*rows))
    replace(intake, tools=replace(intake.tools, place=by_end)).run()

    assert {o.state for o in world.rows(outreaches)} == {"climbing"}
    assert len(world.rows(outreaches)) == 16


@pytest.mark.parametrize(
    ("options", "ends"),
    [({"ramp": None}, "climbing"), ({"status": RuleStatus.SHADOW}, "held")],
)
def test_who_waits_for_a_ramp_that_is_gone_goes_with_the_rule_or_is_asked_about(
    world: World, options: dict[str, Any], ends: str
) -> None:
    waiting = flagged(world, range(16))["ramped"]
    world.book = a_ramped(**options)

    assert looked(world)["left"] == waiting
    assert states(world)["ramp", None] == 0
    assert states(world)[ends, None] >= waiting


def test_limits_count_also_those_who_wait_for_their_step(world: World) -> None:
    from outreach.domain.ruleset import Limits

    world.book = a_ramped(limits=Limits(max_users=10))

    assert flagged(world, range(16))["held_for_approval"] == 1
    assert states(world) == {("held", None): 16}
    assert world.clock() == NOW
