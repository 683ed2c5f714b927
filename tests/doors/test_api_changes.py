"""Server-sent events: what comes, moves or is answered, once, from where the app left off."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

import pytest

from outreach.domain.answer import Answer, Via
from outreach.store import clients
from outreach.store.database import Store
from outreach.web.api.changes import Streams
from outreach.web.api.door import Call
from outreach.web.api.doors import Doors
from outreach.web.api.problems import Refused
from tests.doors.api_world import ApiWorld
from tests.doors.web_world import WORDS


@pytest.fixture
def api(store: Store) -> ApiWorld:
    return ApiWorld(store)


def streams(api: ApiWorld, most: int = 2) -> Streams:
    """The streams of a process that looks again at once."""
    doors = Doors(
        inbox=api.inbox,
        feedback=api.world.feedback(),
        words=WORDS,
        default=WORDS["en"],
        firm="Acme",
        link=lambda message, person: ("", api.world.clock()),
    )
    return Streams(
        inbox=api.inbox,
        doors=doors,
        now=api.world.clock,
        most=most,
        poll_seconds=0.01,
        heartbeat_seconds=1,
    )


def call(api: ApiWorld, last: str = "") -> Call:
    client = api.inbox.let_in(f"Bearer {api.token}", api.world.clock())
    assert client is not None
    return Call(client=client, user="user-1", path={}, last=last, now=api.world.clock())


async def until(told: AsyncIterator[str], wanted: str) -> str:
    """The first thing that a stream says with this in it."""
    async for said in told:
        if wanted in said:
            return said
    raise AssertionError("the stream ended")


def body(said: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(said.partition("data: ")[2])
    return found


def listened(api: ApiWorld, script: Callable[[Streams, AsyncIterator[str]], object], last: str = "") -> None:
    """Open a stream and follow it."""

    async def follow() -> None:
        here = streams(api)
        response = await here.begin(call(api, last))
        async with aclosing(response.body_iterator) as told:  # type: ignore[attr-defined]
            await asyncio.wait_for(script(here, told), 30)  # type: ignore[arg-type]

    asyncio.run(follow())


def test_a_new_message_and_then_its_answer_are_told(api: ApiWorld) -> None:
    async def script(here: Streams, told: AsyncIterator[str]) -> None:
        await until(told, "retry")
        id = api.warn()
        came = body(await until(told, "event: message"))
        api.world.clock.tick(seconds=5)
        api.world.feedback().answer(id, Answer.HELP_ME, Via.PAGE, api.world.clock())
        answered = body(await until(told, "event: message"))

        assert (came["id"], came["answered"]) == (id, None)
        assert answered["answered"]["answer"] == "help_me"  # type: ignore[index]

    listened(api, script)


def test_a_stream_goes_on_where_the_app_left_off(api: ApiWorld) -> None:
    first = api.warn()
    last: list[str] = []

    async def script(here: Streams, told: AsyncIterator[str]) -> None:
        last.append((await until(told, "event: message")).partition("id: ")[2].partition("\n")[0])

    listened(api, script)
    api.world.clock.tick(minutes=30)
    second = api.push_of(first)
    api.world.clock.tick(hours=5)

    async def missed(here: Streams, told: AsyncIterator[str]) -> None:
        found = set()
        while second not in found:
            found.add(body(await until(told, "event: message"))["id"])

    listened(api, missed, last[0])


def test_a_stream_beats_and_ends_when_its_client_is_revoked(api: ApiWorld) -> None:
    async def script(here: Streams, told: AsyncIterator[str]) -> None:
        await until(told, "retry")
        api.world.clock.tick(seconds=2)
        await until(told, ": here")
        with api.store.begin() as tx:
            client = clients.named(tx, "app")
            assert client is not None
            clients.revoke(tx, client, "tester", api.world.clock())
        api.world.clock.tick(seconds=2)
        assert [said async for said in told] == []

    listened(api, script)


def test_every_stream_ends_when_the_server_does(api: ApiWorld) -> None:
    async def script(here: Streams, told: AsyncIterator[str]) -> None:
        await until(told, "retry")
        here.end()
        assert [said async for said in told] == []

    listened(api, script)


def test_a_client_has_so_many_streams_and_an_ended_one_makes_room(api: ApiWorld) -> None:
    async def open_many() -> None:
        here = streams(api, most=1)
        first = await here.begin(call(api))
        with pytest.raises(Refused) as refused:
            await here.begin(call(api))
        assert (refused.value.code, refused.value.again > 0) == ("too_many", True)

        async def gone() -> dict[str, str]:
            return {"type": "http.disconnect"}

        async def sent(_message: object) -> None:
            return None

        await first({"type": "http", "asgi": {}}, gone, sent)  # type: ignore[arg-type]
        assert here.open.total() == 0
        await here.begin(call(api))

    asyncio.run(open_many())


def test_an_id_that_we_never_wrote_is_refused(api: ApiWorld) -> None:
    with pytest.raises(Refused):
        asyncio.run(streams(api).begin(replace(call(api), last="yesterday")))


def test_a_quiet_stream_repeats_nothing(api: ApiWorld) -> None:
    api.warn()

    async def script(here: Streams, told: AsyncIterator[str]) -> None:
        await until(told, "event: message")
        api.world.clock.tick(seconds=2)
        said = await until(told, "\n")
        assert said == ": here\n\n"

    listened(api, script)
