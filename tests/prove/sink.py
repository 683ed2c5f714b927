"""A provider outside: an HTTP server that takes its time, accepts every SMS, and counts what it got."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from tests.adapters.loopback import Act, Loopback, Seen, loopback, reply

SID = "AC" + "0" * 32
CALLBACK = "https://callbacks.example/twilio"


class Sink:
    """What Twilio would have been handed, by message and by number."""

    def __init__(self, server: Loopback) -> None:
        self._server = server
        self.url = server.url

    def __len__(self) -> int:
        return len(self._posted())

    def numbers(self) -> Counter[str]:
        """How often each number was written to."""
        return Counter(_form(seen)["To"][0] for seen in self._posted())

    def messages(self) -> Counter[str]:
        """How often each of our message ids came."""
        found: Counter[str] = Counter()
        for seen in self._posted():
            query = parse_qs(urlsplit(_form(seen)["StatusCallback"][0]).query)
            found[query["message"][0]] += 1
        return found

    def _posted(self) -> list[Seen]:
        return [seen for seen in [*self._server.seen] if seen.head.startswith(b"POST")]

    def settings(self) -> str:
        """What a workspace says to send every SMS here."""
        return (
            'live_recipients = "everyone"\n'
            '[channels]\nsms = "twilio"\n'
            f'[twilio]\naccount_sid = "{SID}"\nsender = "+15550000000"\n'
            f'callback = "{CALLBACK}"\nbase_url = "{self.url}"\n'
        )


SECRETS = {"OUTREACH_TWILIO__AUTH_TOKEN": "a token for the sink"}
"""What the environment of a process that sends here must hold."""


@contextmanager
def sink(seconds: float) -> Iterator[Sink]:
    """A provider that takes `seconds` for each answer, and finds nothing when it is asked what it took."""

    def answer(seen: Seen) -> Act:
        if seen.head.startswith(b"GET"):
            return reply(200, b'{"messages": [], "next_page_uri": null}')
        time.sleep(seconds)
        sid = f"SM{abs(hash(seen.body)):032x}"[:34]
        return reply(201, json.dumps({"sid": sid, "status": "queued"}).encode())

    with loopback(answer) as server:
        yield Sink(server)


def _form(seen: Seen) -> dict[str, list[str]]:
    return parse_qs(seen.body.decode())
