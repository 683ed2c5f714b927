"""Editions kept: every text by which rules were ever read, so that a decision can be replayed for years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from outreach.domain.edition import contents, listed
from outreach.domain.ruleset import Rulebook
from outreach.store.database import Tx
from outreach.store.runs import keep_texts
from outreach.store.tables import runs, texts

EDITION = "edition"
"""The kind of a text that lists an edition's files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An edition as it was kept: its hash, its texts by file name, and when it was first in force."""

    sha256: str
    texts: dict[str, str]
    since: datetime


def keep_edition(tx: Tx, book: Rulebook, now: datetime) -> None:
    """Keep every text of a book, and the list that its hash is the hash of; once each."""
    if tx.connection.execute(select(texts.c.sha256).where(texts.c.sha256 == book.sha256)).first():
        return
    hashes = listed(contents(book.texts))
    sets = {rule_set.sha256 for rule_set in book.sets.values()}
    rows = [(h, "rule_set" if h in sets else "rules", name, book.texts[name]) for name, h in hashes.items()]
    keep_texts(tx, [*rows, (book.sha256, EDITION, "", contents(book.texts))], now)


def editions_named(tx: Tx, prefix: str, most: int = 5) -> tuple[str, ...]:
    """The hashes of the kept editions that begin so, newest first, `most` at most."""
    query = select(texts.c.sha256).where(texts.c.kind == EDITION, texts.c.sha256.startswith(prefix))
    found = tx.connection.execute(query.order_by(texts.c.first_used_at.desc()).limit(most))
    return tuple(found.scalars())


def kept_edition(tx: Tx, sha256: str) -> Kept | None:
    """A whole edition; None where it, or any text of it, is not kept."""
    query = select(texts.c.body, texts.c.first_used_at).where(
        texts.c.sha256 == sha256, texts.c.kind == EDITION
    )
    row = tx.connection.execute(query).first()
    if row is None:
        return None
    hashes = listed(row.body)
    wanted = select(texts.c.sha256, texts.c.body).where(tx.among(texts.c.sha256, set(hashes.values())))
    bodies = {each.sha256: each.body for each in tx.connection.execute(wanted)}
    if any(digest not in bodies for digest in hashes.values()):
        return None
    found = {name: bodies[digest] for name, digest in hashes.items()}
    return Kept(sha256=sha256, texts=found, since=row.first_used_at)


def edition_of_run(tx: Tx, run: str) -> str | None:
    """The hash of the edition by which a run decided; None for a run that is not there."""
    return tx.connection.execute(select(runs.c.rulebook_sha256).where(runs.c.id == run)).scalar()


def first_decided(tx: Tx, sha256: str) -> datetime | None:
    """When the edition began to decide, without another one since; None where the newest run is not its."""
    asked = select(runs.c.started_at).where(runs.c.rulebook_sha256 != sha256)
    other = tx.connection.execute(asked.order_by(runs.c.started_at.desc()).limit(1)).scalar()
    own = select(func.min(runs.c.started_at)).where(runs.c.rulebook_sha256 == sha256)
    if other is not None:
        own = own.where(runs.c.started_at > other)
    return tx.connection.execute(own).scalar()


def newest_in_force(tx: Tx) -> str | None:
    """The hash of the edition that the newest run decided by, of those that are kept."""
    query = select(runs.c.rulebook_sha256).join(texts, texts.c.sha256 == runs.c.rulebook_sha256)
    newest = query.where(texts.c.kind == EDITION).order_by(runs.c.started_at.desc(), runs.c.id.desc())
    return tx.connection.execute(newest.limit(1)).scalar()
