"""Clients of the inbox API: made, found by their token, rotated, revoked; their wrong guesses, counted."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from outreach.domain.client import Client, Scope
from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.tables import clients, guesses

TOUCHED_EVERY = timedelta(minutes=1)
"""How old "last used" must be before it is written again: a request must not cost a write."""

SLOT = timedelta(minutes=10)
"""What wrong guesses are counted in."""

_NOBODY = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClient:
    """A client to be. `token` is kept as a keyed hash only."""

    id: str
    name: str
    scopes: Collection[Scope]
    token: str
    expires_at: datetime | None = None


def add_client(tx: Tx, new: NewClient, actor: str, now: datetime) -> bool:
    """Keep a client; False where the name is taken. Audited."""
    row = {
        "id": new.id,
        "name": new.name,
        "scopes": " ".join(sorted(new.scopes)),
        "token_hmac": _hash(tx, new.token),
        "former_hmac": None,
        "former_until": None,
        "created_at": now,
        "expires_at": new.expires_at,
        "revoked_at": None,
        "used_at": None,
    }
    if tx.insert_new(clients, [row]) == 0:
        return False
    write_audit(tx, "client_added", new.id, f"{new.name}: {row['scopes']}", actor, now)
    return True


def all_clients(tx: Tx) -> list[Client]:
    """Every client there ever was, by name."""
    return [_client(row) for row in tx.connection.execute(select(clients).order_by(clients.c.name))]


def named(tx: Tx, name: str) -> Client | None:
    """The client of this name."""
    row = tx.connection.execute(select(clients).where(clients.c.name == name)).one_or_none()
    return None if row is None else _client(row)


def revoke(tx: Tx, client: Client, actor: str, now: datetime) -> None:
    """From the next request on nothing of it is honoured. Audited."""
    change = update(clients).where(clients.c.id == client.id, clients.c.revoked_at.is_(None))
    tx.connection.execute(change.values(revoked_at=now))
    write_audit(tx, "client_revoked", client.id, client.name, actor, now)


def rotate(tx: Tx, client: Client, token: str, former_until: datetime, now: datetime) -> None:
    """Give a client another token; the former one is honoured until a moment, the one before no more."""
    change = update(clients).where(clients.c.id == client.id)
    tx.connection.execute(
        change.values(
            former_hmac=clients.c.token_hmac, former_until=former_until, token_hmac=_hash(tx, token)
        )
    )


def audit_rotation(tx: Tx, client: Client, actor: str, now: datetime) -> None:
    """Who gave it another token."""
    write_audit(tx, "client_rotated", client.id, client.name, actor, now)


def holder_of(tx: Tx, id: str, token: str, now: datetime) -> Client | None:
    """The client whose token this is, if it stands. Takes as long for a token that is nobody's."""
    row: Any = tx.connection.execute(select(clients).where(clients.c.id == id)).one_or_none()
    given = _hash(tx, token)
    current = hmac.compare_digest(given, row.token_hmac if row else _NOBODY)
    former = hmac.compare_digest(given, (row.former_hmac if row else None) or _NOBODY)
    if row is None or not (current or (former and row.former_until > now)):
        return None
    client = _client(row)
    return client if client.stands(now) else None


def standing(tx: Tx, id: str, now: datetime) -> bool:
    """Whether a client that was let in still stands."""
    row = tx.connection.execute(select(clients).where(clients.c.id == id)).one_or_none()
    return row is not None and _client(row).stands(now)


def touch(tx: Tx, client: Client, now: datetime) -> None:
    """Note that it was used."""
    tx.connection.execute(update(clients).where(clients.c.id == client.id).values(used_at=now))


def is_stale(client: Client, now: datetime) -> bool:
    """Whether "last used" is to be written."""
    return client.used_at is None or now - client.used_at >= TOUCHED_EVERY


def missed(tx: Tx, client: Client, who: str, now: datetime) -> int:
    """How many references this one asked about in vain, in the slot of now. `who` is a keyed hash."""
    query = select(func.sum(guesses.c.missed)).where(
        guesses.c.client == client.id, guesses.c.who == who, guesses.c.slot == slot_of(now)
    )
    return int(tx.connection.execute(query).scalar() or 0)


def count_miss(tx: Tx, client: Client, who: str, now: datetime) -> None:
    """Count one; what is of earlier slots is swept."""
    tx.connection.execute(delete(guesses).where(guesses.c.slot < slot_of(now)))
    insert = postgresql.insert if tx.connection.dialect.name == "postgresql" else sqlite.insert
    new = insert(guesses).values(client=client.id, who=who, slot=slot_of(now), missed=1)
    keys = [guesses.c.client, guesses.c.who, guesses.c.slot]
    tx.connection.execute(
        new.on_conflict_do_update(index_elements=keys, set_={"missed": guesses.c.missed + 1})
    )


def slot_of(now: datetime) -> datetime:
    """The beginning of the slot that a moment is in."""
    seconds = int(now.timestamp())
    return datetime.fromtimestamp(seconds - seconds % int(SLOT.total_seconds()), UTC)


def _hash(tx: Tx, token: str) -> str:
    # Its own context: a user reference that reads like a token has another hash.
    return tx.vault.fingerprint(f"client token\x00{token}")


def _client(row: Any) -> Client:
    known = set(Scope)
    return Client(
        id=row.id,
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes.split() if scope in known),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
