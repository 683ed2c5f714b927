"""What Twilio's error codes mean for a message."""

from __future__ import annotations

from typing import Final

from outreach.domain.delivery import Refused, Unavailable

DEAD = "not a number that can get an SMS"
SENDER = "our sender cannot be used: check the sending number or messaging service"
BUSY = "more than the account may send now"

CODES: Final[dict[int, Refused | Unavailable]] = {
    # The address is dead, for us and for good.
    21211: Refused(DEAD, forget_contact=True),  # not a valid number
    21217: Refused(DEAD, forget_contact=True),  # does not appear to be valid
    21265: Refused(DEAD, forget_contact=True),  # a short code
    21614: Refused(DEAD, forget_contact=True),  # not a mobile number
    21635: Refused(DEAD, forget_contact=True),  # a landline
    # The person or the place does not take our SMS; the number lives, another channel may do.
    21214: Refused("the number cannot be reached"),
    21610: Refused("unsubscribed", opted_out=True),
    21408: Refused("SMS to this region is not enabled for the account"),
    21612: Refused("no route from our sender to this number"),
    21219: Refused("a trial account reaches verified numbers only"),
    21608: Refused("a trial account reaches verified numbers only"),
    21266: Refused("the number is our own"),
    21604: Refused("there is no number"),
    # The words cannot go.
    21602: Refused("the text is empty"),
    21619: Refused("the text is empty"),
    21605: Refused("the text is too long"),
    21617: Refused("the text is too long"),
    # Our side is set up wrongly: nothing was taken, the message is sound, an operator has to act.
    20003: Unavailable("the credentials were turned away: check the account SID and token"),
    20005: Unavailable("the account is not active"),
    20006: Unavailable("the account may not do this: check its rights"),
    20403: Unavailable("the account may not do this: check its rights"),
    20404: Unavailable("no such account: check the account SID"),
    21212: Unavailable(SENDER),
    21603: Unavailable(SENDER),
    21606: Unavailable(SENDER),
    21607: Unavailable(SENDER),
    21609: Unavailable("the callback URL is not valid: check the public URL"),
    21659: Unavailable(SENDER),
    21660: Unavailable(SENDER),
    21661: Unavailable(SENDER),
    21701: Unavailable(SENDER),
    21703: Unavailable(SENDER),
    21704: Unavailable(SENDER),
    21705: Unavailable(SENDER),
    # Too much at once.
    14107: Unavailable(BUSY),
    20429: Unavailable(BUSY),
    21611: Unavailable("the sender's queue is full"),
    63038: Unavailable("the account's daily limit is reached"),
}
"""What Twilio's error codes (twilio.com/docs/api/errors) mean for a message; any other of them is Refused.

Only asked of a 4xx. A 5xx stays in doubt whatever it carries, 503 with 20503 included: the code says that
Twilio was overloaded, not at which point it gave up, and a doubled warning cannot be taken back."""
