"""The matcher hands over what is wanted and nothing else, and reaches nothing outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from outreach.adapters.matcher import DuckMatcher, fact_rows, fact_table, truth_rows
from outreach.adapters.matcher.duck import locked
from outreach.domain.condition import Compare, Condition, Fact, HasAny, IsTrue, Literal, OneOf, Operator
from outreach.domain.facts import FactSpec, FactType
from outreach.domain.plan import Plan
from outreach.errors import OutreachError

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KINDS = {
    "amount": FactType.MONEY,
    "listed": FactType.BOOLEAN,
    "tags": FactType.TAGS,
    "payee": FactType.TEXT,
    "flagged_at": FactType.TIME,
}
CATALOGUE = {n: FactSpec(name=n, type=t, about="") for n, t in KINDS.items()}
LISTED = IsTrue(Fact("listed", FactType.BOOLEAN))
MANY = tuple(f"t{i}" for i in range(40))


def over(limit: int) -> Condition:
    bound = Literal(Decimal(limit), FactType.NUMBER)
    return Compare(Operator.GE, Fact("amount", FactType.MONEY), bound)


def amounts(count: int) -> pa.Table:
    return fact_table([{"amount": Decimal(n)} for n in range(count)], CATALOGUE)


def a_plan(*probes: Condition, mains: int | None = None) -> Plan:
    return Plan(probes=probes, mains=len(probes) if mains is None else mains, rules=())


def lines(tables: list[pa.Table]) -> list[int]:
    return sorted(line for table in tables for line in table.column("line").to_pylist())


def test_rows_that_no_main_probe_wants_are_not_handed_over() -> None:
    kept = list(DuckMatcher().match(a_plan(over(7), over(0), mains=1), amounts(10), NOW))
    assert lines(kept) == [7, 8, 9]


def test_rows_that_a_main_probe_cannot_decide_are_handed_over() -> None:
    table = fact_table([{"amount": None}, {"amount": Decimal(1)}], CATALOGUE)
    (kept,) = DuckMatcher().match(a_plan(over(5), LISTED, mains=1), table, NOW)
    assert lines([kept]) == [0]
    assert [list(t) for t in truth_rows(kept, a_plan(over(5), LISTED))] == [[None, None]]


def test_nothing_wanted_is_no_table_at_all() -> None:
    assert list(DuckMatcher().match(a_plan(over(99)), amounts(5), NOW)) == []
    assert list(DuckMatcher().match(a_plan(), amounts(5), NOW)) == []
    assert list(DuckMatcher().match(a_plan(over(0)), amounts(0), NOW)) == []


def test_more_than_sixty_probes_go_on_in_a_second_mask() -> None:
    plan = a_plan(*(over(n) for n in range(125)))
    (kept,) = DuckMatcher().match(plan, amounts(125), NOW)
    assert {f"{kind}_{n}" for kind in ("true", "unknown") for n in range(3)} <= set(kept.column_names)
    for line, truths in zip(kept.column("line").to_pylist(), truth_rows(kept, plan), strict=True):
        assert list(truths) == [n <= line for n in range(125)]


def test_every_column_of_the_batch_passes_through_as_it_came() -> None:
    row = {"amount": Decimal("1.5000"), "tags": ("a",), "payee": "x", "flagged_at": NOW, "listed": True}
    table = fact_table([row], CATALOGUE)
    (kept,) = DuckMatcher().match(a_plan(LISTED), table, NOW)
    assert kept.column_names == [*table.column_names, "true_0", "unknown_0"]
    assert [kept.schema.field(n).type for n in KINDS if n != "tags"] == [
        table.schema.field(n).type for n in KINDS if n != "tags"
    ]
    assert fact_rows(kept, CATALOGUE) == [row]


def test_long_lists_are_joined_without_multiplying_rows() -> None:
    tags, payee = Fact("tags", FactType.TAGS), Fact("payee", FactType.TEXT)
    rows = [{"tags": MANY, "payee": "t1"}, {"tags": ("x",), "payee": "y"}, {"tags": None, "payee": None}]
    plan = a_plan(HasAny(tags, MANY), OneOf(payee, MANY))
    (kept,) = DuckMatcher().match(plan, fact_table(rows, CATALOGUE), NOW)
    found = dict(zip(kept.column("line").to_pylist(), map(list, truth_rows(kept, plan)), strict=True))
    assert found == {0: [True, True], 2: [None, None]}


def test_parquet_files_and_folders_are_matched_alike(tmp_path: Path) -> None:
    table = amounts(10)
    for n in range(2):
        (tmp_path / f"day={n}").mkdir()
        pq.write_table(table.slice(n * 5, 5), tmp_path / f"day={n}" / "flags.parquet")
    files = sorted(tmp_path.rglob("*.parquet"))
    for path in (tmp_path, files):
        kept = list(DuckMatcher().match_parquet(a_plan(over(3)), path, NOW, ["line"]))
        assert lines(kept) == list(range(3, 10))


def test_tags_are_joined_across_parquet_files_row_by_row(tmp_path: Path) -> None:
    for n, tag in enumerate(("t1", "x")):
        pq.write_table(fact_table([{"tags": (tag,)}] * 3, CATALOGUE), tmp_path / f"{n}.parquet")
    asked = a_plan(HasAny(Fact("tags", FactType.TAGS), MANY))
    kept = list(DuckMatcher().match_parquet(asked, tmp_path, NOW, ["line"]))
    assert lines(kept) == [0, 1, 2]


def test_a_fact_that_an_older_file_lacks_is_unknown(tmp_path: Path) -> None:
    pq.write_table(amounts(2).select(["line", "amount"]), tmp_path / "old.parquet")
    plan = a_plan(LISTED)
    (kept,) = DuckMatcher().match_parquet(plan, tmp_path / "old.parquet", NOW, ["line"])
    assert [list(t) for t in truth_rows(kept, plan)] == [[None], [None]]


def test_no_file_to_match_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(OutreachError, match="no Parquet file"):
        list(DuckMatcher().match_parquet(a_plan(LISTED), tmp_path, NOW, []))


@pytest.mark.parametrize(
    "attack",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('{other}')",
        "SELECT * FROM read_parquet('{allowed}/../other.parquet')",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '{other}.csv'",
        "ATTACH '{other}.db'",
        "EXPORT DATABASE '{other}'",
        "INSTALL httpfs",
        "LOAD '{other}'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET threads = 64",
        "RESET lock_configuration",
        "SELECT * FROM secret_table_of_the_caller",
    ],
)
def test_a_locked_connection_reaches_one_file_and_nothing_else(tmp_path: Path, attack: str) -> None:
    secret_table_of_the_caller = amounts(1)
    for name in ("allowed", "other"):
        pq.write_table(secret_table_of_the_caller, tmp_path / f"{name}.parquet")
    allowed, other = tmp_path / "allowed.parquet", tmp_path / "other.parquet"
    with locked(DuckMatcher(), [allowed]) as connection:
        assert connection.execute(f"SELECT count(*) FROM read_parquet('{allowed}')").fetchone() == (1,)
        with pytest.raises(duckdb.Error):
            connection.execute(attack.format(allowed=tmp_path, other=other)).fetchall()


def test_a_match_that_runs_too_long_is_stopped_and_said() -> None:
    slow = DuckMatcher(at_most=timedelta(milliseconds=1))
    plan = a_plan(*(over(n) for n in range(200)))
    with pytest.raises(OutreachError, match="matching was stopped after"):
        list(slow.match(plan, amounts(200_000), NOW))


def test_leaving_a_stream_half_read_leaves_nothing_open() -> None:
    stream = DuckMatcher().match(a_plan(over(0)), amounts(120_000), NOW)
    assert next(stream).num_rows > 0
    stream.close()  # type: ignore[attr-defined]
    assert sum(t.num_rows for t in DuckMatcher().match(a_plan(over(0)), amounts(120_000), NOW)) == 120_000


def test_an_identifier_or_text_cannot_leave_its_quotes() -> None:
    payee = Fact("payee", FactType.TEXT)
    hostile = "'; DROP TABLE batch; --"
    plan = a_plan(OneOf(payee, (hostile,)))
    rows = [{"payee": hostile}, {"payee": "x"}]
    (kept,) = DuckMatcher().match(plan, fact_table(rows, CATALOGUE), NOW)
    assert lines([kept]) == [0]
