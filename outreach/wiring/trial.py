"""A trial: one sample message to one's own address, by the sender that a warning would go by."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from outreach.adapters.outbox import Outbox
from outreach.domain.delivery import Accepted, SendResult
from outreach.domain.facts import Value
from outreach.domain.message import Message, Rendered
from outreach.domain.problem import did_you_mean
from outreach.domain.scale import Channel
from outreach.errors import SettingsError
from outreach.wiring import chance
from outreach.wiring.house import House

REFERENCE = "TRYOUT"
"""On every trial message. It has an O and a U, which no drawn reference has, so it is never a warning's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of a trial. `file` is where it lies in the outbox; then no provider was asked."""

    result: SendResult
    provider: str
    file: Path | None
    locale: str
    template: str


def send_test(house: House, channel: Channel, to: str, template: str, locale: str) -> Trial:
    """Say `<pattern>/<name>` with invented facts, and hand it over. Nothing is written to the ledger.

    An address that is not among the live recipients goes to the outbox, as in a run. Raises SettingsError
    where the channel has no sender or the template does not exist, and RenderError.
    """
    sender = next(iter(house.senders.get(channel, ())), None)
    if sender is None:
        raise SettingsError([f"channels.{channel} is none: nothing carries it"])
    said = _render(house, channel, template, locale)
    message = Message(
        id=chance.new_id(),
        reference=REFERENCE,
        channel=channel,
        to=to,
        locale=said.locale,
        content=said.content,
        thread=chance.new_id(),
    )
    result = sender.send_many([message])[0]
    return Trial(
        result=result,
        provider=sender.name,
        file=_file(house, result),
        locale=said.locale,
        template=said.template,
    )


def _file(house: House, result: SendResult) -> Path | None:
    prefix = f"{Outbox.name}/"
    if not isinstance(result, Accepted) or not result.ref.startswith(prefix):
        return None
    return house.settings.at(house.settings.outbox) / result.ref.removeprefix(prefix)


def _render(house: House, channel: Channel, template: str, locale: str) -> Rendered:
    if not house.renderer.locales(template):
        known = [f"{name}/leaving" for name in house.rules.current().sets]
        hint = did_you_mean(template, known) or f"for example {known[0]}"
        raise SettingsError([f"there is no template {template}; {hint}"])
    facts: dict[str, Value] = dict.fromkeys(house.rules.catalogue())
    facts |= {"amount": Decimal("1250"), "currency": "USD", "transfer_ref": "T000000"}
    context = {
        **facts,
        "transfer": "pending",
        "on_hold": False,
        "firm": house.settings.firm,
        "reference": REFERENCE,
        "code": None,
        "zone": house.settings.default_zone,
    }
    return house.renderer.render(template, channel, locale or house.settings.default_locale, context)
