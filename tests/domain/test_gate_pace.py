"""How much is enough: spacing between outreaches, the budget of a person, and wordings that wear out."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.gate import Bar, Budget, Gate, GatePolicy, Held, Open, Pace, gate
from outreach.domain.profile import Profile
from outreach.domain.recent import INTRUSIVE, NOTHING, Recent, Told, Weight, freshest, room_at
from outreach.domain.scale import Channel, Urgency

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ADDRESSES = {Channel.PUSH: "token", Channel.SMS: "+15550100001", Channel.EMAIL: "a@example.com"}
ROUTINE, SOON, CRITICAL = (urgency.rank for urgency in Urgency)


def told(ago: timedelta, **options: object) -> Told:
    """An SMS of a soon, high warning, so long ago."""
    usual: dict[str, object] = {
        "at": NOON - ago,
        "channel": Channel.SMS,
        "template": "p/leaving",
        "urgency_rank": SOON,
        "severity_rank": 2,
    }
    return Told(**(usual | options))  # type: ignore[arg-type]


def asked(
    recent: Recent,
    urgency: Urgency = Urgency.SOON,
    channel: Channel = Channel.SMS,
    policy: GatePolicy | None = None,
) -> Gate:
    """The gate's word at noon to somebody who was sent this."""
    person = Profile(person="p", locale="en", zone="UTC", contacts=ADDRESSES, recent=recent)
    return gate(policy or GatePolicy(), person, channel, urgency, NOON)


EARLIER, LATER = NOON - HOUR, NOON - MINUTE


@pytest.mark.parametrize(
    ("before", "urgency", "weight", "said"),
    [
        (told(10 * MINUTE), Urgency.SOON, (2, EARLIER), Held(NOON + 20 * MINUTE, Bar.SPACED)),
        (told(10 * MINUTE), Urgency.ROUTINE, (3, LATER), Held(NOON + 20 * MINUTE, Bar.SPACED)),
        (told(30 * MINUTE), Urgency.SOON, (2, EARLIER), Open()),
        (told(10 * MINUTE), Urgency.CRITICAL, (0, EARLIER), Open()),  # more urgent than what was sent
        (told(10 * MINUTE), Urgency.SOON, (3, LATER), Open()),  # as urgent, and a worse thing since then
        # As urgent and more severe, but both were due together: one after the other.
        (told(10 * MINUTE), Urgency.SOON, (3, EARLIER), Held(NOON + 20 * MINUTE, Bar.SPACED)),
        (told(10 * MINUTE), Urgency.SOON, (2, LATER), Held(NOON + 20 * MINUTE, Bar.SPACED)),
        (
            told(10 * MINUTE, urgency_rank=CRITICAL),
            Urgency.SOON,
            (3, LATER),
            Held(NOON + 20 * MINUTE, Bar.SPACED),
        ),
        (
            told(4 * MINUTE, urgency_rank=CRITICAL),
            Urgency.CRITICAL,
            (2, LATER),
            Held(NOON + 6 * MINUTE, Bar.SPACED),
        ),
        (told(10 * MINUTE, urgency_rank=CRITICAL), Urgency.CRITICAL, (2, EARLIER), Open()),
    ],
)
def test_a_warning_waits_a_while_after_another_outreachs_that_was_as_urgent(
    before: Told, urgency: Urgency, weight: tuple[int, datetime], said: Gate
) -> None:
    own = Weight(urgency_rank=urgency.rank, severity_rank=weight[0], opened_at=weight[1])

    assert asked(Recent(others=(before,), weight=own), urgency) == said


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_is_spaced_but_a_call_which_a_colleague_makes(channel: Channel) -> None:
    said = asked(Recent(others=(told(MINUTE),)), channel=channel)

    assert said == (Open() if channel is Channel.CALL else Held(NOON + 29 * MINUTE, Bar.SPACED))


def test_the_steps_of_one_ladder_keep_their_own_pace() -> None:
    assert asked(Recent(own=(told(MINUTE), told(2 * MINUTE)))) == Open()


FOUR = tuple(told(hours * HOUR) for hours in (20, 15, 10, 5))
TEN = tuple(told(days * DAY + HOUR) for days in (6, 6, 5, 5, 4, 4, 3, 3, 2, 2))


@pytest.mark.parametrize(
    ("others", "urgency", "said"),
    [
        (FOUR, Urgency.SOON, Held(NOON + 4 * HOUR, Bar.FATIGUE)),
        (FOUR[1:], Urgency.SOON, Open()),
        (FOUR, Urgency.CRITICAL, Open()),  # counted apart
        (TEN, Urgency.SOON, Held(NOON + DAY - HOUR, Bar.FATIGUE)),
        (TEN, Urgency.ROUTINE, Held(NOON + DAY - HOUR, Bar.FATIGUE)),
        ((*TEN[2:], *FOUR[2:]), Urgency.SOON, Held(NOON + 2 * DAY - HOUR, Bar.FATIGUE)),
    ],
)
def test_a_person_has_a_budget_of_messages_by_the_day_and_by_the_week(
    others: tuple[Told, ...], urgency: Urgency, said: Gate
) -> None:
    assert asked(Recent(others=others), urgency) == said


def test_critical_messages_are_bounded_too() -> None:
    eight = tuple(told(hours * HOUR, urgency_rank=CRITICAL) for hours in range(9, 1, -1))

    assert asked(Recent(others=eight), Urgency.CRITICAL) == Held(NOON + 15 * HOUR, Bar.FATIGUE)


@pytest.mark.parametrize("channel", Channel)
def test_the_budget_is_for_channels_that_make_a_sound(channel: Channel) -> None:
    said = asked(Recent(own=FOUR), channel=channel)

    assert said == (Held(NOON + 4 * HOUR, Bar.FATIGUE) if channel in INTRUSIVE else Open())


def test_emails_cost_no_budget() -> None:
    emails = tuple(told(hours * HOUR, channel=Channel.EMAIL) for hours in range(20, 1, -1))

    assert asked(Recent(own=emails)) == Open()


@given(
    ages=st.lists(st.integers(0, 8 * 24 * 60), max_size=40),
    most=st.integers(1, 12),
    window=st.integers(1, 7 * 24 * 60),
)
def test_after_the_wait_there_is_room_and_a_minute_before_there_is_none(
    ages: list[int], most: int, window: int
) -> None:
    length = window * MINUTE
    messages = [told(age * MINUTE) for age in ages]

    until = room_at(messages, most, length, NOON)

    def within(then: datetime) -> int:
        return sum(message.at > then - length for message in messages)

    if until is None:
        assert within(NOON) < most
    else:
        assert until > NOON
        assert within(until) < most
        assert within(until - MINUTE) >= most


@given(
    gaps=st.lists(st.integers(0, 600), min_size=1, max_size=60),
    a_day=st.integers(1, 6),
    a_week=st.integers(1, 15),
    spacing=st.integers(0, 120),
)
def test_whenever_the_gate_is_asked_nobody_gets_more_than_their_budget(
    gaps: list[int], a_day: int, a_week: int, spacing: int
) -> None:
    budget = Budget(a_day=a_day, a_week=a_week)
    policy = GatePolicy(pace=Pace(spacing=spacing * MINUTE, budget=budget))
    now, sent = NOON, list[Told]()
    for gap in gaps:
        now += gap * MINUTE
        person = Profile(
            person="p", locale="en", zone="UTC", contacts=ADDRESSES, recent=Recent((), tuple(sent))
        )
        if isinstance(gate(policy, person, Channel.SMS, Urgency.SOON, now), Open):
            sent.append(told(NOON - now))
    moments = [message.at for message in sent]

    assert all(sum(at - DAY < other <= at for other in moments) <= a_day for at in moments)
    assert all(sum(at - 7 * DAY < other <= at for other in moments) <= a_week for at in moments)
    assert all(b - a >= spacing * MINUTE for a, b in itertools.pairwise(moments))


A, B, C = "p/leaving", "p/leaving@b", "p/leaving@c"
SINCE = NOON - 14 * DAY


@pytest.mark.parametrize(
    ("variants", "recent", "chosen"),
    [
        ((A,), NOTHING, (A, False)),
        ((A, B), NOTHING, (A, False)),
        ((A, B), Recent(others=(told(DAY),)), (B, False)),
        ((A, B), Recent(others=(told(DAY, template=B),)), (A, False)),
        ((A,), Recent(others=(told(DAY),)), (A, True)),
        ((A,), Recent(others=(told(15 * DAY),)), (A, False)),
        ((A,), Recent(others=(told(DAY, template="q/leaving"),)), (A, False)),
        ((A, B), Recent(others=(told(2 * DAY), told(DAY, template=B))), (A, True)),
        ((A, B), Recent(others=(told(20 * DAY), told(DAY, template=B))), (A, False)),
        ((A, B, C), Recent(others=(told(2 * DAY), told(DAY, template=B))), (C, False)),
        # An outreach keeps to its own wording, on every channel.
        ((A, B), Recent(own=(told(MINUTE, template=B),), others=(told(DAY),)), (B, False)),
        ((A,), Recent(own=(told(MINUTE),), others=(told(DAY),)), (A, False)),
    ],
)
def test_a_wording_that_was_not_said_lately_is_chosen(
    variants: tuple[str, ...], recent: Recent, chosen: tuple[str, bool]
) -> None:
    assert freshest(variants, recent, SINCE) == chosen


@given(st.lists(st.integers(1, 10_000), max_size=30, unique=True))
def test_over_time_every_wording_is_said_as_often_as_the_others(minutes: list[int]) -> None:
    said: list[Told] = []
    for minute in sorted(minutes):
        name, _ = freshest((A, B, C), Recent(others=tuple(said)), SINCE)
        said.append(told(-minute * MINUTE, template=name))
    counts = [sum(message.template == name for message in said) for name in (A, B, C)]

    assert max(counts) - min(counts) <= 1
