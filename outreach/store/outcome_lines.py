"""Lines: one an episode, with all that reports and comparisons ask of it, read many at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pyarrow as pa
from sqlalchemy import Row, select

from outreach.domain.decision import Verdict
from outreach.domain.outcomes.level import CURVE, LAG, WHOLE, WINDOWS, Level, named
from outreach.domain.outcomes.line import LINE
from outreach.domain.scale import Urgency
from outreach.frames import ARROW_TYPES
from outreach.store.database import Tx
from outreach.store.outcome_said import Said, said_in
from outreach.store.tables import decisions, episodes, flags, outcomes, profiles, reckonings, registrations

BATCH = 10_000

SCHEMA = pa.schema([(name, ARROW_TYPES[kind]) for name, kind in LINE.items()])
"""The columns of a line, as Arrow has them."""

_SHAPES = {
    name: (Decimal(1).scaleb(-shape.scale), Decimal(10) ** (shape.precision - shape.scale))
    for name in LINE
    if pa.types.is_decimal(shape := SCHEMA.field(name).type)
}
"""The smallest step of each exact column, and what is too large for it."""

_SAYS_MOST = {
    Verdict.WARN: 0,
    Verdict.CONTROL: 0,
    Verdict.NEAR_MISS: 1,
    Verdict.UNDECIDED: 2,
    Verdict.SKIP: 3,
}
"""Of an episode's decisions the first of the lowest stands."""


def lines(
    tx: Tx, since: datetime, until: datetime, batch: int = BATCH, currency: str | None = None
) -> Iterator[pa.RecordBatch]:
    """The lines of episodes that were opened from `since` to before `until`, with exactly LINE's columns.

    Money is as the ledger's newest entries have it; NULL where nobody has reckoned it yet, where it has not
    matured, and where it was reckoned in another currency than this one.
    """
    e, after = episodes.c, ""
    columns = (e.id, e.person, e.pattern, e.opened_at, e.last_flag_at)
    query = select(*columns).where(e.opened_at >= since, e.opened_at < until)
    while True:
        page = query.where(e.id > after).order_by(e.id).limit(batch)
        rows = tx.connection.execute(page).all()
        if not rows:
            return
        yield _record_batch(_lines(tx, rows, currency))
        after = rows[-1].id


def _record_batch(found: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
    columns = [pa.array(_column(name, found), SCHEMA.field(name).type) for name in SCHEMA.names]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _column(name: str, found: Sequence[Mapping[str, Any]]) -> list[Any]:
    """One column of all lines; only exact numbers need a look."""
    values = [line.get(name) for line in found]
    shape = _SHAPES.get(name)
    return values if shape is None else [_fitting(value, *shape) for value in values]


def _fitting(value: Decimal | None, step: Decimal, most: Decimal) -> Decimal | None:
    """An exact number with as many digits as its column has; one that is too large is nobody's to tell."""
    return value.quantize(step) if value is not None and abs(value) < most else None


def _lines(tx: Tx, rows: Sequence[Row[*tuple[Any, ...]]], currency: str | None) -> list[dict[str, Any]]:
    ids = [row.id for row in rows]
    decided, said = _decided(tx, ids), said_in(tx, ids)
    reckoned, claimed = _reckoned(tx, ids), _claimed(tx, ids)
    places = _places(tx, {row.person for row in rows})
    found = []
    for row in rows:
        line: dict[str, Any] = {"episode": row.id, "person": row.person}
        line |= {"pattern": row.pattern, "opened_at": row.opened_at}
        line |= decided.get(row.id, {}) | _of_said(said.get(row.id))
        line |= _of_reckoning(reckoned.get(row.id), claimed.get(row.id, {}), row.last_flag_at)
        line |= _UNTOLD if _is_foreign(reckoned.get(row.id), currency) else {}
        locale, country = places.get(row.person, (None, None))
        shown = said[row.id].shown if row.id in said else None
        line["locale"] = line.get("locale") or (shown.locale if shown else None) or locale
        line["country"] = line.get("country") or country
        found.append(line)
    return found


def _decided(tx: Tx, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Of each episode the decision that assigned an arm, else the first that says most."""
    d, r = decisions.c, registrations.c
    columns = (d.episode, d.rule, d.rule_set_sha256, d.verdict, d.score, d.cut_off, d.urgency_rank)
    query = (
        select(*columns, d.registration, d.arm, flags.c.score_model, r.design)
        .join(flags, flags.c.id == d.flag)
        .outerjoin(registrations, r.sha256 == d.registration)
        .where(tx.among(d.episode, ids), d.shadow.is_(False))
        .order_by(d.at, d.id)
    )
    chosen: dict[str, Any] = {}
    for row in tx.connection.execute(query):
        known = chosen.get(row.episode)
        if known is None or _goes_before(row, known):
            chosen[row.episode] = row
    return {episode: _about(row) for episode, row in chosen.items()}


def _goes_before(later: Any, known: Any) -> bool:
    """Whether a later decision says more than the one that stands.

    Whoever was assigned an arm stays in it, whatever is decided afterwards; and whoever was warned outside
    of an experiment was never assigned.
    """
    if known.registration is not None or known.verdict == Verdict.WARN:
        return False
    if later.registration is not None:
        return True
    return _SAYS_MOST[Verdict(later.verdict)] < _SAYS_MOST[Verdict(known.verdict)]


def _about(row: Row[Any]) -> dict[str, Any]:
    urgency = None if row.urgency_rank is None else list(Urgency)[row.urgency_rank].value
    same = ("rule", "verdict", "score", "score_model", "cut_off", "registration", "design", "arm")
    about = {name: getattr(row, name) for name in same}
    return {**about, "rule_set": row.rule_set_sha256, "urgency": urgency}


def _of_said(said: Said | None) -> dict[str, Any]:
    if said is None:
        return {"messages": 0}
    shown = said.shown
    return {
        "bar": said.bar,
        "warned_at": said.sent[0].at if said.sent else None,
        "delivered_at": said.delivered_at,
        "seen_at": said.seen_at,
        "answered_at": said.answered_at,
        "answer": said.answer,
        "channel": shown.channel if shown else None,
        "template": shown.template if shown else None,
        "messages": len(said.sent),
        "opted_out": said.opted_out if said.sent else None,
    }


def _reckoned(tx: Tx, ids: Collection[str]) -> dict[str, Row[Any]]:
    r = reckonings.c
    query = select(reckonings).where(tx.among(r.episode, ids), r.looked_at.is_not(None))
    return {row.episode: row for row in tx.connection.execute(query)}


Claimed = Mapping[tuple[str, str], Decimal | None]
"""Amounts by level and window."""


def _claimed(tx: Tx, ids: Collection[str]) -> dict[str, Claimed]:
    """The newest entry of each level and window, by episode."""
    o = outcomes.c
    query = select(o.episode, o.level, o.window, o.amount).where(tx.among(o.episode, ids))
    found: dict[str, dict[tuple[str, str], Decimal | None]] = {}
    for episode, level, window, amount in tx.connection.execute(query.order_by(o.n)):
        found.setdefault(episode, {})[level, window] = amount
    return dict(found)


_SAME = (
    "attempts", "first_attempt_at", "left_at", "abandoned_at", "is_scam", "said_scam", "false_alarm",
    "lost_at", "owner", "beside", "contradicted", "cost", "locale", "country",
    *(f"lost_{named(window)}" for window in CURVE),
)  # fmt: skip
_same_of = attrgetter(*_SAME)
_NOTHING = Decimal(0)
_ONCE = (
    ("exposed", Level.P0.value, LAG),
    ("held", Level.P1.value, LAG),
    ("recovered", Level.R.value, WINDOWS[-1] + LAG),
)
"""Column, level, and how long after the last flag it matures."""
_NET = tuple(
    (f"{name}_{named(window)}", level.value, named(window), place)
    for name, level in (("abandoned", Level.P2), ("confirmed", Level.P3))
    for place, window in enumerate(WINDOWS, 1)
)
"""Column, level, window, and how many windows must have matured for it to be told."""


def _of_reckoning(row: Row[Any] | None, claimed: Claimed, last_flag_at: datetime) -> dict[str, Any]:
    """Levels without an entry claim nothing: 0, once somebody has looked, and the window has matured."""
    if row is None:
        return {}
    told = dict(zip(_SAME, _same_of(row), strict=True))
    for name, level, after in _ONCE:
        is_mature = row.looked_at >= last_flag_at + after
        told[name] = claimed.get((level, WHOLE), _NOTHING) if is_mature else None
    for name, level, window, matured in _NET:
        told[name] = claimed.get((level, window), _NOTHING) if row.matured >= matured else None
    return told


_UNTOLD: dict[str, Any] = dict.fromkeys(
    (*(one[0] for one in _ONCE), *(one[0] for one in _NET), *(f"lost_{named(window)}" for window in CURVE))
)
"""What is money in a line."""


def _is_foreign(row: Row[Any] | None, currency: str | None) -> bool:
    """Whether it was reckoned in another currency: the setting has changed since, and no rate is known."""
    return row is not None and currency is not None and row.currency not in {None, currency}


def _places(tx: Tx, persons: Collection[str]) -> dict[str, tuple[str | None, str | None]]:
    p = profiles.c
    query = select(p.person, p.locale, p.country).where(tx.among(p.person, list(persons)))
    return {person: (locale, country) for person, locale, country in tx.connection.execute(query)}
