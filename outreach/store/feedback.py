"""What people answer: evidence, acknowledgments, and the outreach they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from outreach.store.database import Tx
from outreach.store.ending import end_outreaches
from outreach.store.tables import (
    acknowledgments,
    decisions,
    episodes,
    evidence,
    messages,
    outreaches,
    people,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The message an answer belongs to, and the answer its outreach already has."""

    message: str
    reference: str
    outreach: str
    episode: str
    transfer_ref: str | None
    person: str
    pattern: str
    template: str
    locale: str
    answer: str | None


def told(tx: Tx, message: str) -> Told | None:
    """What an answer to this message would belong to; None where it, or its person, is not there."""
    query = (
        select(
            messages,
            outreaches.c.pattern,
            outreaches.c.episode,
            episodes.c.transfer_ref,
            decisions.c.facts,
            acknowledgments.c.answer,
        )
        .join(outreaches, outreaches.c.id == messages.c.outreach)
        .join(decisions, decisions.c.id == outreaches.c.decision)
        .join(episodes, episodes.c.id == outreaches.c.episode)
        .join(people, people.c.id == messages.c.person)
        .outerjoin(acknowledgments, acknowledgments.c.outreach == messages.c.outreach)
        .where(messages.c.id == message)
    )
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        return None
    return Told(
        message=row.id,
        reference=row.reference,
        outreach=row.outreach,
        episode=row.episode,
        # An episode may see several transfers: an answer is about the one that the warning was about.
        transfer_ref=row.facts.get("transfer_ref") or row.transfer_ref,
        person=row.person,
        pattern=row.pattern,
        template=row.template,
        locale=row.locale,
        answer=row.answer,
    )


def add_evidence(tx: Tx, message: str, grade: str, source: str, now: datetime) -> None:
    """A graded sign that somebody or something opened a message; it never moves a ladder."""
    row = {"id": tx.new_id(), "message": message, "grade": grade, "source": source, "at": now}
    tx.insert(evidence, [row])


def acknowledge(tx: Tx, to: Told, answer: str, via: str, now: datetime) -> bool:
    """Keep the first answer of an outreach and end its climb; False where there was one before."""
    row = {"id": tx.new_id(), "person": to.person, "outreach": to.outreach, "message": to.message}
    is_first = tx.insert_new(acknowledgments, [{**row, "answer": answer, "via": via, "at": now}]) == 1
    if is_first:
        end_outreaches(tx, [to.outreach], "acknowledged", now)
    return is_first
