"""Email through SendGrid: about a hundred messages a request, our id on each.

SendGrid takes no idempotency key; our message id rides in `custom_args`, comes back with every event and can
be searched for where the account has the activity API. `mail` writes requests, `words` says what answers
mean, `asking` settles what is in doubt, `receipts` reads what SendGrid posts to us, `sender` does the rest.
"""

from outreach.adapters.sendgrid.mail import OUR_ID, SendGridAccount, body_of_group, mail_of
from outreach.adapters.sendgrid.receipts import SIGNATURE, SendGridReceipts
from outreach.adapters.sendgrid.sender import SendGridEmail

__all__ = [
    "OUR_ID",
    "SIGNATURE",
    "SendGridAccount",
    "SendGridEmail",
    "SendGridReceipts",
    "body_of_group",
    "mail_of",
]
