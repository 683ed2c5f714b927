"""One step at its hour: the climb, the transfer and the gate together; and what the core's word changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.answer import Answer, answers_for
from outreach.domain.gate import Bar, BarRow, GatePolicy, QuietHours, quiet_until
from outreach.domain.ladder import Climb, Close, Done
from outreach.domain.profile import Profile
from outreach.domain.recent import Recent, Told
from outreach.domain.scale import Channel, Urgency
from outreach.domain.sending import Errand, Pass, Say, Sleep, closing, errand, last_moment, timely
from outreach.domain.transfer import Transfer, TransferStatus
from tests.build import NOW, a_ladder, a_step

NIGHT = datetime(2026, 11, 23, 23, tzinfo=UTC)
CLIMB = Climb(ladder=a_ladder(), next_step=0, due_at=NOW, expires_at=None, is_acknowledged=False, sent=0)
ANN = Profile(person="ann", locale="en", contacts={Channel.PUSH: "token"})
STEP = a_step(Channel.PUSH)
AFTER = replace(STEP, template="pig_butchering/after_loss")

TOLD = Told(at=NOW, channel=Channel.SMS, template="p/leaving", urgency_rank=1, severity_rank=2)


def a_transfer(status: TransferStatus) -> Transfer:
    """A transfer in this state."""
    return Transfer(ref="t1", status=status)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (None, Say(0, STEP)),
        (TransferStatus.UNKNOWN, Say(0, STEP)),
        (TransferStatus.PENDING, Say(0, STEP)),
        (TransferStatus.HELD, Say(0, STEP)),
        (TransferStatus.RELEASED, Say(0, STEP)),
        (TransferStatus.SENT, Say(0, AFTER)),
        (TransferStatus.CANCELLED, Done(Close.TRANSFER_GONE)),
    ],
)
def test_what_is_said_follows_the_cores_word_on_the_transfer(
    status: TransferStatus | None, said: Errand
) -> None:
    transfer = None if status is None else a_transfer(status)

    assert errand(CLIMB, ANN, transfer, Urgency.SOON, GatePolicy(), NOW) == said


@pytest.mark.parametrize(
    ("climb", "profile", "now", "said"),
    [
        (replace(CLIMB, due_at=NOW + timedelta(hours=1)), ANN, NOW, Sleep(NOW + timedelta(hours=1))),
        (replace(CLIMB, is_acknowledged=True), ANN, NOW, Done(Close.ACKNOWLEDGED)),
        (replace(CLIMB, expires_at=NOW), ANN, NOW, Done(Close.EXPIRED)),
        (CLIMB, replace(ANN, contacts={}), NOW, Pass(0, STEP, Bar.NO_CONTACT)),
        (CLIMB, ANN, NIGHT, Sleep(NIGHT + timedelta(hours=9), Bar.QUIET_HOURS)),
    ],
)
def test_a_step_waits_ends_is_passed_over_or_sleeps_for_its_reason(
    climb: Climb, profile: Profile, now: datetime, said: Errand
) -> None:
    assert errand(climb, profile, None, Urgency.SOON, GatePolicy(), now) == said


def test_an_answer_ends_a_climb_whatever_became_of_the_transfer() -> None:
    done = replace(CLIMB, is_acknowledged=True)

    assert errand(done, ANN, a_transfer(TransferStatus.SENT), Urgency.SOON, GatePolicy(), NOW) == Done(
        Close.ACKNOWLEDGED
    )


def test_a_critical_step_at_night_says_which_bar_it_passed() -> None:
    said = errand(CLIMB, ANN, None, Urgency.CRITICAL, GatePolicy(), NIGHT)

    assert said == Say(0, STEP, Bar.QUIET_HOURS)


def test_the_after_loss_message_takes_over_once_and_stays() -> None:
    sent = a_transfer(TransferStatus.SENT)

    assert timely(timely(STEP, sent), sent) == AFTER


@pytest.mark.parametrize("status", TransferStatus)
def test_only_a_confirmed_hold_is_a_hold(status: TransferStatus) -> None:
    assert a_transfer(status).is_held is (status is TransferStatus.HELD)


@pytest.mark.parametrize("status", TransferStatus)
@pytest.mark.parametrize("has_transfer", [True, False])
def test_stopping_is_offered_exactly_where_there_is_something_left_to_stop(
    status: TransferStatus, has_transfer: bool
) -> None:
    offered = answers_for("pig_butchering", status, has_transfer=has_transfer)
    can_stop = has_transfer and status not in {TransferStatus.SENT, TransferStatus.CANCELLED}

    assert (Answer.STOP_TRANSFER in offered) is can_stop
    assert set(offered) >= set(Answer) - {Answer.STOP_TRANSFER}
    assert list(offered) == [answer for answer in Answer if answer in offered]


SPACED = replace(ANN, recent=Recent(others=(TOLD,)))


def test_what_is_spaced_beyond_its_expiry_waits_for_that_and_ends_as_expired() -> None:
    soon_over = replace(CLIMB, expires_at=NOW + timedelta(minutes=5))

    said = errand(soon_over, SPACED, None, Urgency.SOON, GatePolicy(), NOW)
    then = errand(soon_over, SPACED, None, Urgency.SOON, GatePolicy(), NOW + timedelta(minutes=5))

    assert said == Sleep(NOW + timedelta(minutes=5), Bar.SPACED)
    assert then == Done(Close.EXPIRED)


@pytest.mark.parametrize(
    ("reason", "urgency", "bar", "closed"),
    [
        (Close.UNREACHABLE, Urgency.SOON, Bar.COOL_DOWN, Close.SPARED),
        (Close.UNREACHABLE, Urgency.ROUTINE, Bar.FATIGUE, Close.SPARED),
        (Close.UNREACHABLE, Urgency.CRITICAL, Bar.FATIGUE, Close.UNREACHABLE),  # a person must find a way
        (Close.UNREACHABLE, Urgency.SOON, Bar.NO_CONTACT, Close.UNREACHABLE),
        (Close.EXPIRED, Urgency.SOON, Bar.COOL_DOWN, Close.EXPIRED),
    ],
)
def test_nobody_looks_for_a_way_to_a_person_who_was_told_enough(
    reason: Close, urgency: Urgency, bar: Bar, closed: Close
) -> None:
    rows = [BarRow(step=0, channel=Channel.PUSH, verdict="barred", reason=bar)]

    assert closing(reason, urgency, rows) is closed


EARLY, LATE = NOW + timedelta(hours=1), NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("expires_at", "hold", "now_ends", "last"),
    [
        (LATE, LATE, EARLY, EARLY),  # the hold that it lasts as long as ends earlier than was told
        (EARLY, EARLY, LATE, EARLY),  # frozen: never after what was promised
        (LATE, None, EARLY, LATE),  # it expires by its own time, not by the hold's
        (LATE, LATE, None, LATE),
        (None, LATE, EARLY, None),
    ],
)
def test_a_warning_that_lasts_as_long_as_a_hold_ends_with_it(
    expires_at: datetime | None, hold: datetime | None, now_ends: datetime | None, last: datetime | None
) -> None:
    transfer = Transfer(ref="t1", status=TransferStatus.HELD, hold_expires_at=now_ends)

    assert last_moment(expires_at, hold, transfer) == last
    assert last_moment(expires_at, hold, replace(transfer, status=TransferStatus.PENDING)) == expires_at


def test_a_hold_that_has_run_out_is_no_hold_whatever_the_core_says() -> None:
    held = Transfer(ref="t1", status=TransferStatus.HELD, hold_expires_at=NOW)

    assert held.at(NOW).is_held
    assert held.at(NOW + timedelta(seconds=1)).status is TransferStatus.UNKNOWN


@given(
    start=st.times(),
    end=st.times(),
    expires=st.none() | st.integers(-60, 3000),
    asked=st.lists(st.integers(0, 600), min_size=1, max_size=40),
    urgency=st.sampled_from([Urgency.ROUTINE, Urgency.SOON]),
    zone=st.sampled_from(["Europe/Madrid", "Australia/Lord_Howe", "Africa/Casablanca"]),
)
def test_however_often_it_is_asked_nothing_is_said_in_quiet_hours_or_after_expiry_and_each_step_once(
    start: time, end: time, expires: int | None, asked: list[int], urgency: Urgency, zone: str
) -> None:
    quiet = QuietHours(start=start, end=end)
    opened = datetime(2026, 10, 24, 12, tzinfo=UTC)  # Madrid's clock goes back that night
    limit = None if expires is None else opened + timedelta(minutes=expires)
    climb = Climb(
        ladder=a_ladder(*[a_step(Channel.PUSH)] * 3),
        next_step=0,
        due_at=opened,
        expires_at=limit,
        is_acknowledged=False,
        sent=0,
    )
    now, said = opened, list[int]()
    for minutes in asked:
        now += timedelta(minutes=minutes)
        match errand(climb, replace(ANN, zone=zone), None, urgency, GatePolicy(quiet=quiet), now):
            case Say(index, step):
                assert limit is None or now < limit
                assert quiet_until(quiet, ZoneInfo(zone), now) is None
                said.append(index)
                climb = replace(climb, next_step=index + 1, due_at=now + step.wait, sent=climb.sent + 1)
            case Sleep(until):
                assert until > now
                climb = replace(climb, due_at=until)
            case Pass(index):
                climb = replace(climb, next_step=index + 1, due_at=now)
            case Done():
                break

    assert said == sorted(set(said))
