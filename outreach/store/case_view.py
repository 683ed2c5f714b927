"""The case that a message belongs to, as its person may see it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import or_, select

from outreach.domain.case_view import Asked, CaseView, FirmView, stands, together
from outreach.store import cases as ledger
from outreach.store.case_amounts import back, of_case
from outreach.store.case_freezes import CORE, freezes_of
from outreach.store.database import Tx
from outreach.store.tables import case_steps, cases, messages, outreaches


def of_message(tx: Tx, message: str, names: Mapping[str, str]) -> CaseView | None:
    """How the case of this message's episode stands, or of the case that the message closed; None without
    one. `names`: the partners' own names, by what the settings call them."""
    told = select(outreaches.c.id, outreaches.c.episode).join(
        messages, messages.c.outreach == outreaches.c.id
    )
    row = tx.connection.execute(told.where(messages.c.id == message)).one_or_none()
    if row is None:
        return None
    closed = select(case_steps.c.case).where(case_steps.c.warning == row.id)
    which = or_(cases.c.episode == row.episode, cases.c.id.in_(closed))
    found = tx.connection.execute(ledger.query().where(which).order_by(cases.c.id).limit(1)).one_or_none()
    if found is None:
        return None
    case = ledger.read(found)
    by_firm: dict[str, list[Asked]] = {}
    for one in freezes_of(tx, case.id):
        by_firm.setdefault(one.firm, []).append(stands(one.state, one.answer))
    firms = (
        FirmView("" if firm == CORE else names.get(firm, firm), together(of)) for firm, of in by_firm.items()
    )
    return CaseView(stage=case.stage, firms=tuple(firms), back=back(of_case(tx, case.id)), until=case.due_at)
