"""Telling: what came in is kept once, as the next telling of its source's own id, in the order of commits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from outreach.domain.outcomes.saying import Saying
from outreach.store.database import Tx
from outreach.store.outcome_rates import priced, transfer_hash
from outreach.store.tables import outcome_edition, outcome_facts, outcome_spellings, people

F = outcome_facts.c

Spell = Callable[[str], tuple[str, Sequence[str]]]
"""A beneficiary as somebody spells it → its one spelling, and those that flags may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Who tells: `feed` gives ids of its own; `currency` is the firm's for outcomes.

    `comes_again`: the same batch may come once more, and is nothing new then; a feed that is read on from
    where it was says each thing once, so what looks like that is a correction back and forth.
    """

    feed: str
    currency: str
    spell: Spell
    comes_again: bool = True


def take_turn(tx: Tx, rows: int = 0) -> int:
    """The number before the next telling's; others who tell wait until this transaction ends."""
    tx.insert_new(outcome_edition, [{"name": "outcomes", "n": 0}])
    taken = update(outcome_edition).values(n=outcome_edition.c.n + rows).returning(outcome_edition.c.n)
    return int(tx.connection.execute(taken).scalar_one()) - rows


def tell(tx: Tx, teller: Teller, sayings: Sequence[Saying], now: datetime) -> Counter[str]:
    """Keep these, in their order: how many are new, corrected, repeated; and `unknown`, of people not ours.

    Who tells holds its turn (`take_turn`) or gets it here. What was told before is nothing new, also several
    tellings of one id told again in the same order. What is told of somebody forgotten is let go.
    """
    take_turn(tx)
    rows = [row for saying in sayings if (row := _row(tx, teller, saying)) is not None]
    fresh, counts = _fresh(tx, rows, comes_again=teller.comes_again)
    counts["repeated"] += len(sayings) - len(rows)
    written = priced(tx, teller.currency, _following(tx, _of_people(tx, fresh)))
    first = take_turn(tx, len(written)) + 1
    kept = ({**row, "id": tx.new_id(), "seq": first + n, "told_at": now} for n, row in enumerate(written))
    tx.insert(outcome_facts, list(kept))
    _spelled(tx, teller, sayings)
    counts["unknown"] = sum(row["user_hmac"] != "" for row in written)
    return +counts


def _row(tx: Tx, teller: Teller, said: Saying) -> dict[str, Any] | None:
    hashed = tx.vault.fingerprint
    content = hashed(f"content|{said.content}")
    own = f"id|{said.source_id}" if said.source_id else f"content|{content}"
    place = teller.spell(said.beneficiary)[0] if said.beneficiary else ""
    return {
        "person": said.person or None,
        "user_hmac": hashed(said.user_ref) if said.user_ref else "",
        "feed": teller.feed,
        "identity": hashed(f"told|{teller.feed}|{own}"),
        "content": content,
        "kind": said.kind.value,
        "transfer": transfer_hash(tx, said.transfer_ref),
        "beneficiary": hashed(place) if place else said.place,
        "rail": said.rail or None,
        "amount": said.amount,
        "currency": said.currency,
        "rate": said.rate,
        "rate_source": said.rate_source,
        "by": said.by.value,
        "at": said.at,
    }


def _fresh(
    tx: Tx, rows: Sequence[dict[str, Any]], *, comes_again: bool
) -> tuple[list[dict[str, Any]], Counter[str]]:
    """What was not told before, each with its number."""
    told = _told(tx, {row["identity"] for row in rows})
    again: dict[str, list[str]] = defaultdict(list)
    moving: list[dict[str, Any]] = []
    for row in rows:
        contents = again[row["identity"]]
        if contents[-1:] != [row["content"]]:
            contents.append(row["content"])
            moving.append(row)
    known = again.items() if comes_again else ()
    passed = Counter({identity: replayed(told[identity], contents) for identity, contents in known})
    fresh: list[dict[str, Any]] = []
    for row in moving:
        so_far = told[row["identity"]]
        if passed[row["identity"]] > 0:
            passed[row["identity"]] -= 1
        elif not so_far or so_far[-1] != row["content"]:
            so_far.append(row["content"])
            fresh.append({**row, "n": len(so_far)})
    new = sum(row["n"] == 1 for row in fresh)
    return fresh, Counter(new=new, corrected=len(fresh) - new, repeated=len(rows) - len(fresh))


def _told(tx: Tx, identities: Collection[str]) -> dict[str, list[str]]:
    """By identity the contents that were told, the first one first."""
    found: dict[str, list[str]] = defaultdict(list)
    query = select(F.identity, F.content).where(tx.among(F.identity, identities)).order_by(F.identity, F.n)
    for identity, content in tx.connection.execute(query):
        found[identity].append(content)
    return found


def replayed(told: Sequence[str], again: Sequence[str]) -> int:
    """How many of the first tellings are the last ones of what was told: a batch that came once more."""
    for count in range(min(len(told), len(again)), 1, -1):
        if list(told[-count:]) == list(again[:count]):
            return count
    return 0


def _of_people(tx: Tx, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows with the person's own id; held until the end, so that nobody is forgotten halfway."""
    p = people.c
    hashes = {row["user_hmac"] for row in rows} - {""}
    by_hash = select(p.user_ref_hmac, p.id).where(tx.among(p.user_ref_hmac, hashes))
    by_id = select(p.id).where(tx.among(p.id, {row["person"] for row in rows} - {None}))
    held = tx.connection.execute(by_hash.with_for_update(read=True, key_share=True))
    ids: dict[str, str] = {hashed: person for hashed, person in held}
    known = set(tx.connection.execute(by_id.with_for_update(read=True, key_share=True)).scalars())
    ours = [row for row in rows if row["person"] is None or row["person"] in known]
    return [
        {**row, "person": ids[row["user_hmac"]], "user_hmac": ""} if row["user_hmac"] in ids else row
        for row in ours
    ]


def _following(tx: Tx, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A later telling that names nobody, such as a withdrawal, is about whom the one before it was about."""
    lost = {row["identity"] for row in rows if row["n"] > 1 and not row["person"] and not row["user_hmac"]}
    query = select(F.identity, F.person, F.user_hmac).where(tx.among(F.identity, lost)).order_by(F.n)
    before = {identity: (person, hashed) for identity, person, hashed in tx.connection.execute(query)}
    found = []
    for row in rows:
        if row["person"] or row["user_hmac"]:
            before[row["identity"]] = (row["person"], row["user_hmac"])
        elif row["identity"] in before:
            person, hashed = before[row["identity"]]
            row = {**row, "person": person, "user_hmac": hashed}
        found.append(row)
    return found


def _spelled(tx: Tx, teller: Teller, sayings: Sequence[Saying]) -> None:
    """Keep under which spellings flags may know what these name."""
    spelled = {said.beneficiary: teller.spell(said.beneficiary) for said in sayings if said.beneficiary}
    hashed = tx.vault.fingerprint
    rows = {hashed(each): hashed(place) for place, spellings in spelled.values() for each in spellings}
    known = select(outcome_spellings.c.spelling).where(tx.among(outcome_spellings.c.spelling, rows))
    gone = set(tx.connection.execute(known).scalars())
    fresh = [{"spelling": each, "place": place} for each, place in rows.items() if each not in gone]
    tx.insert_missing(outcome_spellings, fresh)
