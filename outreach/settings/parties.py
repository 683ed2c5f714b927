"""Whom the engine talks to: providers, the core system, and the people at the answer page."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, IPvAnyNetwork, SecretStr, model_validator

from outreach.settings.section import Section
from outreach.settings.traffic import Email, Sms


class ChannelSettings(Section):
    """Who carries each channel: `outbox` writes files and needs no account. Several may share one."""

    push: Literal["outbox", "fcm", "none"] = "outbox"
    sms: Sms = "outbox"
    email: Email = "outbox"
    inbox: Literal["outbox", "kept"] = "kept"


class TwilioSettings(Section):
    """The Twilio account; `sender` is a number, a short code, or a messaging service (MG…).

    `settles_after_seconds`: how long after a request what it made is listed, at worst. `signing_token`: the
    account's own token, which signs callbacks, where `auth_token` is the secret of a key."""

    account_sid: str = ""
    auth_token: SecretStr = SecretStr("")
    signing_token: SecretStr = SecretStr("")
    key_sid: str = ""
    sender: str = ""
    callback: str = ""
    base_url: str = "https://api.twilio.com"
    settles_after_seconds: int = Field(default=120, ge=0)


class SendGridSettings(Section):
    """The SendGrid account. `activity`: it has bought the activity API, so that it can be asked. `event_key`:
    the public key by which its callbacks are checked."""

    api_key: SecretStr = SecretStr("")
    event_key: str = ""
    base_url: str = "https://api.sendgrid.com"
    activity: bool = False
    group: int = Field(default=100, ge=1, le=1000)
    settles_after_seconds: int = Field(default=600, ge=0)


class SmtpSettings(Section):
    """A mail server."""

    host: str = ""
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: SecretStr = SecretStr("")


class FcmSettings(Section):
    """Firebase: the path of the service account's JSON file."""

    service_account: Path | None = None
    base_url: str = "https://fcm.googleapis.com"


class CoreSettings(Section):
    """The firm's core system: asked by signed webhooks, or `file`, the stand-in for trying things on.

    `secret`: `whsec_…` as Standard Webhooks writes it, newest first, blanks between several while one is
    changed for the next. Without `transfers_url` nothing is known of any transfer."""

    kind: Literal["none", "file", "webhook"] = "none"
    path: Path = Path("core.json")
    url: str = ""
    transfers_url: str = ""
    secret: SecretStr = SecretStr("")
    seconds: float = Field(default=10.0, gt=0, le=60)
    transfers_seconds: float = Field(default=3.0, gt=0, le=30)

    @model_validator(mode="after")
    def _is_safe(self) -> CoreSettings:
        if self.kind == "webhook" and not self.url:
            raise ValueError("core.url is needed where core.kind is webhook")
        for url in (self.url, self.transfers_url):
            if url and not url.startswith(("https://", *LOOPBACK)):
                raise ValueError(
                    "core.url and core.transfers_url must be https://… (http:// on loopback only)"
                )
        return self


LOOPBACK = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")


class WebSettings(Section):
    """Where the answer page and the callbacks listen, and under which address people and providers reach
    them. `trusted_proxies`: whose word on that address is taken, too."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = "http://127.0.0.1:8080"
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()
    callback_bytes: int = Field(default=8_388_608, ge=1_000, le=104_857_600)
    callback_window_seconds: int = Field(default=300, ge=1, le=86_400)
