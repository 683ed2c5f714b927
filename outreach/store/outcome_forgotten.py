"""What was told of a forgotten person's money: what leads back to it goes, and what was told stays."""

from __future__ import annotations

from sqlalchemy import delete, or_, select, update

from outreach.store.database import Tx
from outreach.store.tables import outcome_facts, people

F = outcome_facts.c


def forget_told(tx: Tx, person: str) -> int:
    """Take away what leads from tellings about this person to the world: how many had something.

    Several tellings of one id stay tellings of one id, so that the newest stands alone. What still waited
    for this person goes whole.
    """
    whose = select(people.c.user_ref_hmac).where(people.c.id == person).scalar_subquery()
    waited = tx.connection.execute(delete(outcome_facts).where(F.user_hmac != "", F.user_hmac == whose))
    first = outcome_facts.alias("first")
    chain = (
        select(first.c.id)
        .where(first.c.identity == F.identity)
        .order_by(first.c.n)
        .limit(1)
        .scalar_subquery()
    )
    leads = or_(F.transfer != "", F.beneficiary != "", F.content != F.id)
    rows = tx.connection.execute(select(F.id, chain).where(F.person == person, leads)).all()
    for id, one in rows:
        change = update(outcome_facts).where(F.id == id)
        tx.connection.execute(change.values(transfer="", beneficiary="", content=id, identity=one))
    return len(rows) + int(waited.rowcount)
