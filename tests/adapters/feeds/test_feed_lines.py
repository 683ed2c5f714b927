"""Lines: every physical line is a row or in quarantine, whatever its bytes are."""

from __future__ import annotations

import csv
import io
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.adapters.feeds.lines import LineReader
from outreach.errors import FeedError
from tests.adapters.feeds.feed_build import GOOD, HEADER, a_feed, line, pull_csv, pulled

BAD_LINES = {
    b'u1,"pig_butchering,85,,,,,': "open_quote",
    b'u1,pig"butchering",85,,,,,': "stray_quote",
    b"u1,pig_butchering,85,,,,,b\0c": "nul_byte",
    b"u1,pig_butchering,85,,,,,\xff\xfe": "invalid_utf8",
    b"u1,pig_butchering,85,,,,": "wrong_number_of_fields",
    b"u1,pig_butchering,85,,,,,,extra": "wrong_number_of_fields",
    b"u1,pig_butchering,85,,,,,a\rb": "stray_carriage_return",
    b"": "blank",
    b"   ": "blank",
    b"u1,pig_butchering,85,,,,," + b"x" * 2_000: "line_too_long",
    b",pig_butchering,85,,,,,": "missing_user",
    b"u1,,85,,,,,": "missing_pattern",
    b"u1,recovery,,,,,,": "missing_score",
    b"u1,recovery,eighty,,,,,": "bad_number",
    b"u1,recovery,100.001,,,,,": "score_out_of_range",
    b"u1,recovery,-1,,,,,": "score_out_of_range",
    b"u1,recovery,inf,,,,,": "bad_number",
    b"u1,recovery,80,,,Mars/Olympus,,": "unknown_time_zone",
    b"u1,recovery,80,nobody,,,,": "bad_email",
    b"u1,recovery,80,,0151123,,,": "bad_phone",
    b"u1,recovery,80,,,,1_000,": "bad_number",
    b"u1,recovery,80,,,,," + b"x" * 41: "text_too_long",
}
_hostile_bytes = st.binary(max_size=60) | st.text(max_size=30).map(
    lambda text: text.encode("utf-8", "replace")
)
_hostile_lines = st.lists(
    st.sampled_from([*BAD_LINES, GOOD.encode(), b'u1,"a ""b"", c",85,,,,,', b'"']) | _hostile_bytes,
    max_size=30,
)


@pytest.mark.parametrize(("text", "reason"), BAD_LINES.items(), ids=str)
def test_a_malformed_line_is_quarantined_for_its_reason_and_its_neighbours_are_read(
    tmp_path: Path, text: bytes, reason: str
) -> None:
    pull = pull_csv(tmp_path, GOOD, text, line(user_ref="u2"), longest_line=1_000)

    assert pull.reasons == [(3, reason)]
    assert [row["user_ref"] for row in pull.rows] == ["u1", "u2"]
    assert pull.rejected[0].text == text[:4096] or reason == "line_too_long"


def test_a_line_with_an_open_quote_costs_one_line_and_not_the_rest_of_the_file(tmp_path: Path) -> None:
    pull = pull_csv(tmp_path, GOOD, 'u9,"open,85,,,,,', *[line(user_ref=f"u{n}") for n in range(2, 500)])

    assert (pull.lines, len(pull.rows), pull.reasons) == (500, 499, [(3, "open_quote")])


@settings(max_examples=25, deadline=None)
@given(texts=_hostile_lines, is_ended=st.booleans(), batch_rows=st.integers(4, 12))
def test_read_and_quarantined_are_the_lines_of_the_file_whatever_its_bytes(
    texts: list[bytes], is_ended: bool, batch_rows: int
) -> None:
    body = b"\n".join(texts) + (b"\n" if is_ended else b"")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flags.csv"
        path.write_bytes(HEADER.encode() + b"\n" + body)
        pull = pulled(a_feed(path, batch_rows=batch_rows, longest_line=1_000).batches(None))

    assert pull.lines == body.count(b"\n") + (not body.endswith(b"\n") and body != b"")
    assert len(pull.rows) + len(pull.rejected) == pull.lines
    assert sorted([*(r["line"] for r in pull.rows), *(r.line for r in pull.rejected)]) == [
        *range(2, 2 + pull.lines)
    ]


_field = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=12)


@settings(max_examples=15, deadline=None)
@given(texts=st.lists(_field, min_size=1, max_size=8))
def test_what_a_csv_writer_quotes_comes_back_as_it_was(texts: list[str]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([[f"u{n}", "recovery", "80", text] for n, text in enumerate(texts)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flags.csv"
        path.write_bytes(b"\xef\xbb\xbfuser_ref,pattern,risk_score,memo\r\n" + out.getvalue().encode())
        pull = pulled(a_feed(path).batches(None))

    blanks = " \t\n\v\f\r"
    assert [row["memo"] for row in pull.rows] == [text.strip(blanks) or None for text in texts]


def test_a_field_of_ten_megabytes_is_never_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "flags.csv"
    path.write_bytes(HEADER.encode() + b"\n" + b"u9," + b"x" * 10_000_000 + b"\n" + GOOD.encode() + b"\n")
    tracemalloc.start()
    pull = pulled(a_feed(path).batches(None))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert pull.reasons == [(2, "line_too_long")]
    assert len(pull.rejected[0].text) == 4096
    assert len(pull.rows) == 1
    assert peak < 8_000_000


@settings(max_examples=200, deadline=None)
@given(
    texts=st.lists(st.integers(0, 40).map(lambda n: b"x" * n), max_size=20),
    is_ended=st.booleans(),
    rows=st.integers(1, 5),
    block=st.integers(1, 13),
)
def test_lines_and_offsets_are_those_of_the_stream_however_it_is_cut_in_blocks(
    texts: list[bytes], is_ended: bool, rows: int, block: int
) -> None:
    body = b"\n".join(texts) + (b"\n" if is_ended else b"")
    expected = body.split(b"\n")[: -1 if body.endswith(b"\n") or not body else None]

    class Short(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(block)

    reader = LineReader(Short(body), offset=0, line=1, longest=20)
    found: list[int] = []
    ended = False
    while not ended:
        lines = reader.take(rows)
        found += [lines.too_long.get(n, len(text)) for n, text in enumerate(lines.texts)]
        ended = lines.ended
        start = body[: lines.end].count(b"\n") + (lines.tail > 0) + 1 - len(lines.texts)
        assert lines.first == start
    assert found == [len(text) for text in expected]
    assert lines.end == len(body)


def test_a_header_column_that_stands_twice_sends_every_line_to_quarantine(tmp_path: Path) -> None:
    pull = pull_csv(tmp_path, GOOD + ",9", GOOD + ",10", header=HEADER + ",Risk_Score")

    assert [(r.line, r.reason, r.column) for r in pull.rejected] == [
        (2, "duplicate_column", "risk_score"),
        (3, "duplicate_column", "risk_score"),
    ]


def test_a_nul_in_a_column_nobody_asks_for_goes_to_quarantine_too(tmp_path: Path) -> None:
    assert pull_csv(tmp_path, GOOD + ",a\0b", header=HEADER + ",x").reasons == [(2, "nul_byte")]


def test_a_doubled_header_column_nobody_asks_for_does_no_harm(tmp_path: Path) -> None:
    assert len(pull_csv(tmp_path, GOOD + ",1,2", header=HEADER + ",x,x").rows) == 1


def test_quoted_newlines_are_one_record_where_a_feed_declares_them(tmp_path: Path) -> None:
    header = "user_ref,pattern,risk_score,memo"
    lines = ['u1,recovery,80,"two', 'lines"', "u2,recovery,80,one", 'u3,recovery,80,"a', "", 'b ""c"""']
    pull = pull_csv(tmp_path, *lines, header=header, quoted_newlines=True)

    assert pull.lines == 3
    assert [(r["line"], r["memo"]) for r in pull.rows] == [(2, "two\nlines"), (3, "one"), (4, 'a\n\nb "c"')]


def test_quoted_newlines_are_not_joined_where_a_feed_does_not_declare_them(tmp_path: Path) -> None:
    pull = pull_csv(tmp_path, 'u1,recovery,80,"two', 'lines"', header="user_ref,pattern,risk_score,memo")

    assert pull.reasons == [(2, "open_quote"), (3, "open_quote")]


def test_a_quote_that_never_closes_costs_its_own_line_even_where_newlines_may_be_quoted(
    tmp_path: Path,
) -> None:
    header = "user_ref,pattern,risk_score,memo"
    lines = ["u1,recovery,80,a", 'u2,recovery,80,"open', "u3,recovery,80,b", "u4,recovery,80,c"]
    pull = pull_csv(tmp_path, *lines, header=header, quoted_newlines=True)

    assert pull.reasons == [(3, "open_quote")]
    assert [row["user_ref"] for row in pull.rows] == ["u1", "u3", "u4"]


@pytest.mark.parametrize("header", ["", 'a,"b', "user_ref\0,pattern"])
def test_a_header_that_cannot_be_read_is_an_error_that_names_feed_and_file(
    tmp_path: Path, header: str
) -> None:
    with pytest.raises(FeedError, match=r"feed risk: flags\.csv"):
        pull_csv(tmp_path, GOOD, header=header)


def test_a_file_without_a_needed_column_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("user,pattern,risk_score\nu1,recovery,80\n")
    (tmp_path / "b.csv").write_text("user_ref,pattern,risk_score\nu1,recovery,80\n")
    batches = a_feed(tmp_path / "*.csv").batches(None)

    assert next(batches).lines == 1
    with pytest.raises(FeedError, match=r"a\.csv lacks the column user_ref; did you mean user\?"):
        next(batches)
