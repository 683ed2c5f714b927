"""Senders as the settings choose them, with the allow-list before every real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
from outreach.settings.parties import TwilioSettings
from outreach.wiring.callbacks import twilio_callback
from outreach.wiring.traffic import carriers

Now = Callable[[], datetime]

Carried = Mapping[Channel, Sequence[Sender]]
"""Who carries each channel that has anybody; no two senders of a channel have one name."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Every sender, and the pulse of those whose answers are timed."""

    carried: Carried
    pulses: Mapping[tuple[Channel, str], Callable[[], tuple[int, float]]]


def senders(settings: Settings, now: Now) -> Carried:
    """Who carries each channel; raises SettingsError listing whatever is missing."""
    return parties(settings, now).carried


def parties(settings: Settings, now: Now) -> Parties:
    """The senders with their pulses; raises SettingsError listing whatever is missing."""
    missing = missing_credentials(settings)
    if missing:
        raise SettingsError(missing)
    lines: dict[tuple[Channel, str], Line] = {}
    carried: dict[Channel, list[Sender]] = {}
    for channel, named in carriers(settings).items():
        for name, _ in named:
            lines[channel, name] = line()  # makes no thread and no connection before it is first used
            carried.setdefault(channel, []).append(
                _sender(channel, name, settings, now, lines[channel, name])
            )
    return Parties(carried, {name: each.pulse for name, each in lines.items() if name[1] in _TIMED})


def _sender(channel: Channel, word: str, settings: Settings, now: Now, line: Line) -> Sender:
    outbox = Outbox(settings.at(settings.outbox), channel, mailbox(settings), now)
    if word == "outbox":
        return outbox
    real = _REAL[word](settings, now, line)
    if settings.live_recipients == "everyone":
        return real
    return AllowListed(real, outbox, settings.live_recipients)


def discards() -> Carried:
    """Senders for a rehearsal: everything is accepted, nothing is handed over."""
    return {channel: [Discard(channel)] for channel in Channel if channel is not Channel.CALL}


def mailbox(settings: Settings) -> Mailbox:
    """Whom our emails come from."""
    return Mailbox(address=settings.mail_from, name=settings.firm)


def _twilio(settings: Settings, now: Now, line: Line) -> Sender:
    return twilio.TwilioSms(_twilio_account(settings.twilio, settings), line)


def _twilio2(settings: Settings, now: Now, line: Line) -> Sender:
    return twilio.TwilioSms(_twilio_account(settings.twilio2, settings), line, "twilio2")


def _twilio_account(said: TwilioSettings, settings: Settings) -> twilio.TwilioAccount:
    return twilio.TwilioAccount(
        sid=said.account_sid,
        secret=said.auth_token.get_secret_value(),
        key=said.key_sid,
        sender=said.sender,
        callback=twilio_callback(said, settings),
        base_url=said.base_url,
        settles_after=timedelta(seconds=said.settles_after_seconds),
    )


def _sendgrid(settings: Settings, now: Now, line: Line) -> Sender:
    account = sendgrid.SendGridAccount(
        key=settings.sendgrid.api_key.get_secret_value(),
        sender=mailbox(settings),
        base_url=settings.sendgrid.base_url,
        activity=settings.sendgrid.activity,
        group=settings.sendgrid.group,
        settles_after=timedelta(seconds=settings.sendgrid.settles_after_seconds),
    )
    return sendgrid.SendGridEmail(account, line)


def _smtp(settings: Settings, now: Now, line: Line) -> Sender:
    server = smtp.SmtpServer(
        host=settings.smtp.host,
        port=settings.smtp.port,
        sender=mailbox(settings),
        security=settings.smtp.security,
        user=settings.smtp.user,
        password=settings.smtp.password.get_secret_value(),
    )
    return smtp.SmtpEmail(server, now)


def _fcm(settings: Settings, now: Now, line: Line) -> Sender:
    assert settings.fcm.service_account is not None  # missing_credentials has asked
    account = fcm.service_account(_read(settings.at(settings.fcm.service_account)))
    return fcm.FcmPush(account, line, now, base_url=settings.fcm.base_url)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read ({error.strerror}); set fcm.service_account"]) from None


_REAL: Mapping[str, Callable[[Settings, Now, Line], Sender]] = {
    "twilio": _twilio,
    "twilio2": _twilio2,
    "sendgrid": _sendgrid,
    "smtp": _smtp,
    "fcm": _fcm,
}
_TIMED = frozenset(_REAL) - {"smtp"}
"""Who is talked to over a line of ours."""


def missing_credentials(settings: Settings) -> list[str]:
    """What the chosen providers need and the settings lack, one line each."""
    needs = _needs(settings)
    return [
        f"channels.{channel} = {name} needs {needed}, which is not set"
        for channel, named in carriers(settings).items()
        for name, _ in named
        for needed, value in needs.get(name, {}).items()
        if not value
    ]


def _needs(settings: Settings) -> Mapping[str, Mapping[str, object]]:
    s = settings
    return {
        **{
            name: {
                f"OUTREACH_{name.upper()}__ACCOUNT_SID": said.account_sid,
                f"OUTREACH_{name.upper()}__AUTH_TOKEN": said.auth_token.get_secret_value(),
                f"{name}.sender": said.sender,
            }
            for name, said in (("twilio", s.twilio), ("twilio2", s.twilio2))
        },
        "sendgrid": {"OUTREACH_SENDGRID__API_KEY": s.sendgrid.api_key.get_secret_value()},
        "smtp": {"smtp.host": s.smtp.host},
        "fcm": {"fcm.service_account": s.fcm.service_account},
    }
