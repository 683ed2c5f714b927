"""What was flagged and decided of a person, as records."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from outreach.domain.story import DecisionRecord, FlagRecord


def flag_record(row: Row[Any]) -> FlagRecord:
    """A row of `flags`."""
    return FlagRecord(
        id=row.id,
        at=row.flagged_at,
        feed=row.feed,
        pattern=row.pattern,
        score=row.score,
        score_model=row.score_model,
    )


def decision_record(row: Row[Any]) -> DecisionRecord:
    """A row of `decisions`."""
    return DecisionRecord(
        id=row.id,
        at=row.at,
        pattern=row.pattern,
        rule=row.rule,
        verdict=row.verdict,
        reason=row.reason,
        because=row.because,
        is_shadow=row.shadow,
        rule_set_sha256=row.rule_set_sha256,
        facts=row.facts,
        arm=row.arm,
        registration=row.registration,
    )
