"""What an episode's messages and calls cost, by the price table."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from decimal import Decimal

from sqlalchemy import func, select

from outreach.domain.scale import Channel
from outreach.domain.traffic.size import sms_parts
from outreach.store.database import Tx
from outreach.store.outcome_said import Said
from outreach.store.tables import calls, messages, outreaches, tasks

EVERYWHERE = "*"

Prices = Mapping[Channel, Mapping[str, Decimal]]
"""The price of an SMS part, and of one message or call of other channels, by country or `*`."""


def costs(
    tx: Tx, said: Mapping[str, Said], countries: Mapping[str, str | None], prices: Prices
) -> dict[str, Decimal | None]:
    """By episode; None where anything that was sent has no price. The inbox is ours and costs nothing."""
    sent = {one.id: one for each in said.values() for one in each.sent}
    parts = _parts(tx, [id for id, one in sent.items() if one.channel == Channel.SMS])
    called = _called(tx, said)
    found: dict[str, Decimal | None] = {}
    for episode, each in said.items():
        country = countries.get(episode)
        units = [(Channel(one.channel), parts.get(one.id, 1)) for one in each.sent]
        units = [unit for unit in units if unit[0] not in {Channel.INBOX, Channel.CALL}]
        units += [(Channel.CALL, called[episode])] if called.get(episode) else []
        found[episode] = _sum([_price(prices, channel, country, n) for channel, n in units])
    return found


def _price(prices: Prices, channel: Channel, country: str | None, units: int) -> Decimal | None:
    table = prices.get(channel, {})
    price = table.get(country or EVERYWHERE, table.get(EVERYWHERE))
    return None if price is None else price * units


def _sum(each: Collection[Decimal | None]) -> Decimal | None:
    return None if None in each else sum((one for one in each if one is not None), Decimal(0))


def _parts(tx: Tx, ids: Collection[str]) -> dict[str, int]:
    m = messages.c
    rows = tx.connection.execute(select(m.id, m.body_enc).where(tx.among(m.id, ids)))
    opened = {id: tx.vault.open_if_can(body) for id, body in rows}
    texts = {id: json.loads(body)["text"] for id, body in opened.items() if body}
    return {id: sms_parts(text) for id, text in texts.items() if text}


def _called(tx: Tx, episodes: Collection[str]) -> dict[str, int]:
    """Tries to reach somebody by phone, by episode: each costs, also where nobody picked up."""
    o = outreaches.c
    whole = calls.join(tasks, tasks.c.id == calls.c.task).join(outreaches, o.id == tasks.c.outreach)
    query = select(o.episode, func.count()).select_from(whole).where(tx.among(o.episode, episodes))
    return {episode: int(n) for episode, n in tx.connection.execute(query.group_by(o.episode))}
