"""Where a person stands: the one sentence that is read before anything else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from outreach.domain.standing import standing
from outreach.domain.story import Story
from tests.domain.story_builder import (
    NOW,
    a_core_call,
    a_decision,
    a_flag,
    a_message,
    a_story,
    a_task,
    an_answer,
    an_outreach,
)


def warned_twice(**changes: Any) -> Story:
    push = a_message(id="m0", step=0, channel="push", at=NOW, status="accepted")
    return a_story(flags=(a_flag(),), outreaches=(an_outreach(),), messages=(push, a_message()), **changes)


def test_it_says_how_often_about_what_by_which_channel_and_what_is_next() -> None:
    told = standing(warned_twice(), NOW + timedelta(minutes=10))

    assert told == (
        "Warned twice about job_task; last message by sms at 13:02; no answer; next: call at 14:30."
    )


def test_it_names_the_day_where_that_is_not_today() -> None:
    told = standing(warned_twice(), NOW + timedelta(days=2))

    assert "last message by sms at 2027-03-01 13:02" in told
    assert "next: call due now" in told


def test_an_answer_is_told_in_the_persons_words() -> None:
    closed = an_outreach(state="closed", closed_at=NOW, close_reason="acknowledged")
    story = a_story(outreaches=(closed,), messages=(a_message(),), answers=(an_answer(),))

    told = standing(story, NOW)

    assert "answered “Help me” on the answer page" in told
    assert told.endswith("closed: the person answered.")


def test_an_asked_hold_is_told_as_asked_and_not_as_held() -> None:
    told = standing(warned_twice(core_calls=(a_core_call(),)), NOW)

    assert "hold asked for, not confirmed" in told


def test_a_call_that_waits_for_a_person_is_no_warning() -> None:
    call = a_message(channel="call", status="accepted")

    told = standing(a_story(outreaches=(an_outreach(),), messages=(call,), tasks=(a_task(),)), NOW)

    assert told.startswith("Not warned about job_task so far")
    assert told.endswith("1 open task.")


@pytest.mark.parametrize("status", ["queued", "retrying", "cancelled", "refused", "undelivered"])
def test_a_message_that_did_not_get_out_is_no_warning(status: str) -> None:
    told = standing(a_story(outreaches=(an_outreach(),), messages=(a_message(status=status),)), NOW)

    assert told.startswith("Not warned")


def test_a_message_in_doubt_is_said_to_be_in_doubt() -> None:
    told = standing(a_story(outreaches=(an_outreach(),), messages=(a_message(status="in_doubt"),)), NOW)

    assert "1 in doubt" in told
    assert "no answer" not in told
    assert told.startswith("Not warned")


def test_two_patterns_are_counted_apart() -> None:
    other = an_outreach(id="o2", pattern="recovery")
    story = a_story(
        outreaches=(an_outreach(state="closed", closed_at=NOW, close_reason="expired"), other),
        messages=(a_message(), a_message(id="m2", outreach="o2")),
    )

    assert standing(story, NOW).startswith("Warned once about job_task and once about recovery;")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "held", "held_because": "90 people"}, "waits for approval: 90 people"),
        ({"state": "pending"}, "decided, not released yet"),
        ({"expires_at": NOW + timedelta(minutes=30)}, "expires at 13:30, before the next step"),
        ({"step": 3}, "no step is left, closes at 14:30"),
        ({"state": "closed", "closed_at": NOW, "close_reason": "stopped"}, "closed: somebody at the firm"),
    ],
)
def test_what_comes_next_follows_the_climb(changes: dict[str, Any], words: str) -> None:
    assert words in standing(a_story(outreaches=(an_outreach(**changes),)), NOW)


def test_somebody_who_was_never_warned_is_told_why_not() -> None:
    skip = a_decision(verdict="skip", reason="excluded", because="own wallet")
    shadow = a_decision(is_shadow=True)

    told = standing(a_story(flags=(a_flag(), a_flag()), decisions=(skip, shadow)), NOW)

    assert told == "Flagged twice, never warned: an exception of the rule applies (own wallet)."


def test_a_flag_that_no_rule_wanted_and_a_person_without_flags_are_told_apart() -> None:
    assert standing(a_story(flags=(a_flag(),)), NOW) == "Flagged once, never warned: no rule held."
    assert standing(a_story(), NOW) == "Known, but never flagged."
