"""After an answer: what the firm, the core and the next warning make of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from outreach.domain.answer import Answer, Via
from outreach.domain.history import timeline
from outreach.domain.scale import Channel, Severity, Urgency
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.store.aftermath import told_of
from outreach.store.database import Store
from outreach.store.history import story
from outreach.store.tables import acknowledgments, cases, core_calls, decisions, outreaches, tasks
from tests.build import NOW, a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.world import World

URGENCIES = [
    (Urgency.CRITICAL, timedelta(minutes=15)),
    (Urgency.SOON, timedelta(minutes=30)),
    (Urgency.ROUTINE, timedelta(hours=2)),
]


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def warned(world: World, **flag: object) -> str:
    """The id of the last message that a person was warned with."""
    world.flag(a_flag(**flag))  # type: ignore[arg-type]
    world.dispatch().run()
    return max(m.id for sender in world.senders.values() for m in sender.sent)


def said(world: World, message: str, *answers: Answer) -> None:
    """These answers, on the page, now."""
    for answer in answers:
        world.feedback().answer(message, answer, Via.PAGE, world.clock())


def again(world: World, n: int = 2, **flag: object) -> str:
    """What a further flag of the same person, pattern and beneficiary came to; a minute later."""
    world.clock.tick(minutes=1)
    world.flag(a_flag(identity=f"flag-{n}", flagged_at=world.clock(), **flag))  # type: ignore[arg-type]
    rows = {row.flag: row for row in world.rows(decisions)}
    return str(rows[max(rows)].reason)


@pytest.mark.parametrize(("urgency", "within"), URGENCIES)
def test_a_cry_for_help_is_due_by_the_urgency_of_its_warning(
    store: Store, urgency: Urgency, within: timedelta
) -> None:
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", a_rule(urgency=urgency))))
    said(world, warned(world), Answer.HELP_ME)

    assert [(t.kind, t.due_at - t.opened_at) for t in world.rows(tasks)] == [("help", within)]


def test_money_that_has_been_sent_opens_one_case_an_episode(world: World) -> None:
    first = warned(world)
    said(world, first, Answer.ALREADY_SENT, Answer.ALREADY_SENT)
    assert again(world, transfer_ref="second") == "tried_again"
    world.clock.tick(hours=1)
    world.dispatch().run()
    said(world, max(m.id for s in world.senders.values() for m in s.sent), Answer.ALREADY_SENT)
    (case,) = world.rows(cases)

    assert (case.source, case.state, case.opened_at) == ("already_sent", "open", NOW)
    assert case.episode == world.rows(outreaches)[0].episode
    assert sorted(t.kind for t in world.rows(tasks)) == ["recovery", "recovery"]
    assert sorted(c.transfer_ref for c in world.rows(core_calls)) == ["second", "transfer-of-user-1"]


def test_a_second_transfer_after_a_stop_is_warned_about_and_the_first_answer_does_not_count(
    world: World,
) -> None:
    said(world, warned(world), Answer.STOP_TRANSFER)
    reason = again(world, transfer_ref="another-try")
    world.clock.tick(hours=1)
    world.dispatch().run()
    first, second = world.rows(outreaches)

    assert reason == "tried_again"
    assert (first.episode, first.state, second.state) == (second.episode, "closed", "climbing")
    assert [a.outreach for a in world.rows(acknowledgments)] == [first.id]
    assert len(world.sent()) == 2


def test_the_same_transfer_flagged_again_after_a_stop_warns_nobody(world: World) -> None:
    said(world, warned(world), Answer.STOP_TRANSFER)

    assert [again(world, n) for n in (2, 3, 4)] == ["episode_warned"] * 3
    assert len(world.rows(outreaches)) == 1


def test_it_is_mine_is_believed_of_the_next_transfer_too_and_says_why(world: World) -> None:
    said(world, warned(world), Answer.IT_IS_MINE)

    assert again(world, transfer_ref="second") == "said_mine"
    world.clock.tick(days=8)
    assert again(world, 3, transfer_ref="third") == "tried_again"


def test_it_is_mine_does_not_hold_for_another_beneficiary(world: World) -> None:
    said(world, warned(world), Answer.IT_IS_MINE)

    assert again(world, beneficiary="somewhere else", transfer_ref="second") == "held"


def test_who_took_it_is_mine_back_is_warned_of_the_next_transfer(world: World) -> None:
    said(world, warned(world), Answer.IT_IS_MINE)
    world.clock.tick(minutes=5)
    said(world, max(m.id for s in world.senders.values() for m in s.sent), Answer.STOP_TRANSFER)

    assert again(world, transfer_ref="second") == "tried_again"


def test_not_me_asks_for_hold_and_freeze_and_locks_the_door(world: World) -> None:
    said(world, warned(world), Answer.NOT_ME, Answer.NOT_ME)
    (task,) = world.rows(tasks)

    assert sorted(c.act for c in world.rows(core_calls)) == ["freeze", "hold"]
    assert (task.kind, task.due_at - task.opened_at) == ("takeover", timedelta(minutes=15))


def taken_over(world: World, user: str = "user-1") -> None:
    """Known for a hundred days, then warned, and it was not them."""
    world.flag(a_flag(user, identity="long ago", flagged_at=NOW))
    world.dispatch().run()
    world.clock.tick(days=100)
    world.dispatch().run()  # the first climb ends
    world.flag(a_flag(user, identity="now", flagged_at=world.clock(), transfer_ref="now"))
    world.dispatch().run()
    said(world, max(m.id for s in world.senders.values() for m in s.sent), Answer.NOT_ME)


def a_book_of_two(**options: object) -> World:
    """Two patterns, by SMS only; neither is about takeovers."""
    ladder = a_ladder(a_step(Channel.SMS))
    rule = a_rule(ladder=ladder)
    sets = (
        a_rule_set("pig_butchering", rule, severity=Severity.HIGH),
        a_rule_set("job_task", rule, severity=Severity.HIGH),
    )
    return World(**options, book=a_rulebook(*sets))  # type: ignore[arg-type]


def test_after_not_me_another_pattern_too_is_told_to_the_number_from_before(store: Store) -> None:
    world = a_book_of_two(store=store)
    taken_over(world)
    world.clock.tick(hours=2)
    thief = {"pattern": "job_task", "identity": "3", "flagged_at": world.clock(), "phone": "+15550109999"}
    world.flag(a_flag(**thief))
    world.dispatch().run()

    assert {m.to for m in world.senders[Channel.SMS].sent} == {"+15550100001"}
    assert len(world.senders[Channel.SMS].sent) == 3


def test_who_did_not_say_not_me_is_told_on_the_new_number(store: Store) -> None:
    world = a_book_of_two(store=store)
    world.flag(a_flag())
    world.dispatch().run()
    world.clock.tick(days=30)
    world.dispatch().run()  # the first climb ends
    world.flag(a_flag(identity="2", pattern="job_task", flagged_at=world.clock(), phone="+15550109999"))
    world.dispatch().run()

    assert [m.to for m in world.senders[Channel.SMS].sent] == ["+15550100001", "+15550109999"]


def test_not_me_is_forgotten_after_the_window(world: World) -> None:
    said(world, warned(world), Answer.NOT_ME)
    (person,) = {o.person for o in world.rows(outreaches)}
    with world.store.read() as tx:
        found = [told_of(tx, {person}, NOW + timedelta(days=days)) for days in (-30, 1)]

    assert found == [{person: NOW}, {}]


def test_the_history_tells_the_case_the_second_try_and_what_was_believed(world: World) -> None:
    said(world, warned(world), Answer.ALREADY_SENT)
    again(world, transfer_ref="second")
    (person,) = {o.person for o in world.rows(outreaches)}
    with world.store.read() as tx:
        told = [entry.title for entry in timeline(story(tx, person))]

    assert "Recovery case opened: the person said that the money has been sent" in told
    assert any("it is another transfer; an answer to the earlier warning" in each for each in told)


def test_what_left_before_the_hold_is_told_as_that(world: World) -> None:
    said(world, warned(world), Answer.STOP_TRANSFER)
    ref = "transfer-of-user-1"
    world.core.known[ref] = Transfer(ref=ref, status=TransferStatus.SENT)
    world.recovery().run()
    (person,) = {o.person for o in world.rows(outreaches)}
    with world.store.read() as tx:
        told = [entry.title for entry in timeline(story(tx, person))]

    assert "The core system was asked to hold the transfer, but the money had left." in told
    assert "Recovery case opened: the money had left before the core system could hold it" in told
