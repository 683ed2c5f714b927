"""Listed addresses for other firms: CSV and JSON as we read them ourselves, and STIX 2.1.

In STIX each address is an indicator whose pattern is about `cryptocurrency-wallet:value`, the object that
threat-intelligence platforms use for them. Ids come from the firm, the chain and the address: whoever imports
a later export gets newer versions of the same objects, not others. So `created` is the same for all, for the
first day that an address was seen on moves when an older list comes; and `modified` is when it was exported.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from outreach.domain.csv_safe import csv_line
from outreach.domain.entries import Entry

_NAMESPACE = UUID("4a0cf5e6-2f0b-5c8e-9a53-8f6f0d9ad6a1")
_COLUMNS = (
    "chain",
    "address",
    "categories",
    "sources",
    "confidence",
    "first_seen",
    "last_seen",
    "expires_at",
)


def write_csv(entries: Iterable[Entry]) -> Iterator[str]:
    """A header and a line an entry; several words in a cell stand with bars between."""
    yield ",".join(_COLUMNS) + "\r\n"
    for each in entries:
        cells = _cells(each)
        words = {name: "|".join(cells[name]) for name in ("categories", "sources")}
        yield csv_line([words.get(name, cells[name]) for name in _COLUMNS])


def write_json(entries: Iterable[Entry]) -> Iterator[str]:
    """One object with `entries`, each on a line of its own."""
    yield '{"entries": [\n'
    yield from _listed(json.dumps(_cells(each), ensure_ascii=False) for each in entries)
    yield "\n]}\n"


def write_stix(entries: Iterable[Entry], firm: str, now: datetime) -> Iterator[str]:
    """A STIX 2.1 bundle: the firm, and an indicator an entry."""
    identity = {
        "type": "identity",
        "spec_version": "2.1",
        "id": f"identity--{uuid5(_NAMESPACE, f'firm:{firm}')}",
        "created": _moment(_EPOCH),
        "modified": _moment(_EPOCH),
        "name": firm,
        "identity_class": "organization",
    }
    objects = (_indicator(each, str(identity["id"]), now) for each in entries)
    bundle = uuid5(_NAMESPACE, f"{firm} {now.isoformat()}")
    yield f'{{"type": "bundle", "id": "bundle--{bundle}", "objects": [\n'
    yield json.dumps(identity, ensure_ascii=False)
    for each in objects:
        yield ",\n" + json.dumps(each, ensure_ascii=False)
    yield "\n]}\n"


_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def _indicator(entry: Entry, firm: str, now: datetime) -> dict[str, Any]:
    text = entry.address.text.replace("\\", "\\\\").replace("'", "\\'")
    begun = entry.first_seen
    told: dict[str, Any] = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid5(_NAMESPACE, f'{firm}:{entry.address.chain}:{entry.address.text}')}",
        "created_by_ref": firm,
        "created": _moment(_EPOCH),
        "modified": _moment(max(now, _EPOCH)),
        "name": f"Listed address, {entry.address.chain.value}",
        "indicator_types": ["malicious-activity"],
        "pattern": f"[cryptocurrency-wallet:value = '{text}']",
        "pattern_type": "stix",
        "valid_from": _moment(begun),
        "labels": [f"chain:{entry.address.chain.value}", *entry.categories],
    }
    if entry.expires_at is not None and entry.expires_at > begun:
        told["valid_until"] = _moment(entry.expires_at)
    if entry.confidence is not None:
        told["confidence"] = entry.confidence
    return told


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def _cells(entry: Entry) -> dict[str, Any]:
    return {
        "chain": entry.address.chain.value,
        "address": entry.address.text,
        "categories": list(entry.categories),
        "sources": list(entry.sources),
        "confidence": entry.confidence,
        "first_seen": entry.first_seen.isoformat(),
        "last_seen": entry.last_seen.isoformat(),
        "expires_at": entry.expires_at.isoformat() if entry.expires_at else None,
    }


def _listed(lines: Iterable[str]) -> Iterator[str]:
    for n, line in enumerate(lines):
        yield line if n == 0 else ",\n" + line
