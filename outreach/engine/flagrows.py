"""Between Arrow and the domain: the ledger's knowledge joined on, kept rows taken off as values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from outreach.domain.decision import Truth
from outreach.domain.facts import Catalogue, Facts
from outreach.domain.flag import CONTACT_COLUMNS
from outreach.domain.masks import answers, mask_columns
from outreach.domain.plan import Plan
from outreach.domain.scale import Channel
from outreach.frames import ARROW_TYPES
from outreach.store.contacts import Reach
from outreach.store.intake import Past

_SHA256 = re.compile(r"[0-9a-f]{64}")

CONSENT_COLUMNS = {
    Channel.PUSH: "consent_push",
    Channel.SMS: "consent_sms",
    Channel.EMAIL: "consent_email",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagLine:
    """One flag that some rule has something to say about."""

    person: str
    identity: str
    pattern: str
    facts: Facts
    truths: Sequence[Truth]
    reach: Reach = field(repr=False)


def unseen(table: pa.Table, known: set[str]) -> pa.Table:
    """The rows whose identity is neither known nor earlier in the same table."""
    seen = set(known)
    keep = []
    for identity in table.column("identity").to_pylist():
        keep.append(identity not in seen)
        seen.add(identity)
    return table if all(keep) else table.filter(pa.array(keep))


def with_past(
    table: pa.Table, persons: Sequence[str], pasts: Mapping[tuple[str, str], Past], catalogue: Catalogue
) -> pa.Table:
    """The table with the person's id and the engine's own facts as columns."""
    nothing = Past()
    patterns = table.column("pattern").to_pylist()
    overall = [pasts.get((person, ""), nothing) for person in persons]
    own = [pasts.get(key, nothing) for key in zip(persons, patterns, strict=True)]
    columns: dict[str, list[Any]] = {
        "last_warned_at": [past.last_warned_at for past in overall],
        "warnings_30d": [past.warnings_30d for past in overall],
        "last_answered_at": [past.last_answered_at for past in overall],
        "last_warned_pattern_at": [past.last_warned_at for past in own],
        "answered_mine_at": [past.answered_mine_at for past in own],
    }
    for name, values in columns.items():
        if name in catalogue:
            place = table.schema.get_field_index(name)
            table = table.set_column(place, name, pa.array(values, ARROW_TYPES[catalogue[name].type]))
    return table.append_column("person", pa.array(persons, pa.string()))


def told_past(pasts: Mapping[tuple[str, str], Past], person: str, pattern: str) -> dict[str, Any]:
    """What `with_past` says of one person and pattern, as facts; what is not known is left out."""
    overall, own = pasts.get((person, ""), Past()), pasts.get((person, pattern), Past())
    told = {
        "last_warned_at": overall.last_warned_at,
        "warnings_30d": overall.warnings_30d,
        "last_answered_at": overall.last_answered_at,
        "last_warned_pattern_at": own.last_warned_at,
        "answered_mine_at": own.answered_mine_at,
    }
    return {name: value for name, value in told.items() if value is not None}


def flag_lines(kept: pa.Table, plan: Plan, catalogue: Catalogue) -> Iterator[FlagLine]:
    """The kept rows of a match as values, with what each probe answered."""
    columns = {name: kept.column(name).to_pylist() for name in kept.column_names}
    true, unknown = mask_columns(len(plan.probes))
    truths = answers([columns[n] for n in true], [columns[n] for n in unknown], len(plan.probes))
    facts = [name for name in catalogue if name in columns]
    for n in range(kept.num_rows):
        known = {name: _value(value) for name in facts if (value := columns[name][n]) is not None}
        yield FlagLine(
            person=columns["person"][n],
            identity=columns["identity"][n],
            pattern=columns["pattern"][n],
            facts=known,
            truths=truths[n],
            reach=_reach(columns, n),
        )


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _reach(columns: Mapping[str, list[Any]], row: int) -> Reach:
    contacts = {channel: value for channel, name in CONTACT_COLUMNS.items() if (value := columns[name][row])}
    consents = {
        channel: value
        for channel, name in CONSENT_COLUMNS.items()
        if (value := columns[name][row]) is not None
    }
    return Reach(
        person=columns["person"][row],
        locale=columns["locale"][row],
        zone=columns["time_zone"][row],
        country=columns["country"][row],
        code=columns["anti_phishing_code"][row],
        contacts=contacts,
        consents=consents,
        consent_text=_hash(columns["consent_text"][row]) if consents else None,
    )


def _hash(said: str | None) -> str | None:
    """A text's hash as we write it; what is none names no text."""
    found = (said or "").strip().lower()
    return found if _SHA256.fullmatch(found) else None
