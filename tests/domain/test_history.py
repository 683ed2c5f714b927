"""The history in words: complete, in one order, and never claiming what nobody confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain import wording
from outreach.domain.answer import Answer, Grade, Via
from outreach.domain.decision import Reason, Verdict
from outreach.domain.delivery import Status
from outreach.domain.entry import Kind
from outreach.domain.gate import Bar
from outreach.domain.history import timeline
from outreach.domain.ladder import Close
from outreach.domain.scale import Channel
from outreach.domain.settling import How
from outreach.domain.story import AttemptRecord
from tests.domain.story_builder import (
    NOW,
    a_bar,
    a_core_call,
    a_decision,
    a_flag,
    a_message,
    a_story,
    a_task,
    an_answer,
    an_outreach,
)


@pytest.mark.parametrize(
    ("scale", "words"),
    [
        (Reason, wording.REASONS),
        (Bar, wording.BARS),
        (Close, wording.CLOSES),
        (Verdict, wording.VERDICTS),
        (Status, wording.STATUSES),
        (Grade, wording.GRADES),
        (Answer, wording.ANSWERS),
        (Via, wording.VIAS),
        (Channel, wording.CHANNELS),
    ],
)
def test_every_value_of_a_closed_list_has_words_of_its_own(
    scale: type[StrEnum], words: wording.Words
) -> None:
    assert set(words) == set(scale)
    assert len(set(words.values())) == len(scale)
    assert all("_" not in text for text in words.values())


def test_a_word_from_a_newer_version_is_shown_and_breaks_nothing() -> None:
    story = a_story(decisions=(a_decision(verdict="paused", reason="moon_phase"),))

    assert [entry.title for entry in timeline(story)] == ["paused: moon phase"]


def test_a_decision_tells_verdict_reason_rule_version_and_facts() -> None:
    skip = a_decision(verdict="skip", reason="excluded", because="own wallet")

    (entry,) = timeline(a_story(decisions=(skip,)))

    assert entry.title == "Not warned about job_task: an exception of the rule applies (own wallet)"
    assert dict(entry.details) == {"rule": "job_task/paying", "rule set": "abababababab"}
    assert dict(entry.facts) == {"amount": "4200.0000", "destination_listed": "yes", "tags": "a, b"}


def test_a_shadow_decision_is_never_taken_for_a_live_one() -> None:
    (entry,) = timeline(a_story(decisions=(a_decision(is_shadow=True),)))

    assert entry.title.startswith("Shadow rule, nothing is sent: ")


def test_what_happens_at_one_moment_stands_causes_before_effects() -> None:
    closed = an_outreach(closed_at=NOW, close_reason="acknowledged")
    story = a_story(
        flags=(a_flag(),),
        decisions=(a_decision(),),
        outreaches=(closed,),
        bars=(a_bar(),),
        messages=(a_message(at=NOW),),
        answers=(an_answer(),),
        core_calls=(a_core_call(),),
    )

    kinds = [entry.kind for entry in timeline(story)]

    assert kinds == [Kind.FLAG, Kind.DECISION, Kind.OPENED, Kind.BAR, Kind.MESSAGE, Kind.ANSWER, Kind.CORE,
                     Kind.CLOSED]  # fmt: skip


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=20))
def test_the_order_is_time_whatever_order_the_rows_came_in(minutes: list[int]) -> None:
    moments = [NOW + timedelta(minutes=m) for m in minutes]
    story = a_story(
        flags=tuple(a_flag(at=at) for at in moments[::2]),
        messages=tuple(a_message(at=at) for at in moments[1::2]),
    )

    told = [entry.at for entry in timeline(story)]

    assert told == sorted(moments)


def test_a_message_carries_its_words_exactly_as_they_were_sent() -> None:
    words = "  Line one\n\n“two” ‏عربي  "
    message = a_message()
    message = replace(message, content=replace(message.content, text=words))

    (entry,) = timeline(a_story(messages=(message,)))

    assert entry.as_sent is not None
    assert entry.as_sent.text == words
    assert ("template hash", "abababababab") in entry.details


def test_a_call_is_a_task_for_a_person_and_not_a_message_that_went_out() -> None:
    (entry,) = timeline(a_story(messages=(a_message(channel="call", status="accepted"),)))

    assert entry.title == "Message 7K3M9Q by call: given to a person at the firm as a task"


def test_a_step_that_waits_says_until_when_on_the_persons_own_clock() -> None:
    until = NOW + timedelta(hours=19)

    (entry,) = timeline(a_story(bars=(a_bar(verdict="held", reason="quiet_hours", until=until),)))

    assert entry.title == (
        "Step 1, push, held until 2027-03-02 08:00 CET (07:00 UTC): it is night where the person is"
    )


def test_a_halt_that_was_asked_every_minute_is_one_line() -> None:
    bars = tuple(
        a_bar(
            verdict="held",
            reason="halted",
            at=NOW + timedelta(minutes=n),
            until=NOW + timedelta(minutes=n + 1),
        )
        for n in range(90)
    )

    (entry,) = timeline(a_story(bars=bars))

    assert entry.at == NOW
    assert entry.details == (("asked", "90 times"),)
    assert "14:30" in entry.title


@pytest.mark.parametrize("state", ["due", "asked", "refused", "dead", "a_newer_word"])
@pytest.mark.parametrize("act", ["hold", "release", "freeze"])
def test_nothing_claims_a_hold_that_the_core_system_has_not_confirmed(state: str, act: str) -> None:
    told = " ".join(
        entry.title for entry in timeline(a_story(core_calls=(a_core_call(act=act, state=state),)))
    )

    assert "core system confirmed" not in told
    assert "ot confirmed" in told or state in {"due", "refused", "dead"}
    assert " is held" not in told
    assert " on hold" not in told


def test_a_confirmed_request_tells_when_it_was_asked_and_when_it_was_confirmed() -> None:
    later = NOW + timedelta(minutes=3)

    asked, confirmed = timeline(a_story(core_calls=(a_core_call(state="confirmed", answered_at=later),)))

    assert (asked.at, asked.title) == (NOW, "The core system was asked to hold the transfer.")
    assert (confirmed.at, confirmed.title) == (
        later,
        "The core system confirmed the request to hold the transfer.",
    )


def test_a_calls_script_is_told_once() -> None:
    script = a_message(step=2, channel="call", status="accepted")
    script = replace(script, content=replace(script.content, text="Ask who offered the job."))

    told = timeline(a_story(messages=(script,), tasks=(a_task(),)))

    assert [entry.kind for entry in told] == [Kind.TASK, Kind.MESSAGE]
    assert "text" not in dict(told[0].details)


def test_no_label_of_an_entry_occurs_twice() -> None:
    story = a_story(
        flags=(a_flag(),), decisions=(a_decision(),), outreaches=(an_outreach(),), messages=(a_message(),)
    )

    for entry in timeline(story):
        labels = [label for label, _ in entry.details]
        assert len(labels) == len(set(labels))


def test_nothing_personal_is_in_a_repr() -> None:
    story = a_story(messages=(a_message(),), tasks=(a_task(),), decisions=(a_decision(),))

    shown = repr(story) + repr(timeline(story))

    for secret in ("u-1", "+34", "job?", "Ask who", "4200"):
        assert secret not in shown


@pytest.mark.parametrize("settled", list(How))
def test_a_doubt_that_was_settled_is_told_by_how_and_claims_nothing_that_comes_after(settled: How) -> None:
    attempt = AttemptRecord(
        at=NOW,
        message="m" * 32,
        n=1,
        provider="twilio",
        finished_at=NOW,
        result="unknown",
        reason="process_died",
        provider_ref=None,
        settled=settled.value,
        settled_at=NOW,
    )
    (entry,) = timeline(a_story(attempts=(attempt,)))

    assert entry.title == f"Attempt 1 with twilio: in doubt at first; {wording.SETTLED[settled]}"
    assert "sent again" not in entry.title  # it may not be: the gate is asked again, or the climb has ended
    assert ("reason", "our process died before it heard the provider's answer") in entry.details
