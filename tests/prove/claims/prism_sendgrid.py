"""SendGrid's published specification takes our emails, alone and in groups, and turns away what is faulty."""

from __future__ import annotations

from collections.abc import Sequence

from outreach.adapters.sendgrid import SendGridAccount, SendGridEmail
from outreach.adapters.transport import line
from outreach.domain.delivery import Accepted, Refused, Unavailable
from outreach.domain.message import Content, Message, reference
from outreach.domain.scale import Channel
from outreach.mime import Mailbox
from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.strangers.parts import SENDGRID, prism
from tests.prove.strangers.spoiling import Between, Spoil, as_it_is, with_body, without_authorization
from tests.prove.strangers.telling import Sent, Spoilt, told

FIRM = Mailbox(address="warnings@firm.example", name="Firm")
TOO_MANY = 1001
SPOILS: dict[str, Spoil] = {
    "no sender": with_body(lambda mail: mail.pop("from")),
    "no recipient": with_body(lambda mail: mail["personalizations"][0].pop("to")),
    "a substitution that is no text": with_body(
        lambda mail: mail["personalizations"][0].update(substitutions={"-x-": 5})
    ),
    "no authorization": without_authorization,
}


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` emails singly, in hundreds and a thousand at once; a thousand and one; faulty requests."""
    emails = [_message(number) for number in range(max(ground.n, TOO_MANY))]
    with prism(SENDGRID, ground.folder / "sendgrid") as url:
        good = [
            _sent(url, as_it_is, emails[: ground.n], 1),
            _sent(url, as_it_is, emails[: ground.n], 100),
            _sent(url, as_it_is, emails[:1000], 1000),
        ]
        too_many = _sent(url, as_it_is, emails[:TOO_MANY], TOO_MANY)
        spoilt = {
            why: Spoilt(sent=_sent(url, spoil, emails[:5], 1), wanted=(Refused, Unavailable))
            for why, spoil in SPOILS.items()
        }
    first, *singly = too_many.statuses
    return {
        **told(good, spoilt, "emails to Prism, on SendGrid's specification"),
        "groups of a thousand and one that were taken": Figure(int(first < 400), 1, "group"),
        "of them not sent one by one after it": Figure(
            sum(type(result) is not Accepted for result in too_many.results) + TOO_MANY - len(singly),
            TOO_MANY,
            "emails",
        ),
    }


def _message(number: int) -> Message:
    words = Content(
        text=f"أوقف التحويل {number}", title=f"تنبيه {number}", html=f'<p dir="rtl">أوقف «{number}»</p>'
    )
    return Message(
        id=f"{number:032x}",
        reference=reference(number),
        channel=Channel.EMAIL,
        to=f"p{number}@people.example",
        locale="ar",
        content=words,
        thread=f"o{number}",
    )


def _sent(url: str, spoil: Spoil, emails: Sequence[Message], group: int) -> Sent:
    account = SendGridAccount(key="SG.secret", sender=FIRM, base_url=url, group=group)
    with line(8) as exchange:
        # SendGrid says the id in a header that its specification does not know.
        between = Between(exchange, spoil, more={"X-Message-Id": "prism"})
        return Sent(results=SendGridEmail(account, between).send_many(emails), statuses=between.statuses)
