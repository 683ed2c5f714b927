"""Forgetting a person: whatever is personal goes, and the ledger keeps an id that names nobody.

Rows are emptied rather than deleted wherever a figure counts them. Suppressions stay: they are keyed hashes
of addresses that nobody may write to, and a person's no must outlive their being forgotten.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update

from outreach.domain.ladder import Close
from outreach.domain.settling import How
from outreach.errors import StoreError
from outreach.store.database import Tx
from outreach.store.desk import write_audit
from outreach.store.ending import end_outreaches
from outreach.store.outcome_forgotten import forget_told
from outreach.store.sealed import Sealed, hashed_columns, sealed_columns
from outreach.store.tables import (
    attempts,
    audit,
    case_amounts,
    case_steps,
    case_transfers,
    cases,
    contact_points,
    core_calls,
    decisions,
    episodes,
    forgotten,
    hold_words,
    messages,
    notes,
    outcome_unread,
    outreaches,
    payees,
    people,
    profiles,
    quarantine,
    receipts,
    repeats,
    replies,
    report_files,
    reports,
    silences,
    suggestions,
    tasks,
)
from outreach.store.waits import forget_waits

FORGET = "forget"
KEPT_ACTS = (FORGET, "legal_hold", "legal_hold_lifted")
"""Whose reasons in the audit say why something was, or was not, forgotten."""

DELETED = {
    "profile": profiles,
    "addresses": contact_points,
    "notes": notes,
    "silences": silences,
    "payees": payees,
}
UNREAD = (quarantine, outcome_unread)
"""Lines that nobody could read: whoever is named in one is found by looking."""

_WHOLE = {people.name, *(table.name for table in DELETED.values())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom to forget. `plain`: the facts that are about no person; `lines`: the quarantined ones that are."""

    person: str
    plain: Collection[str]
    lines: Sequence[str] = field(default=())


def forget(tx: Tx, wanted: Wanted, actor: str, reason: str, now: datetime) -> Counter[str]:
    """Forget this person, in this transaction; what went, by class. Done again, nothing is left to go.

    Every climb of theirs ends first, so nothing is sent after the commit but what a provider already has.
    """
    counts = wipe(tx, wanted, now)
    row = {"id": wanted.person, "at": now, "actor": actor, "archive_at": None}
    if tx.insert_new(forgotten, [row]) or counts:
        write_audit(tx, FORGET, wanted.person, reason, actor, now)
    return counts


def wipe(tx: Tx, wanted: Wanted, now: datetime) -> Counter[str]:
    """What `forget` takes away; whatever a process wrote that had read them before goes the second time."""
    person = wanted.person
    # First of all: a pull that is about them holds this row until it is whole (see `require_known`).
    tx.connection.execute(select(people.c.id).where(people.c.id == person).with_for_update())
    counts: Counter[str] = Counter()
    counts["climbs under way"] = _end_climbs(tx, person, now)
    forget_waits(tx, person, now)
    hashes = _addresses(tx, person)
    for each in sealed_columns():
        if each.is_of_persons and each.table.name not in _WHOLE:
            counts[_words(each)] += _empty(tx, each, _theirs(each, person, hashes))
    counts["keyed hashes of addresses"] = sum(_unhash(tx, c, person, hashes) for c in hashed_columns())
    counts["lines in quarantine"] = _empty_lines(tx, wanted.lines)
    counts["facts of decisions"] = _scrub_facts(tx, decisions.c.person == person, wanted.plain)
    counts["references"] = _drop_references(tx, person)
    counts["reasons in the audit"] = _drop_reasons(tx, person)
    for name, table in DELETED.items():
        counts[name] = _done(tx, delete(table).where(table.c.person == person))
    counts["user reference"] = _done(tx, delete(people).where(people.c.id == person))
    return +counts


def _words(each: Sealed) -> str:
    """What a sealed column of a kept row is called in a list of what went."""
    return {"body_enc": "texts of messages", "to_enc": "addresses of messages"}.get(
        each.column.name, f"texts of {each.table.name}"
    )


def _end_climbs(tx: Tx, person: str, now: datetime) -> int:
    query = select(outreaches.c.id).where(outreaches.c.person == person, outreaches.c.state != "closed")
    ids = list(tx.connection.execute(query).scalars())
    end_outreaches(tx, ids, Close.FORGOTTEN.value, now)
    still = (tasks.c.person == person) & tasks.c.state.in_(("open", "taken"))
    tx.connection.execute(update(tasks).where(still).values(state="dropped", closed_at=now))
    # Nobody can be asked about a message whose address is gone.
    doubt = attempts.c.message.in_(_messages(person)) & (attempts.c.result == "unknown")
    left = update(attempts).where(doubt, attempts.c.settled.is_(None))
    tx.connection.execute(left.values(settled=How.LEFT.value, settled_at=now))
    return len(ids)


def _messages(person: str) -> Any:
    return select(messages.c.id).where(messages.c.person == person)


def _addresses(tx: Tx, person: str) -> set[str]:
    """Keyed hashes of every address that this person had or was written to at."""
    found: set[str] = set()
    for column in (contact_points.c.value_hmac, messages.c.to_hmac):
        query = select(column).where(column.table.c.person == person, column != "")
        found.update(tx.connection.execute(query).scalars())
    # The inbox's messages are addressed to nowhere: that hash is everybody's.
    return found - {tx.vault.fingerprint("")}


def _theirs(each: Sealed, person: str, hashes: Collection[str]) -> ColumnElement[bool]:
    """The rows of a table that are this person's, by id, or by address where nobody knew whose they were."""
    owner = each.table.c.person
    columns = [c for c in hashed_columns() if c.table is each.table and owner.nullable]
    return or_(owner == person, *(c.in_(hashes) & owner.is_(None) for c in columns))


def _empty(tx: Tx, each: Sealed, which: ColumnElement[bool]) -> int:
    """Seal nothing in the place of what was sealed in these rows."""
    query = select(each.key, each.column).where(which, each.column.is_not(None))
    rows = tx.connection.execute(query).all()
    stale = [key for key, sealed in rows if not _holds(tx, sealed, each.emptied)]
    for key in stale:
        change = update(each.table).where(each.key == key)
        tx.connection.execute(change.values({each.column.name: tx.vault.seal(each.emptied)}))
    return len(stale)


def _holds(tx: Tx, sealed: bytes, text: str) -> bool:
    try:
        return tx.vault.open(sealed) == text
    except StoreError:  # its key is gone: whatever it was, it goes
        return False


def _unhash(tx: Tx, column: Any, person: str, hashes: Collection[str]) -> int:
    if column.table.name in _WHOLE:
        return 0
    owner = column.table.c.person
    which = or_(owner == person, owner.is_(None) & column.in_(hashes)) if owner.nullable else owner == person
    return _done(tx, update(column.table).where(which, column != "").values({column.name: ""}))


def _empty_lines(tx: Tx, lines: Sequence[str]) -> int:
    of_lines = [each for each in sealed_columns() if each.table in UNREAD]
    return sum(_empty(tx, each, tx.among(each.key, lines)) for each in of_lines) if lines else 0


def _scrub_facts(tx: Tx, which: ColumnElement[bool], plain: Collection[str]) -> int:
    """Leave only facts that are about no person, and no others: a name nobody knows any more goes, too."""
    rows = tx.connection.execute(select(decisions.c.id, decisions.c.facts).where(which)).all()
    stale = [(row.id, row.facts) for row in rows if not row.facts.keys() <= set(plain)]
    for id, facts in stale:
        kept = {name: value for name, value in facts.items() if name in plain}
        tx.connection.execute(update(decisions).where(decisions.c.id == id).values(facts=kept))
    return len(stale)


def _drop_references(tx: Tx, person: str) -> int:
    """What leads from here to the same person in the core system or at a provider."""
    ours = _messages(person)
    # Twilio's id of what they wrote leads to their number there; the row's own keeps rows apart.
    wrote = update(replies).where(replies.c.person == person, replies.c.provider_ref != replies.c.id)
    changes = (
        update(episodes).where(episodes.c.person == person, episodes.c.transfer_ref.is_not(None)),
        update(core_calls).where(core_calls.c.person == person, core_calls.c.transfer_ref.is_not(None)),
        update(hold_words).where(hold_words.c.person == person, hold_words.c.transfer_ref.is_not(None)),
    )
    # What an attempt was about is a hash of its transfer: whoever knows transfers could try them.
    of_repeat = (repeats.c.person == person) & (repeats.c.attempt != repeats.c.id)
    tx.connection.execute(update(repeats).where(of_repeat).values(attempt=repeats.c.id))
    count = sum(_done(tx, change.values(transfer_ref=None)) for change in changes) + _of_cases(tx, person)
    count += forget_told(tx, person) + _done(tx, wrote.values(provider_ref=replies.c.id))
    count += _of_reports(tx, person)
    handed = update(attempts).where(attempts.c.message.in_(ours), attempts.c.provider_ref.is_not(None))
    told = update(receipts).where(receipts.c.message.in_(ours), receipts.c.provider_ref.is_not(None))
    return count + _done(tx, handed.values(provider_ref=None)) + _done(tx, told.values(provider_ref=None))


def _of_cases(tx: Tx, person: str) -> int:
    """What leads from a recovery case to the transfers of the same person; rows stay apart by their ids."""
    left = update(case_transfers).where(
        case_transfers.c.person == person, case_transfers.c.identity != case_transfers.c.id
    )
    back = update(case_amounts).where(
        case_amounts.c.person == person, case_amounts.c.identity != case_amounts.c.id
    )
    facts = update(case_steps).where(case_steps.c.person == person, case_steps.c.fact.is_not(None))
    return (
        _done(tx, left.values(transfer_ref=None, identity=case_transfers.c.id))
        + _done(tx, back.values(identity=case_amounts.c.id))
        + _done(tx, facts.values(fact=None))
    )


def _of_reports(tx: Tx, person: str) -> int:
    """Hashes by which whoever has a picture would find its report, and why an address was not listed."""
    seen = update(report_files).where(report_files.c.person == person, report_files.c.original_sha256 != "")
    said = update(suggestions).where(suggestions.c.person == person, suggestions.c.reason != "")
    return _done(tx, seen.values(sha256="", original_sha256="")) + _done(tx, said.values(reason=""))


def _drop_reasons(tx: Tx, person: str) -> int:
    """Whoever writes a reason may have written a name."""
    ids = {person}
    named = (outreaches.c.id, messages.c.id, messages.c.reference, tasks.c.id, cases.c.id, reports.c.id)
    for column in named:
        ids.update(tx.connection.execute(select(column).where(column.table.c.person == person)).scalars())
    about = tx.among(audit.c.object, ids) & audit.c.act.not_in(KEPT_ACTS) & (audit.c.reason != "")
    return _done(tx, update(audit).where(about).values(reason=""))


def _done(tx: Tx, change: Any) -> int:
    return int(tx.connection.execute(change).rowcount)


def lines_naming(tx: Tx, words: Iterable[str]) -> list[str]:
    """The quarantined lines that have one of these words in them: a user reference, an address."""
    forms = {form for word in words if word for form in (re.escape(word.strip()),) if form}
    if not forms:
        return []
    naming = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(sorted(forms))})(?![A-Za-z0-9])", re.IGNORECASE)
    return [id for table in UNREAD for id in _naming(tx, table, naming)]


def _naming(tx: Tx, table: Any, naming: re.Pattern[str]) -> list[str]:
    query = select(table.c.id, table.c.text_enc)
    rows = tx.connection.execution_options(yield_per=1_000).execute(query)
    return [row.id for row in rows if _names(tx, row.text_enc, naming)]


def _names(tx: Tx, sealed: bytes, naming: re.Pattern[str]) -> bool:
    try:
        text = tx.vault.open(sealed)
    except StoreError:
        return False
    # A number may stand there as people write it: that is why it is in quarantine.
    return bool(naming.search(text) or naming.search(re.sub(r"(?<=\d)[ ().-]+(?=\d)", "", text)))


def known_by(tx: Tx, person: str) -> set[str]:
    """What this person is called and reached by, in the clear: never to be written anywhere."""
    columns = (
        (people.c.user_ref_enc, people.c.id),
        (contact_points.c.value_enc, contact_points.c.person),
        (messages.c.to_enc, messages.c.person),
    )
    queries = [select(column).where(owner == person) for column, owner in columns]
    sealed = [each for query in queries for each in tx.connection.execute(query).scalars()]
    found = set()
    for each in sealed:
        try:
            found.add(tx.vault.open(each))
        except StoreError:
            continue
    return found - {""}
