"""Which addresses are written to, and as whom: stale tokens, takeovers, senders by country."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from outreach.domain.delivery import Unavailable
from outreach.domain.facts import FactType, WhenNull
from outreach.domain.gate import GatePolicy, SenderProfile, SenderRules
from outreach.domain.scale import Channel
from outreach.store.database import Store
from outreach.store.tables import tasks
from tests.build import CATALOGUE, NOW, a_fact, a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.gate_world import SOON, a_book, steps, told
from tests.engine.world import World


def test_a_push_token_that_nobody_confirmed_for_long_is_passed_over(store: Store) -> None:
    ladder = a_ladder(
        a_step(Channel.SMS, wait=timedelta(days=61)), a_step(Channel.PUSH), a_step(Channel.EMAIL)
    )
    book = a_book(ladder=ladder, expires=timedelta(days=90), urgency=SOON)
    world = World(store, book=book)
    world.flag(a_flag(pattern="job_task"))
    world.dispatch().run()
    world.clock.tick(days=61)
    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.SMS, Channel.EMAIL]
    assert told(world) == [("push", "barred", "stale_token")]


def test_a_token_that_a_feed_names_again_is_fresh(store: Store) -> None:
    ladder = steps(Channel.SMS, Channel.PUSH, wait=timedelta(days=61))
    book = a_book(ladder=ladder, expires=timedelta(days=90), urgency=SOON)
    world = World(store, book=book)
    world.flag(a_flag(pattern="job_task"))
    world.dispatch().run()
    world.clock.tick(days=30)
    world.flag(a_flag(pattern="job_task", identity="again", flagged_at=world.clock.now))
    world.clock.tick(days=31)
    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.PUSH, Channel.SMS]
    assert told(world) == []


REGISTERED = SenderRules(
    profiles={"SG": SenderProfile(sender="ACME", effective=date(2026, 1, 1))},
    needed=frozenset({"SG", "IE"}),
)


@pytest.mark.parametrize(
    ("phone", "sent"),
    [
        ("+6581234567", [(Channel.SMS, "ACME")]),
        ("+353861234567", [(Channel.EMAIL, "")]),
        ("+15550100001", [(Channel.SMS, "")]),
    ],
)
def test_an_sms_goes_out_as_who_is_registered_there_or_another_channel_is_taken(
    store: Store, phone: str, sent: list[tuple[Channel, str]]
) -> None:
    ladder = steps(Channel.SMS, Channel.EMAIL)
    world = World(store, book=a_book(ladder=ladder), policy=GatePolicy(sms=REGISTERED))
    world.flag(a_flag(pattern="job_task", phone=phone))
    world.dispatch().run()
    found = [(channel, m.sender) for channel, sender in world.senders.items() for m in sender.sent]

    assert found == sent
    assert told(world) == ([("sms", "barred", "no_sender_profile")] if sent[0][0] is Channel.EMAIL else [])


def test_a_retry_goes_out_as_who_is_registered_there_too(store: Store) -> None:
    ladder = steps(Channel.SMS)
    world = World(store, book=a_book(ladder=ladder), policy=GatePolicy(sms=REGISTERED))
    world.senders[Channel.SMS].results = [Unavailable("503")]
    world.flag(a_flag(pattern="job_task", phone="+6581234567"))
    world.dispatch().run()
    world.clock.tick(minutes=1)
    world.dispatch().run()

    assert [m.sender for m in world.senders[Channel.SMS].sent] == ["ACME", "ACME"]


PHONE, THIEFS = "+15550100001", "+15550100666"


@pytest.fixture
def taken(store: Store, monkeypatch: pytest.MonkeyPatch) -> World:
    """Ann was known for a month by her own phone; then her contacts are changed, and money moves."""
    for name in ("contact_changed_at", "device_added_at"):
        monkeypatch.setitem(CATALOGUE, name, a_fact(name, FactType.TIME, when_null=WhenNull.NEVER))
    ladder = a_ladder(a_step(Channel.SMS), a_step(Channel.EMAIL), a_step(Channel.CALL))
    rules = [a_rule_set(p, a_rule(ladder=ladder)) for p in ("phishing_ato", "job_task")]
    return World(store, book=a_rulebook(*rules))


def known_before(world: World, **contacts: str | None) -> None:
    """A warning a month ago taught us these contacts; it is long over."""
    nothing = {"phone": None, "email": None, "push_token": None}
    world.flag(a_flag(pattern="job_task", **(nothing | contacts)))
    for _ in range(4):
        world.dispatch().run()
        world.clock.tick(hours=1)
    world.clock.tick(days=30)
    for sender in world.senders.values():
        sender.sent.clear()


def taken_over(world: World, pattern: str = "phishing_ato", **facts: Any) -> None:
    """The account is taken over now; the feed names the contacts that it has now."""
    now = world.clock.now
    row = {"phone": THIEFS, "email": None, "push_token": None, "identity": "taken", "flagged_at": now}
    world.flag(a_flag(pattern=pattern, **(row | facts)))
    for _ in range(3):
        world.dispatch().run()
        world.clock.tick(hours=1)


def reached(world: World) -> list[str]:
    """Every address that was written to."""
    return [m.to for sender in world.senders.values() for m in sender.sent]


def test_after_a_takeover_the_owner_is_written_to_and_not_the_thief(taken: World) -> None:
    known_before(taken, phone=PHONE)
    changed = taken.clock.now - timedelta(hours=1)
    taken_over(taken, contact_changed_at=changed, device_added_at=changed - timedelta(hours=1))

    assert reached(taken) == [PHONE]


def test_a_thief_who_changes_the_number_twice_is_not_written_to_at_the_first(taken: World) -> None:
    known_before(taken, phone=PHONE)
    in_between = {"phone": "+15550100999", "pattern": "job_task", "identity": "between"}
    taken.flag(a_flag(**in_between, flagged_at=taken.clock.now, push_token=None, email=None))
    for _ in range(5):
        taken.dispatch().run()
        taken.clock.tick(hours=1)
    taken.senders[Channel.SMS].sent.clear()
    now = taken.clock.now
    taken_over(taken, contact_changed_at=now, device_added_at=now - timedelta(hours=6))

    assert reached(taken) == [PHONE]


def test_where_no_contact_is_known_from_before_nobody_is_written_to_and_a_person_calls(taken: World) -> None:
    taken_over(taken, contact_changed_at=NOW - timedelta(hours=1))

    assert reached(taken) == []
    assert told(taken) == [("sms", "barred", "contact_too_new"), ("email", "barred", "no_contact")]
    assert [task.kind for task in taken.rows(tasks)] == ["call"]


def test_a_new_device_alone_makes_no_contact_suspect(taken: World) -> None:
    taken_over(taken, device_added_at=NOW - timedelta(hours=1))

    assert reached(taken) == [THIEFS]


def test_a_contact_changed_a_year_ago_is_the_persons_own(taken: World) -> None:
    taken_over(taken, contact_changed_at=NOW - timedelta(days=365))

    assert reached(taken) == [THIEFS]


def test_where_nothing_speaks_of_a_takeover_a_new_number_is_just_a_new_number(taken: World) -> None:
    known_before(taken, phone=PHONE)
    taken_over(taken, pattern="job_task", contact_changed_at=taken.clock.now)

    assert reached(taken) == [THIEFS]
