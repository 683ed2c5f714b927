"""Lists as other parties publish them: read whatever comes, bounded, asked for where new, and given on."""

from __future__ import annotations

import gzip
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import stix2
from hypothesis import given
from hypothesis import strategies as st
from stix2patterns.validator import run_validator

from outreach.adapters.address_lists import (
    ListFiles,
    ListUrl,
    Shape,
    rows_in,
    write_csv,
    write_json,
    write_stix,
)
from outreach.adapters.address_lists.reading import FORMATS
from outreach.domain.chains import Address, Chain, Fault
from outreach.domain.entries import Entry
from outreach.domain.listed import Row
from outreach.errors import FeedError

AT = datetime(2026, 11, 1, 12, 30, 15, 123456, tzinfo=UTC)


def read(text: str | bytes, **shape: object) -> list[Row]:
    raw = text.encode() if isinstance(text, str) else text
    return list(rows_in(raw, Shape(**shape), "list"))  # type: ignore[arg-type]


def test_a_csv_is_read_by_its_header_and_a_row_that_is_none_says_so() -> None:
    rows = read("chain,address,categories\nBTC,1abc,a|b\nETH\nLTC,3x,y,z\n")

    assert rows[0] == Row(line=2, chain="BTC", address="1abc", categories=("a", "b"))
    assert [row.fault for row in rows] == [None, Fault.UNREADABLE, Fault.UNREADABLE]


def test_columns_may_have_other_names_and_rows_several_sources() -> None:
    shape = {"columns": {"address": "wallet", "chain": "net"}, "sources": "who", "delimiter": ";"}
    (row,) = read("wallet;net;who;confidence\n0xAB;ETH;one|two;80\n", **shape)

    assert (row.address, row.chain, row.sources, row.confidence) == ("0xAB", "ETH", ("one", "two"), "80")


def test_a_csv_without_an_address_column_is_refused_in_words() -> None:
    with pytest.raises(FeedError, match="no column 'address'"):
        read("wallet\n0xAB\n")


def test_a_line_may_be_a_days_list_with_what_was_taken_off() -> None:
    day = {
        "date": "2026-11-02",
        "addresses": ["0x1", {"address": "0x2", "category": "mule"}],
        "removed": ["0x3"],
    }
    rows = read(json.dumps(day) + "\n\nnot json\n[1]\n", format="ndjson", chain="evm")

    assert [(r.address, r.at, r.is_removed) for r in rows[:3]] == [
        ("0x1", "2026-11-02", False),
        ("0x2", "2026-11-02", False),
        ("0x3", "2026-11-02", True),
    ]
    assert (rows[1].categories, rows[0].chain) == (("mule",), "evm")
    assert [(r.line, r.fault) for r in rows[3:]] == [(3, Fault.UNREADABLE), (4, Fault.UNREADABLE)]


@pytest.mark.parametrize("wrapped", ['["0x1", "0x2"]', '{"entries": [{"address": "0x1"}, "0x2"]}'])
def test_json_is_a_list_or_an_object_with_entries(wrapped: str) -> None:
    assert [row.address for row in read(wrapped, format="json")] == ["0x1", "0x2"]


def test_gzip_is_unpacked_and_never_to_more_than_it_may() -> None:
    packed = gzip.compress(b"address\n0x1\n")

    assert [row.address for row in read(packed)] == ["0x1"]
    with pytest.raises(FeedError, match="larger than 1,000 bytes"):
        read(gzip.compress(b"address\n" + b"0" * 10_000_000), largest=1000)
    with pytest.raises(FeedError, match="cut short"):
        read(packed[:-9])
    assert [row.address for row in read(gzip.compress(b"address\n") + gzip.compress(b"0x1\n"))] == ["0x1"]


@pytest.mark.parametrize("format", FORMATS)
def test_a_web_page_in_the_place_of_a_list_is_no_list_with_nothing_in_it(format: str) -> None:
    with pytest.raises(FeedError, match="web page"):
        read("\n<!doctype html>\n<title>Please log in</title>\n", format=format)


def test_what_is_between_cells_is_one_character_and_a_column_that_is_asked_for_is_there() -> None:
    with pytest.raises(FeedError, match="one character"):
        read("address\n0x1\n", delimiter="ab")
    with pytest.raises(FeedError, match="no column 'who'"):
        read("address\n0x1\n", sources="who")
    with pytest.raises(FeedError, match="no column 'ends'"):
        read("address\n0x1\n", columns={"expires_at": "ends"})


def test_names_of_sources_can_be_kept_and_shown_whatever_stands_in_them() -> None:
    line = json.dumps({"address": "0x1", "by": "a\x00b\ud800|c\u001b[2J\u2028d"}, ensure_ascii=True)
    (row,) = read(line, format="ndjson", sources="by")

    assert row.sources == ("a\ufffdb\ufffd", "c\ufffd[2J d")


def test_a_line_of_json_ends_where_the_line_does() -> None:
    line = json.dumps({"address": "0x1", "label": "a\u2028b\x85c"}, ensure_ascii=False)
    assert [row.address for row in read(f"{line}\r\n{line}\n", format="ndjson")] == ["0x1", "0x1"]


@given(st.binary(max_size=300), st.sampled_from(FORMATS))
def test_no_bytes_at_all_break_the_reading(raw: bytes, format: str) -> None:
    try:
        rows = read(raw, format=format)
    except FeedError:
        return
    assert all(isinstance(row, Row) for row in rows)


def a_file(folder: Path, day: str, *addresses: str) -> Path:
    path = folder / f"daily-{day}.csv"
    path.write_text("address\n" + "".join(f"{each}\n" for each in addresses), encoding="utf-8")
    return path


def test_only_files_that_are_new_or_changed_are_read_each_as_of_its_day(tmp_path: Path) -> None:
    feed = ListFiles(name="daily", pattern=str(tmp_path / "daily-*.csv"), shape=Shape())
    a_file(tmp_path, "2026-11-02", "0x2")
    changed = a_file(tmp_path, "2026-11-01", "0x1")
    first = list(feed.fetch(""))

    assert [each.as_of for each in first] == [datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2)]
    assert list(feed.fetch(first[-1].position)) == []
    assert len(list(feed.fetch(first[0].position))) == 1
    os.utime(changed, ns=(1, 1))
    assert [[r.address for r in each.rows] for each in feed.fetch(first[-1].position)] == [["0x1"]]


def test_where_no_file_is_the_feed_says_so(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="no file is at its path"):
        list(ListFiles(name="daily", pattern=str(tmp_path / "*.csv"), shape=Shape()).fetch(""))


class Site:
    """A server of one list."""

    def __init__(self, body: bytes, *, knows: bool = True) -> None:
        self.body, self.knows, self.asked = body, knows, list[httpx.Headers]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.headers)
        if self.knows and request.headers.get("if-none-match") == '"v1"':
            return httpx.Response(304)
        told = {"etag": '"v1"', "last-modified": "yesterday"}
        return httpx.Response(200, content=iter((self.body,)), headers=told)

    def feed(self, largest: int = 1 << 20) -> ListUrl:
        client = httpx.Client(transport=httpx.MockTransport(self))
        return ListUrl(name="partner", url="https://x.example/l", client=client, shape=Shape(largest=largest))


@pytest.mark.parametrize("knows", [True, False])
def test_a_list_at_a_url_is_read_once_until_it_changes(knows: bool) -> None:
    site = Site(b"address\n0x1\n", knows=knows)
    (first,) = site.feed().fetch("")

    assert [row.address for row in first.rows] == ["0x1"]
    assert list(site.feed().fetch(first.position)) == []
    assert site.asked[-1]["if-modified-since"] == "yesterday"
    site.body, site.knows = b"address\n0x2\n", False
    assert len(list(site.feed().fetch(first.position))) == 1


def test_a_list_that_is_too_large_is_refused_while_it_arrives() -> None:
    with pytest.raises(FeedError, match="largest_bytes"):
        list(Site(b"address\n" + b"0" * 5000).feed(largest=1000).fetch(""))


def site_of(*parts: bytes, **headers: str) -> httpx.Client:
    """A server that sends these pieces."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, content=iter(parts), headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return httpx.Client(transport=httpx.MockTransport(answer))


def test_a_packed_answer_is_unpacked_by_us_and_never_twice() -> None:
    list_ = gzip.compress(b"address\n0x1\n")
    plain = ListUrl(name="p", url="https://x", client=site_of(list_, content_encoding="gzip"), shape=Shape())
    (fetched,) = plain.fetch("")
    assert [row.address for row in fetched.rows] == ["0x1"]

    for packed, wanted in (
        ("gzip", "larger than 1,000"),
        ("gzip, gzip", "packed in a way"),
        ("br", "packed in a way"),
    ):
        client = site_of(gzip.compress(b"0" * 100_000), content_encoding=packed)
        with pytest.raises(FeedError, match=wanted):
            list(ListUrl(name="p", url="https://x", client=client, shape=Shape(largest=1000)).fetch(""))


def test_an_answer_that_never_ends_is_let_go() -> None:
    seconds = iter(range(0, 10_000, 100))
    client = site_of(*[b"x"] * 50)
    feed = ListUrl(
        name="p", url="https://x", client=client, shape=Shape(), elapsed=lambda: float(next(seconds))
    )

    with pytest.raises(FeedError, match="took longer than 600 seconds"):
        list(feed.fetch(""))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x.example/l", "http://", "no address at all"])
def test_what_is_no_address_of_a_server_is_not_read(url: str) -> None:
    with httpx.Client() as client, pytest.raises(FeedError, match="not heard"):
        list(ListUrl(name="p", url=url, client=client, shape=Shape()).fetch(""))


@pytest.mark.parametrize("status", [302, 401, 404, 500])
def test_any_other_answer_is_told_without_the_address(status: int) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(status)))
    with pytest.raises(FeedError, match=f"answered {status}") as refusal:
        list(ListUrl(name="p", url="https://secret.example", client=client, shape=Shape()).fetch(""))

    assert "secret" not in str(refusal.value)


def entries(n: int = 3) -> list[Entry]:
    return [
        Entry(
            address=Address(Chain.EVM, f"0x{k:040x}"),
            categories=("drainer", "phish'ing"),
            sources=("one", "two"),
            confidence=70 if k else None,
            first_seen=AT,
            last_seen=AT + timedelta(days=k),
            expires_at=AT + timedelta(days=90) if k == 1 else None,
        )
        for k in range(n)
    ]


def test_the_stix_bundle_is_valid_and_its_ids_stay() -> None:
    text = "".join(write_stix(entries(), "Acme", AT))
    bundle = stix2.parse(text, allow_custom=False)
    later = json.loads("".join(write_stix(entries(), "Acme", AT + timedelta(days=1))))

    kinds = [each.type for each in bundle.objects]
    assert kinds == ["identity", "indicator", "indicator", "indicator"]
    assert [each.id for each in bundle.objects] == [each["id"] for each in later["objects"]]
    assert all(run_validator(each.pattern, stix_version="2.1") == [] for each in bundle.objects[1:])
    assert bundle.objects[1].pattern == f"[cryptocurrency-wallet:value = '0x{'0' * 40}']"


def test_a_later_stix_export_is_a_newer_version_of_the_same_objects_whatever_changed() -> None:
    def exported(entry: Entry, firm: str, now: datetime) -> dict[str, Any]:
        found: dict[str, Any] = json.loads("".join(write_stix([entry], firm, now)))["objects"][1]
        return found

    entry = entries(1)[0]
    older = replace(entry, first_seen=AT - timedelta(days=30), categories=("drainer", "rug pull"))
    one, two = exported(entry, "Acme", AT), exported(older, "Acme", AT + timedelta(hours=1))

    assert (one["id"], one["created"]) == (two["id"], two["created"])
    assert one["created"] <= one["modified"] < two["modified"]
    assert exported(entry, "Other Bank", AT)["id"] != one["id"]  # an object has one creator


def test_what_is_exported_is_read_again_as_it_was() -> None:
    for style, written in (("csv", write_csv(entries())), ("json", write_json(entries()))):
        rows = read("".join(written), format=style, sources="sources")

        assert [r.address for r in rows] == [e.address.text for e in entries()]
        assert {(r.chain, r.categories, r.sources) for r in rows} == {
            ("evm", ("drainer", "phish'ing"), ("one", "two"))
        }
        assert rows[1].expires_at == entries()[1].expires_at.isoformat()  # type: ignore[union-attr]


def test_nothing_listed_is_still_a_list() -> None:
    assert json.loads("".join(write_json([]))) == {"entries": []}
    assert stix2.parse("".join(write_stix([], "Acme", AT))).objects[0].name == "Acme"
