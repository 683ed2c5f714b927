"""Whatever comes to the inbox API: a clear status, problem+json, no value repeated, never a 500."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.cli.traces import told_without_words
from outreach.errors import StoreError
from outreach.store.database import Store
from tests.conftest import sqlite_store
from tests.doors.api_world import ApiWorld

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiWorld]:
    made = ApiWorld(sqlite_store(tmp_path_factory.mktemp("api")), limits={"body_bytes": 5_000}, guesses=10**6)
    yield made
    made.store.close()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"reference": "\\ud800"}', 400),
        (b'{"reference": ' + b"[" * 2000 + b"]" * 2000 + b"}", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"reference": 7}', 422),
        (b'{"reference": "x", "more": 1}', 422),
        (b'{"reference": "' + b"x" * 65 + b'"}', 422),
        (b'{"reference": "' + b"x" * 6000 + b'"}', 413),
        (b'{"reference": "a\\u0000b"}', 200),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_body_that_does_not_fit_is_refused_with_a_clear_status(
    api: ApiWorld, body: bytes, status: int
) -> None:
    told = api.ask("POST", "/verify", content=body, headers=JSON)

    assert told.status_code == status
    if status >= 400:
        assert told.headers["content-type"] == "application/problem+json"
        assert told.json()["status"] == status


def test_what_does_not_fit_is_named_by_its_place_and_never_repeated(api: ApiWorld) -> None:
    told = api.ask(
        "POST",
        "/receipts",
        user=None,
        json={"receipts": [{"id": "1", "message": "x", "status": "4111 1111", "ada@example.org": 1}]},
    )

    assert told.status_code == 422
    assert [wrong["where"] for wrong in told.json()["wrong"]] == ["receipts.0.status", "receipts.0.?"]
    assert "4111" not in told.text
    assert "ada@" not in told.text


@pytest.mark.parametrize("user", ["", "%FF", "a b", "%00", "%0A", "x" * 601, "%41" * 201])
def test_a_user_reference_that_cannot_be_one_is_refused_and_not_repeated(api: ApiWorld, user: str) -> None:
    given = [("Authorization", f"Bearer {api.token}"), ("Outreach-User", user)]
    told = api.ask_raw("GET", "/inbox", given)

    assert told.status_code == 422
    assert not user or user not in told.text


def test_a_user_reference_in_an_address_is_not_taken(api: ApiWorld) -> None:
    assert api.ask("GET", "/inbox", user=None, params={"user": "user-1"}).status_code == 422


@pytest.mark.parametrize("after", ["x", "____", "MTIz", "💰", "OTk5OTk5OTk5OTk5OTk5OTkuMDAw"])
def test_a_place_in_a_list_that_we_never_wrote_is_refused(api: ApiWorld, after: str) -> None:
    assert api.ask("GET", "/inbox", params={"after": after}).status_code == 422


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"limit": "many"}, {"limt": 1}])
def test_a_query_that_does_not_fit_is_refused(api: ApiWorld, params: dict[str, object]) -> None:
    assert api.ask("GET", "/inbox", params=params).status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/", 404), ("HEAD", "/inbox", 405), ("HEAD", "/inbox/changes", 405),
     ("PATCH", "/code", 405), ("POST", "/inbox", 405), ("GET", "/inbox/", 404), ("GET", "/inbox/%2e", 404),
     ("GET", "/inbox/%0Ax", 404), ("GET", "/inbox/x%0A", 404)],
)  # fmt: skip
def test_what_is_not_there_is_told_as_a_problem(api: ApiWorld, method: str, path: str, status: int) -> None:
    told = api.ask(method, path)

    assert told.status_code == status
    assert told.headers["content-type"] == "application/problem+json"


def test_no_answer_is_kept_by_anybody_and_each_has_the_requests_id(api: ApiWorld) -> None:
    id = api.warn("kept-1")
    for method, path in (("GET", "/inbox"), ("GET", f"/inbox/{id}"), ("GET", "/none"), ("DELETE", "/code")):
        told = api.ask(method, path, headers={"X-Request-Id": "mine-1"})

        assert told.headers["cache-control"] == "no-store"
        assert told.headers["x-content-type-options"] == "nosniff"
        assert path == "/none" or told.headers["x-request-id"] == "mine-1"
    told = api.ask("GET", "/inbox", headers={"X-Request-Id": "not\x7fone!"})
    assert told.headers["x-request-id"] not in {"not\x7fone!", ""}


def test_a_time_at_the_ends_of_the_calendar_breaks_nothing(api: ApiWorld) -> None:
    id = api.warn("ends-1")
    for n, at in enumerate(
        ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2027-03-01T00:00:00Z"]
    ):
        told = [{"id": f"end-{n}", "message": id, "status": "opened", "at": at}]
        assert api.ask("POST", "/receipts", user=None, json={"receipts": told}).json()["new"] == 1


def test_a_store_that_is_away_and_a_bug_are_told_without_their_words(store: Store) -> None:
    api = ApiWorld(store)
    said: list[str] = []

    def keep(_logger: object, _method: str, line: MutableMapping[str, Any]) -> str:
        said.append(str(line))
        raise structlog.DropEvent

    structlog.configure(processors=[told_without_words, keep])
    for broken, status in ((StoreError("cannot be used"), 503), (RuntimeError("ada@example.org"), 500)):

        def raises(*given: object, broken: Exception = broken) -> None:
            raise broken

        object.__setattr__(api.inbox, "receive", raises)
        id = api.warn(f"user-{status}")
        told = api.ask("GET", f"/inbox/{id}", user=f"user-{status}")

        assert told.status_code == status
        assert "ada@" not in told.text
    structlog.reset_defaults()
    assert not any(word in "".join(said) for word in ("user-500", "ada@", api.token))
    assert "test_api_limits.py" in said[-1]  # where it was is told


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(st.text(max_size=12), inside, max_size=4),
    max_leaves=12,
)


@pytest.mark.slow
def test_no_body_whatever_is_a_fault_of_ours(api: ApiWorld) -> None:
    paths = ["/verify", "/agent/verify", "/receipts", "/code", f"/inbox/{'f' * 32}/answer"]
    names = st.sampled_from(["reference", "receipts", "code", "answer", "id", "message", "status", "at"])
    bodies = ANY | st.dictionaries(names, ANY, max_size=4) | st.binary(max_size=60)

    @settings(max_examples=300)
    @given(st.sampled_from(paths), bodies)
    def tried(path: str, body: object) -> None:
        method = "PUT" if path == "/code" else "POST"
        given = {"content": body, "headers": JSON} if isinstance(body, bytes) else {"json": body}
        try:
            told = api.ask(method, path, **given)
        except ValueError:  # NaN: httpx writes no such JSON
            return
        assert told.status_code < 500

    tried()
