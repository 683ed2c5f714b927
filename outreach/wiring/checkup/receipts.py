"""Looks at callbacks: will the providers that carry our messages tell us what became of them?"""

from __future__ import annotations

from collections.abc import Iterator

from outreach.settings import Settings
from outreach.settings.parties import TwilioSettings
from outreach.wiring.callbacks import SENDGRID, callbacks, signing_token, twilio_callback
from outreach.wiring.checkup.finding import Finding, State
from outreach.wiring.traffic import carriers

ABOUT = "callbacks"


def _twilio(name: str, said: TwilioSettings, settings: Settings) -> Finding:
    """Whether a Twilio account reports to us, and we can believe it."""
    where = twilio_callback(said, settings)
    if not signing_token(said):
        says = f"{name} uses a key, whose secret signs no callbacks: none would be believed"
        mend = f"set OUTREACH_{name.upper()}__SIGNING_TOKEN to the account's own auth token"
        return Finding(about=ABOUT, says=says, state=State.WARNING, mend=mend)
    if not where:
        says = f"{name} is told no address to report to: no receipt will say what became of an SMS"
        mend = f"set web.public_url to the https address of `outreach web`, or {name}.callback"
        return Finding(about=ABOUT, says=says, state=State.WARNING, mend=mend)
    return Finding(about=ABOUT, says=f"{name} reports to {where}")


def _sendgrid(settings: Settings) -> Finding:
    """Whether SendGrid's events can be believed; whether it posts any is set with SendGrid."""
    where = f"{settings.web.public_url.rstrip('/')}{SENDGRID}"
    if not settings.sendgrid.event_key:
        says = "sendgrid's events cannot be checked: no receipt will say what became of an email"
        mend = f"let SendGrid's signed event webhook post to {where}; set sendgrid.event_key to its key"
        return Finding(about=ABOUT, says=says, state=State.WARNING, mend=mend)
    return Finding(about=ABOUT, says=f"sendgrid's events are taken at {where}")


def look(settings: Settings) -> Iterator[Finding]:
    """What holds for each provider that carries something; raises SettingsError where a key is none."""
    callbacks(settings)
    used = {name for named in carriers(settings).values() for name, _ in named}
    for name, said in (("twilio", settings.twilio), ("twilio2", settings.twilio2)):
        if name in used:
            yield _twilio(name, said, settings)
    if "sendgrid" in used:
        yield _sendgrid(settings)
