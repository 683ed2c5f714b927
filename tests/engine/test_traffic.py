"""Traffic: what several processes hand to several providers, on a real store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from outreach.domain.delivery import Accepted, Refused, SendResult, Unavailable, Unknown
from outreach.domain.scale import Channel, Urgency
from outreach.domain.traffic.breaker import BreakerPolicy
from outreach.domain.traffic.bucket import Allowance
from outreach.domain.traffic.caps import Cap, CapPolicy
from outreach.domain.traffic.policy import TrafficPolicy
from outreach.engine.steering import Steering
from outreach.engine.steering import steering as make
from outreach.engine.traffic import Heard
from outreach.store.database import Store
from outreach.store.tables import attempts, audit, bars, lanes, outreaches
from outreach.store.traffic import ProviderStanding, caps, standing
from tests.build import a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.world import World
from tests.fakes import FakeSender

SMS = Channel.SMS
WELL = Accepted("ref")
ONE, OTHER = (SMS, "one"), (SMS, "other")


class Twofold(World):
    """A world with two providers for SMS, where a rule sends one SMS, then an email."""

    def __init__(self, store: Store, policy: TrafficPolicy, urgency: Urgency = Urgency.CRITICAL) -> None:
        self.one, self.other = FakeSender(SMS, provider="one"), FakeSender(SMS, provider="other")
        email = FakeSender(Channel.EMAIL, provider="post")
        ladder = a_ladder(a_step(SMS), a_step(Channel.EMAIL))
        super().__init__(
            store,
            book=a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=ladder, urgency=urgency))),
            senders={SMS: self.one, Channel.EMAIL: email},
            others=[self.other],
        )
        self.policy_of_traffic = policy
        self.traffic = self.steering

    def steering(self) -> Steering:
        """Another process's."""
        return make(self.policy_of_traffic, self.store.lease_clock)

    def people(self, count: int, start: int = 0) -> None:
        """So many people are flagged, each with a number of their own."""
        numbers = range(start, start + count)
        self.flag(*[a_flag(f"user-{n}", phone=f"+3460000{n:04}") for n in numbers])

    def standing(self) -> dict[str, ProviderStanding]:
        """Every SMS provider as an operator sees it."""
        with self.store.read() as tx:
            return {s.provider: s for s in standing(tx, self.clock()) if s.channel == "sms"}

    def bars(self) -> Counter[str]:
        """The reasons that kept steps from being sent."""
        return Counter(row.reason for row in self.rows(bars))


def policy(shares: Mapping[str, float] | None = None, **options: Any) -> TrafficPolicy:
    """All SMS by "one", unless shares are given; emails by "post"."""
    sms = {(SMS, name): share for name, share in (shares or {"one": 1.0}).items()}
    return TrafficPolicy(shares={**sms, (Channel.EMAIL, "post"): 1.0}, **options)


BOTH = {"one": 0.5, "other": 0.5}


def test_what_a_bucket_cannot_give_now_is_not_attempted_and_goes_at_its_turn(store: Store) -> None:
    world = Twofold(store, policy(allowances={"one": Allowance(rate=1, burst=3)}))
    world.people(5)

    world.dispatch().run()
    assert len(world.one.sent) == 3
    assert world.bars() == {"busy": 2}
    assert sorted(row.due_at - world.clock() for row in world.rows(outreaches))[:2] == [
        timedelta(seconds=1),
        timedelta(seconds=2),
    ]

    world.clock.tick(seconds=2)
    world.dispatch().run()
    assert len(world.one.sent) == 5
    assert {row.n for row in world.rows(attempts)} == {1}


def test_waiting_for_a_turn_keeps_an_urgent_message_from_nothing(store: Store) -> None:
    routine = Twofold(store, policy(allowances={"one": Allowance(rate=1, burst=10)}), Urgency.ROUTINE)
    routine.people(30)
    routine.dispatch().run()
    before = len(routine.one.sent)

    urgent = Twofold(store, routine.policy_of_traffic)
    urgent.pages, urgent.clock = 1, routine.clock
    urgent.people(2, start=100)
    urgent.dispatch().run()

    assert before == 8  # a fifth is left for what is more urgent
    assert len(urgent.one.sent) == 2


def test_one_sender_has_its_own_rate_inside_its_providers(store: Store) -> None:
    own = {"one": {"": Allowance(rate=1, burst=2)}}
    world = Twofold(store, policy(sender_allowances=own))
    world.people(4)

    world.dispatch().run()

    assert len(world.one.sent) == 2


def test_two_providers_share_a_channel_by_weight(store: Store) -> None:
    world = Twofold(store, policy({"one": 0.8, "other": 0.2}))
    world.people(200)

    world.dispatch().run()

    assert len(world.one.sent) + len(world.other.sent) == 200
    assert 20 <= len(world.other.sent) <= 60
    assert Counter(row.provider for row in world.rows(attempts)) == {
        "one": len(world.one.sent),
        "other": len(world.other.sent),
    }


def down(count: int, result: SendResult | None = None) -> list[SendResult]:
    """So many failures."""
    return [result or Unavailable("down")] * count


def test_a_provider_that_fails_is_left_alone_and_probed_until_it_is_well(store: Store) -> None:
    quick = BreakerPolicy(fewest=5, probes=2)
    world = Twofold(store, policy(breaker=quick))
    world.one.results = down(7)
    world.people(5)
    world.dispatch().run()
    assert world.standing()["one"].breaker == "open"

    world.clock.tick(seconds=9)
    world.people(5, start=5)
    world.dispatch().run()
    assert len(world.one.sent) == 5
    assert world.bars()["provider_down"] >= 5

    world.clock.tick(seconds=1.1)  # they wake one after the other
    assert world.standing()["one"].breaker == "half_open"
    world.dispatch().round()
    assert len(world.one.sent) == 7  # two probes, and both failed
    assert world.standing()["one"].breaker == "open"

    for _ in range(20):
        world.clock.tick(seconds=15)
        world.dispatch().run()
    assert world.standing()["one"].breaker == "closed"
    assert {m.id for m in world.one.sent} == {row.message for row in world.rows(attempts)}
    assert Counter(row.result for row in world.rows(attempts))["accepted"] == 10


def test_what_waits_behind_probes_goes_within_seconds_of_their_coming_back(store: Store) -> None:
    world = Twofold(store, policy(breaker=BreakerPolicy(fewest=5, probes=2)))
    world.one.results = down(30)
    world.people(30)
    world.dispatch().round()
    assert world.standing()["one"].breaker == "open"

    for _ in range(6):
        world.clock.tick(seconds=5)
        world.dispatch().run()

    assert world.standing()["one"].breaker == "closed"
    assert Counter(row.result for row in world.rows(attempts))["accepted"] == 30


def test_while_one_provider_is_down_the_other_carries_everything(store: Store) -> None:
    world = Twofold(store, policy(BOTH, breaker=BreakerPolicy(fewest=5)))
    world.one.results = down(50)
    world.people(30)
    world.dispatch().run()
    there = len(world.other.sent)

    world.people(20, start=30)
    world.dispatch().run()

    assert world.standing()["one"].breaker == "open"
    assert len(world.other.sent) == there + 20


def test_a_breaker_that_one_process_opened_is_open_for_all(store: Store) -> None:
    world = Twofold(store, policy(breaker=BreakerPolicy(fewest=5)))
    first, second = world.dispatch(), world.dispatch()
    world.one.results = down(5)
    world.people(5)
    first.run()
    world.people(5, start=5)

    second.run()

    assert len(world.one.sent) == 5


@pytest.mark.parametrize("doubt", [Unknown("lost"), None], ids=["unknown", "process died"])
def test_what_is_in_doubt_with_one_provider_never_goes_by_the_other(
    store: Store, doubt: SendResult | None
) -> None:
    world = Twofold(store, policy(BOTH, breaker=BreakerPolicy(fewest=3)))

    def die(_messages: object) -> None:
        raise KeyboardInterrupt

    world.one.results = down(16, doubt) if doubt else []
    world.one.before = (lambda sent: None) if doubt else die
    world.people(16)
    if doubt:
        world.dispatch().run()
    else:
        with pytest.raises(KeyboardInterrupt):
            world.dispatch().run()
        world.one.before = lambda sent: None
    asked_of_one = {row.message for row in world.rows(attempts) if row.provider == "one"}
    assert asked_of_one

    world.one.sent.clear()  # it never took them, and says so when it is asked late enough
    for _ in range(20):
        world.clock.tick(seconds=40)
        world.settle().run()
        world.dispatch().run()

    crossed = {row.message for row in world.rows(attempts) if row.provider == "other"}
    proved = {row.message for row in world.rows(attempts) if row.settled == "not_taken"}
    assert crossed & asked_of_one <= proved
    took = Counter(m.id for m in (*world.one.sent, *world.other.sent))
    assert set(took) == {row.message for row in world.rows(attempts) if row.provider in ("one", "other")}


def test_weights_move_from_a_failing_provider_and_back(store: Store) -> None:
    world = Twofold(store, policy(BOTH, breaker=BreakerPolicy(share=1.1)))
    steering = world.steering()

    def hear(of_one: SendResult, rounds: int) -> float:
        for _ in range(rounds):
            results = [Heard("m", "one", SMS, of_one, 0.1)] * 20 + [Heard("m", "other", SMS, WELL, 0.1)] * 20
            with store.begin() as tx:
                steering.heard(tx, results, world.clock())
            world.clock.tick(seconds=11)
        return world.standing()["one"].weight

    assert hear(Unavailable("down"), 5) == pytest.approx(0.1)
    assert hear(Unavailable("down"), 5) == pytest.approx(0.05)
    assert hear(WELL, 5) < 0.2  # what was heard before still weighs
    assert hear(WELL, 40) == pytest.approx(0.5)
    assert sum(s.weight for s in world.standing().values()) == pytest.approx(1)


def test_two_providers_that_are_both_slow_keep_their_weights(store: Store) -> None:
    world = Twofold(store, policy({"one": 0.6, "other": 0.4}))
    beats = {ONE: [0, 0.0], OTHER: [0, 0.0]}
    pulses = {name: lambda beat=beat: (int(beat[0]), beat[1]) for name, beat in beats.items()}
    steering = make(world.policy_of_traffic, store.lease_clock, pulses)

    def hear(seconds_of_one: float, seconds_of_other: float) -> float:
        for _ in range(10):
            for name, seconds in ((ONE, seconds_of_one), (OTHER, seconds_of_other)):
                beats[name][0] += 20
                beats[name][1] += 20 * seconds
            results = [Heard("m", "one", SMS, WELL, 0.0), Heard("m", "other", SMS, WELL, 0.0)] * 20
            with store.begin() as tx:
                steering.heard(tx, results, world.clock())
            world.clock.tick(seconds=11)
        return world.standing()["one"].weight

    assert hear(9.0, 6.0) == pytest.approx(0.6)
    world.clock.tick(minutes=3)
    assert hear(9.0, 0.2) < 0.1
    assert world.standing()["one"].answer_seconds == pytest.approx(9.0)


def test_over_a_cap_the_step_is_passed_over_and_the_operator_is_told_once_a_day(store: Store) -> None:
    world = Twofold(store, policy(caps=CapPolicy(caps={"ES": Cap(per_hour=3)})))
    world.people(10)
    world.dispatch().run()

    assert len(world.one.sent) == 3
    assert len(world.senders[Channel.EMAIL].sent) == 7  # the next channel is open at once
    assert world.bars() == {"over_cap": 7}
    assert [(row.act, row.object) for row in world.rows(audit)] == [("cap_reached", "cap/ES/hour")]

    world.clock.tick(hours=1)
    world.people(4, start=20)
    world.dispatch().run()
    assert len(world.one.sent) == 6
    assert len(world.rows(audit)) == 1


def test_a_cap_is_not_charged_for_what_nobody_took(store: Store) -> None:
    world = Twofold(store, policy(caps=CapPolicy(caps={"*": Cap(per_day=3)}, prices={"*": 10})))
    world.one.results = [Refused("x"), Refused("x"), Unavailable("down"), Unknown("lost"), Accepted("1")]
    for n in range(6):
        world.people(1, start=n)
        world.dispatch().run()

    with world.store.read() as tx:
        counted = {cap.key: cap.count for cap in caps(tx, world.clock())}
    assert counted == {"*/day": 3}  # the unknown, the accepted, and one more
    assert len(world.one.sent) == 6
    assert world.standing()["one"].spent_today == Decimal("0.000030")


def test_the_days_money_is_never_overspent(store: Store) -> None:
    purse = CapPolicy(prices={"ES": 60_000, "*": 100_000}, per_day=1_000_000, currency="EUR")
    world = Twofold(store, policy(caps=purse))
    world.people(30)
    world.dispatch().run()

    assert len(world.one.sent) == 16
    assert world.bars() == {"over_spend": 14}
    one = world.standing()["one"]
    assert (one.spent_today, one.currency, one.parts_today) == (Decimal("0.96"), "EUR", 16)
    with world.store.read() as tx:
        (cap,) = caps(tx, world.clock())
    assert (cap.key, cap.count, cap.cap) == ("spend/EUR/day", Decimal("0.96"), Decimal(1))


def test_an_operator_sees_each_provider_as_it_stands(store: Store) -> None:
    allowances = {"one": Allowance(rate=2, burst=20)}
    world = Twofold(store, policy({"one": 0.6, "other": 0.4}, allowances=allowances))
    world.people(10)
    world.dispatch().run()
    seen = world.standing()

    assert [(s.provider, s.share, s.weight, s.breaker) for s in seen.values()] == [
        ("one", 0.6, 0.6, "closed"),
        ("other", 0.4, 0.4, "closed"),
    ]
    assert seen["one"].rate == 2
    assert seen["one"].tokens == 20 - len(world.one.sent)
    assert (seen["other"].rate, seen["other"].tokens) == (None, None)
    assert seen["one"].tried == seen["one"].parts_today == len(world.one.sent)


def test_a_share_that_is_configured_anew_counts_at_once(store: Store) -> None:
    world = Twofold(store, policy({"one": 0.9, "other": 0.1}))
    world.people(1)
    world.dispatch().run()

    world.policy_of_traffic = policy({"one": 0.2, "other": 0.8})
    world.people(1, start=1)
    world.dispatch().run()

    assert {row.provider: row.weight for row in world.rows(lanes)} == {"one": 0.2, "other": 0.8}
