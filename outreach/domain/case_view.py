"""What the person sees of their recovery case: what was asked of whom, what came of it, what comes next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from outreach.domain.recovery_case import Stage


class Asked(StrEnum):
    """How a firm stands to what it was asked; nothing here claims what it has not said itself."""

    DUE = "due"
    UNSENT = "unsent"
    ASKED = "asked"
    FAILED = "failed"
    ACCEPTED = "accepted"
    PARTIAL = "partial"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FirmView:
    """One firm by its own name, empty for our own core system, and how it stands."""

    firm: str
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case as the page may tell it. `until`: when we look at it again; `back`: by currency."""

    stage: Stage
    firms: tuple[FirmView, ...] = ()
    back: Mapping[str, Decimal] = field(default_factory=dict)
    until: datetime | None = None


def stands(state: str, answer: str | None) -> Asked:
    """How one request stands, by the words of the ledger."""
    if answer in (Asked.ACCEPTED.value, Asked.PARTIAL.value, Asked.REFUSED.value):
        return Asked(answer)
    return {"due": Asked.DUE, "unsent": Asked.UNSENT, "asked": Asked.ASKED}.get(state, Asked.FAILED)


def together(of: Collection[Asked]) -> Asked:
    """How a firm stands over all its requests: no more is said than holds for every one of them."""
    found = set(of)
    if len(found) == 1:
        return next(iter(found))
    if found & {Asked.ACCEPTED, Asked.PARTIAL}:
        return Asked.PARTIAL
    order = (Asked.FAILED, Asked.DUE, Asked.UNSENT, Asked.ASKED)
    return next(one for one in order if one in found)
