"""Who is let in: only a client that stands, only to its scopes, and a stranger learns nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.domain.client import Scope
from outreach.store import clients
from outreach.store.database import Store
from outreach.store.tables import audit
from outreach.store.tables import clients as table
from outreach.web.api.operations import OPERATIONS
from tests.build import NOW
from tests.conftest import sqlite_store
from tests.doors.api_world import ApiWorld, a_token

ASKED = [operation for operation in OPERATIONS if operation.scope is not None]
BODIES = {
    "answer": {"answer": "help_me"},
    "verify": {"reference": "7K3M9Q"},
    "verify_any": {"reference": "7K3M9Q"},
    "set_code": {"code": "blue heron"},
    "receipts": {"receipts": [{"id": "1", "message": "7K3M9Q", "status": "opened"}]},
}


@pytest.fixture
def api(store: Store) -> ApiWorld:
    return ApiWorld(store, limits={"poll_seconds": 0.01})


def asked(api: ApiWorld, id: str, token: str) -> int:
    """The status of one operation, asked rightly in all but the token."""
    operation = next(each for each in OPERATIONS if each.id == id)
    path = operation.path.replace("{message}", "f" * 32)
    body = {"json": BODIES[id]} if id in BODIES else {}
    return api.ask(operation.method, path, token=token, **body).status_code


def test_each_operation_needs_its_own_scope_and_no_other_will_do(api: ApiWorld) -> None:
    for operation in ASKED:
        others = [scope for scope in Scope if scope is not operation.scope]

        assert asked(api, operation.id, a_token(api.store, *others, name=f"not {operation.id}")) == 403


STRANGERS = ("", "Bearer", "Basic YTpi", "Bearer {token}x", "bearer{token}", "{token}", "Bearer {other}")


def test_a_stranger_is_turned_away_with_the_same_words_whatever_they_bring(api: ApiWorld) -> None:
    other = f"outreach_{'0' * 32}_{'s' * 43}"
    for header in STRANGERS:
        given = {"Authorization": header.format(token=api.token, other=other)}
        told = api.ask("GET", "/inbox", headers=given)

        assert told.status_code == 401
        assert told.headers["www-authenticate"] == "Bearer"
        assert {**told.json(), "request": ""} == {
            "type": "urn:outreach:problem:not_signed_in",
            "title": "No client is known by this token",
            "status": 401,
            "code": "not_signed_in",
            "request": "",
        }


def test_a_revoked_and_an_expired_client_are_strangers(api: ApiWorld) -> None:
    clock = api.world.clock
    short = a_token(api.store, name="short", expires_at=NOW + timedelta(days=1))
    assert asked(api, "page", short) == 200
    clock.tick(days=1)
    assert asked(api, "page", short) == 401

    with api.store.begin() as tx:
        client = clients.named(tx, "app")
        assert client is not None
        clients.revoke(tx, client, "tester", clock())
    assert asked(api, "page", api.token) == 401


def test_after_a_rotation_both_tokens_are_honoured_for_a_while_and_then_the_new_one_alone(
    api: ApiWorld,
) -> None:
    clock = api.world.clock
    with api.store.begin() as tx:
        client = clients.named(tx, "app")
        assert client is not None
        fresh = f"outreach_{client.id}_{'n' * 43}"
        clients.rotate(tx, client, fresh, clock() + timedelta(hours=1), clock())

    assert [asked(api, "page", token) for token in (api.token, fresh)] == [200, 200]
    clock.tick(hours=1)
    assert [asked(api, "page", token) for token in (api.token, fresh)] == [401, 200]


def test_a_token_is_kept_as_a_keyed_hash_and_whoever_lets_a_client_in_is_in_the_audit(api: ApiWorld) -> None:
    asked(api, "page", api.token)
    (row,) = api.world.rows(table)
    secret = api.token.rpartition("_")[2]

    assert all(secret not in str(value) for value in row)
    assert row.used_at == api.world.clock()
    assert [(line.act, line.actor) for line in api.world.rows(audit)] == [("client_added", "tester")]


def test_two_authorization_headers_are_none(api: ApiWorld) -> None:
    given = [("Authorization", f"Bearer {api.token}"), ("Authorization", "Bearer x"), ("Outreach-User", "u")]

    assert api.ask_raw("GET", "/inbox", given).status_code == 401


TAMPERED = st.one_of(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=120),
    st.builds(lambda n, c: (n, c), st.integers(0, 84), st.sampled_from("abcdef0123456789_-ABCZ")),
)


@pytest.mark.slow
def test_no_token_but_the_ones_that_were_given_lets_anybody_in(tmp_path: object) -> None:
    api = ApiWorld(sqlite_store(tmp_path))  # type: ignore[arg-type]

    @settings(max_examples=1000)
    @given(TAMPERED)
    def tried(change: object) -> None:
        if isinstance(change, tuple):
            place, character = change
            token = api.token[:place] + character + api.token[place + 1 :]
        else:
            token = str(change)
        if token != api.token:
            assert api.inbox.let_in(f"Bearer {token}", NOW) is None

    tried()
