"""What support reads of one person: whole, masked, found by anything they might say, and quick."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from outreach.domain.history import Kind, timeline
from outreach.domain.scale import Channel
from outreach.store import tables
from outreach.store.database import Store
from outreach.store.desk import add_note, stop_person, write_audit
from outreach.store.finding import find
from outreach.store.history import stories, story
from outreach.store.listing import Wanted, listing, message
from tests.build_ledger import NOW, Ledger

PHONE, MAIL = "+34600112233", "Ana.B@example.com"


def a_whole_person(ledger: Ledger, user: str = "u-1") -> tuple[str, str, str]:
    """A person with one row of every kind; person, outreach and message."""
    contacts = {Channel.SMS: PHONE, Channel.EMAIL: MAIL}
    person = ledger.person(
        user, locale="es", zone="Europe/Madrid", contacts=contacts, consents={Channel.SMS: True}
    )
    outreach = ledger.outreach(person)
    said = ledger.message(person, outreach, text="¿Quién eligió esta dirección?", title="")
    ledger.attempt(said)
    ledger.receipt(said)
    ledger.evidence(said)
    ledger.answer(person, outreach, said, "stop_transfer")
    ledger.bar(outreach)
    ledger.task(person)
    ledger.core_call(person)
    ledger.reply(person, said)
    of_outreach = select(tables.outreaches.c.episode).where(tables.outreaches.c.id == outreach)
    ledger.outcome(ledger.tx.connection.execute(of_outreach).scalar_one())
    add_note(ledger.tx, person, "Called us at noon.", "ana", NOW)
    return person, outreach, said


def test_a_story_holds_one_entry_of_every_kind_that_was_written(store: Store) -> None:
    with store.begin() as tx:
        person, outreach, _ = a_whole_person(Ledger(tx).begin())
        tx.connection.execute(
            tables.outreaches.update()
            .where(tables.outreaches.c.id == outreach)
            .values(state="closed", closed_at=NOW, close_reason="acknowledged")
        )

    with store.read() as tx:
        kinds = {entry.kind for entry in timeline(story(tx, person))}

    assert kinds == set(Kind)


def test_the_words_of_a_message_are_the_words_that_were_sent(store: Store) -> None:
    with store.begin() as tx:
        person, _, _ = a_whole_person(Ledger(tx).begin())

    with store.read() as tx:
        told = story(tx, person)

    assert told.messages[0].content.text == "¿Quién eligió esta dirección?"
    assert told.user == "u-1"


def test_addresses_are_masked_unless_they_are_revealed(store: Store) -> None:
    with store.begin() as tx:
        person, _, _ = a_whole_person(Ledger(tx).begin())

    with store.read() as tx:
        masked, revealed = story(tx, person), story(tx, person, reveal=True)

    assert {contact.shown for contact in masked.contacts} == {"+34•••33", "A•••@e•••.com"}
    assert masked.messages[0].to == "+34•••33"
    assert {contact.shown for contact in revealed.contacts} == {PHONE, MAIL}
    assert revealed.messages[0].to == PHONE


def test_the_story_of_one_person_holds_nothing_of_another(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        one, _, _ = a_whole_person(ledger)
        other = ledger.person("u-2")

    with store.read() as tx:
        told = story(tx, other)

    assert one != other
    assert timeline(told) == ()
    assert told.contacts == ()


def test_a_person_who_was_forgotten_keeps_a_story_without_a_name(store: Store) -> None:
    with store.begin() as tx:
        person, _, _ = a_whole_person(Ledger(tx).begin())
        tx.connection.execute(tables.people.delete())

    with store.read() as tx:
        told = story(tx, person)
        found = find(tx, person)

    assert told.user is None
    assert len(told.messages) == 1
    assert [each.person for each in found] == [person]


def test_an_old_address_stays_in_the_story_with_its_end(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        ledger.person("u-1", contacts={Channel.SMS: PHONE})
        ledger.now = NOW + timedelta(days=1)
        person = ledger.person("u-1", contacts={Channel.SMS: "+34600999999"})

    with store.read() as tx:
        old, new = story(tx, person).contacts

    assert old.valid_to == new.valid_from == NOW + timedelta(days=1)
    assert new.valid_to is None


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """The statements that are run inside."""
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    yield statements
    event.remove(store.engine, "before_cursor_execute", note)


def test_twenty_stories_take_as_many_queries_as_one(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        persons = [a_whole_person(ledger, f"u-{n}")[0] for n in range(20)]

    with store.read() as tx:
        with counted(store) as for_one:
            stories(tx, persons[:1])
        with counted(store) as for_all:
            told = stories(tx, persons)

    assert len(for_all) == len(for_one)
    assert all(len(told[person].messages) == 1 for person in persons)


@pytest.mark.parametrize(
    ("typed", "by"),
    [
        ("u-1", "user reference"),
        ("  u-1 ", "user reference"),
        ("+34 600 11 22 33", "address"),
        ("0034-600-112233", "address"),
        ("(34) 600.112.233", "address"),
        ("tel:+34600112233", "address"),
        ("Ana.B@EXAMPLE.com", "address"),
        ("Ana B <Ana.B@example.com>", "address"),
    ],
)
def test_a_person_is_found_by_what_somebody_types(store: Store, typed: str, by: str) -> None:
    with store.begin() as tx:
        person, _, _ = a_whole_person(Ledger(tx).begin())

    with store.read() as tx:
        found = find(tx, typed)

    assert [(each.person, each.by) for each in found] == [(person, by)]


def test_a_person_is_found_by_a_reference_read_aloud_and_by_their_id(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        person = ledger.person("u-1")
        ledger.message(person, ledger.outreach(person), reference="7K3M01")

    with store.read() as tx:
        assert [each.by for each in find(tx, "7k3-moi")] == ["message reference"]
        assert [each.by for each in find(tx, person)] == ["person id"]
        assert find(tx, "nobody") == []
        assert find(tx, "") == []


def test_everybody_who_shares_a_phone_is_found(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        persons = {ledger.person(user, contacts={Channel.SMS: PHONE}) for user in ("u-1", "u-2")}

    with store.read() as tx:
        assert {each.person for each in find(tx, PHONE)} == persons


def three_messages(ledger: Ledger) -> list[str]:
    """Messages of three days, two patterns and two channels, oldest first."""
    made = []
    for day, (pattern, channel) in enumerate(
        [("pig_butchering", "sms"), ("job_task", "sms"), ("job_task", "email")]
    ):
        ledger.now = NOW + timedelta(days=day)
        person = ledger.person(f"u-{day}")
        made.append(ledger.message(person, ledger.outreach(person, pattern), channel=channel))
    return made


def test_the_list_is_newest_first_and_asks_time_pattern_channel_and_status(store: Store) -> None:
    with store.begin() as tx:
        first, second, third = three_messages(Ledger(tx).begin())

    with store.read() as tx:

        def ids(**wanted: object) -> list[str]:
            return [row.id for row in listing(tx, Wanted(**wanted))]

        assert ids() == [third, second, first]
        assert ids(since=NOW + timedelta(days=1)) == [third, second]
        assert ids(until=NOW + timedelta(days=1)) == [first]
        assert ids(pattern="job_task") == [third, second]
        assert ids(pattern="job_task", channel="email") == [third]
        assert ids(status="refused") == []


def test_pages_of_the_list_join_without_a_gap_or_a_repeat(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        person = ledger.person("u-1")
        outreach = ledger.outreach(person)
        for step in range(7):  # all at one moment: only the id tells them apart
            ledger.message(person, outreach, step=step)

    with store.read() as tx:
        whole = [row.id for row in listing(tx, Wanted())]
        pages: list[str] = []
        after = None
        for _ in range(4):
            page = list(listing(tx, Wanted(limit=3, after=after)))
            pages += [row.id for row in page]
            after = (page[-1].at, page[-1].id) if page else after

    assert pages == whole
    assert len(set(pages)) == 7


def test_a_reference_of_ours_is_told_with_its_words_and_another_is_not_ours(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        person = ledger.person("u-1", zone="Europe/Madrid")
        ledger.message(person, ledger.outreach(person), reference="7K3M9Q", text="Who chose it?")

    with store.read() as tx:
        said = message(tx, "7K3M9Q")
        assert message(tx, "7K3M9R") is None

    assert said is not None
    assert (said.message.content.text, said.zone, said.pattern) == (
        "Who chose it?",
        "Europe/Madrid",
        "pig_butchering",
    )
    assert said.message.to == "+34•••33"


def test_a_stop_ends_every_climb_with_what_waits_on_it_and_says_who_and_why(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        person, other = ledger.person("u-1"), ledger.person("u-2")
        climbing = ledger.outreach(person)
        ledger.outreach(person, "job_task", state="held")
        ledger.outreach(person, "recovery", state="closed", closed_at=NOW, close_reason="expired")
        ledger.outreach(other)
        ledger.message(person, climbing, status="retrying")
        under_way = ledger.message(person, climbing, step=1, status="queued")
        ledger.attempt(under_way, finished_at=None, result=None, provider_ref=None)
        ledger.task(person, outreach=climbing, step=3)
        ledger.task(person, "help", outreach=climbing)

    with store.begin() as tx:
        stopped = stop_person(tx, person, "in hospital", "ana", NOW + timedelta(hours=1))

    assert (stopped.outreaches, stopped.messages, stopped.calls) == (2, 1, 1)
    with store.read() as tx:
        told, untouched = story(tx, person), story(tx, other)
        audited = tx.connection.execute(select(tables.audit)).one()
    assert sorted(o.close_reason or "" for o in told.outreaches) == ["expired", "stopped", "stopped"]
    assert sorted(m.status for m in told.messages) == ["cancelled", "queued"]
    assert {task.kind: task.state for task in told.tasks} == {"call": "dropped", "help": "open"}
    assert told.notes[0].text == "Stopped all outreach: in hospital"
    assert (audited.actor, audited.act, audited.object, audited.reason) == (
        "ana",
        "stop",
        person,
        "in hospital",
    )
    assert untouched.outreaches[0].state == "climbing"


def test_a_note_is_kept_sealed(store: Store) -> None:
    with store.begin() as tx:
        person = Ledger(tx).person("u-1")
        add_note(tx, person, "lives with her son", "ana", NOW)

    with store.read() as tx:
        sealed = tx.connection.execute(select(tables.notes.c.text_enc)).scalar_one()
        assert story(tx, person).notes[0].text == "lives with her son"

    assert b"son" not in bytes(sealed)


def test_the_audit_keeps_every_line(store: Store) -> None:
    with store.begin() as tx:
        write_audit(tx, "reveal", "p1", "called in", "ana", NOW)
        write_audit(tx, "reveal", "p1", "called in", "ana", NOW)

    with store.read() as tx:
        assert tx.connection.execute(select(func.count()).select_from(tables.audit)).scalar_one() == 2


def test_steps_that_were_passed_over_in_one_moment_stand_in_the_order_of_the_ladder(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        person = ledger.person("u-1")
        outreach = ledger.outreach(person)
        for step in (2, 0, 1):
            ledger.bar(outreach, step=step)

    with store.read() as tx:
        assert [bar.step for bar in story(tx, person).bars] == [0, 1, 2]
