"""Ladders: what is done next, in which order of reasons, and that a frozen one comes back the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.ladder import Climb, Close, Done, Due, Ladder, Move, Step, Wait, freeze, next_move, thaw
from outreach.domain.scale import Channel
from tests.build import NOW, a_ladder, a_step

MINUTE = timedelta(minutes=1)


def a_climb(**options: object) -> Climb:
    """A climb of three steps that is due now, expires tomorrow and has said nothing yet."""
    usual = Climb(
        ladder=a_ladder(),
        next_step=0,
        due_at=NOW,
        expires_at=NOW + timedelta(days=1),
        is_acknowledged=False,
        sent=0,
    )
    return replace(usual, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("climb", "move"),
    [
        (a_climb(), Due(0)),
        (a_climb(next_step=2), Due(2)),
        (a_climb(due_at=NOW + MINUTE), Wait(NOW + MINUTE)),
        (a_climb(next_step=3, sent=1), Done(Close.EXHAUSTED)),
        (a_climb(next_step=3, sent=0), Done(Close.UNREACHABLE)),
        (a_climb(next_step=3, sent=1, due_at=NOW + MINUTE), Wait(NOW + MINUTE)),
        (a_climb(expires_at=NOW), Done(Close.EXPIRED)),
        (a_climb(expires_at=NOW + timedelta(microseconds=1)), Due(0)),
        (a_climb(expires_at=None, due_at=NOW - timedelta(days=900)), Due(0)),
        (a_climb(expires_at=NOW, due_at=NOW + MINUTE), Done(Close.EXPIRED)),
        (a_climb(expires_at=NOW, next_step=3, sent=3), Done(Close.EXPIRED)),
        (a_climb(is_acknowledged=True, expires_at=NOW), Done(Close.ACKNOWLEDGED)),
        (a_climb(is_acknowledged=True, due_at=NOW + MINUTE), Done(Close.ACKNOWLEDGED)),
    ],
)
def test_an_answer_goes_before_expiry_expiry_before_waiting_and_waiting_before_the_last_rung(
    climb: Climb, move: Move
) -> None:
    assert next_move(climb, NOW) == move


steps = st.builds(
    Step,
    channel=st.sampled_from(Channel),
    template=st.text(max_size=30),
    wait=st.integers(0, 10**8).map(lambda seconds: timedelta(seconds=seconds)),
)
ladders = st.builds(Ladder, name=st.text(max_size=20), steps=st.lists(steps, max_size=6).map(tuple))


@given(ladders)
def test_a_frozen_ladder_thaws_to_itself_and_freezes_the_same(ladder: Ladder) -> None:
    assert thaw(freeze(ladder)) == ladder
    assert freeze(thaw(freeze(ladder))) == freeze(ladder)


def test_a_three_day_ladder_is_climbed_in_milliseconds() -> None:
    channels = (Channel.PUSH, Channel.SMS, Channel.EMAIL)
    ladder = a_ladder(*(a_step(channel, wait=timedelta(days=1)) for channel in channels))
    climb, now, said = a_climb(ladder=ladder, expires_at=None), NOW, []
    while not isinstance(move := next_move(climb, now), Done):
        match move:
            case Due(index):
                said.append((now - NOW, ladder.steps[index].channel))
                due = now + ladder.steps[index].wait
                climb = replace(climb, next_step=index + 1, sent=climb.sent + 1, due_at=due)
            case Wait(until):
                now = until

    assert said == [(timedelta(days=day), channel) for day, channel in enumerate(channels)]
    assert (move, now - NOW) == (Done(Close.EXHAUSTED), timedelta(days=3))
