"""One HTTP answer: whole however it is cut, and everything else is told apart from it."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from contextlib import suppress

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.transport.reading import MOST_HEAD, Garbled, Reading

PLAIN = b"HTTP/1.1 201 Created\r\nX-Message-Id: abc\r\nContent-Length: 5\r\n\r\nhello"
CHUNKS = b"2;x=1\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + PLAIN
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


def fed(*pieces: bytes, most: int = 1000) -> tuple[Reading, bool]:
    reading, whole = Reading(most), False
    for piece in pieces:
        whole = reading.feed(piece)
    return reading, whole


def cut(octets: bytes, places: Sequence[int]) -> list[bytes]:
    ends = sorted({place % (len(octets) + 1) for place in places})
    return [octets[a:b] for a, b in zip([0, *ends], [*ends, len(octets)], strict=True)]


@pytest.mark.parametrize("answer", [PLAIN, CHUNKED, INTERIM, EMPTY])
@given(places=st.lists(st.integers(0, 300), max_size=8))
def test_an_answer_is_the_same_however_it_is_cut(answer: bytes, places: list[int]) -> None:
    reading = Reading()
    wholes = [reading.feed(piece) for piece in cut(answer, places) if piece]
    assert wholes[-1]
    assert not any(wholes[:-1])
    assert reading.status in (200, 201, 204)
    assert reading.content() == (b"" if reading.status == 204 else b"hello")
    assert reading.keep


@given(
    st.binary(max_size=80)
    | st.builds(lambda a, b: PLAIN[:a] + b + PLAIN[a:], st.integers(0, 66), st.binary(max_size=6))
)
def test_whatever_comes_it_is_an_answer_or_garbled_or_awaited(octets: bytes) -> None:
    with suppress(Garbled):
        reading, _ = fed(octets)
        reading.end()
        assert reading.status == 0 or 200 <= reading.status < 600
        assert reading.keep is False


@given(
    st.lists(
        st.sampled_from([b"5\r\n", b"hello", b"\r\n", b"0\r\n", b"a;b\r\n", b"-1\r\n", b" 5\r\n", b"x"]),
        max_size=8,
    )
)
def test_chunks_are_read_as_h11_reads_them_or_not_at_all(pieces: list[bytes]) -> None:
    answer = CHUNKED.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + b"".join(pieces)
    reading, whole = fed(answer)
    if whole and reading.keep:
        theirs = h11.Connection(h11.CLIENT)
        theirs.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
        theirs.send(h11.EndOfMessage())
        theirs.receive_data(answer)
        body = b""
        while not isinstance(said := theirs.next_event(), h11.EndOfMessage):
            body += bytes(said.data) if isinstance(said, h11.Data) else b""
        assert body == bytes(reading.body)


@pytest.mark.parametrize(
    "answer",
    [
        b"\x15\x03\x01\x00\x02",
        b"<html>",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 20\r\n\r\n",
        b"HTTP/1.1 600 No\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * MOST_HEAD + b"\r\n\r\n",
    ],
)
def test_what_is_not_plainly_an_answer_is_garbled(answer: bytes) -> None:
    with pytest.raises(Garbled):
        fed(answer)


@pytest.mark.parametrize(
    ("head", "keep"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: x, Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n", False),
    ],
)
def test_a_connection_is_kept_only_where_the_next_answer_will_be_ours(head: bytes, keep: bool) -> None:
    reading, whole = fed(head)
    assert whole
    assert reading.keep is keep


def test_a_body_that_ends_with_its_connection_is_read() -> None:
    reading, whole = fed(b"HTTP/1.1 200 OK\r\n\r\nhel", b"lo")
    assert not whole
    reading.end()
    assert reading.content() == b"hello"


@pytest.mark.parametrize("answer", [PLAIN[:-1], CHUNKED[:-20], CHUNKED[:-1]])
def test_a_body_that_breaks_off_is_empty_and_its_status_counts(answer: bytes) -> None:
    reading, whole = fed(answer)
    assert not whole
    reading.end()
    assert reading.status in (200, 201)
    assert reading.content() == b""


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + (b"1f4\r\n" + b"x" * 500 + b"\r\n") * 3,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_a_body_that_is_too_long_or_no_body_is_left(answer: bytes) -> None:
    reading, whole = fed(answer)
    assert whole
    assert (reading.status, reading.content(), reading.keep) == (200, b"", False)


@pytest.mark.parametrize(
    ("how", "body", "read"), [(b"gzip", gzip.compress(b"hello", mtime=0), b"hello"), (b"br", b"x", b"")]
)
def test_a_body_that_somebody_zipped_is_unzipped(how: bytes, body: bytes, read: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (how, len(body))
    assert fed(head + body)[0].content() == read


def test_a_zipped_body_does_not_blow_up() -> None:
    body = gzip.compress(b"x" * 1_000_000, mtime=0)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert len(fed(head + body, most=2000)[0].content()) <= 2000
