"""Small builders of story records: what a test does not care about is filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from outreach.domain.ladder import Ladder, Step, freeze
from outreach.domain.message import Content
from outreach.domain.scale import Channel
from outreach.domain.story import (
    AnswerRecord,
    BarRecord,
    CoreCallRecord,
    DecisionRecord,
    FlagRecord,
    MessageRecord,
    OutreachRecord,
    Story,
    TaskRecord,
)

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SHA = "ab" * 32
LADDER = Ladder(
    name="urgent",
    steps=tuple(
        Step(channel=channel, template="job_task/leaving", wait=timedelta(minutes=5))
        for channel in (Channel.PUSH, Channel.SMS, Channel.CALL)
    ),
)


def a_story(**changes: Any) -> Story:
    return replace(Story(person="0a" * 16, user="u-1", known_since=NOW, zone="Europe/Madrid"), **changes)


def a_flag(**changes: Any) -> FlagRecord:
    kept = FlagRecord(
        id="f1", at=NOW, feed="risk", pattern="job_task", score=Decimal("86.500"), score_model="m1"
    )
    return replace(kept, **changes)


def a_decision(**changes: Any) -> DecisionRecord:
    kept = DecisionRecord(
        id="d1",
        at=NOW,
        pattern="job_task",
        rule="paying",
        verdict="warn",
        reason="held",
        because="",
        is_shadow=False,
        rule_set_sha256=SHA,
        facts={"destination_listed": True, "tags": ["a", "b"], "amount": "4200.0000"},
    )
    return replace(kept, **changes)


def an_outreach(**changes: Any) -> OutreachRecord:
    kept = OutreachRecord(
        id="o1",
        pattern="job_task",
        rule="paying",
        state="climbing",
        ladder=freeze(LADDER),
        step=2,
        sent=2,
        opened_at=NOW,
        due_at=NOW + timedelta(minutes=90),
        expires_at=None,
        closed_at=None,
        close_reason=None,
    )
    return replace(kept, **changes)


def a_message(**changes: Any) -> MessageRecord:
    kept = MessageRecord(
        id="m1",
        at=NOW + timedelta(minutes=2),
        outreach="o1",
        step=1,
        reference="7K3M9Q",
        channel="sms",
        locale="en",
        template="job_task/leaving.en.j2",
        template_sha256=SHA,
        status="delivered",
        status_at=NOW,
        to="+34•••33",
        content=Content(text="Who offered you this job?"),
    )
    return replace(kept, **changes)


def a_bar(**changes: Any) -> BarRecord:
    kept = BarRecord(
        at=NOW, outreach="o1", step=0, channel="push", verdict="barred", reason="no_contact", until=None
    )
    return replace(kept, **changes)


def an_answer(**changes: Any) -> AnswerRecord:
    return replace(AnswerRecord(at=NOW, outreach="o1", message="m1", answer="help_me", via="page"), **changes)


def a_core_call(**changes: Any) -> CoreCallRecord:
    kept = CoreCallRecord(
        act="hold",
        transfer_ref="T-1",
        reason="the person asked to stop it",
        state="asked",
        tries=1,
        due_at=NOW,
        asked_at=NOW,
        answered_at=None,
    )
    return replace(kept, **changes)


def a_task(**changes: Any) -> TaskRecord:
    kept = TaskRecord(
        id="t1",
        at=NOW,
        kind="call",
        outreach="o1",
        step=2,
        text="Ask who offered the job.",
        due_at=NOW,
        owner=None,
        state="open",
        closed_at=None,
    )
    return replace(kept, **changes)
