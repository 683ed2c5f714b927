"""The order of tasks: total, deterministic, never at night, and nobody is left for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.domain.call_order import PATIENCE, Wanted, drawn, order
from outreach.domain.calling import CallHours

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SIX = timedelta(minutes=6)
ZONES = ("Asia/Tokyo", "America/New_York", "Europe/Madrid", "Asia/Kolkata")
minutes = st.integers(0, 24 * 60).map(lambda n: timedelta(minutes=n))


def a_call(id: str = "a", *, age: timedelta = timedelta(), **options: object) -> Wanted:
    """A call that waits since `age` ago, due an hour after that."""
    opened = NOW - age
    usual: dict[str, object] = {"urgency_rank": 1, "amount": 4_200.0, "due_at": opened + timedelta(hours=1)}
    return Wanted(**{"id": id, "opened_at": opened, "ready_at": opened, **usual, **options})  # type: ignore[arg-type]


@st.composite
def calls(draw: st.DrawFn) -> list[Wanted]:
    return [
        a_call(
            f"{n:03}",
            age=draw(minutes),
            urgency_rank=draw(st.integers(0, 2)),
            amount=draw(st.none() | st.floats(0, 5_000_000)),
            tries=draw(st.integers(0, 4)),
            deadline=draw(st.none() | minutes.map(lambda after: NOW + after - timedelta(hours=1))),
            lottery=draw(st.sampled_from(["", "one", "other"])),
            lot=draw(st.floats(0, 1, exclude_max=True)),
            hours=draw(st.none() | st.sampled_from(ZONES).map(lambda zone: CallHours(clocks=(zone,)))),
        )
        for n in range(draw(st.integers(0, 12)))
    ]


@settings(max_examples=40)
@given(wanted=calls(), agents=st.integers(1, 4), seed=st.randoms())
def test_the_order_is_total_and_the_same_however_the_tasks_were_read(
    wanted: list[Wanted], agents: int, seed: object
) -> None:
    shuffled = list(wanted)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    planned = order(wanted, agents, SIX, NOW)

    assert planned == order(shuffled, agents, SIX, NOW)
    assert sorted(p.id for p in planned) == sorted(task.id for task in wanted)


@settings(max_examples=40)
@given(wanted=calls(), agents=st.integers(1, 4))
def test_nobody_is_planned_outside_of_their_hours_before_their_turn_or_after_their_deadline(
    wanted: list[Wanted], agents: int
) -> None:
    by_id = {task.id: task for task in wanted}
    for each in order(wanted, agents, SIX, NOW):
        task = by_id[each.id]
        if each.at is None:
            assert task.deadline is not None
            continue
        assert each.at >= max(NOW, task.ready_at)
        assert task.deadline is None or each.at < task.deadline
        if task.hours:
            assert 8 <= each.at.astimezone(ZoneInfo(task.hours.clocks[0])).hour < 21


@settings(max_examples=40)
@given(wanted=calls(), agents=st.integers(1, 4))
def test_no_more_are_under_way_at_once_than_there_are_agents(wanted: list[Wanted], agents: int) -> None:
    begun = [p.at for p in order(wanted, agents, SIX, NOW) if p.at]

    assert all(sum(other <= at < other + SIX for other in begun) <= agents for at in begun)


@settings(max_examples=40)
@given(young=calls(), amount=st.floats(0, 100))
def test_whoever_waited_twice_as_long_as_is_patient_goes_before_all_who_came_later(
    young: list[Wanted], amount: float
) -> None:
    old = a_call("old", age=2 * PATIENCE, amount=amount, urgency_rank=0, tries=4)
    fresh = [task for task in young if NOW - task.opened_at < PATIENCE]

    assert order([*fresh, old], 1, SIX, NOW)[0].id == "old"


@settings(max_examples=20)
@given(amount=st.floats(0, 1_000))
def test_nobody_is_left_for_ever_however_much_better_calls_keep_coming(amount: float) -> None:
    poor = Wanted(
        id="poor", urgency_rank=0, opened_at=NOW, ready_at=NOW, due_at=NOW + timedelta(hours=1), amount=amount
    )
    for turn in range(int(2 * PATIENCE / SIX) + 1):
        now = NOW + turn * SIX
        rich = Wanted(id=f"{turn:03}", urgency_rank=2, opened_at=now, ready_at=now, due_at=now, amount=9e6)
        if order([poor, rich], 1, SIX, now)[0].id == "poor":
            return
    raise AssertionError("left for ever")


def test_more_money_a_nearer_deadline_and_fewer_tries_go_first() -> None:
    soon, later = NOW + timedelta(minutes=30), NOW + timedelta(hours=6)
    first = {
        "money": (a_call("z", amount=9_000.0), a_call("a", amount=90.0)),
        "deadline": (a_call("z", deadline=soon), a_call("a", deadline=later)),
        "tries": (a_call("z"), a_call("a", tries=2)),
        "urgency": (a_call("z", urgency_rank=2), a_call("a", urgency_rank=0)),
    }

    assert {why: order(two, 1, SIX, NOW)[0].id for why, two in first.items()} == dict.fromkeys(first, "z")


def test_it_is_told_who_will_not_be_reached_in_time_at_this_capacity() -> None:
    hour = NOW + timedelta(hours=1)
    sixty = [a_call(f"{n:02}", deadline=hour) for n in range(60)]

    assert sum(p.at is not None for p in order(sixty, 4, SIX, NOW)) == 40
    assert sum(p.at is not None for p in order(sixty, 1, SIX, NOW)) == 10
    assert [p.at for p in order(sixty, 4, SIX, NOW)][-20:] == [None] * 20


def test_what_cannot_be_called_before_its_deadline_goes_last_whatever_it_is_worth() -> None:
    night = CallHours(clocks=("Pacific/Auckland",))  # one in the morning there
    lost = a_call("lost", amount=1e6, hours=night, deadline=NOW + timedelta(hours=1))

    assert [(p.id, p.at) for p in order([lost, a_call("a")], 1, SIX, NOW)] == [("a", NOW), ("lost", None)]


@settings(max_examples=60)
@given(wanted=calls())
def test_a_lottery_moves_only_those_who_take_part_and_orders_them_by_lot(wanted: list[Wanted]) -> None:
    found = drawn(wanted, NOW)

    takes_part = [bool(task.lottery) and NOW - task.opened_at <= PATIENCE for task in wanted]
    assert sorted(task.id for task in found) == sorted(task.id for task in wanted)
    for before, after, moves in zip(wanted, found, takes_part, strict=True):
        assert before.lottery == after.lottery
        assert moves or before is after
    for name in ("one", "other"):
        lots = [t.lot for t, moves in zip(found, takes_part, strict=True) if moves and t.lottery == name]
        assert lots == sorted(lots)


def test_in_a_lottery_the_lot_decides_who_is_called_and_not_the_amount() -> None:
    wanted = [
        a_call(f"{n}", amount=10_000.0 * n, lottery="one", lot=lot) for n, lot in enumerate((0.9, 0.1, 0.5))
    ]

    assert [p.id for p in order(wanted, 1, SIX, NOW)] == ["1", "2", "0"]
