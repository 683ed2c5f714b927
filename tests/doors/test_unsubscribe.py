"""One-click unsubscribe (RFC 8058): education mail carries it, one POST ends it; security mail has none."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from outreach.adapters.outbox import Outbox
from outreach.adapters.sendgrid.mail import body_of_group, mail_of
from outreach.domain.consent import Program
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.domain.token import Purpose, Token, read_token
from outreach.engine.leaving import Leaving
from outreach.mime import Mailbox, email_bytes
from outreach.store.consents import Change, change
from outreach.store.database import Store
from outreach.store.tables import consents, outreaches
from outreach.web import Unsubscribe
from outreach.wiring.links import leave_links
from tests.build import NOW, a_flag
from tests.doors.web_world import KEYS, PERSON, WORDS, token
from tests.engine.gate_world import a_book, steps, told, warned_again
from tests.engine.world import World

EMAIL = Channel.EMAIL
HEADERS = ("List-Unsubscribe", "List-Unsubscribe-Post")
ONE_CLICK = {
    "content": b"List-Unsubscribe=One-Click",
    "headers": {"Content-Type": "application/x-www-form-urlencoded"},
}


@dataclass
class Asked:
    """What came back from the door."""

    status: int
    page: str
    headers: httpx.Headers


def app(leave: Callable[[str, datetime], None]) -> Starlette:
    """The door alone."""
    made = Starlette()
    Unsubscribe(leave=leave, keys=KEYS, words=WORDS, default_locale="en", now=lambda: NOW).mount(made)
    return made


def ask(made: Starlette, method: str, link: str, **options: object) -> Asked:
    """One request, as from a mailbox provider: no cookie, no referrer."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=made)
        async with httpx.AsyncClient(transport=transport, base_url="https://firm.example") as client:
            return await client.request(method, link, **options)  # type: ignore[arg-type]

    said = asyncio.run(asked())
    return Asked(status=said.status_code, page=said.text, headers=said.headers)


def leave_token(**changes: object) -> str:
    """A good token for the door."""
    return token(purpose=Purpose.UNSUBSCRIBE, **changes)


def test_a_post_ends_education_mail_at_once_without_any_page_or_login(store: Store) -> None:
    made = app(Leaving(store=store).leave)
    said = ask(made, "POST", f"/u/{leave_token()}", **ONE_CLICK)
    with store.read() as tx:
        (row,) = tx.connection.execute(consents.select())

    assert (said.status, row.person, row.channel, row.program) == (200, PERSON, "email", "education")
    assert (row.granted, row.source, row.actor, row.at) == (False, "one_click", "person", NOW)
    assert "location" not in said.headers


def test_a_second_post_changes_nothing_and_says_the_same(store: Store) -> None:
    made = app(Leaving(store=store).leave)
    pages = {ask(made, "POST", f"/u/{leave_token()}", **ONE_CLICK).page for _ in range(3)}
    with store.read() as tx:
        assert len(tx.connection.execute(consents.select()).all()) == 1
    assert len(pages) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_whoever_only_looks_changes_nothing(method: str) -> None:
    gone: list[str] = []
    said = ask(app(lambda person, now: gone.append(person)), method, f"/u/{leave_token()}")

    assert (said.status, gone) == (200, [])
    assert method == "HEAD" or '<form method="post">' in said.page


@pytest.mark.parametrize(
    "link",
    [
        token(),  # a leave to answer is none to unsubscribe
        leave_token()[:-1] + "A" * (leave_token()[-1] != "A") + "B" * (leave_token()[-1] == "A"),
        "nonsense",
        f"k9{leave_token()[2:]}",
    ],
    ids=["other purpose", "forged", "nonsense", "unknown key"],
)
def test_nobody_is_unsubscribed_by_a_token_that_is_not_for_it(link: str) -> None:
    gone: list[str] = []
    made = app(lambda person, now: gone.append(person))

    assert [ask(made, method, f"/u/{link}").status for method in ("GET", "POST")] == [404, 404]
    assert gone == []


def test_a_no_is_never_too_late(store: Store) -> None:
    gone: list[str] = []
    made = app(lambda person, now: gone.append(person))
    old = leave_token(expires_at=NOW - timedelta(days=1))

    assert (ask(made, "POST", f"/u/{old}").status, gone) == (200, [PERSON])


@pytest.mark.parametrize("body", [b"", b"\xff" * 4096, b"List-Unsubscribe=Two"])
def test_whatever_is_posted_the_token_decides(body: bytes) -> None:
    gone: list[str] = []
    said = ask(app(lambda person, now: gone.append(person)), "POST", f"/u/{leave_token()}", content=body)

    assert (said.status, gone) == (200, [PERSON])


@pytest.mark.parametrize("locale", sorted(WORDS))
def test_the_page_speaks_the_readers_language_and_is_not_kept(locale: str) -> None:
    said = ask(app(lambda *_: None), "GET", f"/u/{leave_token()}", headers={"Accept-Language": locale})

    assert WORDS[locale].texts["unsubscribe.button"] in said.page
    assert f'lang="{locale}"' in said.page
    assert (said.headers["cache-control"], said.headers["referrer-policy"]) == ("no-store", "no-referrer")


def sent(store: Store, program: Program) -> tuple[World, Message]:
    """The email of a rule of this program, as it was handed to its provider."""
    ladder = replace(steps(EMAIL), program=program)
    world = World(store, book=a_book(ladder))
    world.flag(a_flag(pattern="job_task"))
    if program is Program.EDUCATION:
        say_yes(world)
    dispatch = world.dispatch()
    leave = leave_links("https://firm.example/", lambda: KEYS, world.clock)
    replace(dispatch, grounds=replace(dispatch.grounds, leave=leave)).run()
    (message,) = world.senders[EMAIL].sent
    return world, message


def say_yes(world: World) -> None:
    """The person in this world wants lessons by email."""
    (row,) = world.rows(outreaches)
    with world.store.begin() as tx:
        yes = Change(
            person=row.person, channel=EMAIL, program=Program.EDUCATION, granted=True, source="t", actor="t"
        )
        change(tx, yes, NOW - timedelta(minutes=1))


def as_sent(message: Message, folder: Path) -> list[dict[str, str]]:
    """The headers that SMTP, the outbox and SendGrid (alone and in a group) send it with."""
    sender = Mailbox(address="safety@firm.example", name="Acme")
    Outbox(folder, EMAIL, sender, lambda: NOW).send_many([message])
    files = [email_bytes(message, sender, NOW), *(f.read_bytes() for f in folder.rglob("*.eml"))]
    mails = [dict(email.message_from_bytes(raw, policy=email.policy.default).items()) for raw in files]
    alone, group = mail_of(message, sender), json.loads(body_of_group([message], sender))
    return [*mails, *(body["personalizations"][0]["headers"] for body in (alone, group))]  # type: ignore[index]


def test_education_mail_carries_both_headers_with_every_provider(store: Store, tmp_path: Path) -> None:
    _, message = sent(store, Program.EDUCATION)
    kinds = as_sent(message, tmp_path)

    assert len(kinds) == 4
    for headers in kinds:
        link, how = (headers[name] for name in HEADERS)
        assert how == "List-Unsubscribe=One-Click"
        assert link.startswith("<https://firm.example/u/")
        read = read_token(link[:-1].rpartition("/")[2], KEYS, NOW, Purpose.UNSUBSCRIBE)
        assert isinstance(read, Token)
        assert read.message == message.id


def test_security_mail_has_neither_header_with_any_provider(store: Store, tmp_path: Path) -> None:
    _, message = sent(store, Program.SECURITY)
    kinds = as_sent(message, tmp_path)

    assert len(kinds) == 4
    assert not any(name.lower().startswith("list-") for headers in kinds for name in headers)


def test_the_link_is_in_no_repr(store: Store) -> None:
    _, message = sent(store, Program.EDUCATION)

    assert "/u/" in message.unsubscribe
    assert "/u/" not in repr(message)


def test_who_unsubscribed_gets_warnings_and_no_more_lessons(store: Store) -> None:
    world, message = sent(store, Program.EDUCATION)
    ask(app(Leaving(store=store).leave), "POST", f"/u/{message.unsubscribe.rpartition('/')[2]}", **ONE_CLICK)
    warned_again(world, days=20, pattern="job_task")

    assert len(world.senders[EMAIL].sent) == 1
    assert told(world)[-1] == ("email", "barred", "opted_out")

    world.book = a_book(steps(EMAIL))
    warned_again(world, days=20, pattern="job_task")

    assert len(world.senders[EMAIL].sent) == 2
    assert world.senders[EMAIL].sent[1].unsubscribe == ""
