"""A backtest as a comment on a pull request fits, however much changes, and stays Markdown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from outreach.cli.backtest_github import MOST, as_markdown, safe
from outreach.domain.backtest import Bill, Change, Comparison, Cost, Edition, Sample, Trip, Verdicts
from outreach.domain.scale import Channel
from outreach.domain.told_backtest import headline

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EDITION = Edition(named="rules/ now", sha256="0" * 12, running=3)
DIMENSIONS = ("pattern", "rule", "country", "locale", "channel")


def changes(count: int, name: str = "a|b/*c*") -> tuple[Change, ...]:
    return tuple(Change(name=f"{name}-{n:05d}", same=n, plus=n % 7, minus=n % 3) for n in range(count))


def sample(n: int, words: str) -> Sample:
    return Sample(
        person=f"{n:032x}",
        is_after=True,
        pattern="job_task",
        rule=f"rule-{n}",
        flagged_at=NOW,
        locale="en",
        country="US",
        why=(words,),
        why_not=("its condition is false", words),
    )


def comparison(size: int, words: str = "amount_at_risk_usd 480 < 500: true") -> Comparison:
    return Comparison(
        firm="Acme",
        made_at=NOW,
        before=EDITION,
        after=EDITION,
        since=date(2026, 10, 23),
        until=date(2026, 11, 22),
        pulls=1,
        runs=1,
        flags_read=10,
        people=Change(name="", same=58, minus=12),
        flags=Change(name=""),
        warnings=(0, 0),
        people_by=dict.fromkeys(DIMENSIONS, changes(size)),
        shadow_people=Change(name=""),
        shadow_by_rule=changes(size),
        verdicts=(Verdicts(verdict="warn", is_shadow=False, before=1, after=2),),
        costs=(Cost(channel=Channel.SMS, before=Bill(), after=Bill(messages=2, parts=3, money=Decimal(1))),),
        currency="USD",
        unpriced=("push: everywhere",),
        trips=tuple(Trip(rule=f"a/{n}", is_after=True, runs=1, words=words) for n in range(size)),
        known=(),
        samples=tuple(sample(n, words) for n in range(size)),
        notes=tuple(f"{words} {n}" for n in range(min(size, 30))),
    )


@pytest.mark.parametrize("size", [0, 1, 50, 3000])
@pytest.mark.parametrize("words", ["short", "<b>|`@x`\n" * 400])
def test_a_comment_fits_however_much_changes_and_every_fold_is_closed(size: int, words: str) -> None:
    comment = as_markdown(comparison(size, words))
    assert len(comment) <= MOST
    assert comment.count("<details>") == comment.count("</details>")
    assert ("does not fit" in comment) == (size == 3000 or (size == 50 and words != "short"))


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    rows = [line for line in as_markdown(comparison(90)).splitlines() if line.startswith("|")]
    cells = {len(row.replace(r"\|", "").strip("|").split("|")) for row in rows}
    assert cells == {3, 6}
    assert "50 more" in "".join(rows)


def test_samples_come_whole_or_not_at_all() -> None:
    comment = as_markdown(comparison(400, "x" * 300))
    kept = comment.count("- + `")
    assert 0 < kept < 400
    assert comment.count("  - after: ") == comment.count("  - before: ") == kept


def test_what_an_author_wrote_mentions_nobody_and_makes_nothing() -> None:
    assert safe("@risk | <b> *x* [a](b)\nc") == r"\@risk \| \<b\> \*x\* \[a\]\(b\) c"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change(name="", same=58, minus=12), "0 more people would be warned, 12 fewer, 58 as before"),
        (Change(name="", plus=1), "1 more person would be warned, 0 fewer, 0 as before"),
        (Change(name="", same=1), "Nobody changes: 1 person would be warned, as before"),
    ],
)
def test_the_headline_says_how_many_more_and_how_many_fewer(change: Change, words: str) -> None:
    assert headline(replace(comparison(0), people=change)) == words
