"""Who listens outside is asked and told in plain HTTP, and no trouble of theirs is ours, or is repeated."""

from __future__ import annotations

import json

import pytest

from outreach.adapters.outside import Listeners
from tests.adapters.loopback import loopback, reply


def test_the_heartbeat_is_asked_and_the_alarm_address_is_posted_to() -> None:
    with loopback(lambda seen: reply(200)) as server:
        listeners = Listeners(heartbeat=f"{server.url}/ping/k3y", alarm=f"{server.url}/alarm")
        listeners.beat()
        listeners.tell({"trouble": "queue_late", "count": 3})
    beat, told = server.seen

    assert beat.head.startswith(b"GET /ping/k3y ")
    assert told.head.startswith(b"POST /alarm ")
    assert beat.body == b""
    assert json.loads(told.body) == {"trouble": "queue_late", "count": 3}


def test_where_nobody_listens_nobody_is_asked() -> None:
    listeners = Listeners(heartbeat="", alarm="")
    listeners.beat()
    listeners.tell({})


@pytest.mark.parametrize("status", [301, 404, 500])
def test_an_answer_that_is_no_yes_was_not_heard_and_the_address_stays_secret(status: int) -> None:
    with (
        loopback(lambda seen: reply(status)) as server,
        pytest.raises(OSError, match=str(status)) as refused,
    ):
        Listeners(heartbeat=f"{server.url}/k3y", alarm="").beat()

    assert "k3y" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/k3y", "k3y", "http://[k3y"])
def test_an_address_that_nobody_answers_at_was_not_heard_and_stays_secret(url: str) -> None:
    listeners = Listeners(heartbeat=url, alarm=url)
    with pytest.raises(OSError, match="nobody") as refused:
        listeners.beat()

    assert "k3y" not in f"{refused.value}{listeners}"
