"""A no counts at once: also one that comes between the claim and the moment the attempt is written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from outreach.domain.consent import Basis, Program
from outreach.domain.gate import Exemption, GatePolicy
from outreach.domain.ladder import Ladder
from outreach.domain.scale import Channel, Urgency
from outreach.engine.dispatch import Dispatch
from outreach.store.consents import Change, change
from outreach.store.database import Store
from outreach.store.tables import attempts, consents, messages, outreaches
from tests.build import a_flag
from tests.engine.gate_world import a_book, steps, told
from tests.engine.world import World

PUSH, SMS, EMAIL = Channel.PUSH, Channel.SMS, Channel.EMAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted(Dispatch):
    """A process to which something happens between its claim and its start."""

    meanwhile: Callable[[], None]

    def _started(self, errands, holder, now):  # type: ignore[no-untyped-def]
        self.meanwhile()
        return Dispatch._started(self, errands, holder, now)


def a_word(world: World, granted: bool, channel: Channel | None = SMS, **options: object) -> None:
    """The person in this world says yes or no, now."""
    usual = {"program": Program.SECURITY, "source": "test", "actor": "test"} | options
    person = world.rows(outreaches)[0].person
    with world.store.begin() as tx:
        change(tx, Change(person=person, channel=channel, granted=granted, **usual), world.clock())  # type: ignore[arg-type]


def interrupted(world: World, meanwhile: Callable[[], None]) -> Interrupted:
    """The world's dispatch, interrupted once."""
    usual = world.dispatch()
    given = {name: getattr(usual, name) for name in Dispatch.__dataclass_fields__}
    pending = [meanwhile]
    return Interrupted(**given, meanwhile=lambda: pending.pop()() if pending else None)


@pytest.mark.parametrize("skew", [0, -120, 120])
def test_a_no_between_claim_and_start_bars_the_step_and_the_next_channel_has_its_turn(
    store: Store, skew: int
) -> None:
    world = World(store, book=a_book(steps(SMS, EMAIL)))
    world.flag(a_flag(pattern="job_task"))

    def says_no() -> None:
        world.clock.tick(seconds=skew)  # whoever writes it down may have another clock
        a_word(world, False)
        world.clock.tick(seconds=-skew)

    interrupted(world, says_no).run()

    assert world.senders[SMS].sent == []
    assert [m.channel for m in world.senders[EMAIL].sent] == [EMAIL]
    assert told(world) == [("sms", "barred", "opted_out")]
    assert len(world.rows(attempts)) == len(world.rows(messages)) == 1


def test_a_no_that_was_taken_back_before_the_start_bars_nothing(store: Store) -> None:
    world = World(store, book=a_book(steps(SMS)))
    world.flag(a_flag(pattern="job_task"))

    def says_no_and_yes() -> None:
        a_word(world, False)
        world.clock.tick(seconds=1)
        a_word(world, True)

    interrupted(world, says_no_and_yes).run()

    assert len(world.senders[SMS].sent) == 1


def test_a_no_to_education_says_nothing_about_warnings(store: Store) -> None:
    world = World(store, book=a_book(steps(SMS)))
    world.flag(a_flag(pattern="job_task"))
    interrupted(world, lambda: a_word(world, False, program=Program.EDUCATION)).run()

    assert len(world.senders[SMS].sent) == 1


def education(ladder: Ladder) -> Ladder:
    """The ladder, as that of a lesson."""
    return replace(ladder, program=Program.EDUCATION)


def test_education_needs_its_own_yes_and_a_yes_to_warnings_is_none(store: Store) -> None:
    world = World(store, book=a_book(education(steps(SMS, EMAIL))))
    world.flag(a_flag(pattern="job_task", consent_sms=True, consent_email=True))
    a_word(world, True, EMAIL, program=Program.EDUCATION)
    world.dispatch().run()

    assert told(world) == [("sms", "barred", "no_consent")]
    assert [m.channel for m in world.senders[EMAIL].sent] == [EMAIL]


def test_a_no_to_everything_bars_everything_at_once(store: Store) -> None:
    world = World(store, book=a_book(steps(PUSH, SMS, EMAIL)))
    world.flag(a_flag(pattern="job_task"))
    interrupted(world, lambda: a_word(world, False, None, program=None)).run()

    assert world.sent() == []
    assert {reason for _, _, reason in told(world)} == {"opted_out"}


EXEMPT = GatePolicy(consent_needed=frozenset({SMS}), exemption=Exemption(channels=frozenset({SMS})))


def climbed(world: World, hours: int = 30) -> None:
    """The engine runs hour by hour."""
    for _ in range(hours):
        world.dispatch().run()
        world.clock.tick(hours=1)


def test_under_the_exemption_an_episode_has_three_messages_and_then_the_next_channel(store: Store) -> None:
    world = World(
        store, book=a_book(steps(SMS, SMS, SMS, SMS, EMAIL), urgency=Urgency.CRITICAL), policy=EXEMPT
    )
    world.flag(a_flag(pattern="job_task"))
    climbed(world)

    assert len(world.senders[SMS].sent) == 3
    assert ("sms", "barred", "exemption_used") in told(world)
    assert len(world.senders[EMAIL].sent) == 1


def test_under_consent_there_is_no_such_limit(store: Store) -> None:
    world = World(store, book=a_book(steps(SMS, SMS, SMS, SMS), urgency=Urgency.CRITICAL), policy=EXEMPT)
    world.flag(a_flag(pattern="job_task", consent_sms=True))
    climbed(world)

    assert len(world.senders[SMS].sent) == 4


def test_the_exemption_counts_an_episode_whatever_outreach_told_of_it(store: Store) -> None:
    world = World(store, book=a_book(steps(SMS, SMS), urgency=Urgency.CRITICAL), policy=EXEMPT)
    world.flag(a_flag(pattern="job_task"))
    climbed(world, 5)
    again = {"identity": "again", "flagged_at": world.clock(), "transfer_ref": "another"}
    world.flag(a_flag(pattern="job_task", **again))
    climbed(world, 5)
    climbs = world.rows(outreaches)

    assert (len(climbs), len({climb.episode for climb in climbs})) == (2, 1)
    assert len(world.senders[SMS].sent) == 3


@pytest.mark.parametrize(("said", "kept"), [("3" * 64, "3" * 64), ("version 3", None), (None, None)])
def test_a_flag_may_name_the_text_that_its_words_of_consent_are_about(
    store: Store, said: str | None, kept: str | None
) -> None:
    world = World(store, book=a_book(steps(SMS)))
    world.flag(a_flag(pattern="job_task", consent_sms=True, consent_text=said))
    (row,) = world.rows(consents)

    assert (row.granted, row.text_sha256, row.source) == (True, kept, "feed-1")


def test_an_exemption_in_the_ledger_has_its_limit_whatever_the_settings_say(store: Store) -> None:
    world = World(store, book=a_book(steps(SMS, SMS, SMS, SMS), urgency=Urgency.CRITICAL))
    world.flag(a_flag(pattern="job_task"))
    a_word(world, True, basis=Basis.EXEMPTION)
    climbed(world)

    assert len(world.senders[SMS].sent) == 3


def test_a_withdrawal_wins_over_an_exemption(store: Store) -> None:
    world = World(store, book=a_book(steps(SMS)), policy=EXEMPT)
    world.flag(a_flag(pattern="job_task"))
    a_word(world, False)
    world.clock.tick(seconds=1)
    a_word(world, True, basis=Basis.EXEMPTION)
    world.dispatch().run()

    assert told(world) == [("sms", "barred", "opted_out")]
