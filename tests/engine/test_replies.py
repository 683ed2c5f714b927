"""What people write back: kept once, heard at once, and never somebody else's."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from outreach.domain.answer import Answer, Via
from outreach.domain.consent import Program
from outreach.domain.delivery import Receipt, Refused, Status
from outreach.domain.gate import GatePolicy, Pace, SenderProfile, SenderRules
from outreach.domain.message import Rendered
from outreach.domain.replying import Confirmation, Inbound, Kind, Scope, ScopeRule, Spoken
from outreach.domain.scale import Channel, Severity
from outreach.engine.replies import AGAIN, Replies
from outreach.store.consents import Change, change, standing
from outreach.store.contacts import Reach, suppress, write_reaches
from outreach.store.database import Store
from outreach.store.history import story
from outreach.store.optouts import lift_for
from outreach.store.tables import (
    acknowledgments,
    bars,
    consents,
    core_calls,
    messages,
    outreaches,
    replies,
    suppressions,
    tasks,
)
from tests.build import NOW, a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.world import World
from tests.fakes import FakeRenderer

PHONE, OTHER, STRANGE = "+15550100001", "+15550100002", "+15550199999"
BY_SMS = a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=a_ladder(a_step(Channel.SMS)))))
TWO_PATTERNS = a_rulebook(
    a_rule_set("job_task", a_rule("job", ladder=a_ladder(a_step(Channel.SMS))), severity=Severity.MEDIUM),
    a_rule_set("pig_butchering", a_rule(ladder=a_ladder(a_step(Channel.SMS)))),
)
SMS_TWICE_THEN_EMAIL = (Channel.SMS, Channel.SMS, Channel.EMAIL)
ALL = ScopeRule(scope=Scope.ALL)


@dataclass
class Phone:
    """Whoever texts us."""

    world: World
    scope: ScopeRule = field(default_factory=ScopeRule)
    provider_confirms: bool = False
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    breaks: bool = False

    def stage(self) -> Replies:
        def take(message: str, answer: Answer, via: Via, now: object) -> object:
            if self.breaks:
                raise ConnectionError
            return self.world.feedback().answer(message, answer, via, self.world.clock())

        return Replies(
            store=self.world.store,
            take=take,
            new_id=self.world.store.new_id,
            scope=self.scope,
            provider_confirms=self.provider_confirms,
        )

    def says(
        self, text: str, sender: str = PHONE, ref: str = "", word: Kind | None = None
    ) -> Confirmation | None:
        spoken = self.says_in_full(text, sender, ref, word)
        return spoken.confirmation if spoken else None

    def says_in_full(
        self, text: str, sender: str = PHONE, ref: str = "", word: Kind | None = None
    ) -> Spoken | None:
        ref = ref or f"SM{next(self.numbers):032x}"
        self.world.clock.tick(seconds=30)
        inbound = Inbound(provider="twilio", ref=ref, sender=sender, text=text, word=word)
        return self.stage().hear(inbound, self.world.clock())


@pytest.fixture
def world(store: Store) -> World:
    return World(store, book=BY_SMS)


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world)


def warned(world: World, user: str = "user-1", **flag: object) -> str:
    """The reference of the SMS that a person was warned with."""
    world.flag(a_flag(user, **flag))  # type: ignore[arg-type]
    world.dispatch().run()
    world.clock.tick(minutes=1)
    return world.senders[Channel.SMS].sent[-1].reference


def answers(world: World) -> list[tuple[str, str]]:
    return [(row.answer, row.via) for row in world.rows(acknowledgments)]


def kept(world: World) -> list[tuple[str, bool]]:
    """Of each reply its kind, and whether a person is known to have written it."""
    return [(row.kind, row.person is not None) for row in world.rows(replies)]


def may_text(world: World, person: str, program: Program = Program.SECURITY) -> bool | None:
    with world.store.read() as tx:
        return standing(tx, [person])[person].said(program).get(Channel.SMS)


def barred(world: World) -> list[str]:
    return [row.reason for row in world.rows(suppressions) if row.lifted_at is None]


def test_a_number_answers_the_warning_and_ends_its_climb(world: World, phone: Phone) -> None:
    warned(world)

    assert phone.says("1.") is None
    assert answers(world) == [("stop_transfer", "reply")]
    assert [row.state for row in world.rows(outreaches)] == ["closed"]
    assert [row.act for row in world.rows(core_calls)] == ["hold"]
    assert kept(world) == [("answer", True)]


def test_a_text_that_comes_twice_is_one(world: World, phone: Phone) -> None:
    warned(world)
    first = [phone.says("STOP", ref="SM1"), phone.says("STOP", ref="SM1"), phone.says("HELP ME", ref="SM1")]

    assert first == [Confirmation.STOPPED, None, None]
    assert kept(world) == [("opt_out", True)]
    assert answers(world) == []


def two_episodes(world: World) -> tuple[str, str]:
    """The references of two SMS to one person, about T1 and then T2; both climbs go on."""
    world.policy = GatePolicy(pace=Pace(critical_spacing=timedelta(0)))
    world.book = TWO_PATTERNS
    first = warned(world, identity="a", beneficiary="one", transfer_ref="T1", pattern="job_task")
    second = warned(world, identity="b", beneficiary="two", transfer_ref="T2")
    with world.store.begin() as tx:  # the graver one took over: as if both had been opened at once
        tx.connection.execute(update(outreaches).values(state="climbing", close_reason=None))
    return first, second


def test_of_two_open_episodes_the_one_whose_sms_came_last_is_answered(world: World, phone: Phone) -> None:
    first, second = two_episodes(world)
    assert first != second
    phone.says("1")
    assert [row.transfer_ref for row in world.rows(core_calls)] == ["T2"]

    phone.says("1")  # what still waits for an answer comes before what has one
    assert [row.transfer_ref for row in world.rows(core_calls)] == ["T2", "T1"]


def test_a_reference_in_the_text_names_its_episode(world: World, phone: Phone) -> None:
    first, _ = two_episodes(world)
    phone.says(f"1 (ref. {first.lower()})")

    assert [row.transfer_ref for row in world.rows(core_calls)] == ["T1"]


def test_a_reference_of_somebody_elses_message_is_worth_nothing(world: World, phone: Phone) -> None:
    theirs = warned(world, "user-1", phone=PHONE)
    warned(world, "user-2", phone=OTHER)
    phone.says(f"4 {theirs}", sender=STRANGE)
    phone.says(f"4 {theirs}", sender=OTHER)

    assert answers(world) == []
    assert kept(world) == [("unclear", False), ("unclear", True)]


def test_an_unknown_number_is_kept_without_a_person_and_told_nothing(world: World, phone: Phone) -> None:
    warned(world)
    said = [phone.says(text, sender=STRANGE) for text in ("1", "HELP", "what", "STOP", "START")]

    assert said == [None] * 5
    assert [is_known for _, is_known in kept(world)] == [False] * 5
    assert (answers(world), world.rows(tasks), world.rows(consents)) == ([], [], [])


def test_an_opt_out_of_a_number_nobody_is_known_by_still_counts(world: World, phone: Phone) -> None:
    phone.says("STOP", sender=PHONE)
    world.flag(a_flag())
    world.dispatch().run()

    assert world.senders[Channel.SMS].sent == []
    assert [row.reason for row in world.rows(bars)] == ["suppressed"]


def test_two_people_on_one_number_are_told_apart_by_a_reference_alone(world: World, phone: Phone) -> None:
    first = warned(world, "user-1")
    warned(world, "user-2")

    assert phone.says("1") is None
    assert answers(world) == []
    assert kept(world) == [("answer", False)]
    assert [(row.kind, row.state) for row in world.rows(tasks)] == [("reply", "open")] * 2

    phone.says(f"1 {first}")
    (row,) = world.rows(acknowledgments)
    assert row.person == next(m.person for m in world.rows(messages) if m.reference == first)


def test_who_got_the_number_later_does_not_answer_for_who_had_it(world: World, phone: Phone) -> None:
    warned(world, "user-1")
    with world.store.begin() as tx:
        person = world.rows(messages)[0].person
        write_reaches(tx, [Reach(person=person, contacts={Channel.SMS: OTHER})], "fake", world.clock())
    warned(world, "user-2", phone=OTHER)  # somebody else altogether, so that `people` has two
    with world.store.begin() as tx:
        new = next(row.person for row in world.rows(messages) if row.person != person)
        write_reaches(tx, [Reach(person=new, contacts={Channel.SMS: PHONE})], "fake", world.clock())
    phone.says("4", sender=PHONE)

    assert [row.person for row in world.rows(acknowledgments) if row.person == person] == []


def test_after_a_takeover_the_old_number_still_answers(world: World, phone: Phone) -> None:
    warned(world)
    person = world.rows(messages)[0].person
    with world.store.begin() as tx:
        write_reaches(tx, [Reach(person=person, contacts={Channel.SMS: STRANGE})], "fake", world.clock())
    phone.says("5", sender=PHONE)

    assert answers(world) == [("not_me", "reply")]


def test_after_stop_the_ladder_goes_on_by_another_channel(store: Store) -> None:
    book = a_rulebook(
        a_rule_set("pig_butchering", a_rule(ladder=a_ladder(*map(a_step, SMS_TWICE_THEN_EMAIL))))
    )
    world = World(store, book=book)
    warned(world)
    assert Phone(world).says("Stop please") is Confirmation.STOPPED
    world.clock.tick(hours=2)
    world.dispatch().run()

    assert [channel for channel, _ in world.sent()] == [Channel.SMS, Channel.EMAIL]
    assert [(row.channel, row.reason) for row in world.rows(bars)] == [("sms", "opted_out")]


def test_one_confirmation_for_an_opt_out_however_often_it_is_said(world: World, phone: Phone) -> None:
    warned(world)
    said = [phone.says(text) for text in ("STOP", "stop", "QUIT", "please stop texting me")]

    assert said == [Confirmation.STOPPED, None, None, None]
    assert len(world.rows(consents)) == 1
    assert [row.confirmed for row in world.rows(replies)] == ["stopped", None, None, None]


@pytest.mark.parametrize(
    ("scope", "text", "education", "is_barred", "said"),
    [
        (ScopeRule(), "STOP", None, False, Confirmation.STOPPED),
        (ScopeRule(), "STOPALL", False, True, Confirmation.STOPPED_ALL),
        (ALL, "STOP", False, True, Confirmation.STOPPED_ALL),
        (ScopeRule(scope=Scope.ALL, all_from=date(2100, 1, 1)), "STOP", None, False, Confirmation.STOPPED),
    ],
)
def test_the_scope_is_exactly_what_was_asked_for_or_what_the_firm_says(
    world: World,
    scope: ScopeRule,
    text: str,
    education: bool | None,
    is_barred: bool,
    said: Confirmation,
) -> None:
    warned(world)
    person = world.rows(messages)[0].person

    assert Phone(world, scope=scope).says(text) is said
    assert (may_text(world, person), may_text(world, person, Program.EDUCATION)) == (False, education)
    assert bool(barred(world)) is is_barred
    assert {(row.source, row.basis, row.granted) for row in world.rows(consents)} == {
        ("sms_reply", "consent", False)
    }


@pytest.mark.parametrize("scope", [ScopeRule(), ALL])
def test_start_lifts_what_stop_did(world: World, scope: ScopeRule) -> None:
    phone = Phone(world, scope=scope)
    warned(world)
    person = world.rows(messages)[0].person
    phone.says("STOP")

    assert phone.says("START") is Confirmation.STARTED
    assert (may_text(world, person), barred(world)) == (True, [])
    assert may_text(world, person, Program.EDUCATION) is not True
    assert phone.says("START") is None
    assert phone.says("STOP") is not None


def test_start_lifts_nothing_that_another_did(world: World, phone: Phone) -> None:
    warned(world)
    person = world.rows(messages)[0].person
    no = Change(
        person=person,
        channel=Channel.SMS,
        program=Program.SECURITY,
        granted=False,
        source="support",
        actor="ana",
    )
    with world.store.begin() as tx:
        change(tx, no, world.clock())
    phone.says("STOP")

    assert phone.says("START") is None
    assert may_text(world, person) is False


def test_start_from_another_number_lifts_nothing(world: World, phone: Phone) -> None:
    warned(world)
    person = world.rows(messages)[0].person
    phone.says("STOP")
    with world.store.begin() as tx:
        write_reaches(tx, [Reach(person=person, contacts={Channel.SMS: OTHER})], "fake", world.clock())

    assert phone.says("START", sender=OTHER) is None
    assert may_text(world, person) is False


def test_a_no_told_to_the_provider_is_written_once_and_start_does_not_lift_it(
    world: World, phone: Phone
) -> None:
    world.senders[Channel.SMS].results = [Refused("unsubscribed", opted_out=True)]
    warned(world)
    warned(world, "user-2")  # the same number: it is not tried again
    phone.says("START")

    assert len(world.senders[Channel.SMS].sent) == 1
    assert barred(world) == ["unsubscribed with the provider"]
    assert [(row.source, row.granted) for row in world.rows(consents)] == [("provider", False)]


def test_a_yes_that_a_colleague_was_told_lifts_the_persons_own_opt_outs_and_nothing_dead(
    world: World,
) -> None:
    warned(world)
    person = world.rows(messages)[0].person
    Phone(world, scope=ALL).says("STOP")
    with world.store.begin() as tx:
        suppress(tx, "user-1@example.com", Channel.EMAIL, "the mailbox is gone", world.clock())
    with world.store.begin() as tx:
        assert lift_for(tx, person, Channel.EMAIL, world.clock()) == 0
        assert lift_for(tx, person, None, world.clock()) == 1

    assert barred(world) == ["the mailbox is gone"]


def _receipt(message: str, id: str, consent: bool, at: int) -> Receipt:
    return Receipt(
        provider="sendgrid",
        id=id,
        message=message,
        status=Status.SENT,
        at=NOW + timedelta(minutes=at),
        word="group_unsubscribe",
        consent=consent,
    )


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("last", [True, False])
def test_of_what_a_provider_says_the_latest_counts_in_whatever_order_it_comes(
    store: Store, order: tuple[int, ...], last: bool
) -> None:
    ladder = a_ladder(a_step(Channel.EMAIL))
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=ladder))))
    world.flag(a_flag())
    world.dispatch().run()
    (message,) = world.rows(messages)
    said = [
        _receipt(message.id, "z", False, 1),
        _receipt(message.id, "m", not last, 2),
        _receipt(message.id, "a", last, 3),
    ]
    for number in order:
        world.clock.tick(minutes=1)
        world.feedback().receive([said[number], said[number]], world.clock())

    with world.store.read() as tx:
        allowed = standing(tx, [message.person])[message.person].security.get(Channel.EMAIL)
    assert bool(barred(world)) is not last
    assert (allowed is False) is not last


def test_what_nobody_can_read_goes_to_a_person_with_its_words_sealed(world: World, phone: Phone) -> None:
    warned(world)
    phone.says("is this really you?")
    phone.says("hello??")
    phone.says("leave me alone")

    assert [row.kind for row in world.rows(tasks)] == ["reply", "opt_out"]
    assert b"really" not in b"".join(row.text_enc for row in world.rows(replies) + world.rows(tasks))
    (person,) = {row.person for row in world.rows(tasks)}
    with world.store.read() as tx:
        told = story(tx, person)
    assert [each.text for each in told.tasks] == [
        "Wrote back by SMS: is this really you?",
        "Wrote back by SMS: leave me alone",
    ]
    assert [each.text for each in told.replies] == ["is this really you?", "hello??", "leave me alone"]


def test_a_yes_to_the_warnings_question_is_left_to_a_person(world: World, phone: Phone) -> None:
    warned(world)

    assert phone.says("Yes") is None
    assert [row.kind for row in world.rows(tasks)] == ["reply"]


def test_help_says_who_we_are_and_calls_a_person_and_never_talks_to_a_machine(
    world: World, phone: Phone
) -> None:
    warned(world)

    assert [phone.says("HELP") for _ in range(3)] == [Confirmation.HELP, None, None]
    assert [row.kind for row in world.rows(tasks)] == ["reply"]
    assert [row.state for row in world.rows(outreaches)] == ["climbing"]


def test_what_the_provider_confirms_itself_we_do_not(world: World) -> None:
    warned(world)
    phone = Phone(world)
    assert phone.says("fertig", word=Kind.OPT_OUT) is None
    assert may_text(world, world.rows(messages)[0].person) is False

    assert Phone(world, provider_confirms=True).says("START", ref="SM-a") is None
    assert Phone(world, provider_confirms=True).says("STOP", ref="SM-b") is None
    assert Phone(world, provider_confirms=True).says("start", ref="SM-c") is None
    assert Phone(world, provider_confirms=True).says("STOP PLEASE", ref="SM-d") is Confirmation.STOPPED


def test_the_confirmation_is_in_the_persons_language(world: World, phone: Phone) -> None:
    warned(world, locale="ar")

    assert phone.says_in_full("١") is None
    assert phone.says_in_full("STOP") == Spoken(confirmation=Confirmation.STOPPED, locale="ar")


def test_an_answer_that_could_not_be_taken_is_taken_later(world: World, phone: Phone) -> None:
    warned(world)
    phone.breaks = True
    with pytest.raises(ConnectionError):
        phone.says("3")
    assert (answers(world), kept(world)) == ([], [("answer", True)])

    phone.breaks = False
    assert phone.stage().run(world.clock()) == 0
    world.clock.now += AGAIN
    assert phone.stage().run(world.clock()) == 1
    assert phone.stage().run(world.clock() + AGAIN) == 0
    assert answers(world) == [("help_me", "reply")]


@pytest.mark.parametrize(
    ("rules", "asks"),
    [
        (SenderRules(), True),
        (SenderRules(is_two_way=False), False),
        (SenderRules(profiles={"US": SenderProfile(sender="Acme")}), False),
        (SenderRules(profiles={"US": SenderProfile(sender="+15550111000")}), True),
        (SenderRules(profiles={"US": SenderProfile(sender="MG" + "a" * 32)}), True),
    ],
)
def test_an_sms_asks_for_a_reply_only_where_one_would_reach_us(
    world: World, rules: SenderRules, asks: bool
) -> None:
    world.policy = GatePolicy(sms=rules)
    world.renderer = Asking()
    warned(world, phone="+12125550001")

    assert world.senders[Channel.SMS].sent[0].content.text.endswith(f"two_way={asks}")


class Asking(FakeRenderer):
    """Says whether it was told that nobody can reply."""

    def render(self, template: str, channel: Channel, locale: str, context: Mapping[str, object]) -> Rendered:
        said = super().render(template, channel, locale, context)
        text = f"{said.content.text} two_way={context.get('two_way', True)}"
        return replace(said, content=replace(said.content, text=text))


def test_a_reply_long_after_the_last_sms_is_no_answer(world: World, phone: Phone) -> None:
    warned(world)
    world.clock.tick(days=20)
    phone.says("4")

    assert (answers(world), kept(world)) == ([], [("answer", True)])
    assert [row.kind for row in world.rows(tasks)] == ["reply"]
