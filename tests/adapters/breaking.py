"""Every way in which a conversation with a provider can break, on a real socket that counts what it saw.

A way is met by the second of two messages: the first goes well, and its connection is kept for the second or
not. `failures.toml` says of each way by name what it must mean; the law below is held whatever that says.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from outreach.adapters import transport
from outreach.adapters.transport import Patience
from outreach.adapters.transport.reading import MOST_BYTES, MOST_HEAD
from outreach.domain.delivery import Accepted, Refused, SendResult, Unavailable, Unknown
from tests.adapters.conformance import CALM, HASTY, NotReady, Red, Subject, demand, once_ready, sent
from tests.adapters.loopback import Act, Loopback, Seen, closed_port, full_port, loopback, reply

WORD = {Accepted: "accepted", Refused: "refused", Unavailable: "unavailable", Unknown: "unknown"}
GOOD = b"{the answer}"
"""Stands in a way's bytes for the subject's own good answer."""

EXTRA = b"X-Extra: "
LONG_HEAD = EXTRA + b"x" * MOST_HEAD + b"\r\n"


@dataclass(frozen=True, kw_only=True)
class Way:
    """How it breaks: what the provider does about the second request, or (`idle`) before it comes.

    `answers`: the bytes hold a whole status line and head, so that the provider has spoken."""

    act: Act
    idle: bool = False
    answers: bool = False


def _way(raw: bytes, when: str = "body", then: str = "close", **more: float) -> Way:
    return Way(act=Act(raw, when, then, **more))


def _said(raw: bytes, when: str = "body", then: str = "close", **more: float) -> Way:
    return Way(act=Act(raw, when, then, **more), answers=True)


def _idle(raw: bytes, then: str = "keep") -> Way:
    return Way(act=Act(raw, "accept", then), idle=True)


_OK = b"HTTP/1.1 200 OK\r\n"
_BUSY = b"HTTP/1.1 429 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"

WAYS: Mapping[str, Way] = {
    "it hangs up before reading": _way(b"", "peek"),
    "it resets before reading": _way(b"", "peek", "reset"),
    "it says nothing and reads nothing": _way(b"", "peek", "stall"),
    "it hangs up in the middle of the request": _way(b"", "half"),
    "it resets in the middle of the request": _way(b"", "half", "reset"),
    "it stops in the middle of the request": _way(b"", "half", "stall"),
    "it hangs up after reading": _way(b""),
    "it resets after reading": _way(b"", then="reset"),
    "it says nothing after reading": _way(b"", then="stall"),
    "half a status line, then it hangs up": _way(b"HTTP/1.1 2"),
    "half a status line, then a reset": _way(b"HTTP/1.1 2", then="reset"),
    "half a status line, then silence": _way(b"HTTP/1.1 2", then="stall"),
    "half a head, then it hangs up": _way(b"HTTP/1.1 201 Created\r\nContent-Le"),
    "half a head, then a reset": _way(b"HTTP/1.1 201 Created\r\nContent-Le", then="reset"),
    "half a head, then silence": _way(b"HTTP/1.1 201 Created\r\nContent-Le", then="stall"),
    "a head that never ends": _way(_OK + LONG_HEAD, then="stall"),
    "a head that comes too slowly": _way(_OK + EXTRA + b"x" * 200, then="stall", pause=0.05),
    "bytes that are no HTTP": _way(b"\x00\xff<html>\x80", then="stall"),
    "an alert of TLS": _way(b"\x15\x03\x01\x00\x02\x02\x28", then="stall"),
    "an answer in HTTP/2": _way(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00", then="stall"),
    "an answer in HTTP/0.9": _way(b"ok\r\n"),
    "a change of protocol": _way(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", then="stall"),
    "a status that is none": _way(b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n", then="stall"),
    "two lengths that differ": _way(_OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}}"),
    "a length below nothing": _way(_OK + b"Content-Length: -2\r\n\r\n{}"),
    "a header without a colon": _way(_OK + b"what is this\r\n\r\n"),
    "a NUL in a header": _way(_OK + b"X: a\0b\r\n\r\n"),
    "an interim answer and no other": _way(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "an interim answer, then silence": _way(b"HTTP/1.1 100 Continue\r\n\r\n", then="stall"),
    "interim answers, then the answer": _said(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + GOOD, then="keep"
    ),
    "the answer byte by byte": _said(GOOD, then="keep", pause=0.0002),
    "the answer in many pieces at once": _said(GOOD, then="keep", cork=7),
    "the answer, then a reset": _said(GOOD, then="reset"),
    "the answer, and bytes after it": _said(GOOD + b"HTTP/1.1 500 Another\r\n\r\n", then="keep"),
    "a body that breaks off": _said(_OK + b"Content-Length: 90\r\n\r\n{", then="close"),
    "a body that is reset": _said(_OK + b"Content-Length: 90\r\n\r\n{", then="reset"),
    "a body that never ends": _said(_OK + b"Content-Length: 90\r\n\r\n{", then="stall"),
    "a body that comes too slowly": _said(
        _OK + b"Content-Length: 90\r\n\r\n{" + b" " * 80, then="stall", pause=0.03
    ),
    "a body that is too long": _said(_OK + b"Content-Length: %d\r\n\r\n{" % (MOST_BYTES + 1), then="stall"),
    "chunks that break off": _said(_OK + b"Transfer-Encoding: chunked\r\n\r\n50\r\n{", then="close"),
    "chunks that are none": _said(_OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{", then="stall"),
    "a 429 before the request was read": _said(_BUSY, "half"),
    "a 429, then a reset": _said(_BUSY, "body", "reset"),
    "it hung up while the connection was idle": _idle(b"", "close"),
    "it reset the connection while it was idle": _idle(b"", "reset"),
    "bytes that nobody asked for while it was idle": _idle(b"\x00\xffgarbage"),
    "an answer that nobody asked for while it was idle": _idle(_OK + b"Content-Length: 0\r\n\r\n"),
}


def _closing(act: Act) -> Act:
    """A good answer after which the connection is not kept."""
    first, rest = act.raw.split(b"\r\n", 1)
    return Act(first + b"\r\nConnection: close\r\n" + rest, then="close")


def met(subject: Subject, way: Way, *, kept: bool, tls: tuple[ssl.SSLContext, ssl.SSLContext] | None) -> str:
    """What became of the second message, in a word. Raises Red where the law does not hold."""
    return once_ready(lambda hasty: _met(subject, way, hasty, kept=kept, tls=tls))


def _met(
    subject: Subject,
    way: Way,
    hasty: Patience,
    *,
    kept: bool,
    tls: tuple[ssl.SSLContext, ssl.SSLContext] | None,
) -> str:
    first, second = subject.message(1), subject.message(2)
    good = subject.good(second.id)
    begin = subject.good(first.id) if kept else _closing(subject.good(first.id))
    act = replace(way.act, raw=way.act.raw.replace(GOOD, good.raw))
    trust, shown = tls or (None, None)
    with _serving(subject, [replace(begin, when="body"), act], shown) as server:
        # Connecting is not what breaks here, and may take its time on a busy machine.
        patience = replace(hasty, connect=CALM.connect) if act.then == "stall" else CALM
        with transport.line(1, patience, trust) as exchange:
            sender = subject.make(server.url, exchange)
            if type(sent(subject, sender, [first])[0]) is not Accepted:
                raise NotReady("a good answer is not Accepted")
            if way.idle:
                server.drained.wait(5)
            result = sent(subject, sender, [second])[0]
        held(way, result, [seen for seen in server.seen if seen.message == second.id])
    return WORD[type(result)]


@contextmanager
def _serving(subject: Subject, script: list[Act], shown: ssl.SSLContext | None) -> Iterator[Loopback]:
    aside = next(iter(subject.aside), b"")

    def answer(seen: Seen) -> Act:
        if aside and aside in seen.head.split(b"\r\n", 1)[0]:
            return reply(200, subject.aside[aside])
        return subject.good(seen.message)

    with loopback(answer, script, aside, shown) as server:
        yield server


def held(way: Way, result: SendResult, seen: list[Seen]) -> None:
    """The law, from what the provider saw: never twice, and never "not taken" of what it read whole, unless
    that is what it answered."""
    demand(len(seen) <= 1, "the request was sent again")
    if seen and not (way.answers or way.idle):
        demand(type(result) is Unknown, f"{type(result).__name__}, though the request was read whole")
    if isinstance(result, Unavailable | Refused):
        demand(not seen or way.answers, f"{type(result).__name__}, though the request was read whole")
        demand(way.answers, f"{type(result).__name__}, though the request had been written")
    if isinstance(result, Accepted):
        demand(len(seen) == 1, "Accepted, though nothing was read")


# --- never connected ------------------------------------------------------------------------------------


def unconnected(subject: Subject, tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> Mapping[str, str]:
    """What each way of never getting a connection means, by name. Red where anything was read."""
    ours, theirs = tls
    told: dict[str, str] = {}

    def meet(name: str, url: str, trust: ssl.SSLContext | None = None, patience: Patience = HASTY) -> None:
        with transport.line(1, patience, trust) as exchange:
            result = sent(subject, subject.make(url, exchange), [subject.message(1)])[0]
        told[name] = WORD[type(result)]

    meet("nobody listens", f"http://127.0.0.1:{closed_port()}")
    meet("no such name", "http://nowhere.invalid")
    meet("a scheme that is not HTTP", "ftp://127.0.0.1")
    with full_port() as full:
        meet("the connection is never made", f"http://127.0.0.1:{full}")
    for name, act in (
        ("it does not speak TLS", Act(b"no TLS here\r\n", "accept", "close")),
        ("it hangs up in the handshake of TLS", Act(b"", "peek", "close")),
        ("it resets in the handshake of TLS", Act(b"", "peek", "reset")),
        ("the handshake of TLS never ends", Act(b"", "peek", "stall")),
    ):
        with loopback(lambda seen: reply(200), [act]) as server:
            meet(name, server.url.replace("http:", "https:"), ours)
            demand(not server.seen, f"{name}, and yet it was read")
    with loopback(lambda seen: reply(200), tls=theirs) as server:
        meet("its certificate is not trusted", server.url)
        meet("its certificate is another's", server.url.replace("127.0.0.1", "localhost"), ours)
        demand(not server.seen, "read by somebody who is not trusted")
    return told


__all__ = ["WAYS", "Red", "Way", "held", "met", "unconnected"]
