"""Claimed outreaches, whole: facts, answer, and the message of the step they stand at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from outreach.domain.delivery import Status
from outreach.domain.ladder import Ladder, thaw
from outreach.domain.message import Message
from outreach.domain.ruleset import InDoubt
from outreach.errors import StoreError
from outreach.store.asked import among
from outreach.store.database import Tx
from outreach.store.sending import PROCESS_DIED, read_message
from outreach.store.tables import acknowledgments, attempts, decisions, flags, messages, outreaches

WAITING = (Status.QUEUED.value, Status.RETRYING.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A message of the current step that was written down before.

    Waiting to be tried (again), or `is_open`: its last attempt never finished; or over, because its fate was
    learnt while nobody held the outreach. `provider` is set where only that provider may be tried: it may
    have the message. `tried_at` is when the last attempt began.
    """

    message: Message
    template: str
    status: Status
    is_open: bool
    may_be_there: bool
    provider: str = ""
    tried_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """True where nothing is left to try."""
        return self.status.value not in WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """An outreach this process works on until its lease runs out."""

    id: str
    person: str
    episode: str
    pattern: str
    rule: str
    urgency_rank: int
    severity_rank: int
    in_doubt: InDoubt
    ladder: Ladder
    step: int
    sent: int
    opened_at: datetime
    due_at: datetime
    expires_at: datetime | None
    flagged_at: datetime
    is_acknowledged: bool
    facts: Mapping[str, Any]
    pending: Pending | None


_o = outreaches.c
_CLAIMED = (
    select(_o.id, _o.person, _o.episode, _o.pattern, _o.rule, _o.urgency_rank, _o.severity_rank)
    .add_columns(_o.in_doubt, _o.ladder, _o.step, _o.sent, _o.opened_at, _o.due_at, _o.expires_at)
    .add_columns(flags.c.flagged_at, decisions.c.facts)
    .join(decisions, decisions.c.id == _o.decision)
    .join(flags, flags.c.id == decisions.c.flag)
    .where(among(_o.id, "ids"))
)
_ANSWERED = select(acknowledgments.c.outreach).where(among(acknowledgments.c.outreach, "ids"))
_AT_STEP = (
    select(messages)
    .add_columns(attempts.c.n, attempts.c.provider, attempts.c.started_at, attempts.c.finished_at)
    .add_columns(attempts.c.result, attempts.c.reason, attempts.c.settled)
    .join(outreaches, _o.id == messages.c.outreach)
    .outerjoin(attempts, attempts.c.message == messages.c.id)
    .where(among(messages.c.outreach, "ids"), messages.c.step == _o.step)
    .order_by(attempts.c.n)
)


def load(tx: Tx, ids: Sequence[str]) -> tuple[list[Claimed], set[str]]:
    """The claimed outreaches with their decision's facts, their answer and their unfinished message.

    And those (ids) whose message cannot be opened: `unreadable.put_aside` is for them.
    """
    answered = {outreach for (outreach,) in tx.rows(_ANSWERED, ids=ids)}
    pending, unreadable = _at_step(tx, ids)
    rows = tx.rows(_CLAIMED, ids=ids)
    claimed = (_claimed(row, answered, pending) for row in rows if row[0] not in unreadable)
    return sorted(claimed, key=_precedence), unreadable


def _claimed(row: Sequence[Any], answered: Collection[str], pending: Mapping[str, Pending]) -> Claimed:
    id, person, episode, pattern, rule, urgency, severity, in_doubt, ladder, step, *rest = row
    sent, opened_at, due_at, expires_at, flagged_at, facts = rest
    return Claimed(
        id=id,
        person=person,
        episode=episode,
        pattern=pattern,
        rule=rule,
        urgency_rank=urgency,
        severity_rank=severity,
        in_doubt=InDoubt(in_doubt),
        ladder=thaw(ladder),
        step=step,
        sent=sent,
        opened_at=opened_at,
        due_at=due_at,
        expires_at=expires_at,
        flagged_at=flagged_at,
        is_acknowledged=id in answered,
        facts=facts,
        pending=pending.get(id),
    )


def _precedence(one: Claimed) -> tuple[int, bool, datetime, datetime, str]:
    # Asked again, because an UPDATE gives its rows back in any order.
    expires = one.expires_at or one.due_at
    return (-one.urgency_rank, one.expires_at is None, expires, one.due_at, one.id)


def _at_step(tx: Tx, ids: Sequence[str]) -> tuple[dict[str, Pending], set[str]]:
    """By outreach, the message of the step it stands at; its attempts folded, in their order.

    And those whose message cannot be opened.
    """
    found: dict[str, Pending] = {}
    unreadable: set[str] = set()
    for row in tx.connection.execute(_AT_STEP, {"ids": ids}):
        try:
            found[row.outreach] = _pending(tx, row, found.get(row.outreach))
        except StoreError:
            unreadable.add(row.outreach)
    return found, unreadable


def _pending(tx: Tx, row: Any, before: Pending | None) -> Pending:
    is_open = row.n is not None and row.finished_at is None
    has_died = is_open or row.reason == PROCESS_DIED
    deaths = has_died + (before.message.deaths if before else 0)
    is_doubtful = is_open or (row.result == "unknown" and row.settled != "not_taken")
    may_be_there = is_doubtful or (before is not None and before.may_be_there)
    return Pending(
        message=read_message(tx, row, (row.n or 0) + 1, deaths),
        template=row.template,
        status=Status(row.status),
        is_open=is_open,
        may_be_there=may_be_there,
        provider=row.provider if is_doubtful else before.provider if before and may_be_there else "",
        tried_at=row.started_at,
    )
