"""FCM's published interface takes our pushes, and turns away what is faulty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from outreach.adapters.fcm import FcmPush
from outreach.adapters.transport import line
from outreach.domain.delivery import Unavailable
from outreach.domain.message import Content, Message, reference
from outreach.domain.scale import Channel
from tests.adapters.subjects import account
from tests.build import NOW
from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.strangers.parts import FCM, prism
from tests.prove.strangers.spoiling import Between, Spoil, as_it_is, with_body, without_authorization
from tests.prove.strangers.telling import Sent, Spoilt, told

TOKEN = {"/token": b'{"access_token": "ya29.prism", "expires_in": 3599}'}
SPOILS: dict[str, Spoil] = {
    "a number among the data": with_body(lambda push: push["message"]["data"].update(n=1)),
    "a field that nobody knows": with_body(lambda push: push["message"].update(colour="red")),
    "a lifetime that is none": with_body(lambda push: push["message"]["android"].update(ttl="two hours")),
    "no authorization": without_authorization,
}


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` pushes, then faulty requests."""
    pushes = [_message(number) for number in range(ground.n)]
    with prism(FCM, ground.folder / "fcm") as url:
        good = [_sent(url, as_it_is, pushes)]
        # FCM's own words are missing from what Prism says: no token is at fault.
        spoilt = {
            why: Spoilt(sent=_sent(url, spoil, pushes[:5]), wanted=Unavailable)
            for why, spoil in SPOILS.items()
        }
    return told(good, spoilt, "pushes to Prism, on FCM's discovery document")


def _message(number: int) -> Message:
    return Message(
        id=f"{number:032x}",
        reference=reference(number),
        channel=Channel.PUSH,
        to=f"cJ3x:APA91b{number}",
        locale="ar",
        content=Content(text=f"أوقف التحويل {number}", title="تنبيه"),
        thread=f"o{number}",
    )


def _sent(url: str, spoil: Spoil, pushes: Sequence[Message]) -> Sent:
    with line(8) as exchange:
        between = Between(exchange, spoil, aside=TOKEN)
        sender = FcmPush(account(f"{url}/token"), between, lambda: NOW, ttl=timedelta(hours=2), base_url=url)
        return Sent(results=sender.send_many(pushes), statuses=between.statuses)
