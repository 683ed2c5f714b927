"""The doors for providers: whose callbacks are taken, where, and by which key they are believed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from outreach.adapters import sendgrid, twilio
from outreach.domain.callback import Callback
from outreach.settings import Settings
from outreach.settings.parties import TwilioSettings

TWILIO = "/callbacks/twilio/status"
INBOUND = "/callbacks/twilio/inbound"
SENDGRID = "/callbacks/sendgrid/events"

INBOUND_SIGNATURE = twilio.SIGNATURE


def callbacks(settings: Settings) -> Mapping[str, Callback]:
    """Every door that has its key, by path. Raises SettingsError where a key is none."""
    doors: dict[str, Callback] = {}
    if accounts := _signatories(settings):
        read = twilio.TwilioReceipts(accounts)
        doors[TWILIO] = Callback(party="twilio", signature=twilio.SIGNATURE, read=read)
    if key := settings.sendgrid.event_key:
        window = timedelta(seconds=settings.web.callback_window_seconds)
        reader = sendgrid.SendGridReceipts(key, window)
        doors[SENDGRID] = Callback(party="sendgrid", signature=sendgrid.SIGNATURE, read=reader)
    return doors


def inbound(settings: Settings) -> twilio.TwilioInbound | None:
    """Who reads what people write back; nobody where no account signs, or nobody can write to our senders."""
    accounts = _signatories(settings)
    return twilio.TwilioInbound(accounts) if accounts and settings.replies.two_way else None


def _signatories(settings: Settings) -> dict[str, twilio.Signatory]:
    # Two providers may be two senders of one account: its receipts are filed under the first.
    both = (("twilio2", settings.twilio2), ("twilio", settings.twilio))
    return {
        said.account_sid: twilio.Signatory(provider=name, token=token, callback=said.callback)
        for name, said in both
        if said.account_sid and (token := signing_token(said))
    }


def signing_token(said: TwilioSettings) -> str:
    """What an account signs callbacks with: its own token. The secret of a key signs none."""
    own = said.signing_token.get_secret_value()
    return own or ("" if said.key_sid else said.auth_token.get_secret_value())


def twilio_callback(said: TwilioSettings, settings: Settings) -> str:
    """Where an account is told to report to: as set, else to us, where it can reach and we can believe it."""
    if said.callback:
        return said.callback
    public = settings.web.public_url
    is_reachable = public.startswith("https://") and bool(signing_token(said))
    return f"{public.rstrip('/')}{TWILIO}" if is_reachable else ""
