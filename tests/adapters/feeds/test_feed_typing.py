"""The typed frame: raw text becomes the catalogue's types through the operator's select, or a reason."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from outreach.adapters.feeds.locked import locked_duckdb
from outreach.errors import FeedError
from outreach.frames import flag_schema
from tests.adapters.feeds.feed_build import CATALOGUE, GOOD, PATTERNS, a_feed, known, line, pull_csv

MINIMAL = {"user_ref": "u1", "pattern": "recovery", "risk_score": "80"}
VALUES: list[tuple[str, str, Any]] = [
    ("on_call", "yes", True),
    ("on_call", "F", False),
    ("on_call", "0", False),
    ("share", "NaN", None),
    ("share", "-nan", None),
    ("share", "1e-3", 0.001),
    ("sends", "12.0", 12),
    ("sends", " 7 ", 7),
    ("amount", "0.12345", Decimal("0.1235")),
    ("risk_score", "79.9995", Decimal("80.000")),
    ("risk_score", "8.5e1", Decimal("85.000")),
    ("flagged_at", "2026-11-22T10:00:00+05:30", datetime(2026, 11, 22, 4, 30, tzinfo=UTC)),
    ("flagged_at", "2026-11-22 10:00", datetime(2026, 11, 22, 10, tzinfo=UTC)),
    ("tags", "vip; new |x", ["vip", "new", "x"]),
    ("tags", '"[""a,b"", null]"', ["a,b"]),
    ("kind", "CRYPTO", "crypto"),
    ("email", "Ann.B@EXAMPLE.Com", "Ann.B@example.com"),
    ("phone", "+49 (151) 123-45678", "+4915112345678"),
    ("locale", "pt_BR", "pt-BR"),
    ("country", "br", "BR"),
    ("pattern", "Pig Butchering", "pig_butchering"),
    ("pattern", "voodoo", "unknown_pattern"),
]
REFUSED = [
    ("on_call", "maybe", "bad_boolean"),
    ("share", "inf", "bad_number"),
    ("share", "1e999", "bad_number"),
    ("sends", "12.5", "bad_number"),
    ("sends", "0x1F", "bad_number"),
    ("amount", "1.000.000", "bad_number"),
    ("risk_score", "NaN", "missing_score"),
    ("flagged_at", "1700000000", "bad_time"),
    ("flagged_at", "infinity", "bad_time"),
    ("flagged_at", "2026-02-30", "bad_time"),
    ("tags", "[oops", "bad_tags"),
    ("tags", "much-too-long-a-tag", "text_too_long"),
    ("kind", "cheque", "not_in_closed_list"),
    ("locale", "../../etc", "bad_locale"),
    ("country", "DEU", "bad_country"),
    ("push_token", "two words", "bad_push_token"),
    ("anti_phishing_code", "x" * 33, "bad_anti_phishing_code"),
    ("email", "a@b@c.de", "bad_email"),
    ("email", "a" * 300 + "@b.de", "text_too_long"),
    ("user_ref", "u" * 129, "text_too_long"),
]


@pytest.mark.parametrize("at_once", [VALUES])
def test_text_becomes_the_types_of_the_catalogue(tmp_path: Path, at_once: list[tuple[str, str, Any]]) -> None:
    columns = sorted({*MINIMAL, *(column for column, _, _ in at_once)})
    lines = [
        ",".join((MINIMAL | {"user_ref": f"u{n}", column: text}).get(c, "") for c in columns)
        for n, (column, text, _) in enumerate(at_once)
    ]

    pull = pull_csv(tmp_path, *lines, header=",".join(columns))

    assert not pull.rejected
    for row, (column, _, value) in zip(pull.rows, at_once, strict=True):
        assert (column, row[column]) == (column, value)


@pytest.mark.parametrize("at_once", [REFUSED])
def test_what_does_not_fit_its_type_is_refused_by_column_and_reason(
    tmp_path: Path, at_once: list[tuple[str, str, str]]
) -> None:
    columns = sorted({*MINIMAL, *(column for column, _, _ in at_once)})
    lines = [",".join((MINIMAL | {column: text}).get(c, "") for c in columns) for column, text, _ in at_once]

    pull = pull_csv(tmp_path, *lines, header=",".join(columns))

    assert [(r.column, r.reason) for r in pull.rejected] == [
        (column, reason) for column, _, reason in at_once
    ]


def test_a_batch_has_the_schema_of_the_catalogue_and_engine_facts_are_empty(tmp_path: Path) -> None:
    path = tmp_path / "flags.csv"
    path.write_text(f"user_ref,pattern,risk_score,last_warned_at\nu1,recovery,80,2026-01-01\n{''}")

    (batch,) = a_feed(path).batches(None)

    assert batch.table.schema == flag_schema(CATALOGUE)
    assert batch.table["last_warned_at"].null_count == 1


def test_an_unknown_pattern_keeps_the_feeds_own_word_cut_to_what_the_ledger_keeps(tmp_path: Path) -> None:
    (row,) = pull_csv(tmp_path, line(pattern="Brand New Scam Of The Year")).rows

    assert (row["pattern"], row["claimed_pattern"]) == ("unknown_pattern", "Brand New Scam Of Th")


def test_the_select_maps_any_columns_and_the_rest_is_read_by_name(tmp_path: Path) -> None:
    select = {
        "user_ref": "'paysim:' || customer",
        "pattern": "CASE WHEN kind_of = 'CASH' THEN 'recovery' ELSE 'pig_butchering' END",
        "risk_score": "100 * TRY_CAST(p AS DOUBLE)",
        "flagged_at": "to_timestamp(CAST(epoch AS BIGINT))",
        "tags": "list_filter(['a', 'b', NULL], lambda x: x <> 'a')",
    }
    pull = pull_csv(
        tmp_path,
        "7,CASH,0.8,1700000000,12",
        header="customer,kind_of,p,epoch,amount",
        select=select,
    )

    row = known(pull.rows[0])
    del row["identity"]
    assert row == {
        "line": 2,
        "user_ref": "paysim:7",
        "pattern": "recovery",
        "claimed_pattern": "recovery",
        "risk_score": Decimal("80.000"),
        "flagged_at": datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        "tags": ["b"],
        "amount": Decimal("12.0000"),
    }


def test_an_expression_that_fails_on_one_row_costs_that_row_only(tmp_path: Path) -> None:
    pull = pull_csv(
        tmp_path,
        line(amount=1),
        line(amount="x"),
        line(amount=2),
        select={"share": "CAST(amount AS DOUBLE) / 2"},
    )

    assert [(r.line, r.reason, r.column) for r in pull.rejected] == [(3, "select_failed", "share")]
    assert [row["share"] for row in pull.rows] == [0.5, 1.0]


@pytest.mark.parametrize(
    ("column", "sql", "words"),
    [
        ("amuont", "amount", "did you mean amount"),
        ("last_warned_at", "flagged_at", "fills no such column"),
        ("amount", "amount +", "syntax error"),
        ("amount", "amount) FROM raw WHERE (true", "one expression"),
        ("amount", "(SELECT 1)", "a subquery"),
        ("amount", "*", "one row"),
        ("amount", "row_number() OVER ()", "a window function"),
        ("amount", "max(amount)", "max()"),
        ("amount", "unnest([1, 2])", "unnest()"),
        ("flagged_at", "now()", "another flag"),
        ("amount", "random()", "another flag"),
        ("amount", "no_such_function(amount)", "no_such_function"),
        ("amount", "ammount", "lacks the column ammount; did you mean amount"),
        ("beneficiary", "(read_text('/etc/passwd')).content", "does not fit"),
    ],
)
def test_a_select_that_cannot_work_is_refused_before_a_row_is_read(
    tmp_path: Path, column: str, sql: str, words: str
) -> None:
    path = tmp_path / "flags.csv"
    path.write_text(f"user_ref,pattern,risk_score,amount\n{GOOD}\n")

    with pytest.raises(FeedError) as refused:
        a_feed(path, select={column: sql}).check()

    assert "feed risk" in str(refused.value)
    assert words in str(refused.value)


def test_all_mistakes_of_a_select_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "flags.csv"
    path.write_text("user_ref\n")

    with pytest.raises(FeedError) as refused:
        a_feed(path, select={"amuont": "amount", "share": "now()", "sends": "1 +"}).check()

    assert str(refused.value).count("\n") >= 3


def test_a_line_read_twice_is_the_same_flag_and_a_new_address_makes_no_new_one(tmp_path: Path) -> None:
    first = pull_csv(tmp_path, line(), line(email="new@example.com", user_ref="u1 ")).rows
    second = pull_csv(tmp_path, line(amount="12.5000")).rows

    assert len(first) == 1
    assert first[0]["identity"] == second[0]["identity"]
    assert len(first[0]["identity"]) == 32


def test_any_other_fact_makes_another_flag(tmp_path: Path) -> None:
    lines = [line(), line(user_ref="u2"), line(risk_score="85.501"), line(amount=1), line(beneficiary="x")]

    assert len({row["identity"] for row in pull_csv(tmp_path, *lines).rows}) == 5


def test_one_source_id_with_two_contents_keeps_the_first_and_quarantines_the_other(tmp_path: Path) -> None:
    header = "source_id,user_ref,pattern,risk_score"
    pull = pull_csv(tmp_path, "f1,u1,recovery,80", "f1,u1,recovery,80", "f1,u2,recovery,80", header=header)

    assert pull.reasons == [(4, "conflicting_identity")]
    assert [(row["line"], row["identity"]) for row in pull.rows] == [(2, "f1"), (3, "f1")]


def test_a_rejected_line_keeps_its_text_out_of_every_repr(tmp_path: Path) -> None:
    pull = pull_csv(tmp_path, line(email="secret.person@@example.com"))

    assert b"secret.person" in pull.rejected[0].text
    assert "secret" not in repr(pull.rejected[0])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/hostname.csv'",
        "COPY (SELECT 1) TO '/tmp/outreach-escape.csv'",
        "ATTACH '/tmp/outreach-escape.db'",
        "SET enable_external_access = true",
        "SET threads = 2",
        "INSTALL httpfs",
    ],
)
def test_the_duckdb_that_runs_a_select_reaches_nothing_outside_its_memory(sql: str) -> None:
    with (
        locked_duckdb(CATALOGUE, PATTERNS) as connection,
        pytest.raises(duckdb.Error, match=r"(?i)disabled|lock"),
    ):
        connection.execute(sql)
