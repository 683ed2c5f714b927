"""What bounds a rule: limits over runs, budgets, the usual; whoever is held is asked about once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from outreach.domain.limits import BlastPolicy, day_of
from outreach.domain.ruleset import Limits
from outreach.domain.scale import Urgency
from outreach.engine.ramping import Ramping
from outreach.store.approvals import End, Word, answer, found, words_on
from outreach.store.database import Store
from outreach.store.tables import approvals, audit, outreaches
from outreach.store.usual import add_day
from tests.build import NOW, a_batch, a_flag, a_rule, a_rule_set, a_rulebook
from tests.engine.world import World

RULE = ("pig_butchering", "money-leaving")


def world_of(store: Store, limits: Limits, **more: object) -> World:
    return World(store, book=a_rulebook(a_rule_set(RULE[0], a_rule(limits=limits, **more))))


def flagged(world: World, users: Sequence[int], bounds: BlastPolicy | None = None, feed: str = "") -> int:
    """One run over these people; how many rules it held."""
    world.pages += 1
    page = a_batch(*(a_flag(f"user-{n}") for n in users))
    intake = world.intake(page, name=feed or f"feed-{world.pages}")
    return replace(intake, bounds=bounds or BlastPolicy()).run()["held_for_approval"]


def states(world: World) -> list[str]:
    return sorted(o.state for o in world.rows(outreaches))


def test_a_rules_hour_is_counted_over_all_runs_and_lets_go_again_when_it_is_over(store: Store) -> None:
    world = world_of(store, Limits(max_per_hour=5))

    assert [flagged(world, range(n, n + 2)) for n in (0, 2)] == [0, 0]
    assert flagged(world, range(4, 6)) == 1
    world.clock.tick(minutes=66)
    assert flagged(world, range(6, 8)) == 0
    assert states(world) == ["climbing"] * 6 + ["held"] * 2


def test_runs_that_end_at_once_never_pass_the_hour_together(store: Store) -> None:
    world = world_of(store, Limits(max_per_hour=5))

    def run(n: int) -> int:
        return flagged(world, range(3 * n, 3 * n + 3), feed=f"own-{n}")

    with ThreadPoolExecutor(4) as pool:
        held = list(pool.map(run, range(4)))

    assert sum(held) == 3
    assert states(world) == ["climbing"] * 3 + ["held"] * 9


def test_runs_of_other_rules_that_end_at_once_never_pass_the_days_budget_together(store: Store) -> None:
    names = [f"pattern_{n}" for n in range(4)]
    world = World(store, book=a_rulebook(*(a_rule_set(name, a_rule(f"rule-{name[-1]}")) for name in names)))
    runs = []
    for name in names:
        page = a_batch(*(a_flag(f"{name}-{n}", pattern=name) for n in range(3)))
        runs.append(replace(world.intake(page, name=name), bounds=BlastPolicy(messages_per_day=5)))

    with ThreadPoolExecutor(4) as pool:
        held = list(pool.map(lambda run: run.run()["held_for_approval"], runs))

    assert sum(held) == 3
    assert states(world) == ["climbing"] * 3 + ["held"] * 9


def test_the_end_of_an_id_names_an_approval_and_a_begin_that_several_share_names_them_all(
    store: Store,
) -> None:
    world = world_of(store, Limits(max_users=1))
    flagged(world, range(3))
    (asked,) = world.rows(approvals)
    with store.read() as tx:
        ends = [found(tx, piece) for piece in (asked.id[-8:], asked.run, asked.id[:6], "%", asked.id[:5], "")]

    assert [[each.id for each in one] for one in ends] == [[asked.id]] * 3 + [[]] * 3


def test_runs_held_for_one_reason_are_one_question_with_the_newest_figures(store: Store) -> None:
    world = world_of(store, Limits(max_users=1))
    for n in range(3):
        flagged(world, range(10 * n, 10 * n + 2 + n))

    (asked,) = world.rows(approvals)
    assert (asked.users, asked.reason, asked.kinds) == (9, "4 people, more than max_users 1", "users")
    assert {o.approval for o in world.rows(outreaches)} == {asked.id}


def test_a_rule_far_out_of_its_usual_is_held_and_after_a_yes_only_asks_at_twice_that(store: Store) -> None:
    world = world_of(store, Limits())
    bounds = BlastPolicy(least_people=3)
    with store.begin() as tx:
        for n in range(1, 8):
            add_day(tx, RULE, day_of(NOW, "UTC") - timedelta(days=n), 1)

    assert flagged(world, range(5), bounds) == 0
    assert flagged(world, range(5, 6), bounds) == 1
    (asked,) = world.rows(approvals)
    assert asked.reason == "6 people today, 6.0 times its usual 1 a day (of 7 days; the alarm: 5 times)"
    with store.begin() as tx:
        answer(tx, asked.id, Word("ann", "approved", "", NOW))
    assert flagged(world, range(6, 12), bounds) == 0
    assert flagged(world, range(12, 13), bounds) == 1


def test_a_silent_day_counts_as_none_and_a_new_rule_has_no_usual(store: Store) -> None:
    world = world_of(store, Limits())
    bounds = BlastPolicy(least_people=3)
    with store.begin() as tx:  # seen once, nine days ago, and never since
        add_day(tx, RULE, day_of(NOW, "UTC") - timedelta(days=9), 50)

    assert flagged(world, range(4), bounds) == 1
    assert "and usually none" in world.rows(approvals)[0].reason


def test_the_days_budget_holds_the_less_urgent_rules_first(store: Store) -> None:
    rules = (
        a_rule_set("pig_butchering", a_rule("slow", urgency=Urgency.ROUTINE)),
        a_rule_set("remote_access", a_rule("fast", urgency=Urgency.CRITICAL)),
    )
    world = World(store, book=a_rulebook(*rules))
    rows = [a_flag(f"user-{n}", pattern=("pig_butchering", "remote_access")[n % 2]) for n in range(8)]
    intake = replace(world.intake(a_batch(*rows)), bounds=BlastPolicy(messages_per_day=7))

    assert intake.run()["held_for_approval"] == 1
    assert {(o.rule, o.state) for o in world.rows(outreaches)} == {("slow", "held"), ("fast", "climbing")}
    (asked,) = world.rows(approvals)
    assert asked.reason == "4 people after 4 messages today, more than messages_per_day 7"


def test_what_went_out_today_counts_towards_the_budget_and_a_new_day_begins_anew(store: Store) -> None:
    world, bounds = world_of(store, Limits()), BlastPolicy(messages_per_day=5)
    flagged(world, range(3), bounds)
    world.dispatch().run()

    assert flagged(world, range(3, 6), bounds) == 1
    world.clock.tick(days=1)
    assert flagged(world, range(6, 9), bounds) == 0


def test_with_two_people_one_yes_is_not_enough_and_the_same_person_is_not_two(store: Store) -> None:
    world = world_of(store, Limits(max_users=1))
    flagged(world, range(3))
    (asked,) = world.rows(approvals)

    def say(actor: str, verdict: str = "approved") -> End:
        with store.begin() as tx:
            return answer(tx, asked.id, Word(actor, verdict, "", NOW), two_people=True).end

    assert [say("ann"), say("ann"), say("Ann")] == [End.FIRST, End.TWICE, End.TWICE]
    assert states(world) == ["held"] * 3
    assert [say("bob"), say("eve")] == [End.RELEASED, End.ANSWERED]
    assert states(world) == ["climbing"] * 3
    assert [(a.act, a.actor) for a in world.rows(audit)] == [("approve", "ann"), ("approve", "bob")]


def test_one_persons_no_is_enough_and_is_kept_with_its_reason(store: Store) -> None:
    world = world_of(store, Limits(max_users=1))
    flagged(world, range(3))
    (asked,) = world.rows(approvals)
    with store.begin() as tx:
        answer(tx, asked.id, Word("ann", "approved", "", NOW), two_people=True)
        done = answer(tx, asked.id, Word("bob", "rejected", "a broken feed", NOW), two_people=True)
        words = words_on(tx, asked.id)

    assert (done.end, done.count) == (End.REJECTED, 3)
    assert [(w.actor, w.verdict, w.reason) for w in words] == [
        ("ann", "approved", ""),
        ("bob", "rejected", "a broken feed"),
    ]
    assert {o.close_reason for o in world.rows(outreaches)} == {"rejected"}


def test_what_expired_while_it_waited_is_never_sent_by_a_yes(store: Store) -> None:
    world = world_of(store, Limits(max_users=1), expires=timedelta(hours=1))
    flagged(world, range(3))
    (asked,) = world.rows(approvals)
    with store.begin() as tx:
        done = answer(tx, asked.id, Word("ann", "approved", "", NOW + timedelta(hours=1)))

    assert (done.end, done.expired) == (End.EXPIRED, 3)
    assert [a.state for a in world.rows(approvals)] == ["expired"]
    assert world.dispatch().run() == {}


@pytest.mark.parametrize("later", [timedelta(minutes=59), timedelta(minutes=61)])
def test_what_nobody_answers_in_time_ends_as_expired(store: Store, later: timedelta) -> None:
    world = world_of(store, Limits(max_users=1), expires=timedelta(hours=1))
    flagged(world, range(3))
    world.clock.now += later
    Ramping(
        store=store, rulebook=lambda: world.book, place=lambda person, version: 0.0, clock=world.clock
    ).run()
    is_over = later > timedelta(hours=1)

    assert {o.close_reason for o in world.rows(outreaches)} == {"expired" if is_over else None}
    assert [a.state for a in world.rows(approvals)] == ["expired" if is_over else "asked"]
