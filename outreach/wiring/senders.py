"""Senders as the settings choose them, with the allow-list before every real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from outreach.adapters import fcm, sendgrid, smtp, twilio
from outreach.adapters.outbox import Outbox
from outreach.adapters.safety import AllowListed, Discard
from outreach.adapters.transport import Line, line
from outreach.domain.scale import Channel
from outreach.engine.ports import Sender
from outreach.errors import SettingsError
from outreach.mime import Mailbox
from outreach.settings import Settings

IN_FLIGHT = 50
"""Requests under way at once with one provider: at 80 ms an answer, some 600 messages a second."""

Now = Callable[[], datetime]


def senders(settings: Settings, now: Now) -> Mapping[Channel, Sender]:
    """One sender for every channel that has one; raises SettingsError listing whatever is missing."""
    missing = missing_credentials(settings)
    if missing:
        raise SettingsError(missing)
    chosen = settings.channels
    words = {Channel.PUSH: chosen.push, Channel.SMS: chosen.sms, Channel.EMAIL: chosen.email}
    if chosen.inbox == "outbox":
        words[Channel.INBOX] = "outbox"
    return {c: _sender(c, word, settings, now) for c, word in words.items() if word != "none"}


def _sender(channel: Channel, word: str, settings: Settings, now: Now) -> Sender:
    outbox = Outbox(settings.at(settings.outbox), channel, mailbox(settings), now)
    if word == "outbox":
        return outbox
    real = _REAL[word](settings, now)
    if settings.live_recipients == "everyone":
        return real
    return AllowListed(real, outbox, settings.live_recipients)


def discards() -> Mapping[Channel, Sender]:
    """Senders for a rehearsal: everything is accepted, nothing is handed over."""
    return {channel: Discard(channel) for channel in Channel if channel is not Channel.CALL}


def mailbox(settings: Settings) -> Mailbox:
    """Whom our emails come from."""
    return Mailbox(address=settings.mail_from, name=settings.firm)


def _line() -> Line:
    return line(IN_FLIGHT)


def _twilio(settings: Settings, now: Now) -> Sender:
    account = twilio.TwilioAccount(
        sid=settings.twilio.account_sid,
        secret=settings.twilio.auth_token.get_secret_value(),
        key=settings.twilio.key_sid,
        sender=settings.twilio.sender,
        callback=settings.twilio.callback,
        base_url=settings.twilio.base_url,
        settles_after=timedelta(seconds=settings.twilio.settles_after_seconds),
    )
    return twilio.TwilioSms(account, _line())


def _sendgrid(settings: Settings, now: Now) -> Sender:
    account = sendgrid.SendGridAccount(
        key=settings.sendgrid.api_key.get_secret_value(),
        sender=mailbox(settings),
        base_url=settings.sendgrid.base_url,
        activity=settings.sendgrid.activity,
        group=settings.sendgrid.group,
        settles_after=timedelta(seconds=settings.sendgrid.settles_after_seconds),
    )
    return sendgrid.SendGridEmail(account, _line())


def _smtp(settings: Settings, now: Now) -> Sender:
    server = smtp.SmtpServer(
        host=settings.smtp.host,
        port=settings.smtp.port,
        sender=mailbox(settings),
        security=settings.smtp.security,
        user=settings.smtp.user,
        password=settings.smtp.password.get_secret_value(),
    )
    return smtp.SmtpEmail(server, now)


def _fcm(settings: Settings, now: Now) -> Sender:
    assert settings.fcm.service_account is not None  # missing_credentials has asked
    account = fcm.service_account(_read(settings.at(settings.fcm.service_account)))
    return fcm.FcmPush(account, _line(), now, base_url=settings.fcm.base_url)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read ({error.strerror}); set fcm.service_account"]) from None


_REAL: Mapping[str, Callable[[Settings, Now], Sender]] = {
    "twilio": _twilio,
    "sendgrid": _sendgrid,
    "smtp": _smtp,
    "fcm": _fcm,
}


def missing_credentials(settings: Settings) -> list[str]:
    """What the chosen providers need and the settings lack, one line each."""
    s, chosen = settings, settings.channels
    needs = {
        "channels.sms = twilio": chosen.sms == "twilio"
        and {
            "OUTREACH_TWILIO__ACCOUNT_SID": s.twilio.account_sid,
            "OUTREACH_TWILIO__AUTH_TOKEN": s.twilio.auth_token.get_secret_value(),
            "twilio.sender": s.twilio.sender,
        },
        "channels.email = sendgrid": chosen.email == "sendgrid"
        and {"OUTREACH_SENDGRID__API_KEY": s.sendgrid.api_key.get_secret_value()},
        "channels.email = smtp": chosen.email == "smtp" and {"smtp.host": s.smtp.host},
        "channels.push = fcm": chosen.push == "fcm" and {"fcm.service_account": s.fcm.service_account},
    }
    return [
        f"{choice} needs {name}, which is not set"
        for choice, wanted in needs.items()
        if wanted
        for name, value in wanted.items()
        if not value
    ]
