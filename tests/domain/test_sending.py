"""One step at its hour: the climb, the transfer and the gate together; and what the core's word changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from outreach.domain.answer import OVERLOOKED, Answer, answers_for
from outreach.domain.gate import Bar, GatePolicy
from outreach.domain.ladder import Climb, Close, Done
from outreach.domain.profile import Profile
from outreach.domain.scale import Channel, Urgency
from outreach.domain.sending import Errand, Pass, Say, Sleep, errand, timely
from outreach.domain.transfer import Transfer, TransferStatus
from tests.build import NOW, a_ladder, a_step

NIGHT = datetime(2026, 11, 23, 23, tzinfo=UTC)
CLIMB = Climb(ladder=a_ladder(), next_step=0, due_at=NOW, expires_at=None, is_acknowledged=False, sent=0)
ANN = Profile(person="ann", locale="en", contacts={Channel.PUSH: "token"})
STEP = a_step(Channel.PUSH)
AFTER = replace(STEP, template="pig_butchering/after_loss")


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


@pytest.mark.parametrize("pattern", OVERLOOKED)
@pytest.mark.parametrize("status", TransferStatus)
def test_who_reads_over_the_shoulder_learns_nothing_of_the_transfer(
    pattern: str, status: TransferStatus
) -> None:
    assert answers_for(pattern, status, has_transfer=True) == (Answer.HELP_ME, Answer.NOT_ME)
