"""What a pull leads to: flags, decisions, and the outreaches they open, written set by set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from outreach.domain.decision import Decision
from outreach.domain.experiment import Design
from outreach.domain.ladder import Ladder, freeze
from outreach.store.database import Tx
from outreach.store.tables import decisions, flags, outreaches


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRow:
    """One flag as the ledger keeps it; its facts are in the archive."""

    id: str
    person: str
    identity: str
    pattern: str
    beneficiary: str
    score: Decimal
    score_model: str | None
    flagged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One decision with all that it froze; `expires_at` is set where it opens an outreach."""

    id: str
    person: str
    flag: str
    episode: str
    decision: Decision
    severity_rank: int
    rule_set_sha256: str
    facts: Mapping[str, Any]
    score: Decimal
    expires_at: datetime | None = None
    waits: bool = False  # for its step of the rule's ramp


def write_flags(tx: Tx, pull: str, feed: str, rows: Sequence[FlagRow]) -> None:
    """The flags of a pull; one that is known raises, and the whole pull is undone."""
    tx.insert(
        flags,
        [
            {
                "id": row.id,
                "person": row.person,
                "pull": pull,
                "feed": feed,
                "identity": row.identity,
                "pattern": row.pattern,
                "beneficiary": row.beneficiary,
                "score": row.score,
                "score_model": row.score_model,
                "flagged_at": row.flagged_at,
            }
            for row in rows
        ],
    )


def write_decisions(tx: Tx, run: str, decided: Sequence[Decided], now: datetime) -> None:
    """The decisions, and an outreach for each that expires; it waits for the run's release."""
    tx.insert(
        decisions,
        [
            {
                "id": d.id,
                "person": d.person,
                "flag": d.flag,
                "episode": d.episode,
                "run": run,
                "pattern": d.decision.rule.pattern,
                "rule": d.decision.rule.rule.id,
                "verdict": d.decision.verdict.value,
                "reason": d.decision.reason.value,
                "because": d.decision.because,
                "shadow": d.decision.is_shadow,
                "rule_set_sha256": d.rule_set_sha256,
                "facts": d.facts,
                "score": d.score,
                "arm": d.decision.arm or None,
                "band": _band(d.decision),
                "registration": d.decision.registration or None,
                "cut_off": _cut_off(d.decision),
                "urgency_rank": d.decision.rule.rule.warn.urgency.rank,
                "at": now,
            }
            for d in decided
        ],
    )
    open_outreaches(tx, run, decided, now)


def open_outreaches(tx: Tx, run: str, decided: Sequence[Decided], now: datetime) -> None:
    """An outreach for each of these that expires; it waits for the run's release."""
    tx.insert(outreaches, [_outreach(tx, run, d, now) for d in decided if d.expires_at is not None])


def _band(decision: Decision) -> Decimal | None:
    experiment = decision.rule.rule.experiment
    return experiment.band if experiment is not None and decision.registration else None


def _cut_off(decision: Decision) -> Decimal | None:
    score = decision.rule.rule.score
    return None if score is None else score.at_least


def _ladder(decision: Decision) -> Ladder:
    """The rule's ladder, with the wording that was drawn where its experiment is about words."""
    rule = decision.rule.rule
    is_of_words = rule.experiment is not None and rule.experiment.design is Design.VARIANTS
    return replace(rule.warn.ladder, wording=decision.arm) if is_of_words else rule.warn.ladder


def _outreach(tx: Tx, run: str, decided: Decided, now: datetime) -> dict[str, Any]:
    rule = decided.decision.rule.rule
    return {
        "id": tx.new_id(),
        "person": decided.person,
        "episode": decided.episode,
        "decision": decided.id,
        "run": run,
        "pattern": decided.decision.rule.pattern,
        "rule": rule.id,
        "severity_rank": decided.severity_rank,
        "urgency_rank": rule.warn.urgency.rank,
        "ladder": freeze(_ladder(decided.decision)),
        "in_doubt": rule.warn.in_doubt.value,
        "state": "ramp" if decided.waits else "pending",
        "step": 0,
        "sent": 0,
        "opened_at": now,
        "due_at": now,
        "expires_at": decided.expires_at,
        "lease_until": None,
        "lease_holder": None,
        "closed_at": None,
        "close_reason": None,
    }
