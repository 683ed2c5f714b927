"""What stood between some people and their warnings: approvals and halts, with one query a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from outreach.domain.ladder import thaw
from outreach.domain.story_held import ApprovalRecord, HaltRecord, WordRecord
from outreach.store.database import Tx
from outreach.store.tables import approvals, assents, halts

Rows = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """The approvals of these people's outreaches by id, and every halt."""

    approvals: Mapping[str, ApprovalRecord]
    halts: Rows

    def reason(self, approval: str | None) -> str:
        """Why something waits for approval."""
        known = self.approvals.get(approval or "")
        return known.reason if known else ""

    def of(self, outreaches: Rows) -> tuple[ApprovalRecord | HaltRecord, ...]:
        """Each approval that these waited for, and each halt that stood while one of them was under way."""
        wanted = dict.fromkeys(row.approval for row in outreaches if row.approval)
        waited = [self.approvals[id] for id in wanted if id in self.approvals]
        halted = [_halt(halt) for halt in self.halts if any(_met(halt, row) for row in outreaches)]
        return (*waited, *halted)


def between(tx: Tx, outreaches: Iterable[Row[Any]]) -> Between:
    """What stood between these outreaches and their people."""
    wanted = {row.approval for row in outreaches if row.approval}
    words: dict[str, list[WordRecord]] = defaultdict(list)
    a = assents.c
    for row in tx.connection.execute(
        select(assents).where(tx.among(a.approval, wanted)).order_by(a.at, a.id)
    ):
        words[row.approval].append(
            WordRecord(at=row.at, actor=row.actor, verdict=row.verdict, reason=row.reason)
        )
    found = {
        row.id: ApprovalRecord(
            at=row.asked_at,
            pattern=row.pattern,
            reason=row.reason,
            state=row.state,
            ended_at=row.answered_at,
            words=tuple(words[row.id]),
        )
        for row in tx.connection.execute(select(approvals).where(tx.among(approvals.c.id, wanted)))
    }
    known = select(halts).where(halts.c.scope.in_(("all", "pattern", "channel"))).order_by(halts.c.id)
    return Between(approvals=found, halts=tx.connection.execute(known).all())


def _met(halt: Row[Any], outreach: Row[Any]) -> bool:
    ended = outreach.closed_at
    if (ended is not None and ended < halt.at) or (halt.lifted_at and halt.lifted_at < outreach.opened_at):
        return False
    if halt.scope == "pattern":
        return bool(halt.object == outreach.pattern)
    return halt.scope == "all" or halt.object in {step.channel for step in thaw(outreach.ladder).said}


def _halt(row: Row[Any]) -> HaltRecord:
    return HaltRecord(
        at=row.at,
        scope=row.scope,
        about=row.object,
        reason=row.reason,
        actor=row.actor,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by,
    )
