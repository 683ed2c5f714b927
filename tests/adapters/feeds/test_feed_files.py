"""Files: every format, and a cursor that gives exactly the rest."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from outreach.errors import FeedError
from tests.adapters.feeds.feed_build import GOOD, HEADER, a_feed, line, pulled


def csv_text(*users: str) -> str:
    """A CSV with one good line a user."""
    return "\n".join([HEADER, *(line(user_ref=user) for user in users)]) + "\n"


def json_line(**columns: object) -> str:
    """One good NDJSON line with some keys changed."""
    return json.dumps({"user_ref": "u1", "pattern": "recovery", "risk_score": 80} | columns)


def users(pull: object) -> list[str]:
    """Who was flagged, in order."""
    return [row["user_ref"] for row in pull.rows]  # type: ignore[attr-defined]


def write_csv(path: Path, count: int) -> None:
    path.write_text(csv_text(*(f"u{n}" for n in range(count))).rstrip("\n"))


def write_csv_gz(path: Path, count: int) -> None:
    path.write_bytes(gzip.compress(csv_text(*(f"u{n}" for n in range(count))).encode()))


def write_records(path: Path, count: int) -> None:
    path.write_text(
        HEADER + "\n" + "".join(line(user_ref=f"u{n}", beneficiary='"a\nb"') + "\n" for n in range(count))
    )


def write_ndjson(path: Path, count: int) -> None:
    path.write_text("".join(json_line(user_ref=f"u{n}") + "\n" for n in range(count)))


def write_parquet(path: Path, count: int) -> None:
    table = pa.table(
        {
            "user_ref": [f"u{n}" for n in range(count)],
            "pattern": ["recovery"] * count,
            "risk_score": [80.5] * count,
        }
    )
    parquet.write_table(table, path, row_group_size=4)


@pytest.mark.parametrize(
    ("name", "kind", "write", "options"),
    [
        ("f.csv", "csv", write_csv, {}),
        ("f.csv.gz", "csv", write_csv_gz, {}),
        ("f.csv", "csv", write_records, {"quoted_newlines": True}),
        ("f.ndjson", "ndjson", write_ndjson, {}),
        ("f.parquet", "parquet", write_parquet, {}),
    ],
)
def test_going_on_from_any_cursor_gives_exactly_the_rest(
    tmp_path: Path, name: str, kind: str, write: Callable[[Path, int], None], options: dict[str, bool]
) -> None:
    write(tmp_path / f"a.{name}", 7)
    write(tmp_path / f"b.{name}", 5)
    feed = a_feed(tmp_path / f"*.{name}", kind, batch_rows=3, **options)
    whole = pulled(feed.batches(None))
    batches = list(feed.batches(None))
    read = 0

    assert [row["user_ref"] for row in whole.rows] == [f"u{n}" for n in [*range(7), *range(5)]]
    for batch in batches:
        read += batch.lines
        rest = pulled(feed.batches(batch.cursor))
        assert rest.rows == whole.rows[read:]
    assert rest.lines == 0


def test_a_finished_file_is_not_even_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "flags.csv"
    path.write_text(csv_text("u1"))
    cursor = pulled(a_feed(path).batches(None)).cursors[-1]
    state = path.stat()
    path.write_bytes(b"\0" * state.st_size)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))

    assert pulled(a_feed(path).batches(cursor)).lines == 0


def test_only_what_was_appended_is_read_of_a_file_that_grew(tmp_path: Path) -> None:
    path = tmp_path / "flags.csv"
    path.write_text(csv_text("u1", "u2"))
    cursor = pulled(a_feed(path).batches(None)).cursors[-1]
    with path.open("a") as file:
        file.write(line(user_ref="u3") + "\n")

    pull = pulled(a_feed(path).batches(cursor))

    assert [(row["user_ref"], row["line"]) for row in pull.rows] == [("u3", 4)]


def test_a_last_line_that_was_cut_is_read_again_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "flags.csv"
    whole = csv_text("u1", "u2")
    path.write_text(whole[:-30])
    first = pulled(a_feed(path).batches(None))
    path.write_text(whole)

    second = pulled(a_feed(path).batches(first.cursors[-1]))

    assert (users(first), first.reasons) == (["u1"], [(3, "wrong_number_of_fields")])
    assert [(row["user_ref"], row["line"]) for row in second.rows] == [("u2", 3)]


def test_a_last_line_without_newline_is_not_read_twice_when_more_follows(tmp_path: Path) -> None:
    path = tmp_path / "flags.csv"
    path.write_text(csv_text("u1", "u2").rstrip("\n"))
    first = pulled(a_feed(path).batches(None))
    path.write_text(csv_text("u1", "u2", "u3"))

    second = pulled(a_feed(path).batches(first.cursors[-1]))

    assert users(first) == ["u1", "u2"]
    assert [(row["user_ref"], row["line"]) for row in second.rows] == [("u3", 4)]


@pytest.mark.parametrize("others", [["x1", "x2"], ["x1", "x2", "x3", "x4"], ["x1"]])
def test_another_file_under_the_same_name_is_read_from_its_start(tmp_path: Path, others: list[str]) -> None:
    path = tmp_path / "flags.csv"
    path.write_text(csv_text("u1", "u2"))
    cursor = pulled(a_feed(path).batches(None)).cursors[-1]
    path.unlink()
    path.write_text(csv_text(*others))
    os.utime(path, ns=(1, 1))

    assert users(pulled(a_feed(path).batches(cursor))) == others


def test_a_file_that_only_differs_in_its_middle_is_another_file(tmp_path: Path) -> None:
    path = tmp_path / "flags.csv"
    names = [f"u{n:04}" for n in range(300)]
    path.write_text(csv_text(*names))
    cursor = pulled(a_feed(path).batches(None)).cursors[-1]
    path.write_text(csv_text(*names[:150], "x0150", *names[151:]))
    os.utime(path, ns=(1, 1))

    assert "x0150" in users(pulled(a_feed(path).batches(cursor)))


def test_new_files_are_picked_up_and_gone_ones_forgotten(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.csv").write_text(csv_text("u1"))
    feed = a_feed(tmp_path / "**" / "*.csv")
    cursor = pulled(feed.batches(None)).cursors[-1]
    (tmp_path / "in" / "1.csv").unlink()
    (tmp_path / "2.csv").write_text(csv_text("u2"))

    pull = pulled(feed.batches(cursor))

    assert users(pull) == ["u2"]
    assert list(json.loads(pull.cursors[-1])["files"]) == ["2.csv"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"user_ref": "u1", "user_ref": "u2"}', "duplicate_key"),
        ('{"user_ref": "u1", "extra": {"a": 1, "a": 2}}', "duplicate_key"),
        ('["u1"]', "not_an_object"),
        ('{"user_ref": "u1"', "invalid_json"),
        ("[" * 5000, "invalid_json"),
        ('{"user_ref": "u\\u0000"}', "nul_byte"),
        ('{"user_ref": "\\ud800"}', "invalid_utf8"),
        ("", "blank"),
    ],
)
def test_a_json_line_that_is_no_plain_object_is_quarantined(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "f.ndjson"
    path.write_text(f"{json_line()}\n{text}\n{json_line(user_ref='u2')}\n")

    pull = pulled(a_feed(path, "ndjson").batches(None))

    assert pull.reasons == [(2, reason)]
    assert users(pull) == ["u1", "u2"]


def test_json_numbers_keep_every_digit_and_nested_values_can_be_taken_apart(tmp_path: Path) -> None:
    path = tmp_path / "f.ndjson"
    path.write_text(
        json_line(tags=["a", "b"], on_call=True, payment={"to": "bc1q"}).replace("80", "80.1250")
        + "\n"
        + json_line(user_ref="u2", amount=12345678901234.5678).replace(
            "12345678901234.568", "12345678901234.5678"
        )
        + "\n"
    )

    pull = pulled(a_feed(path, "ndjson", select={"beneficiary": "payment->>'to'"}).batches(None))

    first, second = pull.rows
    assert (str(first["risk_score"]), first["tags"], first["on_call"]) == ("80.125", ["a", "b"], True)
    assert (first["beneficiary"], str(second["amount"])) == ("bc1q", "12345678901234.5678")


def test_a_parquet_row_with_broken_text_is_quarantined(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    broken = pa.Array.from_buffers(pa.string(), 3, pa.array([b"u1", b"\xff", b"u3"]).buffers())
    table = pa.table({"user_ref": broken, "pattern": ["recovery"] * 3, "risk_score": [80, 81, 82]})
    parquet.write_table(table, path)

    pull = pulled(a_feed(path, "parquet").batches(None))

    assert (users(pull), pull.reasons) == (["u1", "u3"], [(2, "invalid_utf8")])


def test_parquet_lists_and_times_keep_their_meaning(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    table = pa.table(
        {
            "user_ref": ["u1", "u2"],
            "pattern": ["recovery"] * 2,
            "risk_score": [80.0, float("nan")],
            "tags": [["a", "b;c"], None],
            "flagged_at": pa.array([0, 1], pa.timestamp("s", tz="Europe/Berlin")),
        }
    )
    parquet.write_table(table, path)

    pull = pulled(a_feed(path, "parquet").batches(None))

    assert (pull.rows[0]["tags"], pull.rows[0]["flagged_at"].timestamp()) == (["a", "b;c"], 0)
    assert pull.reasons == [(2, "missing_score")]
    assert json.loads(pull.rejected[0].text)["user_ref"] == "u2"


def test_a_damaged_file_is_named_and_the_next_one_is_read(tmp_path: Path) -> None:
    noise = "".join(random.Random(1).choices("0123456789abcdef", k=400_000))
    packed = gzip.compress((HEADER + "\n" + f"{noise}\n" * 8).encode())
    (tmp_path / "a.csv.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(csv_text("u2").encode()))
    batches = a_feed(tmp_path / "*.gz").batches(None)

    assert next(batches).table["user_ref"].to_pylist() == ["u2"]
    with pytest.raises(FeedError, match=r"feed risk: a\.csv\.gz cannot be read"):
        next(batches)


@pytest.mark.parametrize("glob", ["nowhere/*.csv", "*.tsv"])
def test_a_check_says_where_no_file_is(tmp_path: Path, glob: str) -> None:
    with pytest.raises(FeedError, match=r"feed risk: .*glob"):
        a_feed(tmp_path / glob).check()


def test_a_cursor_of_another_kind_of_feed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text(csv_text("u1"))

    with pytest.raises(FeedError, match="cursor"):
        pulled(a_feed(tmp_path / "f.csv").batches('{"next": null}'))


def test_other_delimiters_are_read(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(HEADER.replace(",", ";") + "\r\n" + GOOD.replace(",", ";") + "\r\n")

    assert users(pulled(a_feed(path, delimiter=";").batches(None))) == ["u1"]
