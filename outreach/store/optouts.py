"""Opt-outs: what a person wrote back, or told the provider, in the consent ledger and on the address.

Who says yes again takes back only what the same party said no to: a reply never undoes what a provider or a
colleague wrote down, nor the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from outreach.domain.consent import Program, standing_of
from outreach.domain.delivery import Receipt, Refused
from outreach.domain.replying import Scope
from outreach.domain.scale import Channel
from outreach.store.consents import Change, changes, ledger_of, standing
from outreach.store.contacts import suppress
from outreach.store.database import Tx
from outreach.store.sending import Draft
from outreach.store.tables import contact_points, messages, receipts, suppressions

REPLY, PROVIDER = "sms_reply", "provider"
"""Sources in the ledger."""

BY_REPLY = "opted out by reply"
BY_PROVIDER = "unsubscribed with the provider"
SUPPRESSED_BY = frozenset({BY_REPLY, BY_PROVIDER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """An opt-out or its taking back by reply: from which number (its keyed hash), for whom, and which reply
    it was."""

    reply: str
    number: str
    persons: frozenset[str]
    scope: Scope = Scope.PROGRAM


def opt_out(tx: Tx, word: Word, now: datetime) -> bool:
    """End SMS to these people; False where all of it had ended before.

    Where nobody is known by that number, or every program ends, the number itself is barred, too.
    """
    is_news = not _is_out(tx, word)
    program = None if word.scope is Scope.ALL else Program.SECURITY
    changes(tx, [_said(person, word.reply, program, granted=False) for person in sorted(word.persons)], now)
    if word.scope is Scope.ALL or not word.persons:
        _bar(tx, word.number, Channel.SMS, BY_REPLY, now)
    return is_news


def _is_out(tx: Tx, word: Word) -> bool:
    if _standing_reason(tx, word.number, Channel.SMS) in SUPPRESSED_BY:
        return True
    programs = tuple(Program) if word.scope is Scope.ALL else (Program.SECURITY,)
    said = standing(tx, word.persons).values()
    return bool(said) and all(each.said(p).get(Channel.SMS) is False for each in said for p in programs)


def opt_in(tx: Tx, word: Word, own_words: Iterable[str], now: datetime) -> bool:
    """Take back what this number's own replies ended; False where they ended nothing that still stands."""
    actors = {_actor(reply) for reply in own_words}

    def is_own(row: Any) -> bool:
        return row.source == REPLY and row.actor in actors

    back = [
        _said(person, word.reply, program, granted=True)
        for person, rows in sorted(ledger_of(tx, word.persons).items())
        for program in _to_give_back(rows, Channel.SMS, is_own)
    ]
    is_lifted = _lift(tx, word.number, Channel.SMS, BY_REPLY, now)
    return changes(tx, back, now) > 0 or is_lifted


def _to_give_back(rows: Sequence[Any], channel: Channel, is_own: Callable[[Any], bool]) -> list[Program]:
    """The programs that only this party's own words stand against. Education was never on unless somebody
    asked for it, so it comes back only to who had said yes."""
    now, others = _standing(rows), _standing([row for row in rows if not is_own(row)])
    return [
        program
        for program in Program
        if now.said(program).get(channel) is False
        and (said := others.said(program).get(channel)) is not False
        and (said or program is Program.SECURITY)
    ]


def _standing(rows: Iterable[Any]) -> Any:
    return standing_of((row.channel, row.program, row.basis, row.granted, row.at) for row in rows)


def _said(person: str, reply: str, program: Program | None, *, granted: bool) -> Change:
    return Change(
        person=person,
        channel=Channel.SMS,
        program=program,
        granted=granted,
        source=REPLY,
        actor=_actor(reply),
    )


def _actor(reply: str) -> str:
    return f"reply {reply}"


def provider_said(
    tx: Tx, about: Sequence[tuple[str, str, Channel]], provider: str, now: datetime, *, granted: bool
) -> None:
    """Keep that people (person, keyed hash of the address, channel) unsubscribed with a provider, or came
    back; once, however often it says so."""
    for person, address, channel in dict.fromkeys(about):
        if granted:
            _take_back(tx, person, address, channel, provider, now)
            continue
        _bar(tx, address, channel, BY_PROVIDER, now)
        changes(tx, [_told(person, channel, None, provider, granted=False)], now)


def _take_back(tx: Tx, person: str, address: str, channel: Channel, provider: str, now: datetime) -> None:
    rows = ledger_of(tx, [person])[person]
    programs = _to_give_back(rows, channel, lambda row: (row.source, row.actor) == (PROVIDER, provider))
    changes(tx, [_told(person, channel, program, provider, granted=True) for program in programs], now)
    _lift(tx, address, channel, BY_PROVIDER, now)


def _told(person: str, channel: Channel, program: Program | None, provider: str, *, granted: bool) -> Change:
    return Change(
        person=person, channel=channel, program=program, granted=granted, source=PROVIDER, actor=provider
    )


def refused(tx: Tx, draft: Draft, why: Refused, now: datetime) -> None:
    """Keep what a refusal says of the address: that it is dead, or that the person told the provider to send
    no more."""
    message = draft.message
    if why.forget_contact:
        suppress(tx, message.to, message.channel, why.reason[:64], now)
    if why.opted_out:
        about = (draft.person, tx.vault.fingerprint(message.to), message.channel)
        provider_said(tx, [about], draft.provider, now, granted=False)


def lift_for(tx: Tx, person: str, channel: Channel | None, now: datetime) -> int:
    """Lift what this person's own opt-outs, by reply or with a provider, put on their addresses: for a yes
    that a colleague was told. What is dead stays barred; the number that was lifted."""
    theirs = select(contact_points.c.value_hmac).where(
        contact_points.c.person == person, contact_points.c.valid_to.is_(None)
    )
    change = update(suppressions).where(
        suppressions.c.value_hmac.in_(theirs),
        suppressions.c.channel.in_([each.value for each in ([channel] if channel else Channel)]),
        suppressions.c.reason.in_(sorted(SUPPRESSED_BY)),
        suppressions.c.lifted_at.is_(None),
    )
    return tx.connection.execute(change.values(lifted_at=now)).rowcount


def reconcile(tx: Tx, fresh: Sequence[Receipt], now: datetime) -> None:
    """Act on those of these receipts, just kept, that tell of an unsubscription or its taking back.

    Of all that a provider said of one address the latest counts, in whatever order it came.
    """
    told = {receipt.message: receipt for receipt in fresh if receipt.consent is not None}
    if not told:
        return
    query = select(messages.c.id, messages.c.person, messages.c.to_hmac, messages.c.channel)
    for row in tx.connection.execute(query.where(tx.among(messages.c.id, sorted(told)))).all():
        provider = told[row.id].provider
        granted = _last_word(tx, provider, row.to_hmac)
        about = (row.person, row.to_hmac, Channel(row.channel))
        provider_said(tx, [about], provider, now, granted=granted)


def _last_word(tx: Tx, provider: str, address: str) -> bool:
    query = (
        select(receipts.c.at, receipts.c.detail)
        .join(messages, messages.c.id == receipts.c.message)
        .where(messages.c.to_hmac == address, receipts.c.provider == provider)
    )
    words = [
        (row.at, not row.detail["consent"])
        for row in tx.connection.execute(query)
        if row.detail and "consent" in row.detail
    ]
    return not max(words)[1]  # of one instant's words the no counts


def _bar(tx: Tx, address: str, channel: Channel, reason: str, now: datetime) -> None:
    """Never write to this address again until that reason is lifted. A provider's no takes the place of a
    reply's, which the person could take back alone."""
    if reason == BY_PROVIDER:
        _lift(tx, address, channel, BY_REPLY, now)
    row = {"id": tx.new_id(), "value_hmac": address, "channel": channel.value, "reason": reason}
    tx.insert_new(suppressions, [{**row, "at": now, "lifted_at": None}])


def _standing_reason(tx: Tx, address: str, channel: Channel) -> str | None:
    query = select(suppressions.c.reason).where(
        suppressions.c.value_hmac == address,
        suppressions.c.channel == channel.value,
        suppressions.c.lifted_at.is_(None),
    )
    return tx.connection.execute(query).scalar_one_or_none()


def _lift(tx: Tx, address: str, channel: Channel, reason: str, now: datetime) -> bool:
    change = update(suppressions).where(
        suppressions.c.value_hmac == address,
        suppressions.c.channel == channel.value,
        suppressions.c.reason == reason,
        suppressions.c.lifted_at.is_(None),
    )
    return tx.connection.execute(change.values(lifted_at=now)).rowcount > 0
