"""`outreach history --shadow`: what rules on probation would have done, by rule and one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from outreach.cli.console import out
from outreach.domain import wording
from outreach.domain.csv_safe import csv_line
from outreach.domain.entry import SHORT_HASH
from outreach.domain.moment import utc
from outreach.domain.printable import printable
from outreach.domain.told_decisions import verdict_in_words
from outreach.domain.wording import say
from outreach.store.shadowed import ShadowCount, ShadowRow

COLUMNS = ("at_utc", "person", "flag", "pattern", "rule", "verdict", "reason", "because", "score", "rule_set")


def as_json(counts: Sequence[ShadowCount], rows: Iterable[ShadowRow]) -> Iterator[str]:
    """One JSON object: the counts, then the decisions, an object a line, written as they are read."""
    by_rule = [
        {
            "pattern": c.pattern,
            "rule": c.rule,
            "verdict": c.verdict,
            "decisions": c.decisions,
            "people": c.people,
            "first_at": c.first_at.isoformat(),
            "last_at": c.last_at.isoformat(),
        }
        for c in counts
    ]
    yield f'{{"by_rule": {json.dumps(by_rule)},\n"decisions": [\n'
    before = ""
    for row in rows:
        yield before + json.dumps(_cells(row), ensure_ascii=False)
        before = ",\n"
    yield "\n]}\n"


def as_csv(rows: Iterable[ShadowRow]) -> Iterator[str]:
    """The decisions, one a record."""
    yield csv_line(COLUMNS)
    for row in rows:
        yield csv_line(_cells(row).values())


def show(counts: Sequence[ShadowCount], rows: Sequence[ShadowRow], limit: int) -> None:
    """On a terminal: each rule with its verdicts, then the newest decisions."""
    if not counts:
        out.print("No shadow rule decided anything that fits.")
        return
    out.print(Text("Shadow rules: recorded, nothing is sent", "bold"))
    for count in counts:
        verdict = verdict_in_words(count.verdict, count.pattern)
        people = f"{count.people:,} {'person' if count.people == 1 else 'people'}"
        said = f"  {count.pattern}/{count.rule}  {verdict}: {wording.times(count.decisions)}, {people}"
        out.print(Text(printable(f"{said}, last {utc(count.last_at)}")))
    out.print()
    for row in rows[:limit]:
        out.print(Text(printable(_line(row))))
    if len(rows) > limit:
        out.print("There are more: narrow it by --pattern, --rule, --since, or take --format csv.")
    out.print("One of them in full: outreach history PERSON. Why: outreach rules explain PERSON.")


def _line(row: ShadowRow) -> str:
    reason = say(wording.REASONS, row.reason) + (f" ({row.because})" if row.because else "")
    verdict = verdict_in_words(row.verdict, row.pattern)
    score = f"score {row.score.normalize():f}"
    return f"{utc(row.at)}  {row.person}  {row.pattern}/{row.rule}  {score}  {verdict}: {reason}"


def _cells(row: ShadowRow) -> dict[str, str]:
    rule_set = row.rule_set_sha256[:SHORT_HASH]
    score = f"{row.score.normalize():f}"
    said = (row.verdict, row.reason, row.because, score, rule_set)
    values = (utc(row.at), row.person, row.flag, row.pattern, row.rule, *said)
    return dict(zip(COLUMNS, values, strict=True))
