"""Callbacks of providers: forged ones change nothing, strange ones break nothing, and in whatever order the
good ones come, the status of a message ends the same. Through the real doors, on both databases."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import httpx
from sqlalchemy import select

from outreach.adapters.core_none import NoCore
from outreach.adapters.sendgrid.receipts import SIGNATURE as SENDGRID_SIGNATURE
from outreach.adapters.sendgrid.receipts import TIMESTAMP
from outreach.adapters.twilio.receipts import SIGNATURE as TWILIO_SIGNATURE
from outreach.engine.feedback import Feedback
from outreach.store.database import Store
from outreach.store.tables import messages, receipts
from outreach.web import Addresses, Callbacks, create_app
from outreach.wiring.callbacks import callbacks
from tests.build_ledger import Ledger
from tests.doors.callback_world import EVENTS, PUBLIC, STATUS, Provider, callback_settings
from tests.doors.web_world import KEYS, WORDS
from tests.prove.counting import count
from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.signing import (
    SIGNED_AT,
    Fields,
    an_event,
    sendgrid_headers,
    sendgrid_request,
    status_form,
    twilio_request,
)

LIFE = ("queued", "sent", "delivered")
ENDS = ("delivered", "undelivered", "failed")
EVENTS_AT_ONCE = 10_000
TOO_LARGE = 50_000_000
Headers = dict[str, str]
Request = tuple[str, bytes, Headers]
Deck = random.Random


@dataclass(frozen=True, slots=True)
class Door:
    """The application over one store, and who posts to it."""

    store: Store
    provider: Provider

    def post(self, request: Request) -> httpx.Response:
        path, body, headers = request
        return self.provider.post(path, body, headers)


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` forged and as many strange callbacks, and the receipts of as many messages, shuffled."""
    told: list[dict[str, Figure]] = []
    with ground.stores() as stores:
        for name, store in stores.items():
            told.append(_on(Door(store, Provider(_app(store))), ground.n // len(stores), Deck(name)))
    return {
        name: Figure(sum(one[name].value for one in told), sum(one[name].n for one in told), figure.of)
        for name, figure in told[0].items()
    }


def _app(store: Store) -> Callable[..., object]:
    taken = Callbacks(
        doors=callbacks(callback_settings()),
        receive=Feedback(store=store, core=NoCore(), firm="Acme").receive,
        count=lambda party, outcome, times: None,
        addresses=Addresses(public_url=PUBLIC),
    )
    feedback = Feedback(store=store, core=NoCore(), firm="Acme")
    return taken.mount(create_app(feedback, lambda: SIGNED_AT, KEYS, WORDS), lambda: SIGNED_AT)


def _on(door: Door, n: int, deck: Deck) -> dict[str, Figure]:
    ids = _messages(door.store, n)
    forged = [door.post(each).status_code for each in _forged(ids, n, deck)]
    believed = count(door.store, receipts)
    strange = [door.post(each).status_code for each in _strange(ids, n, deck)]
    large = door.post((EVENTS, b" " * TOO_LARGE, sendgrid_request([])[1])).status_code
    kept = _many_at_once(door, ids)
    differ = _shuffled(door, ids, deck)
    every = [*forged, *strange, large]
    return {
        "forged and believed": Figure(max(sum(s < 300 for s in forged), believed), n, "forged callbacks"),
        "server errors": Figure(sum(s >= 500 for s in every), len(every), "forged, garbage and strange ones"),
        "bodies of 50 MB taken": Figure(int(large != 413), 1, "body"),
        "good events lost beside bad ones": Figure(EVENTS_AT_ONCE - kept, EVENTS_AT_ONCE, "events in a body"),
        "statuses that depend on the order": Figure(
            differ, len(ids), "messages, told late, twice, reordered"
        ),
    }


def _messages(store: Store, n: int) -> list[str]:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        person = ledger.person("bench")
        return [ledger.message(person, ledger.outreach(person), status="accepted") for _ in range(n)]


def _twilio(message: str, word: str, **more: str) -> Request:
    path = f"{STATUS}?message={message}"
    return path, *twilio_request(f"{PUBLIC}{path}", status_form(word, **more))


def _sendgrid(said: object) -> Request:
    return EVENTS, *sendgrid_request(said)


def _forged(ids: Sequence[str], n: int, deck: Deck) -> Iterator[Request]:
    """Good callbacks with one thing changed after they were signed, or signed by somebody else."""
    ways = (_another_word, _another_message, _another_signature, _another_key, _too_old, _unsigned, _half)
    for number in range(n):
        yield deck.choice(ways)(deck.choice(ids), number, deck)


def _another_word(message: str, number: int, deck: Deck) -> Request:
    path, body, headers = deck.choice(
        (_twilio(message, "sent"), _sendgrid([an_event("open", id=str(number))]))
    )
    return path, body.replace(b"sent", b"delivered").replace(b"open", b"click"), headers


def _another_message(message: str, number: int, deck: Deck) -> Request:
    path, body, headers = _twilio("0" * 32, "delivered")
    return path.replace("0" * 32, message), body, headers


def _another_signature(message: str, number: int, deck: Deck) -> Request:
    path, body, headers = deck.choice((_twilio(message, "delivered"), _sendgrid([an_event(message=message)])))
    name = TWILIO_SIGNATURE if path.startswith(STATUS) else SENDGRID_SIGNATURE
    junk = deck.choice(("", "=", "%C3", "AAAA", headers[name][::-1], headers[name][4:]))
    return path, body, {**headers, name: junk}


def _another_key(message: str, number: int, deck: Deck) -> Request:
    path = f"{STATUS}?message={message}"
    return path, *twilio_request(f"{PUBLIC}{path}", status_form("delivered"), token=f"guessed {number}")


def _too_old(message: str, number: int, deck: Deck) -> Request:
    at = SIGNED_AT + timedelta(days=deck.choice((-30, -2, 2, 400)))
    return EVENTS, *sendgrid_request([an_event(message=message, id=f"old-{number}")], at)


def _unsigned(message: str, number: int, deck: Deck) -> Request:
    path, body, _ = deck.choice((_twilio(message, "delivered"), _sendgrid([an_event(message=message)])))
    return path, body, {}


def _half(message: str, number: int, deck: Deck) -> Request:
    path, body, headers = _sendgrid([an_event(message=message, id=f"half-{number}")])
    return (
        path,
        body[: deck.randrange(len(body))],
        {k: v for k, v in headers.items() if k != TIMESTAMP or number % 2},
    )


def _strange(ids: Sequence[str], n: int, deck: Deck) -> Iterator[Request]:
    """Signed, and not what anybody documents: garbage, wrong types, deep JSON, repeated parameters."""
    deep = b"[" * 20_000 + b"]" * 20_000
    said: list[object] = [None, 7, "text", [], {}, [None], [[]], [{"event": 7}], [an_event(None, id={})]]  # type: ignore[arg-type]
    said += [
        [an_event(message=[1])],
        [{**an_event(), "timestamp": "soon"}],
        [{**an_event(), "timestamp": 1e300}],
    ]
    for number in range(n):
        match number % 4:
            case 0:
                yield _sendgrid(deck.choice(said))
            case 1:
                yield _signed(deck.choice((deep, deck.randbytes(200), b"\xff\xfe", b'{"a":' * 5_000, b"")))
            case 2:
                fields: Fields = [*status_form(deck.choice(("", "sent", "é", "x" * 5_000)))] * deck.choice(
                    (1, 2, 50)
                )
                path = f"{STATUS}?message={deck.choice(ids)}"
                yield path, *twilio_request(f"{PUBLIC}{path}", deck.sample(list(fields), len(fields)))
            case _:
                path = f"{STATUS}?message={deck.choice(('', 'x' * 32, '%00', 'a&message=b'))}"
                yield path, *twilio_request(f"{PUBLIC}{path}", status_form("delivered"))


def _signed(body: bytes) -> Request:
    return EVENTS, body, sendgrid_headers(body)


def _many_at_once(door: Door, ids: Sequence[str]) -> int:
    """One body with ten thousand good events and a hundred bad ones among them; how many were kept."""
    before = count(door.store, receipts)
    said: list[object] = [
        dict(an_event("processed", id=f"bulk-{n}", message=ids[n % len(ids)])) for n in range(EVENTS_AT_ONCE)
    ]
    for place in range(0, EVENTS_AT_ONCE, 100):
        said.insert(place, {"event": "delivered", "message": place})
    door.post(_sendgrid(said)).raise_for_status()
    return count(door.store, receipts) - before


def _shuffled(door: Door, ids: Sequence[str], deck: Deck) -> int:
    """Every message's life, late, twice and in any order; how many statuses are not what the life ends in."""
    ends = {message: ENDS[n % len(ENDS)] for n, message in enumerate(ids)}
    told = [(m, word) for m in ids for word in (*LIFE[:2], ends[m])] * 2
    deck.shuffle(told)
    for message, word in told:
        sid = f"SM{message}"
        door.post(_twilio(message, word, MessageSid=sid, SmsSid=sid)).raise_for_status()
    with door.store.read() as tx:
        rows = tx.connection.execute(select(messages.c.id, messages.c.status))
        found = {row.id: row.status for row in rows}
    wanted = {"delivered": "delivered", "undelivered": "undelivered", "failed": "undelivered"}
    return sum(found[message] != wanted[end] for message, end in ends.items())
