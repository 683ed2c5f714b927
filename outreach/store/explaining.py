"""What the ledger still knows of a moment that has passed: who was flagged, and how they could be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import or_, select

from outreach.domain.consent import NEVER_ASKED, Standing, standing_of
from outreach.domain.explain import Stored
from outreach.domain.recent import NOTHING, Recent
from outreach.domain.scale import Channel
from outreach.store.database import Tx
from outreach.store.recent import told_since
from outreach.store.tables import (
    consents,
    contact_points,
    decisions,
    flags,
    forgotten,
    halts,
    people,
    profiles,
    pulls,
    runs,
    suppressions,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagThen:
    """A flag, the pull that brought it, and the hash of the edition of the rules that was asked."""

    id: str
    pattern: str
    score: Decimal
    flagged_at: datetime
    feed: str
    pull: str
    pulled_at: datetime
    is_archived: bool
    edition: str


def flags_of(tx: Tx, person: str, until: datetime) -> list[FlagThen]:
    """The flags of a person that were pulled until then, the newest first."""
    f, p = flags.c, pulls.c
    query = (
        select(f.id, f.pattern, f.score, f.flagged_at, f.feed, f.pull)
        .add_columns(p.at, p.archive, runs.c.rulebook_sha256)
        .join(pulls, p.id == f.pull)
        .join(runs, runs.c.id == p.run)
        .where(f.person == person, p.at <= until)
        .order_by(p.at.desc(), f.flagged_at.desc(), f.id.desc())
    )
    return [
        FlagThen(
            id=id,
            pattern=pattern,
            score=score,
            flagged_at=flagged_at,
            feed=feed,
            pull=pull,
            pulled_at=at,
            is_archived=archive is not None,
            edition=edition,
        )
        for id, pattern, score, flagged_at, feed, pull, at, archive, edition in tx.connection.execute(query)
    ]


def decisions_on(tx: Tx, flag: str) -> tuple[Stored, ...]:
    """What was decided about a flag, the shadow rules' decisions among it."""
    query = select(decisions).where(decisions.c.flag == flag).order_by(decisions.c.shadow, decisions.c.id)
    return tuple(
        Stored(
            rule=row.rule,
            verdict=row.verdict,
            reason=row.reason,
            because=row.because,
            is_shadow=row.shadow,
            rule_set_sha256=row.rule_set_sha256,
            facts=row.facts,
        )
        for row in tx.connection.execute(query)
    )


def is_forgotten(tx: Tx, person: str) -> bool:
    """Whether this person was forgotten."""
    known = select(people.c.id).where(people.c.id == person)
    gone = select(forgotten.c.id).where(forgotten.c.id == person)
    if tx.connection.execute(gone).first() is not None:
        return True
    return tx.connection.execute(known).first() is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """How a person could be reached at a moment, and which halts stood. `zone_now` is today's zone.

    `since` says from when each contact was known.
    """

    contacts: Mapping[Channel, str] = field(default_factory=dict, repr=False)
    since: Mapping[Channel, datetime] = field(default_factory=dict)
    suppressed: frozenset[Channel] = frozenset()
    standing: Standing = NEVER_ASKED
    recent: Recent = NOTHING
    halted: frozenset[tuple[str, str]] = frozenset()
    zone_now: str | None = None
    locale_now: str | None = None


def reach_at(tx: Tx, person: str, at: datetime, lately: datetime) -> Then:
    """What the ledger knows of that moment; what the person was sent counts since `lately`."""
    home = tx.connection.execute(select(profiles).where(profiles.c.person == person)).first()
    contacts, since, suppressed = _contacts(tx, person, at)
    told = told_since(tx, [person], lately).told.get(person, ())
    return Then(
        contacts=contacts,
        since=since,
        suppressed=suppressed,
        standing=_standing(tx, person, at),
        recent=Recent(others=tuple(one for _, _, one in told if one.at <= at)),
        halted=_halted(tx, at),
        zone_now=home.zone if home else None,
        locale_now=home.locale if home else None,
    )


def _contacts(
    tx: Tx, person: str, at: datetime
) -> tuple[dict[Channel, str], dict[Channel, datetime], frozenset[Channel]]:
    c, s = contact_points.c, suppressions.c
    then = (c.person == person, c.valid_from <= at, or_(c.valid_to.is_(None), c.valid_to > at))
    rows = tx.connection.execute(select(contact_points).where(*then)).all()
    hashes = [row.value_hmac for row in rows]
    stood = (s.at <= at, or_(s.lifted_at.is_(None), s.lifted_at > at))
    query = select(s.value_hmac, s.channel).where(tx.among(s.value_hmac, hashes), *stood)
    dead = {(row.value_hmac, row.channel) for row in tx.connection.execute(query)}
    return (
        {Channel(row.channel): tx.vault.open_if_can(row.value_enc) or "" for row in rows},
        {Channel(row.channel): row.valid_from for row in rows},
        frozenset(Channel(row.channel) for row in rows if (row.value_hmac, row.channel) in dead),
    )


def _standing(tx: Tx, person: str, at: datetime) -> Standing:
    c = consents.c
    query = select(c.channel, c.program, c.basis, c.granted, c.at).where(c.person == person, c.at <= at)
    return standing_of([(row[0], row[1], row[2], row[3], row[4]) for row in tx.connection.execute(query)])


def _halted(tx: Tx, at: datetime) -> frozenset[tuple[str, str]]:
    h = halts.c
    stood = (h.at <= at, or_(h.lifted_at.is_(None), h.lifted_at > at))
    return frozenset((row.scope, row.object) for row in tx.connection.execute(select(halts).where(*stood)))
