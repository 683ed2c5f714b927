"""Outcomes over the API: a client of its own scope tells what became of money, all of a request or none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from outreach.domain.client import Scope
from outreach.store.database import Store
from outreach.store.outcome_facts import standing
from outreach.store.tables import outcome_facts, people
from tests.build import a_flag
from tests.conftest import sqlite_store
from tests.doors.api_world import ApiWorld, a_token


@pytest.fixture
def api(store: Store) -> ApiWorld:
    world = ApiWorld(store)
    world.world.flag(a_flag("user-1"))
    return world


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiWorld]:
    made = ApiWorld(sqlite_store(tmp_path_factory.mktemp("outcomes")))
    yield made
    made.store.close()


def one(**more: Any) -> dict[str, Any]:
    """A transfer that was made."""
    usual = {"kind": "made", "at": "2026-11-20T10:00:00Z", "source_id": "t-1", "user_ref": "user-1"}
    return {**usual, "amount": "12.50", "currency": "USD", "by": "core", **more}


def tell(api: ApiWorld, *given: dict[str, Any], token: str | None = None) -> Any:
    """These are told."""
    return api.ask("POST", "/outcomes", user=None, token=token, json={"outcomes": list(given)})


def test_what_is_told_stands_once_and_told_otherwise_it_is_corrected(api: ApiWorld) -> None:
    first = tell(api, one(), one(source_id="t-2", user_ref="nobody"))
    again = tell(api, one(), one(amount="9"))

    assert first.json() == {"new": 2, "corrected": 0, "repeated": 0, "waiting": 1}
    assert again.json() == {"new": 0, "corrected": 1, "repeated": 1, "waiting": 0}
    with api.store.read() as tx:
        (person,) = tx.connection.execute(select(people.c.id)).scalars()
        (told,) = standing(tx, [person])[person]
    assert (told.feed, told.amount, told.n) == ("api/app", 9, 2)


def test_a_client_without_the_scope_tells_nothing(api: ApiWorld) -> None:
    token = a_token(api.store, Scope.RECEIPTS_WRITE, name="other")

    assert tell(api, one(), token=token).status_code == 403


def test_all_of_a_request_is_kept_or_none_and_everything_wrong_is_told_without_a_value(api: ApiWorld) -> None:
    told = tell(api, one(), one(amount="4111-1111"), one(user_ref=""), one(at="2099-01-01T00:00:00Z"))

    assert told.status_code == 422
    assert [each["where"] for each in told.json()["wrong"]] == [
        "outcomes.1.amount",
        "outcomes.2.user_ref",
        "outcomes.3.at",
    ]
    assert "4111" not in told.text
    with api.store.read() as tx:
        assert tx.connection.execute(select(outcome_facts)).all() == []


@pytest.mark.parametrize(
    "more",
    [
        {"amount": 12.5},
        {"amount": "NaN"},
        {"amount": "1e99"},
        {"amount": "9" * 64},
        {"amount": "१२"},
        {"currency": "U$D"},
        {"kind": "eaten"},
        {"by": "nobody"},
        {"at": "2026-11-20T10:00:00"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "9999-12-31T23:59:59-14:00"},
        {"source_id": ""},
        {"rate": "-1"},
        {"more": "x"},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(door: ApiWorld, more: dict[str, Any]) -> None:
    assert tell(door, one(**more)).status_code == 422


def test_hostile_words_are_kept_out_or_kept_harmless(api: ApiWorld) -> None:
    words = ["\u0000", "a\u0000b", "\u202ex", "💰" * 64, "'; DROP TABLE people; --"]
    given = [
        one(source_id=str(n), rail=word, rate_source=word, rate="2", transfer_ref=word, beneficiary=word)
        for n, word in enumerate(words)
    ]

    assert tell(api, *given).status_code == 200
    with api.store.read() as tx:
        rails = list(tx.connection.execute(select(outcome_facts.c.rail)).scalars())
    assert len(rails) == len(words)
    assert all(rail is None or rail.isprintable() for rail in rails)


def test_a_request_of_too_many_is_refused(door: ApiWorld) -> None:
    assert tell(door, *(one(source_id=str(n)) for n in range(501))).status_code == 422
    assert tell(door).status_code == 422
