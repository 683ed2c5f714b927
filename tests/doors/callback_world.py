"""A small world for callbacks: the real doors and readers, a ledger in memory, and providers that sign."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path

import httpx
from starlette.applications import Starlette

from outreach.domain.callback import Outcome
from outreach.domain.delivery import Receipt
from outreach.settings import Settings
from outreach.web import Addresses, Callbacks, create_app
from outreach.wiring.callbacks import callbacks
from tests.doors.web_world import KEYS, WORDS, MemoryFeedback
from tests.signing import (
    ACCOUNT,
    MESSAGE,
    SECOND,
    SECOND_TOKEN,
    SIGNED_AT,
    TOKEN,
    Fields,
    public_key,
    sendgrid_request,
    twilio_request,
)

PUBLIC = "https://warn.firm.example"
STATUS, EVENTS = "/callbacks/twilio/status", "/callbacks/sendgrid/events"
PROXY, STRANGER = "10.1.2.3", "203.0.113.9"


def callback_settings(**changes: object) -> Settings:
    whole = {
        "workspace": Path("nowhere"),
        "firm": "Acme",
        "twilio": {"account_sid": ACCOUNT, "auth_token": TOKEN},
        "twilio2": {"account_sid": SECOND, "auth_token": SECOND_TOKEN},
        "sendgrid": {"event_key": public_key()},
        "web": {"public_url": PUBLIC},
    }
    return Settings(**{**whole, **changes})  # type: ignore[arg-type]


@dataclass
class Ledger:
    """Keeps receipts as the engine promises, in memory; `broken` receipts break it."""

    kept: dict[tuple[str, str], Receipt] = field(default_factory=dict)
    calls: list[int] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: set[str] = field(default_factory=set)

    def receive(self, told: Sequence[Receipt], now: datetime) -> int:
        self.calls.append(len(told))
        if any(receipt.id in self.broken for receipt in told):
            raise RuntimeError("the store is away")
        before = len(self.kept)
        for receipt in told:
            self.kept.setdefault((receipt.provider, receipt.id), receipt)
        return len(self.kept) - before

    def count(self, party: str, outcome: Outcome, times: int) -> None:
        self.counts[party, outcome.value] += times


def callback_app(ledger: Ledger, most_bytes: int = 1_000_000, **changes: object) -> Starlette:
    settings = callback_settings(**changes)
    taken = Callbacks(
        doors=callbacks(settings),
        receive=ledger.receive,
        count=ledger.count,
        addresses=Addresses(public_url=settings.web.public_url, trusted=(ip_network("10.0.0.0/8"),)),
        most_bytes=most_bytes,
    )
    return taken.mount(create_app(MemoryFeedback(), lambda: SIGNED_AT, KEYS, WORDS), lambda: SIGNED_AT)


@dataclass
class Provider:
    """Whoever posts to the application, from an address of its own."""

    app: Starlette
    peer: str = STRANGER

    def post(self, path: str, body: object, headers: object = None, **more: str) -> httpx.Response:
        return asyncio.run(self.posting(path, body, headers, **more))

    async def posting(
        self, path: str, body: object, headers: object = None, method: str = "POST"
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self.peer, 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://inside:8080") as http:
            return await http.request(method, path, content=body, headers=headers)  # type: ignore[arg-type]

    def status(self, fields: Fields, base: str = PUBLIC, message: str = MESSAGE, **headers: str) -> int:
        """Post a status callback, signed for this base of an address."""
        path = f"{STATUS}?message={message}"
        body, signed = twilio_request(f"{base}{path}", fields)
        return self.post(
            path, body, {**signed, **{k.replace("_", "-"): v for k, v in headers.items()}}
        ).status_code

    def events(self, said: object) -> int:
        """Post signed events."""
        return self.post(EVENTS, *sendgrid_request(said)).status_code
