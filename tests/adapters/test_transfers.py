"""Transfers: all sources find the same people, by one spelling of a beneficiary, and reach nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from outreach.adapters.transfers import ArchivedTransfers, HttpTransfers, SqlTransfers, TransferFiles
from outreach.adapters.transfers.search import Search, Span
from outreach.domain.chains import key_of
from outreach.domain.lookback import Turned
from outreach.errors import FeedError

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=90)
EVM = "0x52908400098527886E0F7030069857D2E4169EE7"
BAD = [Turned(beneficiary=EVM), Turned(beneficiary="ACC-7")]
ROWS: list[dict[str, str]] = [
    {
        "user_ref": who,
        "beneficiary": whom,
        "sent_at": (NOW - timedelta(days=days)).isoformat(),
        "amount_usd": usd,
    }
    for who, whom, days, usd in (
        ("ana", EVM.lower(), 3, "10.50"),
        ("ana", EVM, 2, "4.50"),
        ("ben", " ACC-7 ", 80, "7"),
        ("cara", "acc-7", 5, "9"),
        ("dora", EVM, 91, "9"),
        ("emil", "elsewhere", 5, "9"),
        ("finn", EVM, 1, "much"),
    )
]
WANTED = {("ana", Decimal(15), 2), ("ben", Decimal(7), 1), ("finn", None, 1)}


def told(source: Any, turned: Sequence[Turned] = BAD) -> set[tuple[str, Decimal | None, int]]:
    rows = [row for table in source.sent_to(turned, SINCE, NOW) for row in table.to_pylist()]
    return {(row["user_ref"], row["sent_usd"], row["sends_there"]) for row in rows}


def files(folder: Path, kind: str) -> TransferFiles:
    path = folder / f"a.{kind}"
    table = pa.Table.from_pylist(ROWS)
    match kind:
        case "parquet":
            parquet.write_table(table, path)
        case "csv":
            names = list(ROWS[0])
            lines = [",".join(names), *(",".join(row[n] for n in names) for row in ROWS)]
            path.write_text("\n".join(lines), encoding="utf-8")
        case _:
            path.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    return TransferFiles(name="transfers", glob=str(folder / f"*.{kind}"), format=kind)


@pytest.mark.parametrize("kind", ["parquet", "csv", "ndjson"])
def test_files_of_every_kind_find_the_same_people(tmp_path: Path, kind: str) -> None:
    assert told(files(tmp_path, kind)) == WANTED


def test_a_database_finds_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/core.db"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (user_ref, beneficiary, sent_at, amount_usd)"))
        stripped = [{**row, "beneficiary": row["beneficiary"].strip()} for row in ROWS]
        connection.execute(
            sa.text("INSERT INTO t VALUES (:user_ref, :beneficiary, :sent_at, :amount_usd)"), stripped
        )
    engine.dispose()

    assert told(SqlTransfers(name="transfers", url=url, query="SELECT * FROM t")) == WANTED


def test_an_api_finds_them_page_by_page() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        wanted = {key_of(one) for one in request.url.params.get_list("beneficiary")}
        mine = [row for row in ROWS if key_of(row["beneficiary"]) in wanted]
        start = int(request.url.params.get("cursor", "0"))
        following = str(start + 2) if start + 2 < len(mine) else None
        return httpx.Response(200, json={"rows": mine[start : start + 2], "next_cursor": following})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    assert told(HttpTransfers(name="transfers", client=client, url="http://core.test/t")) == WANTED


def test_the_archive_believes_only_what_was_sent(tmp_path: Path) -> None:
    columns = (
        "person",
        "beneficiary",
        "transfer_state",
        "pattern",
        "flagged_at",
        "sent_at",
        "amount",
        "currency",
    )
    rows = [
        dict(zip(columns, row, strict=True))
        for row in (
            ("p1", EVM, "sent", "job_task", NOW, NOW - timedelta(days=2), Decimal("5.0000"), "USD"),
            ("p2", EVM, "pending", "job_task", NOW, None, Decimal("5.0000"), "USD"),
            ("p3", EVM, "sent", "silent_loss", NOW, NOW, Decimal("5.0000"), "USD"),
        )
    ]
    more = [{**row, "transfer_ref": None, "amount_at_risk_usd": None} for row in rows]
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.Table.from_pylist(more), path)

    def of_days(since: date, until: date) -> Sequence[Path]:
        return [path]

    (table,) = ArchivedTransfers(files=of_days).sent_to(BAD, SINCE, NOW)
    assert [(row["person"], row["sent_usd"]) for row in table.to_pylist()] == [("p1", Decimal(5))]


def test_no_archive_finds_nobody() -> None:
    assert list(ArchivedTransfers(files=lambda since, until: []).sent_to(BAD, SINCE, NOW)) == []


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ({"user_ref": "nobody_there"}, "the select does not fit"),
        ({"amount_usd": "1 +"}, "the select does not fit"),
        ({"user_ref": "(SELECT content FROM read_text('/etc/hostname'))"}, "cannot be read"),
    ],
)
def test_a_select_that_does_not_fit_or_reaches_elsewhere_is_refused(
    tmp_path: Path, select: dict[str, str], said: str
) -> None:
    made = files(tmp_path, "csv")
    broken = TransferFiles(name="transfers", glob=made.glob, format="csv", select=select)
    with pytest.raises(FeedError, match=said):
        told(broken)


def test_a_missing_column_and_a_missing_file_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("beneficiary,sent_at\nx,2026-01-01\n", encoding="utf-8")
    with pytest.raises(FeedError, match="no column user_ref"):
        TransferFiles(name="transfers", glob=str(tmp_path / "*.csv"), format="csv").check()
    with pytest.raises(FeedError, match="no file matches"):
        TransferFiles(name="transfers", glob=str(tmp_path / "*.parquet"), format="parquet").check()


def test_what_is_no_address_of_a_person_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    row = {
        **ROWS[0],
        "email": "a@b.example\r\nBcc: all@b.example",
        "phone": "+34600000000",
        "country": "spain",
    }
    path.write_text(json.dumps(row), encoding="utf-8")
    (table,) = TransferFiles(name="t", glob=str(path), format="ndjson").sent_to(BAD, SINCE, NOW)
    (found,) = table.to_pylist()
    assert (found["email"], found["phone"], found["country"]) == (None, "+34600000000", None)


SPELLED = st.one_of(
    st.text(alphabet="0xXaAbBcC1qpLlTt7 \t", max_size=12),
    st.sampled_from(
        [EVM, "BC1QXY", "bc1qxy", "bitcoincash:QPM2", "BITCOINCASH:qpm2", "ltc1Q", "TXy", " r9 "]
    ),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(SPELLED, min_size=1, max_size=20))
def test_sql_and_the_domain_compare_beneficiaries_alike(spelled: list[str]) -> None:
    rows = [
        {**ROWS[0], "user_ref": f"u{n}", "beneficiary": one} for n, one in enumerate(spelled) if one.strip()
    ]
    if not rows:
        return
    turned = [Turned(beneficiary=row["beneficiary"]) for row in rows]
    with Search("t") as search:
        search.connection.register("asked", pa.Table.from_pylist(rows))
        span = Span(turned=turned, since=SINCE, until=NOW)
        found = {r["user_ref"]: r["key"] for t in search.found("asked", {}, span) for r in t.to_pylist()}
    assert found == {row["user_ref"]: key_of(row["beneficiary"]) for row in rows}
