"""Calls: when a person is called again, and never at night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.answer import Answer
from outreach.domain.calling import (
    ANSWERS,
    OVERHEARD,
    OVERHEARD_WAIT,
    UNREACHED,
    CallHours,
    CallOutcome,
    next_try,
)
from outreach.domain.tasking import Ending, endings
from outreach.domain.wording import CALL_OUTCOMES

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
ZONES = ("Asia/Tokyo", "America/New_York", "Europe/Madrid", "Asia/Kolkata", "Pacific/Auckland")
moments = st.integers(0, 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))


@given(
    outcome=st.sampled_from([*UNREACHED, *OVERHEARD]),
    tries=st.integers(1, 3),
    zone=st.sampled_from(ZONES),
    now=moments,
)
def test_nobody_is_called_again_outside_of_their_own_hours(
    outcome: CallOutcome, tries: int, zone: str, now: datetime
) -> None:
    again = next_try(outcome, tries, CallHours(clocks=(zone,)), most=4, now=now)

    assert again is not None
    assert again > now
    assert 8 <= again.astimezone(ZoneInfo(zone)).hour < 21


def test_whoever_does_not_answer_is_called_after_half_an_hour_two_hours_and_a_day() -> None:
    hours = CallHours()
    waits = [next_try(CallOutcome.NO_ANSWER, n, hours, 4, NOON) for n in (1, 2, 3, 4)]

    assert waits == [
        NOON + timedelta(minutes=30),
        NOON + timedelta(hours=2),
        NOON + timedelta(days=1),
        None,
    ]


def test_what_is_critical_does_not_wait_for_the_morning() -> None:
    midnight = NOON.replace(hour=0)

    assert CallHours(is_any_hour=True).opens(midnight) == midnight
    assert CallHours().opens(midnight) == NOON.replace(hour=8)


@pytest.mark.parametrize("outcome", sorted(OVERHEARD))
def test_whoever_could_not_talk_is_called_again_however_often_that_happens(outcome: CallOutcome) -> None:
    assert next_try(outcome, 99, CallHours(), 1, NOON) == NOON + OVERHEARD_WAIT


@pytest.mark.parametrize("outcome", sorted(set(CallOutcome) - OVERHEARD - UNREACHED))
def test_nobody_is_called_again_who_was_reached_or_is_somebody_else(outcome: CallOutcome) -> None:
    assert next_try(outcome, 1, CallHours(), 4, NOON) is None


def test_only_what_a_person_said_is_an_answer() -> None:
    assert set(ANSWERS) == {
        CallOutcome.REACHED_STOPPED,
        CallOutcome.REACHED_SENT_ALREADY,
        CallOutcome.REACHED_MINE,
        CallOutcome.REACHED_NOT_THEM,
    }
    assert Answer.HELP_ME not in ANSWERS.values()


def test_every_outcome_has_words_and_every_task_an_end() -> None:
    assert {*CallOutcome, *Ending} <= set(CALL_OUTCOMES)
    assert endings("call") == tuple(CallOutcome)
    assert endings("in_doubt") == (Ending.DELIVERED, Ending.NOT_DELIVERED)
    assert endings("recovery") == (Ending.HANDLED,)
    assert endings("help") == (*CallOutcome, Ending.HANDLED)
