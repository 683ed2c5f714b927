"""Somebody writes of harming themselves: a person is told, and no machine writes to them until one says
so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from outreach.domain.replying import Confirmation, Spoken
from outreach.domain.scale import Channel
from outreach.engine.handing import Hands, one_by_one
from outreach.engine.welfare import WITHIN, Heard, listen
from outreach.store.contacts import Reach, write_reaches
from outreach.store.database import Store
from outreach.store.history import story
from outreach.store.running import running
from outreach.store.tables import (
    audit,
    bars,
    messages,
    outreaches,
    people,
    replies,
    suppressions,
    tasks,
    welfare,
)
from outreach.store.welfare import resume
from tests.build import a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.test_replies import PHONE, STRANGE, Phone
from tests.engine.world import World

CRY = "I want to kill myself"
LADDER = a_ladder(a_step(Channel.SMS), a_step(Channel.EMAIL), a_step(Channel.PUSH))
BOOK = a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=LADDER)))


@pytest.fixture
def world(store: Store) -> World:
    return World(store, book=BOOK)


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world)


def warned(world: World, user: str = "user-1", **more: object) -> str:
    """Warn somebody by SMS; their person id."""
    world.flag(a_flag(user, **{"identity": f"of-{user}-{len(world.rows(outreaches))}", **more}))
    world.dispatch().run()
    return str(max(world.rows(outreaches), key=lambda row: row.id).person)


def climb_for(world: World, hours: int = 6) -> None:
    """Let every step come due, as often as it may."""
    for _ in range(hours * 2):
        world.clock.tick(minutes=30)
        world.dispatch().run()


def cry(world: World, person: str, text: str = CRY) -> bool:
    with world.store.begin() as tx:
        return listen(tx, Heard(person=person, source="report", text=text), world.clock())


def go_on(world: World, person: str) -> bool:
    with world.store.begin() as tx:
        return resume(tx, person, "spoke with her sister", "eva", world.clock())


def test_a_cry_by_sms_is_a_task_in_minutes_and_nothing_more_is_sent(world: World, phone: Phone) -> None:
    warned(world)
    said = phone.says_in_full(CRY)
    before = len(world.sent())

    climb_for(world)

    assert said == Spoken(confirmation=None, locale="en", country=None)
    (task,) = world.rows(tasks)
    assert (task.kind, task.state, task.due_at - task.opened_at) == ("welfare", "open", WITHIN)
    assert CRY in world.store.vault.open(task.text_enc)
    assert len(world.sent()) == before
    assert {row.reason for row in world.rows(bars)} == {"welfare"}


def test_the_words_are_said_once_however_often_somebody_cries(world: World, phone: Phone) -> None:
    warned(world)

    assert phone.says_in_full(CRY) is not None
    assert phone.says_in_full("nobody would miss me, I want to die") is None
    assert [task.kind for task in world.rows(tasks)] == ["welfare"]


def test_a_cry_while_somebody_has_the_task_is_a_task_of_its_own(world: World) -> None:
    person = warned(world)
    cry(world, person)
    with world.store.begin() as tx:
        tx.connection.execute(update(tasks).values(state="taken", owner="eva"))

    cry(world, person, "goodbye forever")

    assert sorted(task.state for task in world.rows(tasks)) == ["open", "taken"]
    assert len(world.rows(welfare)) == 1


def test_what_a_cry_also_asks_is_still_done(world: World, phone: Phone) -> None:
    warned(world)

    phone.says_in_full("STOP")
    assert phone.says("I want to die, stop texting me") is None

    assert [row.reason for row in world.rows(suppressions)] or world.rows(replies)
    assert "welfare" in {task.kind for task in world.rows(tasks)}


def test_a_cry_from_a_number_nobody_knows_reaches_a_person_with_the_number(
    world: World, phone: Phone
) -> None:
    said = phone.says_in_full(CRY, sender=STRANGE)

    (task,) = world.rows(tasks)
    assert STRANGE in world.store.vault.open(task.text_enc)
    assert said is not None
    assert (
        [row.person for row in world.rows(replies)] == [task.person] == [row.id for row in world.rows(people)]
    )


def test_whoever_shares_the_number_may_have_written_it_so_all_are_spared(world: World, phone: Phone) -> None:
    first, second = warned(world), warned(world, "user-2")
    with world.store.begin() as tx:
        reach = Reach(person=second, contacts={Channel.SMS: PHONE})
        write_reaches(tx, [reach], "feed", world.clock())

    phone.says_in_full(CRY)

    assert {row.person for row in world.rows(welfare)} <= {first, second}
    assert len(world.rows(welfare)) == len({task.person for task in world.rows(tasks)}) >= 1


def test_somebody_else_is_warned_as_ever(world: World) -> None:
    cry(world, warned(world))
    warned(world, "user-2")
    before = len(world.sent())

    climb_for(world)

    assert len(world.sent()) == before + 2


def test_a_new_warning_waits_too_and_critical_urgency_passes_nothing(world: World) -> None:
    person = warned(world)
    cry(world, person)
    before = len(world.sent())
    world.clock.tick(hours=1)
    warned(world, pattern="pig_butchering", beneficiary="another")

    climb_for(world)

    assert len(world.sent()) == before


def test_only_a_person_lets_it_go_on_and_then_it_goes_at_once(world: World) -> None:
    person = warned(world)
    cry(world, person)
    before = len(world.sent())
    world.clock.tick(hours=1)
    world.dispatch().run()
    assert len(world.sent()) == before

    assert go_on(world, person)
    world.dispatch().run()

    assert len(world.sent()) == before + 1
    assert not go_on(world, person)
    assert [row.act for row in world.rows(audit)] == ["welfare.resume"]


def test_what_came_too_late_meanwhile_ends_as_too_late_and_opens_no_task(world: World) -> None:
    person = warned(world)
    cry(world, person)
    with world.store.begin() as tx:
        tx.connection.execute(update(outreaches).values(expires_at=world.clock() + timedelta(hours=2)))

    climb_for(world)

    assert [(row.state, row.close_reason) for row in world.rows(outreaches)] == [("closed", "expired")]
    assert [task.kind for task in world.rows(tasks)] == ["welfare"]


def test_a_message_written_down_but_not_handed_over_when_the_cry_came_stays_here(world: World) -> None:
    """The cry commits between the attempt's row and the request: the piece is asked about once more."""
    world.flag(a_flag("user-1"))

    def cry_first(jobs: Sequence[Callable[[], None]], beat: Callable[[], None], every: float) -> None:
        cry(world, str(world.rows(outreaches)[0].person))
        one_by_one(jobs, beat, every)

    hands = Hands(together=cry_first, elapsed=lambda: world.clock().timestamp())
    replace(world.dispatch(), hands=hands).run()
    climb_for(world)

    assert world.sent() == []
    assert [row.status for row in world.rows(messages)] == ["queued"]


def test_a_cry_between_the_plan_and_the_attempt_leaves_nothing_written(world: World) -> None:
    world.flag(a_flag("user-1"))

    class Crying:
        """A renderer in whose middle somebody cries."""

        def __getattr__(self, name: str) -> object:
            return getattr(world.renderer, name)

        def render(self, *given: object) -> object:
            cry(world, str(world.rows(outreaches)[0].person))
            return world.renderer.render(*given)  # type: ignore[arg-type]

    replace(world.dispatch(), renderer=Crying()).round()  # type: ignore[arg-type]

    assert world.rows(messages) == []
    assert world.sent() == []


def test_the_alarm_rises_when_nobody_takes_it_in_time_and_falls_when_somebody_does(world: World) -> None:
    def waits() -> int:
        with world.store.read() as tx:
            return running(world.store, tx, world.clock()).welfare.count

    cry(world, warned(world))
    assert waits() == 0
    world.clock.tick(minutes=6)
    assert waits() == 1
    with world.store.begin() as tx:
        change = {"state": "taken", "lease_until": world.clock() + timedelta(minutes=15)}
        tx.connection.execute(update(tasks).values(**change))
    assert waits() == 0
    world.clock.tick(minutes=16)
    assert waits() == 1


def test_the_history_tells_of_it_without_a_word_in_the_audit(world: World) -> None:
    person = warned(world)
    cry(world, person)
    go_on(world, person)

    with world.store.read() as tx:
        (stop,) = story(tx, person).welfare

    assert (stop.source, stop.lifted_by, stop.reason) == ("report", "eva", "spoke with her sister")
    assert [row.reason for row in world.rows(audit)] == [""]


def test_ordinary_words_stop_nothing(world: World) -> None:
    assert not cry(world, warned(world), "I have sent my life savings, please stop the transfer")
    assert world.rows(welfare) == world.rows(tasks) == []


def test_a_confirmation_is_said_as_ever_where_nobody_cries(world: World, phone: Phone) -> None:
    warned(world)

    assert phone.says("STOP") is Confirmation.STOPPED


def test_whoever_cried_before_gets_no_word_of_a_machine_whatever_they_write(
    world: World, phone: Phone
) -> None:
    cry(world, warned(world))

    assert [phone.says_in_full(text) for text in ("HELP", "STOP", "START", "STOP ALL")] == [None] * 4
    assert world.rows(suppressions) or len(world.rows(replies)) == 4  # and what they asked is done

    go_on(world, world.rows(welfare)[0].person)
    assert phone.says("HELP") is Confirmation.HELP
