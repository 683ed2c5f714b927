"""What cannot be opened: its key is missing, or a byte was changed. It holds up nobody but its own person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select, update

from outreach.store.database import Tx
from outreach.store.tables import outreaches, tasks

TRIED_AGAIN_AFTER = timedelta(minutes=5)
"""A key that was missing may have been put back."""

KIND = "unreadable"


def put_aside(tx: Tx, claimed: Iterable[str], holder: str) -> None:
    """Leave these outreaches, while this holder has them, for a while, and tell a person, once a step."""
    ours = tx.among(outreaches.c.id, claimed) & (outreaches.c.lease_holder == holder)
    for row in tx.connection.execute(select(outreaches).where(ours).with_for_update()).all():
        text = (
            "What was written down for this step cannot be opened: its key is missing from OUTREACH_KEYS, "
            "or it was changed. Mend that, or warn the person another way."
        )
        task = {"id": tx.new_id(), "person": row.person, "kind": KIND, "outreach": row.id, "step": row.step}
        moments = {"opened_at": row.lease_until, "due_at": row.lease_until, "closed_at": None}
        sealed = {"text_enc": tx.vault.seal(text), "owner": None, "state": "open"}
        tx.insert_new(tasks, [{**task, **moments, **sealed}])
        later = {"due_at": row.lease_until + TRIED_AGAIN_AFTER, "lease_until": None, "lease_holder": None}
        tx.connection.execute(update(outreaches).where(outreaches.c.id == row.id).values(**later))
