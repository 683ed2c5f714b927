"""People with several warnings: which of them open an outreach, one life after the other.

One warning always opens an outreach, so it is only counted. Where there are several, the engine's own
episodes rule: each person's claims are put to them pull by pull.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

import pyarrow as pa

from outreach.adapters.backtest import Counting
from outreach.adapters.matcher.archived import FILE, PULLED_AT, ROW, ArchiveMatcher
from outreach.domain.backtest_kinds import Kinds
from outreach.domain.decision import Decision
from outreach.domain.episode import Claim
from outreach.domain.facts import Facts
from outreach.domain.plan import RulePlan
from outreach.domain.replay import openings
from outreach.domain.ruleset import Rulebook

COOL_DOWN = timedelta(days=7)
ASKED = (
    "pattern", "flagged_at", "beneficiary", "risk_score", "transfer_state", "transfer_ref",
    "amount_at_risk_usd", "destination_listed",
)  # fmt: skip
"""What episodes ask of a flag, beside the fact by which its warning expires."""

Row = Mapping[str, Any]
Sides = tuple[Sequence[RulePlan], Sequence[RulePlan]]


def add_openings(
    counts: Counting, matcher: ArchiveMatcher, kinds: Kinds, rules: Sides, books: tuple[Rulebook, Rulebook]
) -> None:
    """Add what opens for people with several warnings."""
    several = counts.several()
    if not several.num_rows:
        return
    expiries = {r.rule.warn.expires for side in rules for r in side if isinstance(r.rule.warn.expires, str)}
    columns = list(dict.fromkeys([*ASKED, *sorted(expiries)]))
    facts = matcher.rows(several.select([FILE, ROW]), columns)
    rows = several.join(facts, keys=[FILE, ROW]).sort_by([("person", "ascending"), (FILE, "ascending")])
    numbers = [{id(rule.rule): n for n, rule in enumerate(side)} for side in rules]
    found: list[tuple[int, int, int, int]] = []
    for _, life in groupby(_rows(rows), key=lambda row: row["person"]):
        theirs = list(life)
        for side in (0, 1):
            found += _opened(theirs, side, kinds, books[side], numbers[side])
    counts.add_opened(found)


def _rows(table: pa.Table) -> Iterator[Row]:
    for batch in table.to_batches(max_chunksize=20_000):
        yield from batch.to_pylist()


def _opened(
    rows: Sequence[Row], side: int, kinds: Kinds, book: Rulebook, numbers: Mapping[int, int]
) -> Iterator[tuple[int, int, int, int]]:
    pulls: list[tuple[datetime, list[Claim]]] = []
    for _, pulled in groupby(rows, key=lambda row: row[FILE]):
        theirs = list(pulled)
        claims = [claim for row in theirs for claim in _claims(row, side, kinds, book)]
        if claims:
            pulls.append((theirs[0][PULLED_AT], claims))
    for ruling in openings(pulls, COOL_DOWN):
        file, _, row = ruling.claim.flag.partition("/")
        yield side, int(file), int(row), numbers[id(ruling.decision.rule.rule)]


def _claims(row: Row, side: int, kinds: Kinds, book: Rulebook) -> Iterator[Claim]:
    facts = _facts(row)
    for decision in kinds.kinds[row["kind"]].words[side].all:
        yield claim_of(f"{row[FILE]}/{row[ROW]}", row["person"], row[PULLED_AT], decision, facts, book)


def claim_of(
    flag: str, person: str, pulled_at: datetime, decision: Decision, facts: Facts, book: Rulebook
) -> Claim:
    """A decision on a flag as the engine claims it."""
    flagged_at, score = facts.get("flagged_at"), facts.get("risk_score")
    pattern = decision.rule.pattern
    return Claim(
        flag=flag,
        key=(person, pattern, str(facts.get("beneficiary") or "")),
        at=min(flagged_at, pulled_at) if isinstance(flagged_at, datetime) else pulled_at,
        score=score if isinstance(score, Decimal) else Decimal(0),
        decision=decision,
        severity_rank=book.sets[pattern].severity.rank,
        facts=facts,
    )


def _facts(row: Row) -> Facts:
    return {name: value for name, value in row.items() if value is not None and name not in _OURS}


_OURS = frozenset({"person", "kind", FILE, ROW, PULLED_AT})
