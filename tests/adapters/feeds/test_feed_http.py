"""HTTP APIs: pages followed by their cursor, and refusals that tell no secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from outreach.adapters.feeds import HttpFeed
from outreach.errors import FeedError
from tests.adapters.feeds.feed_build import CATALOGUE, PATTERNS, pulled

Answer = Callable[[httpx.Request], httpx.Response]


def a_flag(user: str, **columns: object) -> dict[str, object]:
    return {"user_ref": user, "pattern": "recovery", "risk_score": 80.5} | columns


def a_feed(answer: Answer, **options: Any) -> HttpFeed:
    client = httpx.Client(transport=httpx.MockTransport(answer), headers={"authorization": "Bearer hunter2"})
    settings: dict[str, Any] = {"rows": "page.flags", "next_cursor": "page.next"} | options
    return HttpFeed(
        name="api",
        catalogue=CATALOGUE,
        client=client,
        url="https://risk.example/flags?key=hunter2",
        patterns=PATTERNS,
        **settings,
    )


def pages(*found: list[Any]) -> Answer:
    """An API with these pages, the cursor of each its number."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.params["key"] == "hunter2"
        number = int(request.url.params.get("cursor", "0"))
        following = str(number + 1) if number + 1 < len(found) else None
        return httpx.Response(200, json={"page": {"flags": found[number], "next": following}})

    return answer


def test_going_on_from_any_cursor_gives_exactly_the_rest() -> None:
    feed = a_feed(pages([a_flag(f"u{n}") for n in range(5)], [], [a_flag("u5"), a_flag("u6")]), batch_rows=2)
    batches = list(feed.batches(None))
    read = 0

    for batch in batches:
        read += batch.lines
        assert [row["user_ref"] for row in pulled(feed.batches(batch.cursor)).rows] == [
            f"u{n}" for n in range(read, 7)
        ]
    assert read == 7


def test_what_was_added_to_the_last_page_is_read_without_the_rest_of_it() -> None:
    flags = [a_flag("u0"), a_flag("u1")]
    cursor = pulled(a_feed(pages(flags)).batches(None)).cursors[-1]

    assert pulled(a_feed(pages(flags)).batches(cursor)).lines == 0
    rest = pulled(a_feed(pages([*flags, a_flag("u2")])).batches(cursor))
    assert [(row["user_ref"], row["line"]) for row in rest.rows] == [("u2", 3)]


def test_a_page_may_be_a_plain_list() -> None:
    feed = a_feed(lambda _: httpx.Response(200, json=[a_flag("u1")]), rows="")

    feed.check()
    assert len(pulled(feed.batches(None)).rows) == 1


def test_items_that_are_no_plain_objects_are_quarantined() -> None:
    good = json.dumps(a_flag("u1"))
    body = (
        f'{{"page": {{"flags": [{good}, 7, {{"user_ref": 1, "user_ref": 2}}, {{"user_ref": "\\u0000"}}]}}}}'
    )
    pull = pulled(a_feed(lambda _: httpx.Response(200, text=body)).batches(None))

    assert pull.reasons == [(2, "not_an_object"), (3, "duplicate_key"), (4, "nul_byte")]
    assert len(pull.rows) == 1


def _refuses_connection(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("cannot reach https://risk.example/flags?key=hunter2", request=request)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda _: httpx.Response(401, text="hunter2"), "answered 401: check the feed's credentials"),
        (lambda _: httpx.Response(429, headers={"retry-after": "9"}), "answered 429"),
        (lambda _: httpx.Response(503), "answered 503"),
        (lambda _: httpx.Response(302, headers={"location": "https://hunter2"}), "answered 302"),
        (lambda _: httpx.Response(200, text="<html>hunter2"), "did not answer with JSON"),
        (lambda _: httpx.Response(200, content=b"\xff"), "did not answer with JSON"),
        (lambda _: httpx.Response(200, json={"page": "hunter2"}), "no list at 'page.flags'"),
        (_refuses_connection, "cannot be reached (ConnectError)"),
    ],
)
def test_a_refusal_names_feed_and_status_and_tells_no_secret(answer: Answer, words: str) -> None:
    for ask in (lambda feed: list(feed.batches(None)), lambda feed: feed.check()):
        with pytest.raises(FeedError) as refused:
            ask(a_feed(answer))
        assert str(refused.value).startswith("feed api: ")
        assert words in str(refused.value)
        assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(a_feed(answer))


def test_a_check_says_that_the_select_fits_no_row() -> None:
    feed = a_feed(pages([a_flag("u1")]), select={"amount": "amuont", "share": "risk_score"})

    with pytest.raises(FeedError, match="first page lacks the column amuont"):
        feed.check()


def test_an_api_that_repeats_its_cursor_does_not_hold_a_pull_forever() -> None:
    answer = httpx.Response(200, json={"page": {"flags": [a_flag("u1")], "next": "same"}})
    feed = a_feed(lambda _: answer)

    assert pulled(feed.batches(None)).lines == 2
