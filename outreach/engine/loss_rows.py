"""The ledger's knowledge of losses as columns: what a rule may ask of a person before it writes to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from outreach.domain.chains import key_of
from outreach.domain.facts import Catalogue
from outreach.frames import ARROW_TYPES
from outreach.store.losses import Past

_OF_THIS_BENEFICIARY = ("answered_here_at", "case_here_at")
_OF_ALL = ("case_opened_at", "open_cases", "reported_at", "losses_before", "is_repeat", "last_lesson_at")
NAMES = frozenset((*_OF_THIS_BENEFICIARY, *_OF_ALL))
"""The facts that are told here; where the catalogue knows none of them, nothing is asked."""

_NOTHING: Mapping[str, Any] = {"open_cases": 0, "losses_before": 0, "is_repeat": False}


def with_losses(
    table: pa.Table,
    persons: Sequence[str],
    pasts: Mapping[str, Past],
    fingerprint: Callable[[str], str],
    catalogue: Catalogue,
) -> pa.Table:
    """The table with what is known of its people's losses."""
    paid = table.column("beneficiary").to_pylist()
    rows = [
        _facts(pasts[person], beneficiary or "", fingerprint) if person in pasts else _NOTHING
        for person, beneficiary in zip(persons, paid, strict=True)
    ]
    for name in sorted(NAMES & catalogue.keys()):
        values = pa.array([row.get(name) for row in rows], ARROW_TYPES[catalogue[name].type])
        table = table.set_column(table.schema.get_field_index(name), name, values)
    return table


def _facts(past: Past, beneficiary: str, fingerprint: Callable[[str], str]) -> dict[str, Any]:
    # An earlier feed may have spelled it in another way than the list that it is on now.
    here = {fingerprint(one) for one in {beneficiary, key_of(beneficiary)} if one}
    before = past.lost_to - here
    return {
        "answered_here_at": _latest(past.answers, here),
        "case_here_at": _latest(past.cases, here),
        "case_opened_at": max(past.cases.values(), default=None),
        "open_cases": past.open_cases,
        "reported_at": past.reported_at,
        "losses_before": len(before),
        "is_repeat": bool(before),
        "last_lesson_at": past.lesson_at,
    }


def _latest(moments: Mapping[str, datetime], here: set[str]) -> datetime | None:
    return max((at for beneficiary, at in moments.items() if beneficiary in here), default=None)
