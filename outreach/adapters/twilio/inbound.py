"""Inbound SMS: what people write to a number of ours, passed on by Twilio, believed by its signature only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from re import compile

from outreach.adapters.twilio.receipts import Form, Signatories, Signatory
from outreach.domain.callback import Called, Outcome, TurnedAway
from outreach.domain.replying import Inbound, Kind

_SID = compile(r"(SM|MM)[0-9a-f]{32}")
_NUMBER = compile(r"\+?[0-9]{3,15}")

KEYWORDS: Mapping[str, Kind] = {"STOP": Kind.OPT_OUT, "START": Kind.OPT_IN, "HELP": Kind.HELP}
"""What Advanced Opt-Out calls the keyword that it found, and has answered by itself."""


class TwilioInbound:
    """Reads inbound messages of these accounts, by account SID."""

    def __init__(self, accounts: Mapping[str, Signatory]) -> None:
        self._signatories = Signatories(accounts)

    def __call__(self, called: Called, now: datetime) -> Inbound | TurnedAway:
        """The text of one callback. What is signed and comes from no phone number is unreadable."""
        believed = self._signatories.believe(called)
        if isinstance(believed, TurnedAway):
            return believed
        form = believed.form
        ref = form.one("MessageSid") or form.one("SmsSid")
        sender = form.one("From")
        if not _SID.fullmatch(ref) or not _NUMBER.fullmatch(sender):
            return TurnedAway(Outcome.UNREADABLE)
        return Inbound(
            provider=believed.provider,
            ref=ref,
            sender=sender,
            text=_body(form),
            word=KEYWORDS.get(form.one("OptOutType").upper()),
        )


def _body(form: Form) -> str:
    # PostgreSQL keeps no NUL, and half a surrogate pair has no UTF-8: neither is anybody's word.
    return form.one("Body").replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
