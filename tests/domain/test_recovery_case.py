"""Recovery cases: no path leaves the table, every "no" has its reason, and closing carries the warning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.case_clock import CaseClock, CaseNow, Mark, is_late, is_met
from outreach.domain.case_view import Asked, stands, together
from outreach.domain.case_wording import ANSWERS, FREEZES, STAGES, STEPS, why_not
from outreach.domain.recovery_case import (
    TABLE,
    Act,
    Moved,
    No,
    Refused,
    Role,
    Stage,
    Wanted,
    acts_from,
    move,
)

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
WISHES = st.builds(
    Wanted,
    act=st.sampled_from(Act),
    role=st.sampled_from(Role),
    fact=st.sampled_from(["", "new"]),
    warning=st.sampled_from(["", "message"]),
)


@given(st.lists(WISHES, max_size=40))
def test_no_path_leaves_the_table_and_none_closes_without_the_warning(wishes: list[Wanted]) -> None:
    stage = Stage.OPENED
    for wish in wishes:
        done = move(stage, wish)
        line = TABLE.get((stage, wish.act))
        if isinstance(done, Moved):
            assert line is not None
            assert (done.to, wish.role in line.roles) == (line.to, True)
            if done.to is Stage.CLOSED and stage is not Stage.CLOSED:
                assert wish.warning
            if stage is Stage.CLOSED and done.to is not Stage.CLOSED:
                assert (wish.act, done.to, bool(wish.fact)) == (Act.REOPEN, Stage.REOPENED, True)
            stage = done.to
        else:
            assert why_not(done, wish.act.value, stage.value)


@pytest.mark.parametrize("role", Role)
def test_a_closed_case_is_left_by_nothing_but_a_new_fact(role: Role) -> None:
    leads_out = [
        act for act in acts_from(Stage.CLOSED, role) if TABLE[Stage.CLOSED, act].to is not Stage.CLOSED
    ]

    assert leads_out == [Act.REOPEN]
    assert move(Stage.CLOSED, Wanted(act=Act.REOPEN, role=role)) == Refused(No.NO_NEW_FACT)


@pytest.mark.parametrize("stage", [stage for stage in Stage if (stage, Act.CLOSE) in TABLE])
def test_nobody_closes_a_case_without_the_warning_about_recovery_scams(stage: Stage) -> None:
    assert move(stage, Wanted(act=Act.CLOSE, role=Role.LEAD)) == Refused(No.NO_WARNING)


def test_an_agent_closes_what_is_settled_and_only_a_lead_closes_what_is_not() -> None:
    close = Wanted(act=Act.CLOSE, role=Role.AGENT, warning="m")

    assert move(Stage.SETTLED, close) == Moved(Stage.CLOSED)
    assert move(Stage.WAITING, close) == Refused(No.NOT_YOURS, (Role.LEAD,))


def test_every_stage_can_be_reached_and_can_reach_its_end() -> None:
    reached, edge = {Stage.OPENED}, {Stage.OPENED}
    while edge:
        edge = {line.to for (stage, _), line in TABLE.items() if stage in edge} - reached
        reached |= edge

    assert reached == set(Stage)
    assert all((stage, Act.CLOSE) in TABLE for stage in Stage if stage is not Stage.CLOSED)


def test_every_word_of_a_case_is_said() -> None:
    assert set(STAGES) == set(Stage)
    assert set(STEPS) == {"open", *Act}
    assert set(FREEZES) == {"due", "asked", "refused", "dead", "unsent"}
    assert set(ANSWERS) == {"accepted", "partial", "refused"}


def test_the_clock_runs_from_when_the_money_left_and_gives_a_moment_to_what_is_told_late() -> None:
    clock = CaseClock()
    early, late = NOW - timedelta(minutes=30), NOW - timedelta(days=9)

    assert clock.mark_at(Mark.FIRST_HOUR, early, NOW) == early + timedelta(hours=1)
    assert clock.mark_at(Mark.FIRST_HOUR, None, NOW) == NOW + timedelta(hours=1)
    assert clock.mark_at(Mark.FIRST_HOUR, late, NOW) == NOW + timedelta(minutes=15)
    assert clock.mark_at(Mark.THIRD_DAY, NOW + timedelta(days=30), NOW) == NOW + timedelta(hours=72)


def test_a_mark_is_met_by_what_was_done_and_lateness_ends_with_it() -> None:
    idle = CaseNow(stage=Stage.OPENED, owner=None, rung=1, asked=False, unanswered=0)
    asked = CaseNow(stage=Stage.WAITING, owner="ana", rung=1, asked=True, unanswered=2)
    answered = CaseNow(stage=Stage.WAITING, owner="ana", rung=2, asked=True, unanswered=0)
    settled = CaseNow(stage=Stage.SETTLED, owner=None, rung=3, asked=False, unanswered=0)

    assert [is_met(Mark.FIRST_HOUR, one) for one in (idle, asked)] == [False, True]
    assert [is_met(Mark.FIRST_DAY, one) for one in (asked, answered)] == [False, True]
    assert [is_late(one) for one in (idle, asked, answered, settled)] == [True, False, False, False]


@given(st.lists(st.sampled_from(Asked), min_size=1))
def test_of_a_firm_no_more_is_said_than_holds_for_all_that_it_was_asked(of: list[Asked]) -> None:
    said = together(of)

    assert said is not Asked.ACCEPTED or set(of) == {Asked.ACCEPTED}
    assert said is not Asked.PARTIAL or set(of) & {Asked.ACCEPTED, Asked.PARTIAL}


def test_a_word_that_nobody_knows_is_no_confirmation() -> None:
    assert stands("asked", "perhaps") is Asked.ASKED
    assert stands("whatever", None) is Asked.FAILED
