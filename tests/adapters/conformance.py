"""The kit that every HTTP sender must pass, run against a real socket server.

A check takes a Subject and raises AssertionError; `CHECKS` names them all. The law is written here anew.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import product
from typing import TypeVar

from outreach.adapters import transport
from outreach.adapters.transport import Line, Patience
from outreach.answers import Exchange
from outreach.domain.delivery import Accepted, Refused, SendResult, Unavailable, Unknown
from outreach.domain.message import Content, Message
from outreach.domain.scale import Channel
from outreach.engine.ports import Sender
from tests.adapters.loopback import Act, Loopback, Seen, closed_port, full_port, loopback, overheard, reply

HASTY = Patience(connect=0.4, silence=0.6, answer=0.5, batch=60)  # where something stalls on purpose
CALM = Patience()
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # made once: a context costs 20 ms
Met = TypeVar("Met")
WORDS = "Stop: 4200 USDT leave at 18:00. أوقف التحويل"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A sender under test and what its provider says when all is well."""

    make: Callable[[str, Exchange], Sender]
    to: str
    good: Callable[[str], Act]  # message id -> the answer that is Accepted; its ref holds the id's first six
    good_status: int
    refusal: bytes  # a body with the provider's own words of refusal, quoting the address and the text
    secrets: tuple[str, ...]
    not_taken: frozenset[int] = frozenset()  # 5xx that this provider documents as not taken
    bodiless: bool = False  # success is told by status and headers alone
    aside: Mapping[bytes, bytes] = field(default_factory=dict)  # path -> body, e.g. a token endpoint

    def message(self, number: int) -> Message:
        """A message with its own id, with words that must not leak."""
        return Message(
            id=f"{number:06d}" + "0123456789abcdef" + "c0ffee0123",
            reference=f"R{number:05d}",
            channel=Channel.SMS,
            to=self.to,
            locale="ar",
            content=Content(text=f"{WORDS} R{number:05d}", title="Stop the transfer", html="<p dir=rtl>x"),
            thread=f"outreach-{number}",
        )


class Red(AssertionError):
    """What a check says of a sender that does not conform."""


class NotReady(Red):
    """The first message was not accepted: a busy machine may answer too late for it. Nothing was shown."""


def once_ready(meet: Callable[[Patience], Met]) -> Met:
    """What it returns with the shortest patience in which the first message is accepted on this machine."""
    for times in (1, 2, 4):
        with suppress(NotReady):
            return meet(_slower(times))
    return meet(_slower(8))


def _slower(times: int) -> Patience:
    longer = {name: getattr(HASTY, name) * times for name in ("connect", "silence", "answer")}
    return replace(HASTY, **longer)


def demand(holds: bool, what: str) -> None:
    """Raise Red where it does not hold."""
    if not holds:
        raise Red(what)


@contextmanager
def provider(
    subject: Subject, choose: Callable[[Seen], Act], script: Sequence[Act] = ()
) -> Iterator[Loopback]:
    """The subject's provider on a socket; its side endpoints (tokens) answer well."""
    paths = list(subject.aside)

    def answer(seen: Seen) -> Act:
        first = seen.head.split(b"\r\n", 1)[0]
        for path in paths:
            if path in first:
                return reply(200, subject.aside[path])
        return choose(seen)

    with loopback(answer, script, paths[0] if paths else b"") as server:
        yield server


@contextmanager
def line(in_flight: int = 1, patience: Patience = CALM) -> Iterator[Line]:
    """A line to a provider on loopback."""
    with transport.line(in_flight, patience) as made:
        yield made


def sent(subject: Subject, sender: Sender, messages: Sequence[Message]) -> Sequence[SendResult]:
    """send_many, held to what holds always: no exception, one result a message, nothing private said."""
    with overheard() as heard:
        try:
            results = sender.send_many(messages)
        except Exception as error:
            raise Red(f"raised {type(error).__name__}") from error
    demand(len(results) == len(messages), "not one result a message")
    said = " ".join([repr(results), repr(sender), *heard])
    for private in (*subject.secrets, subject.to, WORDS, *(m.content.text for m in messages[:1])):
        demand(private not in said, f"{private[:4]}… is told in a result, a repr or the log")
    return results


# --- what each status and body means -------------------------------------------------------------------

BODIES = ("good", "refusal", "garbage", "empty", "list", "null", "types", "truncated")
STATUSES = tuple(range(200, 600))


def act_for(subject: Subject, status: int, body: str, message: str) -> Act:
    """An answer of this status with this kind of body."""
    if body in ("good", "truncated"):
        good = subject.good(message)
        head, _, rest = good.raw.partition(b"\r\n\r\n")
        if status in (204, 304):
            rest = b""
        line_end = head.index(b"\r\n")
        head = f"HTTP/1.1 {status} Said".encode() + head[line_end:]
        if body == "truncated" and rest:
            return Act(head + b"\r\n\r\n" + rest[: len(rest) // 2], then="close")
        return Act(head + b"\r\n\r\n" + rest)
    bodies = {
        "refusal": subject.refusal,
        "garbage": b"\x00\xff<html>\x80",
        "empty": b"",
        "list": b"[1, [2], {}]",
        "null": b"null",
        "types": b'{"sid": 5, "name": [], "code": "21211", "errors": {"a": 1}, "error": [3], "status": {}}',
    }
    return reply(status, bodies[body], [("Retry-After", "7")])


def lawful(subject: Subject, status: int, body: str) -> tuple[type, ...]:
    """The results that the law allows for this answer."""
    if 200 <= status < 300:
        whole = body == "good" or (body == "truncated" and subject.bodiless)
        if status == subject.good_status and whole:
            return (Accepted,)
        return (Accepted, Unknown) if whole else (Unknown,)
    if status == 429:
        return (Unavailable,)
    if 400 <= status < 500 and status != 408:
        return (Refused, Unavailable) if body == "refusal" else (Unavailable,)
    return (Unavailable,) if status in subject.not_taken else (Unknown,)


def sweep(subject: Subject, cases: Sequence[tuple[int, str]]) -> None:
    """Every case as one message of one batch; each result lawful, each request seen once, with our id."""
    messages = [subject.message(number) for number in range(len(cases))]
    case_of = {message.id: case for message, case in zip(messages, cases, strict=True)}

    def choose(seen: Seen) -> Act:
        case = case_of.get(seen.message)
        return act_for(subject, *case, seen.message) if case else reply(500)

    with provider(subject, choose) as server, line(4) as exchange:
        results = sent(subject, subject.make(server.url, exchange), messages)
    ids = [seen.message for seen in server.seen]
    demand(set(ids) == set(case_of), "our message id is not in every request")
    for case, result in zip(cases, results, strict=True):
        demand(type(result) in lawful(subject, *case), f"{case} became {type(result).__name__}")
    # A 401 may be tried again with a new access token; nothing else may be.
    repeated = {case_of[i][0] for i in ids if ids.count(i) > 1} if len(set(ids)) < len(ids) else set()
    demand(repeated <= {401}, f"repeated by itself after {sorted(repeated)}")


def the_telling_statuses_mean_the_same_with_every_body(subject: Subject) -> None:
    """The statuses that providers and proxies do send, with every kind of body."""
    common = (200, 201, 202, 204, 301, 400, 401, 403, 404, 408, 429, 500, 502, 503, 504)
    sweep(subject, list(product(common, BODIES)))


def every_status_means_the_same_with_every_body(subject: Subject) -> None:
    """The whole product: 3,200 answers."""
    sweep(subject, list(product(STATUSES, BODIES)))


# --- connections that break ---------------------------------------------------------------------------

BROKEN = tuple(
    Act(raw, when, then)
    for when, raw, then in [
        *product(("accept", "head"), (b"",), ("close", "reset", "stall")),
        *product(
            ("body",),
            (b"", b"HTTP/1.1 2", b"HTTP/1.1 201 Created\r\nContent-Le", b"\x15\x03\x01\x00\x02"),
            ("close", "reset", "stall"),
        ),
    ]
)
"""Every moment at which a connection can break without an answer, and every way."""


def _broken(subject: Subject, act: Act, kept: bool) -> None:
    once_ready(lambda hasty: _break(subject, act, kept, hasty))


def _break(subject: Subject, act: Act, kept: bool, hasty: Patience) -> None:
    first, second = subject.message(1), subject.message(2)

    def well(seen: Seen) -> Act:
        return subject.good(seen.message)

    patience = hasty if act.then == "stall" else CALM
    script = [replace(subject.good(first.id), when="body"), act] if kept else [act]
    with provider(subject, well, script) as server, line(1, patience) as exchange:
        sender = subject.make(server.url, exchange)
        if kept and type(sent(subject, sender, [first])[0]) is not Accepted:
            raise NotReady("a good answer is not Accepted")
        result = sent(subject, sender, [second])[0]
    seen = [s for s in server.seen if s.message == second.id]
    where = f"{act} on a {'kept-alive' if kept else 'fresh'} connection"
    demand(len(seen) <= 1, f"the request was repeated: {where}")
    if act.when == "body":
        demand(type(result) is Unknown, f"{type(result).__name__} though the request was read: {where}")
    elif seen:
        demand(isinstance(result, Accepted | Unknown), f"{type(result).__name__} though it was read: {where}")
    else:
        demand(isinstance(result, Unknown | Unavailable), f"{type(result).__name__} of nothing: {where}")


def a_connection_that_breaks_leaves_the_message_in_doubt(subject: Subject) -> None:
    """Close, reset, stall, half an answer; before and after reading; on fresh and kept-alive connections."""
    # With a side endpoint (a token) the first message's connection is kept alive in any case.
    kept = (True,) if subject.aside else (False, True)
    with ThreadPoolExecutor(36) as pool:
        list(pool.map(lambda case: _broken(subject, *case), product(BROKEN, kept)))


def no_connection_is_unavailable(subject: Subject) -> None:
    """Refused, a name that does not exist, a handshake that never ends: nothing was written."""
    with full_port() as full:
        urls = (f"http://127.0.0.1:{closed_port()}", "http://nowhere.invalid", f"http://127.0.0.1:{full}")
        for url in urls:
            with line(1, HASTY) as exchange:
                result = sent(subject, subject.make(url, exchange), [subject.message(1)])[0]
            demand(type(result) is Unavailable, f"{type(result).__name__} without a connection")


# --- batches, waiting, odd messages ---------------------------------------------------------------------


def results_come_in_the_order_of_the_messages(subject: Subject) -> None:
    """Also with several requests in flight; an empty batch sends nothing."""
    messages = [subject.message(number) for number in range(60)]
    with provider(subject, lambda seen: subject.good(seen.message)) as server, line(6) as exchange:
        sender = subject.make(server.url, exchange)
        demand(list(sent(subject, sender, [])) == [] and not server.seen, "an empty batch did something")
        results = sent(subject, sender, messages)
    for message, result in zip(messages, results, strict=True):
        demand(isinstance(result, Accepted) and message.id[:6] in result.ref, "a result is not its message's")
    demand(len(server.seen) == len(messages), "not one request a message")


def a_busy_provider_is_left_alone_for_as_long_as_it_asks(subject: Subject) -> None:
    """Retry-After in seconds and as a date."""
    date = [("Date", "Sun, 22 Nov 2026 10:00:00 GMT"), ("Retry-After", "Sun, 22 Nov 2026 10:01:30 GMT")]
    for headers, wait in (([("Retry-After", "30")], 30), (date, 90)):
        with provider(subject, lambda seen, h=headers: reply(429, b"{}", h)) as server, line() as exchange:
            result = sent(subject, subject.make(server.url, exchange), [subject.message(1)])[0]
        good = isinstance(result, Unavailable) and result.retry_after == timedelta(seconds=wait)
        demand(good, "Retry-After is not honoured")


def odd_messages_are_results_too(subject: Subject) -> None:
    """Text that no encoding takes, an address of several lines, a megabyte of text, nothing at all."""
    plain = subject.message(0)
    texts = ("\ud800", "", "\x00", "x" * 1_000_000, "SG.abcdefghij.klmnopqrst", "a\r\nb")
    odd = [replace(plain, id=f"{n:032x}", content=Content(text=t, title=t)) for n, t in enumerate(texts)]
    odd += [
        replace(plain, id=f"{n:032x}", to=to) for n, to in enumerate(("", "a\r\nX: y", "ü@ü", "\ud800"), 100)
    ]
    with provider(subject, lambda seen: subject.good(seen.message)) as server, line() as exchange:
        results = sent(subject, subject.make(server.url, exchange), [*odd, plain])
    demand(isinstance(results[-1], Accepted), "one odd message spoils the batch")
    for result in results:
        demand(isinstance(result, Accepted | Refused), f"an odd message became {type(result).__name__}")


CHECKS: Mapping[str, Callable[[Subject], None]] = {
    check.__name__: check
    for check in (
        the_telling_statuses_mean_the_same_with_every_body,
        a_connection_that_breaks_leaves_the_message_in_doubt,
        no_connection_is_unavailable,
        results_come_in_the_order_of_the_messages,
        a_busy_provider_is_left_alone_for_as_long_as_it_asks,
        odd_messages_are_results_too,
    )
}
