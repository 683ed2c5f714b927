"""What would be sent at most, and what it would cost: the templates themselves, said and measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from outreach.adapters.backtest import Opened
from outreach.adapters.gallery import Situation
from outreach.adapters.renderer import JinjaRenderer
from outreach.domain.backtest import Bill, Cost
from outreach.domain.facts import Catalogue
from outreach.domain.message import sms_size
from outreach.domain.plan import RulePlan
from outreach.domain.scale import Channel
from outreach.errors import OutreachError, RenderError
from outreach.settings import Settings
from outreach.wiring.house import House
from outreach.wiring.samples import USUAL, Samples

EVERYWHERE = "*"
Prices = Mapping[Channel, Mapping[str, Decimal]]
Parts = Callable[[str, str], int | None]
"""SMS parts of a template in a locale, as it is usually said; None where it cannot be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bills:
    """Costs by channel, and what has no price or no words."""

    costs: tuple[Cost, ...]
    unpriced: tuple[str, ...]
    unsaid: tuple[str, ...]


def prices(settings: Settings) -> Prices:
    """The price of an SMS part, and of one message of other channels, by country."""
    said = settings.prices
    return {
        Channel.SMS: settings.traffic.spend.prices,
        Channel.PUSH: said.push,
        Channel.EMAIL: said.email,
        Channel.CALL: said.call,
    }


def measured(house: House, catalogue: Catalogue) -> Parts:
    """Parts as the workspace's own templates come to, each measured once."""
    settings = house.settings
    try:
        speaker = JinjaRenderer(
            settings.at(settings.templates),
            firm=settings.firm,
            catalogue=catalogue,
            aliases=settings.locale_aliases,
            default_locale=settings.default_locale,
        )
    except OutreachError:  # templates that do not fit are another command's to tell
        return lambda template, locale: None
    context = _context(house, catalogue)

    @cache
    def parts(template: str, locale: str) -> int | None:
        try:
            said = speaker.render(template, Channel.SMS, locale or settings.default_locale, context)
        except RenderError:
            return None
        return sms_size(said.content.text).parts

    return parts


def _context(house: House, catalogue: Catalogue) -> Mapping[str, object]:
    samples = Samples(
        catalogue=catalogue,
        firm=house.settings.firm,
        zone=house.settings.default_zone,
        now=house.clock().replace(second=0, microsecond=0),
        given={},
    )
    return samples.context(Situation(values=USUAL, transfer="pending", has_code=True))


def bills(
    opened: Iterable[Opened],
    rules: tuple[Sequence[RulePlan], Sequence[RulePlan]],
    table: Prices,
    parts: Parts,
) -> Bills:
    """The whole ladder of every outreach, where nobody answers, on the channels that reach the person."""
    found: dict[tuple[Channel, int], Bill] = defaultdict(Bill)
    unpriced: dict[tuple[Channel, str], int] = defaultdict(int)
    unsaid: set[str] = set()
    for one in opened:
        for step in rules[one.side][one.rule].rule.warn.ladder.said:
            if step.channel not in one.reach or step.is_instead:
                continue
            units = parts(step.template, one.locale) if step.channel is Channel.SMS else 1
            if units is None:
                unsaid.add(f"{step.template} in {one.locale or 'the default language'}")
                continue
            price = _price(table.get(step.channel, {}), one.country)
            if price is None and step.channel is not Channel.INBOX:
                unpriced[step.channel, one.country] += one.count
            key = (step.channel, one.side)
            found[key] = _added(found[key], step.channel, one.count, units, price)
    return Bills(costs=_costs(found), unpriced=_named(unpriced, table), unsaid=tuple(sorted(unsaid)))


def _price(table: Mapping[str, Decimal], country: str) -> Decimal | None:
    return table.get(country, table.get(EVERYWHERE))


def _added(bill: Bill, channel: Channel, count: int, units: int, price: Decimal | None) -> Bill:
    is_sms = channel is Channel.SMS
    return replace(
        bill,
        messages=bill.messages + count,
        parts=(bill.parts or 0) + count * units if is_sms else None,
        money=bill.money + (price or Decimal(0)) * units * count,
        unpriced=bill.unpriced + (count if price is None and channel is not Channel.INBOX else 0),
    )


def _costs(found: Mapping[tuple[Channel, int], Bill]) -> tuple[Cost, ...]:
    channels = [channel for channel in Channel if any(key[0] is channel for key in found)]
    return tuple(
        Cost(channel=channel, before=found.get((channel, 0), Bill()), after=found.get((channel, 1), Bill()))
        for channel in channels
    )


def _named(unpriced: Mapping[tuple[Channel, str], int], table: Prices) -> tuple[str, ...]:
    named = []
    for channel in Channel:
        countries = sorted(country or "an unknown country" for each, country in unpriced if each is channel)
        if not countries:
            continue
        where = "everywhere" if not table.get(channel) else ", ".join(countries)
        named.append(f"{channel.value}: {where}")
    return tuple(named)
