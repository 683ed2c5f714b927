"""Reports and welfare stops of a story: their rows as records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row

from outreach.domain.story_reports import PictureRecord, ReportRecord, WelfareRecord
from outreach.store.database import Tx
from outreach.store.reports import details_of


def report_record(
    tx: Tx, row: Row[Any], files: Sequence[Row[Any]], show: Callable[[str], str]
) -> ReportRecord:
    """A row of `reports`, opened, with its pictures' hashes; `show` shows how to reach them."""
    said = details_of(tx, row)
    reach_at = said.get("reach_at", "")
    return ReportRecord(
        at=row.at,
        reference=row.reference,
        via=row.via,
        happened=row.happened,
        money_left=row.money_left,
        moment=row.moment,
        amount=row.amount,
        currency=row.currency,
        where=said.get("where", ""),
        words=said.get("words", ""),
        reach=" ".join(filter(None, (said.get("reach"), show(reach_at)))) if said else "",
        pictures=tuple(_picture(each) for each in files if each.report == row.id),
        state=row.state,
        due_at=row.due_at,
        outcome=row.outcome,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )


def _picture(row: Row[Any]) -> PictureRecord:
    return PictureRecord(n=row.n, kind=row.kind, size=row.size, sha256=row.sha256)


def welfare_record(tx: Tx, row: Row[Any]) -> WelfareRecord:
    """A row of `welfare`."""
    return WelfareRecord(
        at=row.at,
        source=row.source,
        lifted_by=row.lifted_by,
        lifted_at=row.lifted_at,
        reason=tx.vault.open(row.reason_enc) if row.reason_enc else "",
    )
