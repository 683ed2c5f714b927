"""Is this message really ours? Own messages only in the app, any for agents, and no guessing."""

from __future__ import annotations

import pytest

from outreach.domain.client import Scope
from outreach.store.database import Store
from outreach.store.tables import messages
from tests.doors.api_world import ApiWorld, a_token


@pytest.fixture
def api(store: Store) -> ApiWorld:
    return ApiWorld(store)


def asked(api: ApiWorld, reference: str, user: str = "user-1", **more: str) -> dict[str, object]:
    told = api.ask("POST", "/verify", user=user, json={"reference": reference}, **more)
    return {"status": told.status_code, **told.json()}


def test_an_own_message_is_ours_with_its_channel_and_its_words_however_it_is_spelt(api: ApiWorld) -> None:
    id = api.warn()
    short = api.reference(id)
    shown = api.ask("GET", f"/inbox/{id}").json()
    for spelt in (short, short.lower(), f" {short[:3]}-{short[3:]} ", short.replace("0", "O")):
        told = asked(api, spelt)

        assert (told["ours"], told["reference"]) == ("yes", short)
        assert (told["channel"], told["title"], told["body"]) == ("inbox", shown["title"], shown["body"])


@pytest.mark.parametrize("reference", ["ZZZZZZ", "not one", "💰", "7K3M9"])
def test_what_is_no_reference_of_ours_is_not_ours(api: ApiWorld, reference: str) -> None:
    assert asked(api, reference)["ours"] == "no"


def test_another_persons_message_is_not_ours_and_cannot_be_told_from_none(api: ApiWorld) -> None:
    theirs = api.reference(api.warn())
    told = asked(api, theirs, user="user-2")

    assert told == {**asked(api, "ZZZZZZ", user="user-2"), "reference": theirs}


def test_what_was_written_and_never_sent_is_told_so_without_its_words(api: ApiWorld) -> None:
    short = api.reference(api.warn())
    with api.store.begin() as tx:
        tx.connection.execute(messages.update().values(status="refused"))
    told = asked(api, short)

    assert (told["ours"], told["body"]) == ("never_sent", None)


def test_agents_are_told_of_anybodys_message_with_zone_language_and_status(api: ApiWorld) -> None:
    short = api.reference(api.warn(time_zone="Europe/Madrid"))
    told = api.ask("POST", "/agent/verify", user=None, json={"reference": short}).json()

    assert (told["ours"], told["zone"], told["language"]) == ("yes", "Europe/Madrid", "en")
    assert told["status"] == "in the inbox, for the app to fetch"


def test_who_guesses_waits_and_keeps_nobody_else_waiting(api: ApiWorld) -> None:
    short = api.reference(api.warn())
    told = [asked(api, f"ZZZZZ{n}", user="guesser")["status"] for n in range(7)]

    assert told == [200] * 5 + [429] * 2
    assert asked(api, short)["ours"] == "yes"
    refused = api.ask("POST", "/verify", user="guesser", json={"reference": short})
    assert int(refused.headers["retry-after"]) > 0

    api.world.clock.tick(minutes=10)
    assert asked(api, "ZZZZZZ", user="guesser")["status"] == 200


def test_agents_guesses_are_counted_by_client(api: ApiWorld) -> None:
    other = a_token(api.store, Scope.AGENT, name="other desk")
    told = [
        api.ask("POST", "/agent/verify", user=None, json={"reference": f"ZZZZ{n:02}"}).status_code
        for n in range(12)
    ]

    assert told == [200] * 10 + [429] * 2
    question = {"reference": "ZZZZZZ"}
    assert api.ask("POST", "/agent/verify", user=None, token=other, json=question).status_code == 200


def test_what_is_ours_costs_no_guess(api: ApiWorld) -> None:
    short = api.reference(api.warn())

    assert [asked(api, short)["ours"] for _ in range(10)] == ["yes"] * 10
