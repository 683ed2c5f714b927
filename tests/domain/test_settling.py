"""Doubt: what a provider's word is worth, and when."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.delivery import CannotSay, Found, Has, HasNot
from outreach.domain.ruleset import InDoubt
from outreach.domain.settling import (
    LONGEST_ASK,
    PATIENCE,
    REPEATS,
    Again,
    AskLater,
    Doubt,
    HandToHuman,
    How,
    Taken,
    settle,
)
from tests.build import NOW

WINDOW = timedelta(minutes=2)
lengths = st.timedeltas(min_value=timedelta(), max_value=timedelta(hours=1))
windows = st.timedeltas(min_value=timedelta(), max_value=timedelta(minutes=10))
findings = st.sampled_from([HasNot(), CannotSay("down"), CannotSay("never", for_good=True)])


def a_doubt(window: timedelta = WINDOW, policy: InDoubt = InDoubt.REPEAT, repeats: int = 0) -> Doubt:
    return Doubt(since=NOW, safe_at=NOW + window, policy=policy, repeats=repeats)


@given(windows, lengths, st.sampled_from(InDoubt), st.integers(0, 3))
def test_that_it_has_the_message_is_believed_at_any_time(
    window: timedelta, age: timedelta, policy: InDoubt, repeats: int
) -> None:
    assert settle(a_doubt(window, policy, repeats), Has("SM1"), NOW + age) == Taken("SM1")


@given(windows, lengths, findings, st.sampled_from(InDoubt), st.integers(0, 3))
def test_nothing_is_sent_again_before_the_provider_would_show_whatever_it_took(
    window: timedelta, age: timedelta, found: Found, policy: InDoubt, repeats: int
) -> None:
    verdict = settle(a_doubt(window, policy, repeats), found, NOW + age)

    if age < window:
        assert isinstance(verdict, AskLater)


@given(windows, lengths, findings)
def test_what_is_held_for_a_human_is_never_sent_again_unless_it_is_proved_not_taken(
    window: timedelta, age: timedelta, found: Found
) -> None:
    verdict = settle(a_doubt(window, InDoubt.HOLD_FOR_HUMAN), found, NOW + age)

    assert verdict == Again(How.NOT_TAKEN) or not isinstance(verdict, Again)
    assert isinstance(found, HasNot) or not isinstance(verdict, Again)


@given(windows, lengths, findings, st.integers(REPEATS, 5))
def test_a_message_is_repeated_blindly_no_more_than_once(
    window: timedelta, age: timedelta, found: Found, repeats: int
) -> None:
    assert settle(a_doubt(window, repeats=repeats), found, NOW + age) != Again(How.REPEATED)


@given(windows, st.sampled_from(InDoubt), findings)
def test_every_doubt_ends_within_its_window_and_our_patience(
    window: timedelta, policy: InDoubt, found: Found
) -> None:
    now, asked = NOW, 0
    doubt = a_doubt(window, policy)
    while isinstance(verdict := settle(doubt, found, now), AskLater):
        assert now < verdict.at <= now + LONGEST_ASK
        now, asked = verdict.at, asked + 1

    assert isinstance(verdict, Again | HandToHuman)
    assert now <= NOW + window + PATIENCE + LONGEST_ASK
    assert asked <= 10 + (window + PATIENCE) / LONGEST_ASK


def test_a_no_is_asked_for_at_the_very_moment_when_it_begins_to_count() -> None:
    doubt, now = a_doubt(), NOW
    moments = []
    while isinstance(verdict := settle(doubt, HasNot(), now), AskLater):
        now = verdict.at
        moments.append((now - NOW).total_seconds())

    assert moments == [2, 4, 8, 16, 32, 62, 92, 120]
    assert verdict == Again(How.NOT_TAKEN)


def test_who_can_never_be_asked_still_gets_the_window_because_a_receipt_may_come() -> None:
    never = CannotSay("never", for_good=True)

    assert isinstance(settle(a_doubt(), never, NOW + WINDOW - timedelta(seconds=1)), AskLater)
    assert settle(a_doubt(), never, NOW + WINDOW) == Again(How.REPEATED)
    assert settle(a_doubt(policy=InDoubt.HOLD_FOR_HUMAN), never, NOW + WINDOW) == HandToHuman()
