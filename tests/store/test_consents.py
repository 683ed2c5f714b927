"""The consent ledger: rows are only added, and what stands is a function of them alone."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

import outreach
from outreach.domain.consent import ALL, Basis, Program, Row, standing_of
from outreach.domain.scale import Channel
from outreach.errors import StoreError
from outreach.store.consents import Change, change, ledger_of, standing, withdrawn_since
from outreach.store.contacts import Reach, profiles_of, write_reaches
from outreach.store.database import Store
from outreach.store.tables import consents, people
from tests.build import NOW

ANN, BOB = "a" * 32, "b" * 32
MOMENTS = [NOW + timedelta(hours=n) for n in range(4)]

a_row = st.tuples(
    st.sampled_from([*(c.value for c in Channel), ALL]),
    st.sampled_from([*(p.value for p in Program), ALL]),
    st.sampled_from([b.value for b in Basis]),
    st.booleans(),
    st.sampled_from(MOMENTS),
)


def word(granted: bool, channel: Channel | None = Channel.SMS, **options: Any) -> Change:
    """A word of Ann's."""
    usual: dict[str, Any] = {"person": ANN, "program": Program.SECURITY, "source": "test", "actor": "t"}
    return Change(channel=channel, granted=granted, **(usual | options))


def said(store: Store, *words: Change, hours: float = 0) -> list[bool]:
    """These words, so many hours after the beginning; whether each was news."""
    with store.begin() as tx:
        return [change(tx, each, NOW + timedelta(hours=hours)) for each in words]


def rows(store: Store, person: str = ANN) -> list[Any]:
    """The person's rows, oldest first."""
    with store.read() as tx:
        return sorted(ledger_of(tx, [person])[person], key=lambda row: row.id)


def plainly(kept: list[Row], program: str, channel: str) -> bool | None:
    """What stands, reckoned the slow way: look for the latest word on this one thing."""
    about = [
        (at, not granted, granted)
        for c, p, basis, granted, at in kept
        if c in (channel, ALL) and p in (program, ALL) and (basis == "consent" or not granted)
    ]
    return max(about)[2] if about else None


@given(st.lists(a_row, max_size=12), st.randoms())
def test_what_stands_is_a_function_of_the_rows_alone_in_whatever_order_they_came(
    kept: list[Row], chance: Any
) -> None:
    shuffled = list(kept)
    chance.shuffle(shuffled)
    stands = standing_of(shuffled)

    assert stands == standing_of(kept)
    for program in Program:
        for channel in Channel:
            assert stands.said(program).get(channel) == plainly(kept, program, channel)


@given(st.lists(a_row, max_size=12), st.sampled_from(list(Channel)), st.sampled_from(list(Program)))
def test_a_no_counts_whatever_was_said_before_and_at_the_same_instant(
    kept: list[Row], channel: Channel, program: Program
) -> None:
    no = (channel.value, program.value, "consent", False, max(MOMENTS))

    assert standing_of([*kept, no]).said(program)[channel] is False


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*Channel, None]),
            st.sampled_from([*Program, None]),
            st.sampled_from(list(Basis)),
            st.booleans(),
            st.integers(-2, 2),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_a_random_sequence_of_words_only_adds_rows_and_the_last_word_stands(
    store: Store, words: list[tuple[Channel | None, Program | None, Basis, bool, int]]
) -> None:
    before: list[Any] = rows(store)
    with store.begin() as tx:
        for hours, (channel, program, basis, granted, skew) in enumerate(words):
            now = NOW + timedelta(hours=len(before) + hours, minutes=skew * 45)
            change(tx, word(granted, channel, program=program, basis=basis), now)
    after = rows(store)

    assert after[: len(before)] == before
    with store.read() as tx:
        stands = standing(tx, [ANN])[ANN]
    channel, program, basis, granted, _ = words[-1]
    if not granted:  # a no counts at once, also from a clock that is behind
        for each in [program] if program else Program:
            assert stands.said(each).get(channel or Channel.SMS) is False
    assert stands == standing_of([(r.channel, r.program, r.basis, r.granted, r.at) for r in reversed(after)])


@pytest.mark.parametrize(
    "act", [update(consents).values(granted=True), delete(consents)], ids=["update", "delete"]
)
def test_the_database_itself_refuses_to_edit_the_ledger(store: Store, act: Any) -> None:
    said(store, word(False))
    with pytest.raises((DBAPIError, StoreError), match="append-only"), store.begin() as tx:
        tx.connection.execute(act)

    assert [row.granted for row in rows(store)] == [False]


def test_whoever_is_forgotten_leaves_the_ledger_as_it_was(store: Store) -> None:
    said(store, word(False))
    with store.begin() as tx:
        tx.connection.execute(people.delete())

    assert len(rows(store)) == 1


def test_no_code_of_ours_edits_the_ledger() -> None:
    verbs = r"(update|delete)\(\s*(tables\.)?consents\b|consents\.(update|delete)\("
    edits = re.compile(verbs + r"|(UPDATE|DELETE FROM) consents\b")
    folder = Path(outreach.__file__).parent
    guilty = [str(file) for file in folder.rglob("*.py") if edits.search(file.read_text(encoding="utf-8"))]

    assert guilty == []


def test_a_repeated_word_is_no_news_but_another_text_is(store: Store) -> None:
    assert said(store, word(True), word(True)) == [True, False]
    assert said(store, word(True, text_sha256="1" * 64), hours=1) == [True]
    assert said(store, word(False, None, program=None), hours=2) == [True]
    assert said(store, word(True), hours=3) == [True]


def test_of_one_instant_the_no_counts_in_either_order(store: Store) -> None:
    said(store, word(True), word(False))
    said(store, word(False, person=BOB), word(True, person=BOB))
    with store.read() as tx:
        stands = standing(tx, [ANN, BOB])

    assert [stands[who].security for who in (ANN, BOB)] == [{Channel.SMS: False}] * 2


def test_a_no_from_a_clock_that_is_behind_still_follows_the_yes_it_ends(store: Store) -> None:
    said(store, word(True), hours=1)
    said(store, word(False))
    with store.read() as tx:
        assert standing(tx, [ANN])[ANN].security == {Channel.SMS: False}


def test_who_withdrew_lately_is_found_and_nobody_else(store: Store) -> None:
    said(store, word(False))
    said(store, word(False, person=BOB), hours=-5)
    said(store, word(True, person="c" * 32))
    with store.read() as tx:
        assert withdrawn_since(tx, {ANN, BOB, "c" * 32}, NOW - timedelta(hours=1)) == {ANN}


def told(store: Store, granted: bool, days: int, source: str = "crm", text: str | None = None) -> None:
    """A feed says this of SMS to Ann."""
    with store.begin() as tx:
        reach = Reach(person=ANN, consents={Channel.SMS: granted}, consent_text=text)
        write_reaches(tx, [reach], source, NOW + timedelta(days=days))


def test_a_feed_that_repeats_an_old_yes_does_not_undo_a_no(store: Store) -> None:
    told(store, True, 0)
    said(store, word(False, source="sms_reply"), hours=30)
    for days in range(2, 5):
        told(store, True, days)
    told(store, True, 6, source="another feed")
    with store.read() as tx:
        assert profiles_of(tx, [ANN], "en")[ANN].consents == {Channel.SMS: False}
    assert len(rows(store)) == 2


def test_a_feeds_fresh_yes_after_its_own_no_counts(store: Store) -> None:
    told(store, True, 0)
    said(store, word(False, source="sms_reply"), hours=30)
    told(store, False, 3)
    told(store, True, 4)
    with store.read() as tx:
        assert profiles_of(tx, [ANN], "en")[ANN].consents == {Channel.SMS: True}


def test_a_feeds_word_keeps_its_source_and_its_text(store: Store) -> None:
    told(store, True, 0, text="2" * 64)
    (row,) = rows(store)

    assert (row.source, row.actor, row.text_sha256, row.program) == ("crm", "crm", "2" * 64, "security")
