"""Episodes as the ledger of outcomes sees them: whole people at once, so that nothing counts twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal, DecimalException
from typing import Any

from sqlalchemy import Row, select

from outreach.domain.outcomes.episode_money import Also, Attempt, Done, EpisodeSeen, exact, related
from outreach.domain.outcomes.rate import FLAG, FLAG_CURRENCY, SAME, rate_of
from outreach.store.database import Tx
from outreach.store.outcome_rates import transfer_hash
from outreach.store.outcome_said import Said
from outreach.store.tables import (
    calls,
    decisions,
    episodes,
    flags,
    hold_words,
    outreaches,
    people,
    questionings,
    tasks,
)

MOST_ATTEMPTS = 2_000
"""Attempts of one episode that are looked at; whoever floods us with flags makes the ledger no slower."""


def known_people(tx: Tx, persons: Collection[str]) -> set[str]:
    """Those who are not forgotten: what was written about the others stays as it is."""
    return set(tx.connection.execute(select(people.c.id).where(tx.among(people.c.id, persons))).scalars())


def decided_before(tx: Tx, ids: Collection[str], moment: datetime) -> set[str]:
    """Those of these episodes that have a decision from before then."""
    d = decisions.c
    query = select(d.episode).where(tx.among(d.episode, ids), d.at < moment).distinct()
    return set(tx.connection.execute(query).scalars())


def episodes_of(tx: Tx, persons: Collection[str]) -> dict[str, list[Row[Any]]]:
    """Every episode of these people, by person."""
    found: dict[str, list[Row[Any]]] = {person: [] for person in persons}
    for row in tx.connection.execute(select(episodes).where(tx.among(episodes.c.person, persons))):
        found[row.person].append(row)
    return found


def seen(
    tx: Tx, rows: Mapping[str, Iterable[Row[Any]]], said: Mapping[str, Said], currency: str
) -> dict[str, EpisodeSeen]:
    """All these episodes with what was tried, seen and done, each knowing of its person's others."""
    ids = [row.id for ones in rows.values() for row in ones]
    tried, done = _attempts(tx, ids, currency), _done(tx, ids)
    found: dict[str, EpisodeSeen] = {}
    for ones in rows.values():
        plain = [_episode(row, tried.get(row.id, ()), done.get(row.id, ()), said.get(row.id)) for row in ones]
        found |= {one.id: one for one in related(plain)}
    return found


def _episode(row: Row[Any], tried: Iterable[Attempt], done: Iterable[Done], said: Said | None) -> EpisodeSeen:
    return EpisodeSeen(
        id=row.id,
        person=row.person,
        pattern=row.pattern,
        beneficiary=row.beneficiary,
        opened_at=row.opened_at,
        last_flag_at=row.last_flag_at,
        attempts=tuple(tried),
        seen_at=said.seen_at if said else None,
        answer=said.answer if said else None,
        answered_at=said.answered_at if said else None,
        done=tuple(done),
    )


def _attempts(tx: Tx, ids: Collection[str], currency: str) -> dict[str, list[Attempt]]:
    """One for each flag that is about money, by episode; what it was worth is frozen on its decision."""
    d = decisions.c
    query = (
        select(d.episode, d.flag, d.facts, flags.c.flagged_at)
        .join(flags, flags.c.id == d.flag)
        .where(tx.among(d.episode, ids))
        .order_by(flags.c.flagged_at, d.flag, d.id)
    )
    found: dict[str, dict[str, Attempt]] = defaultdict(dict)
    for episode, flag, facts, at in tx.connection.execute(query):
        if flag in found[episode] or len(found[episode]) >= MOST_ATTEMPTS:
            continue
        attempt = _attempt(tx, flag, facts, at, currency)
        if attempt is not None:
            found[episode][flag] = attempt
    return {episode: list(ones.values()) for episode, ones in found.items()}


def _attempt(tx: Tx, flag: str, facts: Mapping[str, Any], at: datetime, currency: str) -> Attempt | None:
    ref = facts.get("transfer_ref")
    amount, at_risk, balance = (
        _money(facts, name) for name in ("amount", "amount_at_risk_usd", "balance_usd")
    )
    if not ref and amount is None and at_risk is None:
        return None
    worth, rate, source = _worth(amount, at_risk, facts.get("currency"), currency)
    if currency != FLAG_CURRENCY:  # as a multiple of what is at risk, it is the same in every currency
        balance = exact(worth * balance / at_risk) if worth and balance and at_risk else None
    key = transfer_hash(tx, ref) if ref else flag
    return Attempt(key=key, at=at, worth=worth, balance=balance, rate=rate, rate_source=source)


def _worth(
    amount: Decimal | None, at_risk: Decimal | None, said: object, currency: str
) -> tuple[Decimal | None, Decimal | None, str | None]:
    """What was tried, in the firm's outcome currency, at which rate and whose."""
    if amount is not None and said == currency:
        return amount, Decimal(1), SAME
    if at_risk is not None and currency == FLAG_CURRENCY:
        return at_risk, rate_of(at_risk, amount) if amount else None, FLAG
    return None, None, None


def _money(facts: Mapping[str, Any], name: str) -> Decimal | None:
    value = facts.get(name)
    try:
        return None if value is None else exact(Decimal(str(value)))
    except DecimalException:
        return None


def _done(tx: Tx, ids: Collection[str]) -> dict[str, list[Done]]:
    found: dict[str, list[Done]] = defaultdict(list)
    for episode, one in (*_holds(tx, ids), *_called(tx, ids), *_questioned(tx, ids)):
        found[episode].append(one)
    return found


def _holds(tx: Tx, ids: Collection[str]) -> Iterator[tuple[str, Done]]:
    """Confirmed holds, each from the word that it stands to the word that it ended, or to its end."""
    h = hold_words.c
    query = select(hold_words).where(tx.among(h.episode, ids)).order_by(h.episode, h.transfer_ref, h.n)
    open_holds: dict[tuple[str, str | None], Row[Any]] = {}
    until: dict[tuple[str, str | None], datetime] = {}
    for row in tx.connection.execute(query):
        key = (row.episode, row.transfer_ref)
        if row.is_held:
            open_holds.setdefault(key, row)
            until[key] = row.until
        elif key in open_holds:
            yield row.episode, _hold(tx, open_holds.pop(key), row.at)
    for key, row in open_holds.items():
        yield row.episode, _hold(tx, row, until[key])


def _hold(tx: Tx, row: Row[Any], until: datetime) -> Done:
    ref = row.transfer_ref
    key = transfer_hash(tx, ref) if ref else ""
    return Done(what=Also.HOLD, at=row.at, until=until, transfer=key)


def _called(tx: Tx, ids: Collection[str]) -> Iterator[tuple[str, Done]]:
    """Calls that reached the person."""
    c, o = calls.c, outreaches.c
    whole = calls.join(tasks, tasks.c.id == c.task).join(outreaches, o.id == tasks.c.outreach)
    reached = c.outcome.startswith("reached_", autoescape=True)
    query = select(o.episode, c.at).select_from(whole).where(reached, tx.among(o.episode, ids))
    for episode, at in tx.connection.execute(query):
        yield episode, Done(what=Also.CALL, at=at)


def _questioned(tx: Tx, ids: Collection[str]) -> Iterator[tuple[str, Done]]:
    q, o = questionings.c, outreaches.c
    query = select(o.episode, q.opened_at).join(outreaches, o.id == q.outreach)
    for episode, at in tx.connection.execute(query.where(tx.among(o.episode, ids))):
        yield episode, Done(what=Also.QUESTIONS, at=at)
