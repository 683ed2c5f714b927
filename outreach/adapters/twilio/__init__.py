"""SMS through Twilio: its SDK builds the request and reads the answer, our line carries both.

`sender` posts and reads, `codes` says what Twilio's error codes mean, `asking` settles what is in doubt,
`receipts` and `inbound` read what Twilio posts to us.
"""

from outreach.adapters.twilio.account import TwilioAccount
from outreach.adapters.twilio.codes import CODES
from outreach.adapters.twilio.inbound import TwilioInbound
from outreach.adapters.twilio.receipts import SIGNATURE, Signatory, TwilioReceipts
from outreach.adapters.twilio.sender import TwilioSms, callback_url

__all__ = [
    "CODES",
    "SIGNATURE",
    "Signatory",
    "TwilioAccount",
    "TwilioInbound",
    "TwilioReceipts",
    "TwilioSms",
    "callback_url",
]
