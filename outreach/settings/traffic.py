"""How much goes to whom: shares, rates, breakers, caps."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag

from outreach.settings.section import Section

T = TypeVar("T")

Millionths = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)]
"""Money, to the millionth of its unit."""

Place = Annotated[str, StringConstraints(pattern=r"^(\*|[A-Z]{2}|\+[0-9]{1,15})$")]
"""`*` for everywhere else, a country in two capitals, or the first digits of numbers: +34901."""

Payer = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(/[^/\s]{1,64})?$")]
"""A provider, or provider/sender."""


class SmsCarrierSettings(Section):
    """A provider of SMS and its part of them, in proportion to the others'."""

    provider: Literal["twilio", "twilio2"]
    weight: float = Field(default=1, gt=0, le=1_000_000)


class EmailCarrierSettings(Section):
    """A provider of emails and its part of them, in proportion to the others'."""

    provider: Literal["sendgrid", "smtp"]
    weight: float = Field(default=1, gt=0, le=1_000_000)


def _shape(value: object) -> str:
    return "word" if isinstance(value, str) else "carriers"


def _some(carriers: tuple[T, ...]) -> tuple[T, ...]:
    if not carriers:
        raise ValueError('name a provider, or write "none"')
    return carriers


SmsCarriers = Annotated[tuple[SmsCarrierSettings, ...], AfterValidator(_some), Tag("carriers")]
EmailCarriers = Annotated[tuple[EmailCarrierSettings, ...], AfterValidator(_some), Tag("carriers")]
Sms = Annotated[
    Annotated[Literal["outbox", "twilio", "twilio2", "none"], Tag("word")] | SmsCarriers,
    Discriminator(_shape),
]
Email = Annotated[
    Annotated[Literal["outbox", "sendgrid", "smtp", "none"], Tag("word")] | EmailCarriers,
    Discriminator(_shape),
]


class RateSettings(Section):
    """`parts_per_second`: SMS parts, or messages; `burst`: at most at once, else what two seconds give and
    no fewer than 10."""

    parts_per_second: float = Field(ge=0.01, le=100_000)
    burst: int | None = Field(default=None, ge=1, le=1_000_000)

    @property
    def at_once(self) -> int:
        """The burst."""
        return self.burst or max(10, round(2 * self.parts_per_second))


class BreakerSettings(Section):
    """When a provider is left alone."""

    share: float = Field(default=0.5, gt=0, le=1)
    fewest: int = Field(default=20, ge=1)
    window_seconds: int = Field(default=60, ge=10, le=1800)
    pause_seconds: int = Field(default=10, ge=1)
    longest_pause_seconds: int = Field(default=300, ge=1)
    probes: int = Field(default=5, ge=1, le=1000)


class FailoverSettings(Section):
    """When one of two providers of a channel loses weight to the other."""

    failed_share: float = Field(default=0.1, gt=0, le=1)
    slow_seconds: float = Field(default=2.0, gt=0)
    fewest: int = Field(default=20, ge=1)
    window_seconds: int = Field(default=120, ge=10, le=1800)
    floor: float = Field(default=0.05, gt=0, lt=1)


class CapSettings(Section):
    """The most SMS parts."""

    per_hour: int | None = Field(default=None, ge=0)
    per_day: int | None = Field(default=None, ge=0)


class BlockSettings(CapSettings):
    """The most SMS parts to numbers that share their first digits, the country's included."""

    digits: int = Field(default=7, ge=1, le=14)


class SpendSettings(Section):
    """What an SMS part costs, and what may be spent in a day."""

    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    prices: Mapping[Place, Millionths] = {}
    per_day: Millionths | None = None


class TrafficSettings(Section):
    """Limits on what is sent, all over the installation. Without a line there is no limit."""

    rates: Mapping[Payer, RateSettings] = {}
    breaker: BreakerSettings = BreakerSettings()
    failover: FailoverSettings = FailoverSettings()
    caps: Mapping[Place, CapSettings] = {}
    block: BlockSettings = BlockSettings()
    spend: SpendSettings = SpendSettings()
