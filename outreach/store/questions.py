"""What people were asked under a hold, and what they said: the first answer to each question stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from outreach.domain.questionnaire import End, Given, Questionnaire, Reply
from outreach.store.core_calls import is_to_stay
from outreach.store.database import Tx
from outreach.store.feedback import Told
from outreach.store.tables import core_calls, outreaches, question_answers, questionings, runs, tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Questioned:
    """How far it has come. `edition`: by which rules the outreach was opened; `release_asked`: when the core
    is, or was, asked to lift the hold; `is_to_stay`: whether an answer since asked to keep it."""

    edition: str
    given: Sequence[Given]
    outcome: str | None
    release_asked: datetime | None
    is_to_stay: bool = False


def questioned(tx: Tx, told: Told) -> Questioned:
    """What is known of the questions of an outreach."""
    edition = select(runs.c.rulebook_sha256).join(outreaches, outreaches.c.run == runs.c.id)
    asked = select(core_calls.c.due_at).where(
        core_calls.c.episode == told.episode,
        core_calls.c.transfer_ref == told.transfer_ref,
        core_calls.c.act == "release",
        core_calls.c.state != "withdrawn",
    )
    outcome = select(questionings.c.outcome).where(questionings.c.outreach == told.outreach)
    return Questioned(
        edition=tx.connection.execute(edition.where(outreaches.c.id == told.outreach)).scalar() or "",
        given=given(tx, told.outreach),
        outcome=tx.connection.execute(outcome).scalar(),
        release_asked=tx.connection.execute(asked).scalar(),
        is_to_stay=is_to_stay(tx, told.episode, told.transfer_ref or ""),
    )


def given(tx: Tx, outreach: str) -> list[Given]:
    """The answers there are, in the order they were given."""
    query = select(question_answers.c.question, question_answers.c.answer)
    found = query.where(question_answers.c.outreach == outreach).order_by(question_answers.c.n)
    return [Given(row.question, row.answer) for row in tx.connection.execute(found)]


def said(tx: Tx, outreach: str) -> list[str]:
    """Question, answer and the person's own words, for whoever is to help."""
    query = select(question_answers).where(question_answers.c.outreach == outreach)
    return [
        f"{row.question}: {tx.vault.open(row.text_enc) if row.text_enc else row.answer}"
        for row in tx.connection.execute(query.order_by(question_answers.c.n))
    ]


def leave_to_a_person(tx: Tx, episode: str) -> None:
    """Whatever ended in a release within this episode ends with a person instead."""
    theirs = select(outreaches.c.id).where(outreaches.c.episode == episode)
    which = questionings.c.outreach.in_(theirs) & (questionings.c.outcome == End.RELEASE.value)
    tx.connection.execute(update(questionings).where(which).values(outcome=End.PERSON.value))


def waits_for_help(tx: Tx, episode: str) -> bool:
    """Whether somebody asked for help in this episode, and nobody has helped yet."""
    query = (
        select(tasks.c.id)
        .join(outreaches, outreaches.c.id == tasks.c.outreach)
        .where(outreaches.c.episode == episode, tasks.c.kind == "help", tasks.c.closed_at.is_(None))
    )
    return tx.connection.execute(query.limit(1)).first() is not None


def begin(tx: Tx, told: Told, questionnaire: Questionnaire, now: datetime) -> None:
    """Note which questions are asked, in which version; once."""
    row = {"id": tx.new_id(), "person": told.person, "outreach": told.outreach, "opened_at": now}
    version = {"name": questionnaire.name, "sha256": questionnaire.sha256}
    tx.insert_new(questionings, [{**row, **version, "ended_at": None, "outcome": None}])
    # Held until the end of the transaction: two answers at once are taken one after the other.
    tx.connection.execute(
        select(questionings.c.id).where(questionings.c.outreach == told.outreach).with_for_update()
    )


def keep(tx: Tx, told: Told, reply: Reply, n: int, now: datetime) -> bool:
    """Keep an answer, its words sealed; False where there is one to this question."""
    sealed = tx.vault.seal(reply.words) if reply.words else None
    row = {"id": tx.new_id(), "person": told.person, "outreach": told.outreach, "n": n, "at": now}
    said = {"question": reply.question, "answer": reply.option, "text_enc": sealed}
    return tx.insert_new(question_answers, [{**row, **said}]) == 1


def end(tx: Tx, outreach: str, outcome: str, now: datetime) -> bool:
    """Note how it ended; False where it had ended before."""
    still = (questionings.c.outreach == outreach) & questionings.c.ended_at.is_(None)
    change = update(questionings).where(still).values(ended_at=now, outcome=outcome)
    return tx.connection.execute(change).rowcount == 1
