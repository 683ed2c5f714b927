"""The inbox API: a signed-in person's own messages, seen, answered and told of, on both databases."""

from __future__ import annotations

import pytest

from outreach.domain.answer import Answer
from outreach.domain.token import Purpose, read_token
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.store.database import Store
from outreach.store.tables import acknowledgments, evidence, messages, outreaches, profiles, receipts
from outreach.wiring.links import ANSWER_LIVES
from tests.doors.api_world import ApiWorld
from tests.doors.web_world import KEYS


@pytest.fixture
def api(store: Store) -> ApiWorld:
    return ApiWorld(store)


def test_a_person_sees_their_messages_newest_first_in_pages_and_nobody_elses(api: ApiWorld) -> None:
    api.warn("somebody-else")
    inbox = api.warn()
    push = api.push_of(inbox)
    first = api.ask("GET", "/inbox", params={"limit": 1}).json()
    second = api.ask("GET", "/inbox", params={"limit": 1, "after": first["next"]}).json()

    assert [m["id"] for m in first["messages"] + second["messages"]] == [push, inbox]
    assert second["next"] is None
    assert api.ask("GET", "/inbox", user="never warned").json() == {"messages": [], "next": None}


def test_a_message_is_told_whole_in_the_persons_language(api: ApiWorld) -> None:
    id = api.warn(locale="es")
    told = api.ask("GET", f"/inbox/{id}").json()

    assert told["reference"] == api.reference(id)
    assert (told["channel"], told["language"], told["direction"]) == ("inbox", "es", "ltr")
    assert told["pattern"].startswith("Una inversión")
    assert [choice["answer"] for choice in told["answers"]] == [answer.value for answer in Answer]
    assert told["answers"][0]["text"] == "Detener la transferencia"
    assert (told["seen"], told["answered"]) == (False, None)


def test_the_link_of_a_message_opens_its_answer_page_for_its_own_person_only(api: ApiWorld) -> None:
    id = api.warn()
    told = api.ask("POST", f"/inbox/{id}/link")
    token = told.json()["url"].removeprefix("https://warn.firm.example/a/")
    read = read_token(token, KEYS, api.world.clock())

    assert told.status_code == 200
    assert (read.message, read.purpose) == (id, Purpose.ANSWER)  # type: ignore[union-attr]
    assert told.json()["expires_at"] == (api.world.clock() + ANSWER_LIVES).isoformat().replace("+00:00", "Z")
    assert api.ask("POST", f"/inbox/{id}/link", user="somebody-else").status_code == 404


def test_what_is_kept_for_the_app_is_delivered_once_it_was_listed(api: ApiWorld) -> None:
    api.warn()
    assert [row.status for row in api.world.rows(messages)] == ["accepted"]
    for _ in range(2):
        api.ask("GET", "/inbox")

    assert [row.status for row in api.world.rows(messages)] == ["delivered"]
    assert [(row.provider, row.status) for row in api.world.rows(receipts)] == [("app", "delivered")]


def test_listing_and_seeing_never_end_a_climb(api: ApiWorld) -> None:
    id = api.warn()
    api.ask("GET", "/inbox")
    api.ask("POST", f"/inbox/{id}/seen")
    api.ask("POST", f"/inbox/{id}/seen")

    assert [(row.grade, row.source) for row in api.world.rows(evidence)] == [("human_opened", "app")]
    assert api.ask("GET", f"/inbox/{id}").json()["seen"] is True
    assert [row.state for row in api.world.rows(outreaches)] == ["climbing"]
    assert api.world.rows(acknowledgments) == []


def test_an_answer_in_the_app_ends_the_climb_and_says_what_follows(api: ApiWorld) -> None:
    id = api.warn()
    told = api.ask("POST", f"/inbox/{id}/answer", json={"answer": "it_is_mine"})

    assert told.status_code == 200
    assert told.json()["is_first"] is True
    assert told.json()["answered"]["next"].startswith("Thank you.")
    assert [(row.answer, row.via) for row in api.world.rows(acknowledgments)] == [("it_is_mine", "app")]
    assert [row.close_reason for row in api.world.rows(outreaches)] == ["acknowledged"]
    listed = api.ask("GET", "/inbox").json()["messages"][0]
    assert (listed["answers"], listed["answered"]["answer"]) == ([], "it_is_mine")


def test_the_first_answer_stands_in_the_app_too(api: ApiWorld) -> None:
    id = api.warn()
    api.ask("POST", f"/inbox/{id}/answer", json={"answer": "help_me"})
    told = api.ask("POST", f"/inbox/{id}/answer", json={"answer": "it_is_mine"}).json()

    assert (told["is_first"], told["answered"]["answer"]) == (False, "help_me")


def test_an_answer_that_does_not_apply_any_more_changes_nothing_and_says_which_do(api: ApiWorld) -> None:
    id = api.warn()
    ref = "transfer-of-user-1"
    api.world.core.known[ref] = Transfer(ref=ref, status=TransferStatus.SENT)
    told = api.ask("POST", f"/inbox/{id}/answer", json={"answer": "stop_transfer"})

    assert told.status_code == 409
    assert told.headers["content-type"] == "application/problem+json"
    assert "stop_transfer" not in [choice["answer"] for choice in told.json()["answers"]]
    assert api.world.rows(acknowledgments) == []


def test_another_persons_message_is_as_good_as_none(api: ApiWorld) -> None:
    id = api.warn()
    for path in ("", "/seen", "/answer"):
        method = "POST" if path else "GET"
        body = {"json": {"answer": "it_is_mine"}} if path == "/answer" else {}
        theirs = api.ask(method, f"/inbox/{id}{path}", user="user-2", **body)
        nobodys = api.ask(method, f"/inbox/{'f' * 32}{path}", user="user-2", **body)
        told = [{**each.json(), "request": ""} for each in (theirs, nobodys)]

        assert (theirs.status_code, nobodys.status_code) == (404, 404)
        assert told[0] == told[1]
    assert api.world.rows(acknowledgments) == api.world.rows(evidence) == []


def test_somebody_whose_screen_is_read_is_offered_what_gives_nothing_away(api: ApiWorld) -> None:
    id = api.warn()
    shown = api.inbox.one("user-1", id, api.world.clock())
    assert shown is not None
    with api.store.begin() as tx:
        tx.connection.execute(outreaches.update().values(pattern="remote_access"))
    told = api.ask("GET", f"/inbox/{id}").json()

    assert {choice["answer"] for choice in told["answers"]} == {"help_me", "not_me"}
    assert told["transfer"] == ""


def test_receipts_of_the_app_fold_once_each_and_only_an_opening_is_a_humans(api: ApiWorld) -> None:
    inbox = api.warn()
    push = api.push_of(inbox)
    told = [
        {"id": "1", "message": push, "status": "opened"},
        {"id": "2", "message": api.reference(push).lower(), "status": "delivered"},
        {"id": "2", "message": push, "status": "delivered"},
        {"id": "3", "message": "ZZZZZZ", "status": "opened"},
    ]
    first = api.ask("POST", "/receipts", user=None, json={"receipts": told}).json()
    again = api.ask("POST", "/receipts", user=None, json={"receipts": told}).json()

    assert first == {"new": 2, "repeated": 1, "unknown": ["3"]}
    assert again == {"new": 0, "repeated": 3, "unknown": ["3"]}
    assert [(row.grade, row.source) for row in api.world.rows(evidence)] == [("human_opened", "app")]
    assert {row.id: row.status for row in api.world.rows(messages)}[push] == "delivered"


def test_no_receipt_of_the_app_speaks_for_an_email(api: ApiWorld) -> None:
    id = api.warn()
    with api.store.begin() as tx:
        tx.connection.execute(messages.update().values(channel="email"))
    told = [{"id": "1", "message": id, "status": "opened"}]

    assert api.ask("POST", "/receipts", user=None, json={"receipts": told}).json()["unknown"] == ["1"]


def test_a_code_is_sealed_and_changed_and_removed_and_never_shown(api: ApiWorld) -> None:
    id = api.warn()
    assert api.ask("PUT", "/code", json={"code": "  blue   heron "}).status_code == 204
    (kept,) = api.world.rows(profiles)
    assert api.store.vault.open(kept.code_enc) == "blue heron"
    assert b"heron" not in kept.code_enc
    assert "heron" not in api.ask("GET", f"/inbox/{id}").text + api.ask("GET", "/inbox").text

    assert api.ask("DELETE", "/code").status_code == 204
    assert [row.code_enc for row in api.world.rows(profiles)] == [None]


NO_CODES = ("ab", "x" * 33, "call +1 555 010 0100", "12345", "www example", "a.b", "a\u202eb c", "a\nb\x07c")


def test_no_code_can_look_like_a_link_or_a_number(api: ApiWorld) -> None:
    for code in NO_CODES:
        told = api.ask("PUT", "/code", json={"code": code})

        assert told.status_code == 422
        assert code not in told.text
    assert api.world.rows(profiles) == []


def test_a_code_may_be_set_before_anybody_was_warned(api: ApiWorld) -> None:
    assert api.ask("PUT", "/code", user="new-1", json={"code": "синяя цапля"}).status_code == 204
    assert [api.store.vault.open(row.code_enc) for row in api.world.rows(profiles)] == ["синяя цапля"]
