"""Three-day ladders walked with a clock that stands: in time, until answered, until expired, not by night."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from outreach.domain.answer import Answer, Via
from outreach.domain.scale import Channel, Urgency
from outreach.store.database import Store
from outreach.store.tables import messages, outreaches
from tests.build import NOW, a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.world import World
from tests.prove.figures import Figure
from tests.prove.ground import Ground

DAY = timedelta(days=1)
CHANNELS = (Channel.PUSH, Channel.SMS, Channel.EMAIL)
ZONES = ("UTC", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Auckland")
KINDS = ("climbs", "answers", "expires", "sleeps")
"""What a person of the walk does; each fourth person is of one kind."""


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` people on each database, hour by hour over four days."""
    totals: Counter[str] = Counter()
    with ground.stores() as stores:
        for store in stores.values():
            totals += _walk(store, ground.n)
    steps = totals["steps"]
    return {
        "out of order or time": Figure(totals["wrong"], steps, "steps sent, on SQLite and PostgreSQL"),
        "missing": Figure(totals["missing"], totals["due"], "steps of those who never answered"),
        "after an answer": Figure(
            totals["after answer"], totals["answered"], "people who answered on day one"
        ),
        "after expiry": Figure(totals["after expiry"], totals["expired"], "people whose warning expired"),
        "by night": Figure(totals["by night"], totals["noisy"], "push and SMS that are not critical"),
        "held over night": Figure(totals["held"], totals["noisy"], "push and SMS that are not critical"),
        "closed for another reason": Figure(totals["reason"], totals["people"], "people"),
    }


def _book() -> Any:
    usual = a_ladder(*(a_step(channel, wait=DAY) for channel in CHANNELS))
    patterns = {
        "climbs": a_rule(ladder=usual),
        "answers": a_rule(ladder=usual),
        "expires": a_rule(ladder=usual, expires=timedelta(hours=30)),
        "sleeps": a_rule(ladder=usual, urgency=Urgency.SOON, expires=timedelta(days=14)),
    }
    return a_rulebook(*(a_rule_set(kind, rule) for kind, rule in patterns.items()))


def _walk(store: Store, n: int) -> Counter[str]:
    world = World(store, book=_book())
    kinds = {f"user-{i}": KINDS[i % len(KINDS)] for i in range(n)}
    flags = [
        a_flag(user, pattern=kind, risk_score=Decimal(90), time_zone=ZONES[i // len(KINDS) % len(ZONES)])
        for i, (user, kind) in enumerate(kinds.items())
    ]
    world.flag(*flags)
    for hour in range(4 * 24 + 12):
        world.dispatch().run()
        if hour == 1:
            _answer(world)
        world.clock.tick(hours=1)
    zones = {flag["push_token"]: flag["time_zone"] for flag in flags}
    return _judge(world, zones)


def _answer(world: World) -> None:
    ears = world.feedback()
    theirs = {o.id for o in world.rows(outreaches) if o.pattern == "answers"}
    for message in world.rows(messages):
        if message.outreach in theirs:
            ears.answer(message.id, Answer.IT_IS_MINE, Via.PAGE, world.clock())


def _judge(world: World, zones: dict[str, str]) -> Counter[str]:
    climbs = {o.id: o for o in world.rows(outreaches)}
    sent = sorted(world.rows(messages), key=lambda m: (m.outreach, m.step))
    zone_of = {m.outreach: zones[world.store.vault.open(m.to_enc)] for m in sent if m.channel == "push"}
    totals: Counter[str] = Counter(people=len(climbs), steps=len(sent))
    wanted = {"climbs": "exhausted", "answers": "acknowledged", "expires": "expired", "sleeps": "exhausted"}
    for climb in climbs.values():
        totals["reason"] += climb.close_reason != wanted[climb.pattern]
        totals["answered"] += climb.pattern == "answers"
        totals["expired"] += climb.pattern == "expires"
        totals["due"] += len(CHANNELS) * (climb.pattern in ("climbs", "sleeps"))
        totals["missing"] += len(CHANNELS) * (climb.pattern in ("climbs", "sleeps"))
    for message in sent:
        pattern, at = climbs[message.outreach].pattern, message.created_at
        totals["missing"] -= pattern in ("climbs", "sleeps")
        totals["after answer"] += pattern == "answers" and message.step > 0
        totals["after expiry"] += pattern == "expires" and at >= NOW + timedelta(hours=30)
        totals["wrong"] += message.channel != CHANNELS[message.step] or at < NOW + message.step * DAY
        totals["wrong"] += pattern == "climbs" and at != NOW + message.step * DAY
        if pattern == "sleeps" and message.channel != "email":
            totals["noisy"] += 1
            totals["by night"] += _is_night(at, zone_of[message.outreach])
            totals["held"] += message.step == 0 and at > NOW
    return totals


def _is_night(at: datetime, zone: str) -> bool:
    hour = at.astimezone(ZoneInfo(zone)).hour
    return hour >= 22 or hour < 8
