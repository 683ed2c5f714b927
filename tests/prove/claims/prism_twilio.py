"""Twilio's published specification takes our SMS, and turns away what is faulty."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.adapters.transport import line
from outreach.adapters.twilio import TwilioAccount, TwilioSms
from outreach.domain.delivery import Unavailable
from outreach.domain.message import Content, Message, reference
from outreach.domain.scale import Channel
from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.strangers.parts import TWILIO, prism
from tests.prove.strangers.spoiling import Between, Spoil, as_it_is, without_authorization, without_field
from tests.prove.strangers.telling import Sent, Spoilt, told

HEX = "0123456789abcdef" * 2
NUMBER, SERVICE = "+15550001111", f"MG{HEX}"
SPOILS: dict[str, Spoil] = {
    "no To": without_field("To"),
    "no authorization": without_authorization,
}
TEXTS = ("أوقف التحويل وتحقق من العنوان.", "Stop the transfer & check: 100 % + more.")


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` SMS from a number and from a messaging service, then faulty requests."""
    sms = [_message(number) for number in range(ground.n)]
    with prism(TWILIO, ground.folder / "twilio") as url:
        good = [_sent(url, as_it_is, sms[::2], NUMBER), _sent(url, as_it_is, sms[1::2], SERVICE)]
        # Twilio's own words are missing from what Prism says: nobody's message is at fault.
        spoilt = {
            why: Spoilt(sent=_sent(url, spoil, sms[:5], NUMBER), wanted=Unavailable)
            for why, spoil in SPOILS.items()
        }
    return told(good, spoilt, "SMS to Prism, on Twilio's specification")


def _message(number: int) -> Message:
    short = reference(number)
    return Message(
        id=f"{number:032x}",
        reference=short,
        channel=Channel.SMS,
        to=f"+346001{number:05d}",
        locale="ar",
        content=Content(text=f"{TEXTS[number % 2]} {short}"),
    )


def _sent(url: str, spoil: Spoil, sms: Sequence[Message], sender: str) -> Sent:
    account = TwilioAccount(
        sid=f"AC{HEX}", secret="secret", sender=sender, callback="https://firm.example/cb", base_url=url
    )
    with line(8) as exchange:
        between = Between(exchange, spoil)
        return Sent(results=TwilioSms(account, between).send_many(sms), statuses=between.statuses)
