"""Experiments in the engine: registered first, arms by lot, and a wait list's control warned after a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from outreach.domain.experiment import Design, Experiment
from outreach.domain.ruleset import Limits, Rulebook, Score
from outreach.domain.scale import Channel, Severity, Urgency
from outreach.engine.waiting import Waiting
from outreach.store.database import Store
from outreach.store.forgetting import Wanted, forget
from outreach.store.registrations import registered
from outreach.store.tables import decisions, outreaches, registration_spans, registrations, texts, waits
from tests.build import a_flag, a_rule, a_rule_set, a_rulebook, an_experiment
from tests.engine.world import World

DAY = timedelta(hours=24)


def a_tried(experiment: Experiment, **options: Any) -> Rulebook:
    tie = experiment.band if experiment.design is Design.TIE_BREAKER else None
    score = Score(fact="risk_score", at_least=Decimal(80), observe_from=Decimal(65), tie_break=tie)
    usual = {"score": score, "urgency": Urgency.SOON, "experiment": experiment, "limits": Limits()}
    return a_rulebook(a_rule_set("pig_butchering", a_rule(**usual | options)))


def a_wait_list(**options: Any) -> Rulebook:
    return a_tried(an_experiment(Design.WAIT_LIST, wait=DAY, window=DAY, **options))


def flagged(world: World, users: Sequence[int], **columns: Any) -> None:
    usual = {"is_vulnerable": False, "risk_score": Decimal("80.500")}
    world.flag(*(a_flag(f"user-{n}", identity=f"{world.pages}-{n}", **usual | columns) for n in users))


def arms(world: World) -> dict[str, str]:
    return {d.person: d.arm for d in world.rows(decisions) if d.arm}


def waiting(world: World) -> Waiting:
    return Waiting(
        store=world.store, rulebook=lambda: world.book, clock=world.clock, new_id=world.store.new_id
    )


@pytest.fixture
def listed(store: Store) -> World:
    return World(store, book=a_wait_list())


def test_an_experiment_is_registered_before_its_first_assignment_and_each_decision_names_it(
    store: Store,
) -> None:
    world = World(store, book=a_tried(an_experiment()))
    seen: list[int] = []
    drawn = world.assign
    world.assign = lambda *asked: (seen.append(len(world.rows(registrations))), drawn(*asked))[1]
    flagged(world, range(20))

    (kept,), (span,) = world.rows(registrations), world.rows(registration_spans)
    assert set(seen) == {1}
    assert {d.registration for d in world.rows(decisions)} == {kept.sha256} == {an_experiment().sha256}
    assert {d.band for d in world.rows(decisions)} == {Decimal(2)}
    assert [t.body for t in world.rows(texts) if t.kind == "registration"] == [an_experiment().text]
    assert (span.registration, span.ended_at) == (kept.sha256, None)
    with store.read() as tx:
        (told,) = registered(tx)
    assert told.sizes == Counter(d.arm for d in world.rows(decisions))
    assert (told.design, told.arms, told.window) == (
        Design.TIE_BREAKER,
        ("treated", "control"),
        timedelta(14),
    )


def test_the_control_is_not_warned_and_the_treated_is(store: Store) -> None:
    world = World(store, book=a_tried(an_experiment()))
    flagged(world, range(20))

    by_arm = arms(world)
    assert {"treated", "control"} == set(by_arm.values())
    assert {o.person for o in world.rows(outreaches)} == {p for p, arm in by_arm.items() if arm == "treated"}


@pytest.mark.parametrize("change", [{"window": timedelta(30)}, {"cap": Decimal(9)}, {"band": Decimal(3)}])
def test_another_cap_window_or_band_is_another_registration_and_the_earlier_one_ends_as_it_was(
    store: Store, change: dict[str, Any]
) -> None:
    world = World(store, book=a_tried(an_experiment()))
    flagged(world, range(30))
    (first,), before = world.rows(registrations), arms(world)
    world.clock.tick(hours=1)
    world.book = a_tried(an_experiment(**change))
    flagged(world, range(100, 130))

    kept = {row.sha256: row for row in world.rows(registrations)}
    spans = {row.registration: row for row in world.rows(registration_spans)}
    assert kept.pop(first.sha256) == first
    assert (spans.pop(first.sha256).reason, len(kept)) == ("changed", 1)
    assert [span.ended_at for span in spans.values()] == [None]
    assert {p: a for p, a in arms(world).items() if p in before} == before


def test_what_comes_back_as_it_was_is_the_same_registration_with_another_span(store: Store) -> None:
    world = World(store, book=a_tried(an_experiment()))
    flagged(world, range(2))
    for book in (a_rulebook(), a_tried(an_experiment())):
        world.clock.tick(hours=1)
        world.book = book
        flagged(world, range(2))

    assert len(world.rows(registrations)) == 1
    assert [(s.ended_at is None, s.reason) for s in world.rows(registration_spans)] == [
        (False, "gone"),
        (True, None),
    ]


def test_after_its_last_day_nobody_is_assigned_and_the_cut_off_decides_alone(store: Store) -> None:
    world = World(store, book=a_tried(an_experiment(until=date(2026, 11, 23))))
    flagged(world, range(4))
    world.clock.tick(days=1)
    flagged(world, range(10, 14))
    flagged(world, range(20, 24), risk_score=Decimal("79.500"))

    assert len(arms(world)) == 4
    assert [s.reason for s in world.rows(registration_spans)] == ["over"]
    later = Counter(d.verdict for d in world.rows(decisions) if d.arm is None)
    assert later == {"warn": 4, "near_miss": 4}


def test_near_misses_of_a_discontinuity_name_it_and_are_in_no_arm(store: Store) -> None:
    world = World(store, book=a_tried(an_experiment(Design.DISCONTINUITY, band=Decimal(15))))
    flagged(world, range(3))
    flagged(world, range(10, 13), risk_score=Decimal(70))

    told = {(d.verdict, d.arm, d.registration is not None) for d in world.rows(decisions)}
    assert told == {("warn", None, True), ("near_miss", None, True)}


def test_whoever_waited_a_day_is_warned_then_and_not_before(listed: World) -> None:
    flagged(listed, range(20))
    controls = {person for person, arm in arms(listed).items() if arm == "control"}
    treated = {o.person for o in listed.rows(outreaches)}
    assert (len(controls) + len(treated), controls & treated) == (20, set())
    assert {w.person for w in listed.rows(waits)} == controls

    listed.clock.tick(hours=23, minutes=59)
    assert waiting(listed).run() == {}
    listed.clock.tick(minutes=1)
    assert waiting(listed).run() == {"opened": len(controls)}

    late = [o for o in listed.rows(outreaches) if o.person in controls]
    assert {o.person for o in late} == controls
    assert {(o.state, o.opened_at) for o in late} == {("climbing", listed.clock())}
    assert {o.decision for o in late} == {d.id for d in listed.rows(decisions) if d.arm == "control"}
    listed.dispatch().run()
    assert len(listed.senders[Channel.PUSH].sent) == 20


def test_a_wait_ends_once_however_many_look(listed: World) -> None:
    flagged(listed, range(20))
    listed.clock.tick(days=1)
    controls = sum(arm == "control" for arm in arms(listed).values())
    with ThreadPoolExecutor(2) as pool:
        counts = sum(pool.map(lambda _: waiting(listed).run(), range(2)), Counter[str]())

    assert counts == {"opened": controls}
    assert len(listed.rows(outreaches)) == 20
    assert waiting(listed).run() == {}


def test_a_crash_before_the_end_of_a_wait_leaves_it_due(
    listed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    flagged(listed, range(20))
    listed.clock.tick(days=1)
    before = len(listed.rows(outreaches))

    def dies(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("outreach.store.waits.end_waits", dies)
        with pytest.raises(KeyboardInterrupt):
            waiting(listed).run()
    assert len(listed.rows(outreaches)) == before

    assert waiting(listed).run()["opened"] == 20 - before


def test_a_flag_that_comes_again_does_not_begin_the_wait_anew(listed: World) -> None:
    flagged(listed, range(20))
    first = {w.person: w.due_at for w in listed.rows(waits)}
    listed.clock.tick(hours=20)
    flagged(listed, range(20))

    assert {w.person: w.due_at for w in listed.rows(waits)} == first


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "retired"}, "rule_gone"),
        (
            {"score": Score(fact="risk_score", at_least=Decimal(85), observe_from=Decimal(65))},
            "holds_no_more",
        ),
        ({"expires": "hold_expires_at"}, "too_late"),
    ],
)
def test_nobody_is_warned_of_what_does_not_hold_any_more(
    listed: World, change: dict[str, Any], why: str
) -> None:
    flagged(listed, range(20), hold_expires_at=listed.clock() + timedelta(hours=3))
    (rule,) = listed.book.sets["pig_butchering"].rules
    change = {"warn": replace(rule.warn, expires=change["expires"])} if "expires" in change else change
    before = len(listed.rows(outreaches))
    listed.book = a_rulebook(a_rule_set("pig_butchering", replace(rule, **change)))
    listed.clock.tick(days=1)

    assert waiting(listed).run() == {why: 20 - before}
    assert len(listed.rows(outreaches)) == before
    assert waiting(listed).run() == {}


def test_who_was_forgotten_while_they_waited_is_not_warned(listed: World) -> None:
    flagged(listed, range(20))
    gone = listed.rows(waits)[0].person
    with listed.store.begin() as tx:
        forget(tx, Wanted(person=gone, plain=()), "ana", "asked", listed.clock())
    listed.clock.tick(days=1)
    waiting(listed).run()

    assert {w.end for w in listed.rows(waits) if w.person == gone} == {"forgotten"}
    assert gone not in {o.person for o in listed.rows(outreaches)}


def test_whom_another_warning_reached_meanwhile_is_not_warned_again(listed: World) -> None:
    flagged(listed, range(20))
    (rule,) = listed.book.sets["pig_butchering"].rules
    listed.book = a_rulebook(a_rule_set("pig_butchering", replace(rule, experiment=None)))
    flagged(listed, range(20))
    opened = len(listed.rows(outreaches))
    listed.clock.tick(days=1)

    assert opened == 20
    assert waiting(listed).run().keys() == {"episode_warned"}
    assert len(listed.rows(outreaches)) == opened


def test_those_whose_wait_is_over_are_held_to_the_limits_of_any_run(listed: World) -> None:
    flagged(listed, range(20))
    (rule,) = listed.book.sets["pig_butchering"].rules
    limited = replace(rule, limits=Limits(max_users=1))
    listed.book = a_rulebook(a_rule_set("pig_butchering", limited, severity=Severity.HIGH))
    listed.clock.tick(days=1)
    waiting(listed).run()

    late = {o.state for o in listed.rows(outreaches) if o.opened_at == listed.clock()}
    assert late == {"held"}
