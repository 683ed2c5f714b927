"""Trouble with one thing: it is never trouble for the rest, and nobody is written to who must not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from outreach.domain.delivery import Unavailable
from outreach.domain.facts import FactType
from outreach.domain.message import Rendered
from outreach.domain.scale import Channel, Urgency
from outreach.domain.transfer import Transfer
from outreach.engine.dispatch import LEASE
from outreach.engine.facts import from_json, to_json
from outreach.errors import ArchiveError
from outreach.store.database import Store
from outreach.store.tables import bars, consents, contact_points, episodes, messages, outreaches
from tests.build import CATALOGUE, NOW, a_batch, a_flag, a_rule, a_rule_set, a_rulebook
from tests.engine.world import World
from tests.fakes import FakeRenderer


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


class PickyRenderer(FakeRenderer):
    """Breaks on one person's transfer as no renderer should."""

    def render(self, template: str, channel: Channel, locale: str, context: Mapping[str, object]) -> Rendered:
        if context["transfer_ref"] == "transfer-of-bad":
            raise ZeroDivisionError
        return super().render(template, channel, locale, context)


def test_one_outreach_that_cannot_be_planned_never_holds_up_the_rest(world: World) -> None:
    world.renderer = PickyRenderer()
    world.flag(a_flag("bad"), a_flag("good"), a_flag("better"))

    world.dispatch().run()

    assert {m.to for m in world.senders[Channel.PUSH].sent} == {"token-of-good", "token-of-better"}

    world.renderer = FakeRenderer()
    world.clock.tick(seconds=LEASE.total_seconds())
    world.dispatch().run()

    assert "token-of-bad" in {m.to for m in world.senders[Channel.PUSH].sent}


def test_within_a_round_the_most_urgent_is_handed_over_first_then_what_expires_soonest(store: Store) -> None:
    def book_of(pattern: str, urgency: Urgency, hours: int) -> object:
        rule = a_rule(pattern, urgency=urgency, expires=timedelta(hours=hours))
        return a_rule_set(pattern, rule)

    sets = [
        book_of("a", Urgency.ROUTINE, 1),
        book_of("b", Urgency.CRITICAL, 9),
        book_of("c", Urgency.CRITICAL, 2),
        book_of("d", Urgency.SOON, 1),
    ]
    world = World(store, book=a_rulebook(*sets))  # type: ignore[arg-type]
    world.flag(*(a_flag(name, pattern=name) for name in "abcd"))
    world.dispatch().run()

    assert [m.to for m in world.senders[Channel.PUSH].sent] == [f"token-of-{name}" for name in "cbda"]


def test_a_zone_nobody_knows_breaks_no_round(store: Store) -> None:
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", a_rule(urgency=Urgency.SOON))))
    world.flag(a_flag("lost", time_zone="Mars/Olympus"), a_flag("found"))

    world.dispatch().run()

    assert len(world.senders[Channel.PUSH].sent) == 2  # the firm's own zone: it is noon there


def test_a_retry_never_goes_to_an_address_the_person_has_left(world: World) -> None:
    world.senders[Channel.PUSH].results = [Unavailable("503")]
    world.flag(a_flag(identity="1"))
    world.dispatch().run()
    world.flag(a_flag(identity="2", push_token="a-new-phone"))
    world.clock.tick(minutes=1)
    world.dispatch().run()

    assert [m.to for m in world.senders[Channel.PUSH].sent] == ["token-of-user-1"]  # the first try only
    assert [(b.channel, b.reason) for b in world.rows(bars)] == [("push", "out_of_date")]
    assert [channel for channel, _ in world.sent()] == [Channel.PUSH, Channel.SMS]
    assert sorted(m.status for m in world.rows(messages)) == ["accepted", "cancelled"]


def test_a_provider_that_asks_for_hours_is_passed_over_for_the_next_channel(world: World) -> None:
    world.senders[Channel.PUSH].results = [Unavailable("429", timedelta(days=2))]
    world.flag(a_flag())

    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.PUSH, Channel.SMS]


def test_what_would_sleep_past_its_expiry_falls_through_to_a_channel_that_is_open(store: Store) -> None:
    rule = a_rule(urgency=Urgency.SOON, expires=timedelta(hours=2))
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", rule)))
    world.flag(a_flag(time_zone="Pacific/Auckland"))  # 01:00 there; quiet until 08:00

    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.EMAIL]
    assert [(b.channel, b.verdict, b.reason) for b in world.rows(bars)] == [
        ("push", "barred", "quiet_hours"),
        ("sms", "barred", "quiet_hours"),
    ]


def test_a_consent_withdrawn_while_a_ladder_is_climbed_counts_at_its_next_step(world: World) -> None:
    world.flag(a_flag(identity="1"))
    world.dispatch().run()
    world.flag(a_flag(identity="2", consent_sms=False))
    world.clock.tick(hours=1)
    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.PUSH, Channel.EMAIL]
    assert [(c.channel, c.granted) for c in world.rows(consents)] == [("sms", False)]


def test_nothing_is_learnt_of_how_to_reach_somebody_who_is_not_warned(world: World) -> None:
    world.flag(a_flag("watched", destination_owned=True))

    assert world.rows(contact_points) == []


def test_a_catalogue_that_changed_a_type_leaves_the_fact_unknown_and_the_rest_known() -> None:
    kept = to_json({"currency": "USD", "amount": 5, "risk_score": None}, CATALOGUE)
    changed = {
        **CATALOGUE,
        "currency": replace(CATALOGUE["currency"], type=FactType.TIME),
        "gone": CATALOGUE["amount"],
    }

    assert from_json(kept | {"never_heard_of": 1}, changed) == {"currency": None, "amount": 5}


def test_a_climb_survives_a_catalogue_that_changed_under_it(world: World) -> None:
    world.flag(a_flag())
    changed = {**CATALOGUE, "currency": replace(CATALOGUE["currency"], type=FactType.MONEY)}
    dispatch = world.dispatch()
    replace(dispatch, grounds=replace(dispatch.grounds, catalogue=lambda: changed)).run()

    assert len(world.senders[Channel.PUSH].sent) == 1


def test_a_backlog_with_one_person_weeks_apart_is_kept_whole(world: World) -> None:
    old = a_flag(identity="old", flagged_at=NOW - timedelta(days=30), risk_score=99)
    counts = world.intake(a_batch(old, a_flag(identity="new"))).run()

    assert (counts["opened"], counts["feeds_failed"]) == (1, 0)
    assert sorted(e.closed_at is None for e in world.rows(episodes)) == [False, True]
    assert [o.state for o in world.rows(outreaches)] == ["climbing"]


def test_a_feed_whose_clock_is_fast_keeps_no_episode_open_for_years(world: World) -> None:
    world.flag(a_flag(identity="1", flagged_at=NOW + timedelta(days=365 * 50)))
    (episode,) = world.rows(episodes)

    assert episode.last_flag_at == NOW


def test_what_was_decided_before_a_run_broke_is_sent_all_the_same(world: World) -> None:
    breaking = world.intake(a_batch(a_flag("a")), a_batch(a_flag("b"), cursor="2"))
    real, calls = world.archive.write, []

    def break_on_the_second(*args: object, **options: object) -> str:
        calls.append(1)
        if len(calls) == 2:
            raise ArchiveError("the folder is full")
        return real(*args, **options)  # type: ignore[arg-type]

    world.archive.write = break_on_the_second  # type: ignore[method-assign]
    with pytest.raises(ArchiveError):
        breaking.run()
    world.dispatch().run()

    assert [m.to for m in world.senders[Channel.PUSH].sent] == ["token-of-a"]


def test_a_core_that_breaks_stops_no_warning(world: World) -> None:
    def breaks(refs: object) -> dict[str, Transfer]:
        raise RuntimeError("the core's bug")

    world.core.transfers = breaks  # type: ignore[assignment, method-assign]
    world.flag(a_flag())

    world.dispatch().run()

    assert [m.content.text.split()[-1] for m in world.senders[Channel.PUSH].sent] == ["transfer=unknown"]


def test_a_message_the_database_refuses_holds_up_nobody_else(world: World) -> None:
    world.flag(a_flag("bad", push_token=None))
    world.dispatch().run()
    with world.store.begin() as tx:  # as no code of ours would leave it: its SMS is about to be written twice
        tx.connection.execute(outreaches.update().values(step=0, due_at=NOW))
    world.flag(a_flag("good", identity="2"))

    world.dispatch().run()

    assert [m.to for m in world.senders[Channel.PUSH].sent] == ["token-of-good"]
    assert len(world.senders[Channel.SMS].sent) == 1
