"""Settings: `outreach.toml` and the environment in, one frozen value out. The only reader of the environment.

Places and secrets only: behaviour is in `rules/` and `templates/`. Everything in the file can be set by an
environment variable too (`OUTREACH_DATABASE`, `OUTREACH_TWILIO__SENDER`); secrets belong there, or in the
workspace's `.env`, and never in the file.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from outreach.errors import SettingsError

FILE = "outreach.toml"
SECRETS_FILE = ".env"
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,8}")


class Section(BaseModel):
    """A table of the settings file; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FileFeedSettings(Section):
    """Flags from files: CSV, NDJSON or Parquet, plain or gzipped."""

    kind: Literal["files"]
    path: str
    format: Literal["csv", "ndjson", "parquet"]
    select: Mapping[str, str] = {}
    delimiter: str = ","
    quoted_newlines: bool = False
    batch_rows: int = Field(default=20_000, ge=1, le=200_000)


class SqlFeedSettings(Section):
    """Flags from a database: any SQLAlchemy URL, read forward by a watermark column and a unique key."""

    kind: Literal["sql"]
    url: SecretStr
    query: str
    watermark: str
    key: str
    overlap_seconds: float = Field(default=60, ge=0)
    select: Mapping[str, str] = {}
    batch_rows: int = Field(default=20_000, ge=1, le=200_000)


class HttpFeedSettings(Section):
    """Flags from an HTTP API that answers JSON pages with a cursor."""

    kind: Literal["http"]
    url: str
    token: SecretStr | None = None
    rows: str = ""
    next_cursor: str = "next_cursor"
    cursor_parameter: str = "cursor"
    select: Mapping[str, str] = {}


FeedSettings = Annotated[FileFeedSettings | SqlFeedSettings | HttpFeedSettings, Field(discriminator="kind")]


class QuietHoursSettings(Section):
    """When nobody is woken, in their own zone; critical warnings pass, with the reason logged."""

    start: time = time(22)
    end: time = time(8)


class ChannelSettings(Section):
    """Who carries each channel: `outbox` writes files and needs no account."""

    push: Literal["outbox", "fcm", "none"] = "outbox"
    sms: Literal["outbox", "twilio", "none"] = "outbox"
    email: Literal["outbox", "sendgrid", "smtp", "none"] = "outbox"
    inbox: Literal["outbox", "kept"] = "kept"


class TwilioSettings(Section):
    """The Twilio account; `sender` is a number, a short code, or a messaging service (MG…)."""

    account_sid: str = ""
    auth_token: SecretStr = SecretStr("")
    key_sid: str = ""
    sender: str = ""
    callback: str = ""
    base_url: str = "https://api.twilio.com"


class SendGridSettings(Section):
    """The SendGrid account."""

    api_key: SecretStr = SecretStr("")
    base_url: str = "https://api.sendgrid.com"


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
    """The firm's core system; `file` is the stand-in for trying things on."""

    kind: Literal["none", "file"] = "none"
    path: Path = Path("core.json")


class WebSettings(Section):
    """Where the answer page listens, and under which address people reach it."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = "http://127.0.0.1:8080"


class Settings(BaseSettings):
    """Everything an installation can set. Relative paths are relative to the workspace."""

    model_config = SettingsConfigDict(
        env_prefix="OUTREACH_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    workspace: Path = Path()
    firm: str = Field(min_length=1, max_length=24)
    mail_from: str = "safety@outreach.invalid"
    default_locale: str = "en"
    default_zone: str = "UTC"
    locale_aliases: Mapping[str, str] = {"pt-PT": "pt-BR", "pt": "pt-BR", "zh": "zh-Hans"}
    database: SecretStr = SecretStr("sqlite:///outreach.db")
    rules: Path = Path("rules")
    templates: Path = Path("templates")
    archive: Path = Path("archive")
    outbox: Path = Path("outbox")
    keys: SecretStr = Field(default=SecretStr(""), description="id:base64 of 32 bytes, newest first, commas")
    hash_key: SecretStr = Field(default=SecretStr(""), description="base64 of 32 bytes; never changes")
    answer_keys: SecretStr = Field(default=SecretStr(""), description="like keys; signs answer links")
    live_recipients: tuple[str, ...] | Literal["everyone"] = ()
    consent_needed: tuple[Literal["push", "sms", "email"], ...] = ()
    quiet_hours: QuietHoursSettings = QuietHoursSettings()
    channels: ChannelSettings = ChannelSettings()
    twilio: TwilioSettings = TwilioSettings()
    sendgrid: SendGridSettings = SendGridSettings()
    smtp: SmtpSettings = SmtpSettings()
    fcm: FcmSettings = FcmSettings()
    core: CoreSettings = CoreSettings()
    web: WebSettings = WebSettings()
    feeds: Mapping[str, FeedSettings] = {}

    @field_validator("default_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        from zoneinfo import available_timezones  # the set is read from disk: only when a zone is checked

        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is not an IANA time zone such as Europe/Madrid")
        return zone

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given in code, then the environment, then the workspace's `.env`, then its file."""
        folder = Path(init_settings().get("workspace", "."))
        return (
            init_settings,
            EnvSettingsSource(settings_cls),
            DotEnvSettingsSource(settings_cls, env_file=folder / SECRETS_FILE),
            TomlConfigSettingsSource(settings_cls, toml_file=folder / FILE),
        )

    def at(self, path: Path) -> Path:
        """A path of the settings, from the workspace."""
        return path if path.is_absolute() else self.workspace / path

    @property
    def database_url(self) -> str:
        """The database's address."""
        return self.url_at(self.database.get_secret_value())

    def url_at(self, url: str) -> str:
        """A database address; a relative SQLite path in it is taken from the workspace."""
        prefix = "sqlite:///"
        if not url.startswith(prefix) or url.startswith(prefix + "/") or url == prefix + ":memory:":
            return url
        return prefix + str((self.workspace / url.removeprefix(prefix)).resolve())


def workspace_from_environment() -> Path:
    """The folder that `OUTREACH_WORKSPACE` names, else the one we stand in."""
    return Path(os.environ.get("OUTREACH_WORKSPACE", "."))


def read_settings(workspace: Path) -> Settings:
    """The settings of a workspace. Raises SettingsError with every problem and what to do about each."""
    file = workspace / FILE
    if not file.is_file():
        raise SettingsError(
            [f"{file}: there is no settings file here; `outreach init {workspace}` makes a workspace"]
        )
    try:
        return Settings(workspace=workspace)  # type: ignore[call-arg]  # the rest comes from file and environment
    except ValidationError as error:
        text = file.read_text(encoding="utf-8", errors="replace")
        raise SettingsError([_problem(file, text, each) for each in error.errors()]) from None
    except ValueError as error:  # the TOML itself does not parse: its message has line and column
        raise SettingsError([f"{file}: {error}"]) from None
    except OSError as error:
        raise SettingsError([f"{error.filename or file}: cannot be read ({error.strerror})"]) from None


def _problem(file: Path, text: str, error: Any) -> str:
    """One line: file, line of the nearest key where it is in the file, path of the key, what is wrong."""
    path = [str(part) for part in error["loc"] if part not in {"files", "sql", "http"}]
    line = _line_of(text, path)
    where = f"{file}:{line}" if line else str(file)
    return f"{where}: {'.'.join(path) or 'settings'}: {error['msg']}"


def _line_of(text: str, path: list[str]) -> int:
    """The line that sets this key, or its table's; 0 where the file has neither."""
    found = 0
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            inside = stripped.strip("[] ")
            if inside and ".".join(path).startswith(inside):
                found = number
        key = stripped.split("=")[0].strip().strip('"')
        full = f"{inside}.{key}" if inside else key
        if "=" in stripped and full == ".".join(path):
            return number
    return found


def read_keys(setting: SecretStr, name: str) -> dict[str, bytes]:
    """`id:base64,id:base64` as key id → 32 bytes, in order. Raises SettingsError naming the setting only."""
    keys = {}
    parts = [part.strip() for part in setting.get_secret_value().split(",") if part.strip()]
    for place, part in enumerate(parts, 1):
        key_id, colon, encoded = part.partition(":")
        if not colon or not KEY_ID.fullmatch(key_id):  # without its id, what stands there is the key itself
            shape = "is written id:base64, the id 1 to 8 letters, digits, _ or -"
            raise SettingsError([f"{name}: key {place} {shape}: `outreach init` shows how it looks"])
        keys[key_id] = read_key(encoded, f"{name} (key {key_id!r})")
    if not keys:
        raise SettingsError([f"{name} is not set: `outreach init` makes one in {SECRETS_FILE}"])
    return keys


def read_key(encoded: str, name: str) -> bytes:
    """32 bytes from base64. Raises SettingsError naming the setting only."""
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise SettingsError([f"{name} must be 32 bytes in base64: `outreach init` shows how it looks"])
    return key
