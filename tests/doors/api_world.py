"""A small world for the inbox API: a whole engine over a real store, a client of the firm, and its app."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
from starlette.applications import Starlette

from outreach.domain.client import Scope, write_token
from outreach.domain.scale import Channel
from outreach.engine.inbox import Inbox
from outreach.store.clients import NewClient, add_client
from outreach.store.database import Store
from outreach.store.tables import messages
from outreach.web import Api, create_app, document
from outreach.web.api.outcome_doors import OutcomeDoors
from outreach.wiring.api import CALLBACKS
from outreach.wiring.links import answer_links
from tests.build import a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.doors.report_world import report_doors
from tests.doors.web_world import KEYS, WORDS
from tests.engine.told import an_intake
from tests.engine.world import World

EVERYTHING = tuple(Scope)
LADDER = a_ladder(a_step(Channel.INBOX), a_step(Channel.PUSH))


def a_token(store: Store, *scopes: Scope, name: str = "app", **more: Any) -> str:
    """Let a client in; its token."""
    id = store.new_id().rjust(32, "0")
    token = write_token(id, f"{name:s<43}"[:43].replace(" ", "s"))
    clock = more.pop("clock", None) or store.clock
    new = NewClient(id=id, name=name, scopes=scopes or EVERYTHING, token=token, **more)
    with store.begin() as tx:
        assert add_client(tx, new, "tester", clock())
    return token


@dataclass
class ApiWorld:
    """The API over a world in which `user-1` may be warned in the inbox, then by push."""

    store: Store
    limits: dict[str, Any] = field(default_factory=dict)
    guesses: int = 5

    def __post_init__(self) -> None:
        book = a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=LADDER)))
        self.world = World(self.store, book=book)
        self.token = a_token(self.store)
        self.inbox = Inbox(
            store=self.store,
            core=self.world.core,
            receive=self.world.feedback().receive,
            guesses=self.guesses,
            agent_guesses=self.guesses * 2,
        )
        self.app = self.build()

    def build(self) -> Starlette:
        """The application, as it is served."""
        clock = self.world.clock
        app = create_app(self.world.feedback(), clock, KEYS, WORDS)
        api = Api(
            inbox=self.inbox,
            feedback=self.world.feedback(),
            words=WORDS,
            default_locale="en",
            firm="Acme",
            link=answer_links("https://warn.firm.example", lambda: KEYS, clock),
            now=clock,
            new_id=self.store.new_id,
            document=document(CALLBACKS),
            reports=report_doors(self.store, clock),
            outcomes=OutcomeDoors(told=an_intake(self.store, clock=clock).told),
            **self.limits,
        )
        self.end_streams = api.mount(app)
        return app

    def warn(self, user: str = "user-1", **columns: Any) -> str:
        """Warn somebody in the inbox; the message's id."""
        known = {row.id for row in self.world.rows(messages)}
        self.world.flag(a_flag(user, **{"identity": f"of-{user}-{len(known)}", **columns}))
        self.world.dispatch().run()
        (fresh,) = {row.id for row in self.world.rows(messages)} - known
        return str(fresh)

    def push_of(self, message: str) -> str:
        """An hour later, nobody answered: the push of the same climb; its id."""
        known = {row.id for row in self.world.rows(messages)}
        self.world.clock.tick(hours=1)
        self.world.dispatch().run()
        climb = {row.id: row.outreach for row in self.world.rows(messages)}
        (fresh,) = {id for id in climb.keys() - known if climb[id] == climb[message]}
        return str(fresh)

    def reference(self, message: str) -> str:
        """What stands in a message."""
        return str(next(row.reference for row in self.world.rows(messages) if row.id == message))

    def headers(self, user: str | None = "user-1", token: str | None = None) -> dict[str, str]:
        """As the firm's back end sends them."""
        who = {} if user is None else {"Outreach-User": quote(user, safe="")}
        return {"Authorization": f"Bearer {token or self.token}", **who}

    def ask(
        self, method: str, path: str, user: str | None = "user-1", token: str | None = None, **more: Any
    ) -> httpx.Response:
        """One request, below /v1."""
        headers = {**self.headers(user, token), **more.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value}
        return asyncio.run(self._ask(method, f"/v1{path}", headers, more))

    def ask_raw(self, method: str, path: str, headers: list[tuple[str, str]], **more: Any) -> httpx.Response:
        """One request with these headers and no others."""
        return asyncio.run(self._ask(method, f"/v1{path}", headers, more))

    async def _ask(self, method: str, path: str, headers: Any, more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://inside") as http:
            return await http.request(method, path, headers=headers, **more)
