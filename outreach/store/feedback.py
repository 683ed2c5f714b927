"""What people answer: evidence, acknowledgments, and the outreach they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from outreach.domain.opened import Sign
from outreach.domain.overlooked import is_overlooked
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
    profiles,
    tasks,
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
    is_overlooked: bool
    zone: str | None
    status_at: datetime
    urgency_rank: int


def told(tx: Tx, message: str) -> Told | None:
    """What an answer to this message would belong to; None where it, or its person, is not there."""
    query = (
        select(
            messages,
            outreaches.c.pattern,
            outreaches.c.episode,
            outreaches.c.urgency_rank,
            episodes.c.transfer_ref,
            decisions.c.facts,
            acknowledgments.c.answer,
            profiles.c.zone,
        )
        .join(outreaches, outreaches.c.id == messages.c.outreach)
        .join(decisions, decisions.c.id == outreaches.c.decision)
        .join(episodes, episodes.c.id == outreaches.c.episode)
        .join(people, people.c.id == messages.c.person)
        .outerjoin(acknowledgments, acknowledgments.c.outreach == messages.c.outreach)
        .outerjoin(profiles, profiles.c.person == messages.c.person)
        .where(messages.c.id == message)
    )
    row = tx.connection.execute(query).one_or_none()
    return None if row is None else _told(row)


def _told(row: Any) -> Told:
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
        is_overlooked=is_overlooked(row.pattern, row.facts),
        zone=row.zone,
        status_at=row.status_at,
        urgency_rank=row.urgency_rank,
    )


def signs_since(tx: Tx, person: str, since: datetime) -> list[Sign]:
    """The signs that something opened a message of this person, after this moment."""
    query = (
        select(evidence.c.message, evidence.c.grade, evidence.c.source, evidence.c.at)
        .join(messages, messages.c.id == evidence.c.message)
        .where(messages.c.person == person, evidence.c.at > since)
    )
    return [Sign(row.message, row.grade, row.source, row.at) for row in tx.connection.execute(query)]


def call_by(tx: Tx, outreach: str) -> datetime | None:
    """Until when a person at the firm is to call, because somebody asked for help in this outreach."""
    query = select(tasks.c.due_at).where(
        tasks.c.outreach == outreach, tasks.c.kind == "help", tasks.c.closed_at.is_(None)
    )
    return min(tx.connection.execute(query).scalars(), default=None)


def add_evidence(tx: Tx, message: str, grade: str, source: str, now: datetime) -> None:
    """A graded sign that somebody or something opened a message; it never moves a ladder."""
    row = {"id": tx.new_id(), "message": message, "grade": grade, "source": source, "at": now}
    tx.insert(evidence, [row])


def take_turn(tx: Tx, to: Told) -> None:
    """Hold the episode until the transaction ends: what follows from two answers is written one by one.

    They may be to two outreaches of it; else a stop would not know of the release that is being asked for.
    """
    # First the person, as whoever forgets them does; rows that only refer to either may be added meanwhile.
    person = select(people.c.id).where(people.c.id == to.person)
    tx.connection.execute(person.with_for_update(read=True, key_share=True))
    episode = select(episodes.c.id).where(episodes.c.id == to.episode)
    tx.connection.execute(episode.with_for_update(key_share=True))


def acknowledge(tx: Tx, to: Told, answer: str, via: str, now: datetime) -> bool:
    """Keep the first answer of an outreach and end its climb; False where there was one before.

    It takes its turn in the episode.
    """
    take_turn(tx, to)
    row = {"id": tx.new_id(), "person": to.person, "outreach": to.outreach, "message": to.message}
    is_first = tx.insert_new(acknowledgments, [{**row, "answer": answer, "via": via, "at": now}]) == 1
    if is_first:
        end_outreaches(tx, [to.outreach], "acknowledged", now)
    return is_first
