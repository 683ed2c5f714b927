"""Recovery cases, written down: the case, what left, and every step that was taken. Callers hold the case."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, exists, func, select, update

from outreach.domain.loss import Loss, Lost
from outreach.domain.recovery_case import Stage
from outreach.store.database import Tx
from outreach.store.tables import (
    case_steps,
    case_transfers,
    cases,
    decisions,
    episodes,
    outreaches,
    tasks,
)
from outreach.store.tasks import drop

EXACT = Decimal("0.00000001")
"""What both databases keep of an amount."""

OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case as it stands. `rung`: how many marks of the clock are behind it."""

    id: str
    person: str
    episode: str
    outreach: str | None
    pattern: str
    source: str
    reported_by: str
    stage: Stage
    opened_at: datetime
    closed_at: datetime | None
    left_at: datetime | None
    owner: str | None
    rung: int
    due_at: datetime | None
    late_since: datetime | None


def query() -> Any:
    """Cases with the pattern of their episode."""
    return select(cases, episodes.c.pattern).join(episodes, episodes.c.id == cases.c.episode)


def read(row: Row[Any]) -> Case:
    """A row of `query`."""
    names = (name for name in Case.__dataclass_fields__ if name != "stage")
    return Case(stage=Stage(row.stage), **{name: getattr(row, name) for name in names})


def hold(tx: Tx, case: str) -> Case | None:
    """The case, held until this transaction ends: two acts on it come one after the other."""
    row = tx.connection.execute(query().where(cases.c.id == case).with_for_update(of=cases)).one_or_none()
    return None if row is None else read(row)


def of_episode(tx: Tx, episode: str) -> Case | None:
    """The case of an episode, held; None where it has none."""
    found = tx.connection.execute(select(cases.c.id).where(cases.c.episode == episode)).scalar_one_or_none()
    return None if found is None else hold(tx, found)


def insert(tx: Tx, loss: Loss, episode: str, due_at: datetime, now: datetime) -> bool:
    """Open the case of an episode; False where it has one already."""
    row = {
        "id": tx.new_id(),
        "person": loss.person,
        "episode": episode,
        "outreach": loss.outreach,
        "source": loss.source,
        "state": OPEN,
        "opened_at": now,
        "closed_at": None,
        "stage": Stage.OPENED.value,
        "reported_by": loss.reported_by[:64],
        "left_at": loss.left_at,
        "narrative_enc": tx.vault.seal(loss.narrative) if loss.narrative else None,
        "owner": None,
        "rung": 0,
        "due_at": due_at,
        "late_since": None,
    }
    return tx.insert_new(cases, [row]) == 1


def episode_for(tx: Tx, loss: Loss, now: datetime) -> str:
    """The person's open episode about this pattern and place; opened where there is none."""
    places = sorted({lost.place for lost in loss.transfers if lost.place})
    payee = tx.vault.fingerprint(places[0]) if places else loss.beneficiary
    row = {"person": loss.person, "pattern": loss.pattern, "beneficiary": payee}
    rest = {"severity_rank": -1, "transfer_ref": None, "money_moved": True, "closed_at": None}
    moments = {"opened_at": now, "last_flag_at": now}
    tx.insert_new(episodes, [{"id": tx.new_id(), **row, **rest, **moments}])
    same = (getattr(episodes.c, name) == value for name, value in row.items())
    found: str = tx.connection.execute(
        select(episodes.c.id).where(*same, episodes.c.closed_at.is_(None))
    ).scalar_one()
    return found


def exact(amount: Decimal | None) -> Decimal | None:
    """An amount as both databases keep it."""
    return None if amount is None else amount.quantize(EXACT).normalize()


def identity_of(tx: Tx, case: str, lost: Lost) -> str:
    """What makes a transfer one of this case, however often it is told."""
    return tx.vault.fingerprint(f"case|{case}|{lost.signs}")


def add_transfer(tx: Tx, case: Case, lost: Lost, now: datetime) -> str | None:
    """Write down one transfer of a case; its id, or None where it is known, or nothing is said of it."""
    if lost.says_nothing:
        return None
    place = json.dumps({"chain": lost.chain, "place": lost.place}, sort_keys=True, ensure_ascii=False)
    row = {
        "id": tx.new_id(),
        "person": case.person,
        "case": case.id,
        "identity": identity_of(tx, case.id, lost),
        "transfer_ref": lost.transfer_ref,
        "place_enc": tx.vault.seal(place),
        "amount": exact(lost.amount),
        "currency": lost.currency,
        "sent_at": lost.sent_at,
        "at": now,
    }
    return str(row["id"]) if tx.insert_new(case_transfers, [row]) == 1 else None


def lost_of(tx: Tx, outreach: str | None, transfer_ref: str | None) -> tuple[Lost, datetime | None]:
    """What a warning's own facts say of the transfer that it was about, and when that left."""
    query = (
        select(decisions.c.facts)
        .join(outreaches, outreaches.c.decision == decisions.c.id)
        .where(outreaches.c.id == outreach)
    )
    facts = tx.connection.execute(query).scalar_one_or_none() or {}
    if transfer_ref and facts.get("transfer_ref") not in (None, transfer_ref):
        return Lost(transfer_ref=transfer_ref), None
    sent_at = datetime.fromisoformat(facts["sent_at"]) if facts.get("sent_at") else None
    lost = Lost(
        place=str(facts.get("beneficiary") or ""),
        amount=Decimal(facts["amount"]) if facts.get("amount") else None,
        currency=facts.get("currency"),
        sent_at=sent_at,
        transfer_ref=transfer_ref,
    )
    return lost, sent_at


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step to write down; `note` is sealed."""

    act: str
    role: str
    actor: str
    stage: Stage
    note: str = field(default="", repr=False)
    fact: str | None = None
    warning: str | None = None


def write_step(tx: Tx, case: Case, step: StepRow, now: datetime) -> None:
    """Append a step to a case that is held."""
    count = select(func.count()).where(case_steps.c.case == case.id)
    row = {
        "id": tx.new_id(),
        "person": case.person,
        "case": case.id,
        "n": tx.connection.execute(count).scalar_one(),
        "act": step.act,
        "role": step.role,
        "actor": step.actor[:64],
        "was": case.stage.value,
        "stage": step.stage.value,
        "note_enc": tx.vault.seal(step.note),
        "fact": step.fact,
        "warning": step.warning,
        "at": now,
    }
    tx.insert(case_steps, [row])


def set_stage(tx: Tx, case: Case, stage: Stage, now: datetime) -> None:
    """Move a case that is held."""
    is_closed = stage is Stage.CLOSED
    values: dict[str, object] = {"stage": stage.value, "state": "closed" if is_closed else OPEN}
    values["closed_at"] = now if is_closed else None
    if stage in {Stage.SETTLED, Stage.CLOSED}:
        values |= {"late_since": None, "due_at": None}
    tx.connection.execute(update(cases).where(cases.c.id == case.id).values(**values))


def change(tx: Tx, case: str, **values: object) -> None:
    """Set columns of a case that is held."""
    tx.connection.execute(update(cases).where(cases.c.id == case).values(**values))


def is_told(tx: Tx, case: str, fact: str) -> bool:
    """Whether this case was opened again for this fact before."""
    same = (case_steps.c.case == case) & (case_steps.c.fact == fact)
    return tx.connection.execute(select(case_steps.c.id).where(same)).first() is not None


def closings(tx: Tx, case: str) -> int:
    """How often it was closed so far."""
    of = select(func.count()).where(case_steps.c.case == case, case_steps.c.act == "close")
    return int(tx.connection.execute(of).scalar_one())


CASE_TASKS = ("recovery", "case_late", "case_lead", "case_answer")
"""Kinds of task that end with the case that they are about."""


def end_tasks(tx: Tx, case: Case, actor: str, now: datetime) -> int:
    """Nobody needs to do what was to be done for a case that is over, where it is the person's only one."""
    other = cases.alias()
    another = exists().where(
        other.c.person == case.person, other.c.id != case.id, other.c.stage.not_in(("settled", "closed"))
    )
    which = (tasks.c.person == case.person) & tasks.c.kind.in_(CASE_TASKS) & ~another
    return drop(tx, which, ("case_over", "its recovery case is over"), actor, now)
