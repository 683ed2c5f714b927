"""The history: one person's story as entries in one order, in plain words, with what was said as sent."""

from __future__ import annotations

from itertools import chain

from outreach.domain import told_decisions as decisions
from outreach.domain import told_delivery as delivery
from outreach.domain import told_replies, told_reports
from outreach.domain import told_tasks as tasks
from outreach.domain.contact import mask
from outreach.domain.entry import AsSent, Details, Entry, Kind
from outreach.domain.story import Story
from outreach.domain.told_held import tell_stopped
from outreach.domain.told_net import tell_net
from outreach.domain.told_outcomes import tell_outcomes
from outreach.domain.told_wishes import tell_wish

__all__ = ["AsSent", "Details", "Entry", "Kind", "mask", "shadow_timeline", "timeline"]


def timeline(story: Story) -> tuple[Entry, ...]:
    """Every entry of a story, oldest first; what happened at one moment stands causes before effects."""
    zone = story.zone
    references = {message.id: message.reference for message in story.messages}
    scripts = {(m.outreach, m.step): m.content.text for m in story.messages}
    entries = chain(
        map(decisions.tell_consent, story.consents),
        map(decisions.tell_flag, story.flags),
        map(decisions.tell_decision, story.decisions),
        chain.from_iterable(decisions.tell_outreach(each, zone) for each in story.outreaches),
        (decisions.tell_bar(first, last, asked, zone) for first, last, asked in decisions.folded(story.bars)),
        chain.from_iterable(map(tell_stopped, story.stopped)),
        map(delivery.tell_message, story.messages),
        (delivery.tell_attempt(each, references, zone) for each in story.attempts),
        (delivery.tell_receipt(each, references) for each in story.receipts),
        (delivery.tell_evidence(each, references) for each in story.evidence),
        (told_replies.tell_reply(each, references) for each in story.replies),
        (delivery.tell_answer(each, references) for each in story.answers),
        (tell_wish(each, references) for each in story.wishes),
        chain.from_iterable(map(delivery.tell_core_call, story.core_calls)),
        tell_net(story.net, zone),
        chain.from_iterable(tasks.tell_task(each, scripts, zone) for each in story.tasks),
        chain.from_iterable(map(tasks.tell_task_change, story.task_changes)),
        (tasks.tell_call(each, zone) for each in story.calls),
        chain.from_iterable(map(delivery.tell_case, story.cases)),
        chain.from_iterable(told_reports.tell_report(each, zone) for each in story.reports),
        chain.from_iterable(map(told_reports.tell_welfare, story.welfare)),
        tell_outcomes(story.outcomes),
        map(delivery.tell_note, story.notes),
    )
    order = list(Kind)
    return tuple(sorted(entries, key=lambda entry: (entry.at, order.index(entry.kind))))


def shadow_timeline(story: Story) -> tuple[Entry, ...]:
    """Only what shadow rules decided about this person, oldest first."""
    told = (decisions.tell_decision(each) for each in story.decisions if each.is_shadow)
    return tuple(sorted(told, key=lambda entry: entry.at))
