"""Everything an installation can set, from file and environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from outreach.settings.addresses import AddressSettings
from outreach.settings.aftermath import AftermathSettings
from outreach.settings.api import ApiSettings
from outreach.settings.calls import CallSettings
from outreach.settings.cases import CaseSettings, Partners
from outreach.settings.consent import ConsentSettings
from outreach.settings.feeds import FeedSettings
from outreach.settings.gate import ContactSettings, PaceSettings, QuietHoursSettings, SenderSettings
from outreach.settings.limits import LimitSettings
from outreach.settings.lookback import EducationSettings, LookbackSettings
from outreach.settings.outcomes import OutcomeSettings
from outreach.settings.parties import (
    ChannelSettings,
    CoreSettings,
    FcmSettings,
    SendGridSettings,
    SmtpSettings,
    TwilioSettings,
    WebSettings,
)
from outreach.settings.prices import PriceSettings
from outreach.settings.privacy import RetentionSettings
from outreach.settings.replies import RepliesSettings
from outreach.settings.reports import ReportSettings, WelfareSettings
from outreach.settings.safety_net import SafetyNetSettings
from outreach.settings.traffic import TrafficSettings
from outreach.settings.watch import WatchSettings

FILE = "outreach.toml"
SECRETS_FILE = ".env"

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166, two capitals."""

Domain = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")]
"""A name such as `acme.example`, without `https://` and without a path."""


class Settings(BaseSettings):
    """Everything an installation can set. Relative paths are relative to the workspace."""

    model_config = SettingsConfigDict(
        env_prefix="OUTREACH_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    workspace: Path = Path()
    firm: str = Field(min_length=1, max_length=24)
    domains: tuple[Domain, ...] = ()
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
    consent: ConsentSettings = ConsentSettings()
    quiet_hours: QuietHoursSettings = QuietHoursSettings()
    pace: PaceSettings = PaceSettings()
    contacts: ContactSettings = ContactSettings()
    calls: CallSettings = CallSettings()
    senders: Mapping[Country, SenderSettings] = {}
    sender_registration: Literal["listed", "everywhere", "none"] = "listed"
    channels: ChannelSettings = ChannelSettings()
    traffic: TrafficSettings = TrafficSettings()
    limits: LimitSettings = LimitSettings()
    prices: PriceSettings = PriceSettings()
    twilio: TwilioSettings = TwilioSettings()
    twilio2: TwilioSettings = TwilioSettings()
    sendgrid: SendGridSettings = SendGridSettings()
    smtp: SmtpSettings = SmtpSettings()
    fcm: FcmSettings = FcmSettings()
    core: CoreSettings = CoreSettings()
    aftermath: AftermathSettings = AftermathSettings()
    safety_net: SafetyNetSettings = SafetyNetSettings()
    cases: CaseSettings = CaseSettings()
    partners: Partners = {}
    web: WebSettings = WebSettings()
    replies: RepliesSettings = RepliesSettings()
    reports: ReportSettings = ReportSettings()
    welfare: WelfareSettings = WelfareSettings()
    api: ApiSettings = ApiSettings()
    watch: WatchSettings = WatchSettings()
    retention: RetentionSettings = RetentionSettings()
    lookback: LookbackSettings = LookbackSettings()
    education: EducationSettings = EducationSettings()
    addresses: AddressSettings = AddressSettings()
    outcomes: OutcomeSettings = OutcomeSettings()
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
