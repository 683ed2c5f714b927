"""Overlooked people: what rings near somebody who reads along says nothing, or does not ring."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from outreach.domain.answer import QUIET, Answer, answers_for
from outreach.domain.gate import Bar, Barred, GatePolicy, gate
from outreach.domain.ladder import Climb, Ladder, Step
from outreach.domain.overlooked import ON_SCREEN, PATTERN, SIGNS, is_overlooked, quietly
from outreach.domain.profile import Profile
from outreach.domain.scale import Channel, Urgency
from outreach.domain.sending import AFTER_LOSS, Say, errand
from outreach.domain.transfer import Transfer, TransferStatus
from tests.build import NOW

ANN = Profile(
    person="ann",
    locale="en",
    contacts={Channel.PUSH: "t", Channel.SMS: "+15550100001", Channel.EMAIL: "a@people.example"},
)
WATCHED = replace(ANN, is_overlooked=True)


def a_climb(channel: Channel, template: str = "support_impersonation/leaving") -> Climb:
    step = Step(channel=channel, template=template, wait=timedelta(hours=1))
    return Climb(
        ladder=Ladder(name="one", steps=(step,)),
        next_step=0,
        due_at=NOW,
        expires_at=None,
        is_acknowledged=False,
        sent=0,
    )


def said(channel: Channel, profile: Profile, transfer: Transfer | None = None) -> object:
    return errand(a_climb(channel), profile, transfer, Urgency.CRITICAL, GatePolicy(), NOW)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_driven_a_shared_and_a_talked_to_screen_is_overlooked_in_every_pattern(sign: str) -> None:
    assert is_overlooked("pig_butchering", {sign: True})
    assert not is_overlooked("pig_butchering", {sign: False})
    assert not is_overlooked("pig_butchering", {sign: None})


def test_remote_access_is_overlooked_whatever_the_facts_leave_out() -> None:
    assert is_overlooked(PATTERN, {})


@pytest.mark.parametrize("urgency", Urgency)
@pytest.mark.parametrize("channel", Channel)
def test_what_shows_up_on_a_watched_screen_is_barred_and_nothing_else_is(
    channel: Channel, urgency: Urgency
) -> None:
    answer = gate(GatePolicy(), WATCHED, channel, urgency, NOW)
    assert (answer == Barred(Bar.OVERLOOKED)) is (channel in ON_SCREEN)


def test_a_text_to_an_overlooked_person_has_the_words_that_name_nothing() -> None:
    step = said(Channel.SMS, WATCHED)
    assert isinstance(step, Say)
    assert step.step.template == "remote_access/leaving"


def test_after_the_loss_the_text_that_names_nothing_is_the_one_for_after_the_loss() -> None:
    sent = Transfer(ref="t", status=TransferStatus.SENT)
    step = said(Channel.SMS, WATCHED, sent)
    assert isinstance(step, Say)
    assert step.step.template == f"remote_access/{AFTER_LOSS}"


@pytest.mark.parametrize("channel", [Channel.INBOX, Channel.CALL])
def test_where_nobody_is_shown_anything_unasked_the_rules_own_words_stay(channel: Channel) -> None:
    step = said(channel, WATCHED)
    assert isinstance(step, Say)
    assert step.step.template == "support_impersonation/leaving"


def test_quiet_words_stay_quiet_and_variants_are_dropped() -> None:
    once = quietly(a_climb(Channel.SMS, "job_task/after_loss@b").ladder.steps[0], AFTER_LOSS)
    assert once.template == "remote_access/after_loss"
    assert quietly(once, AFTER_LOSS) == once


@pytest.mark.parametrize("status", TransferStatus)
@pytest.mark.parametrize("pattern", [PATTERN, "pig_butchering", "phishing_ato"])
def test_who_reads_over_the_shoulder_learns_nothing_of_the_transfer(
    pattern: str, status: TransferStatus
) -> None:
    assert answers_for(pattern, status, has_transfer=True, is_overlooked=True) == QUIET
    assert Answer.IT_IS_MINE not in QUIET  # the onlooker would press it


def test_where_somebody_else_acted_saying_so_comes_first() -> None:
    assert answers_for("phishing_ato", TransferStatus.PENDING, has_transfer=True)[0] is Answer.NOT_ME
    assert answers_for("phishing_ato", TransferStatus.SENT, has_transfer=True)[0] is Answer.ALREADY_SENT
    assert answers_for("job_task", TransferStatus.PENDING, has_transfer=True)[0] is Answer.STOP_TRANSFER
