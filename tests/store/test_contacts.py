"""Contacts: what a feed says of how a person is reached, kept with its past, and never in the clear."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from outreach.domain.answer import Answer, Via
from outreach.domain.delivery import Refused
from outreach.domain.flag import Rejected
from outreach.domain.profile import Profile
from outreach.domain.scale import Channel
from outreach.store.contacts import Reach, profiles_of, suppress, write_reaches
from outreach.store.database import Store
from outreach.store.tables import consents, contact_points, metadata, profiles
from tests.build import NOW, a_batch, a_flag
from tests.engine.world import World

ANN, BOB = "a" * 32, "b" * 32
PHONE, OTHER = "+15550100001", "+15550100002"


def told(store: Store, *reaches: Reach, days: int = 0) -> None:
    """A feed says this, so many days after the beginning."""
    with store.begin() as tx:
        write_reaches(tx, reaches, "risk", NOW + timedelta(days=days))


def profile(store: Store, person: str = ANN) -> Profile:
    """The person's profile as it stands."""
    with store.read() as tx:
        return profiles_of(tx, [person], "en")[person]


def rows(store: Store, table: Any) -> list[Any]:
    """A table's rows, oldest first."""
    with store.read() as tx:
        return sorted(tx.connection.execute(table.select()), key=lambda row: row.id)


def test_a_changed_contact_ends_the_old_one_and_keeps_it(store: Store) -> None:
    told(store, Reach(person=ANN, contacts={Channel.SMS: PHONE}))
    told(store, Reach(person=ANN, contacts={Channel.SMS: OTHER}), days=1)
    kept = rows(store, contact_points)

    assert profile(store).contacts == {Channel.SMS: OTHER}
    assert [(store.vault.open(r.value_enc), r.valid_from, r.valid_to) for r in kept] == [
        (PHONE, NOW, NOW + timedelta(days=1)),
        (OTHER, NOW + timedelta(days=1), None),
    ]


def test_a_contact_said_again_is_not_written_again(store: Store) -> None:
    for days in range(3):
        told(store, Reach(person=ANN, contacts={Channel.SMS: PHONE}), days=days)

    assert [r.valid_from for r in rows(store, contact_points)] == [NOW]


def test_silence_erases_nothing(store: Store) -> None:
    whole = Reach(
        person=ANN,
        locale="ar",
        zone="Asia/Dubai",
        country="AE",
        code="blue heron",
        contacts={Channel.SMS: PHONE},
        consents={Channel.SMS: True},
    )
    told(store, whole)
    before = profile(store)
    told(store, Reach(person=ANN), days=1)

    assert profile(store) == before
    assert (before.locale, before.zone, before.country, before.code) == (
        "ar",
        "Asia/Dubai",
        "AE",
        "blue heron",
    )


def test_of_several_words_in_one_batch_the_last_counts_on_each_thing(store: Store) -> None:
    told(
        store,
        Reach(person=ANN, locale="es", contacts={Channel.SMS: PHONE}, consents={Channel.SMS: True}),
        Reach(person=BOB, locale="hi"),
        Reach(person=ANN, contacts={Channel.EMAIL: "a@example.com"}, consents={Channel.SMS: False}),
    )
    ann = profile(store)

    assert ann.contacts == {Channel.SMS: PHONE, Channel.EMAIL: "a@example.com"}
    assert (ann.locale, ann.consents) == ("es", {Channel.SMS: False})


def test_consent_is_appended_only_when_it_changed_and_the_latest_word_counts(store: Store) -> None:
    for days, granted in enumerate((True, True, False, False, True)):
        told(store, Reach(person=ANN, consents={Channel.SMS: granted}), days=days)

    assert [(r.granted, (r.at - NOW).days) for r in rows(store, consents)] == [
        (True, 0),
        (False, 2),
        (True, 4),
    ]
    assert profile(store).consents == {Channel.SMS: True}


def test_people_who_share_an_address_are_suppressed_together_and_on_that_channel_only(store: Store) -> None:
    shared = {Channel.SMS: PHONE}
    told(store, Reach(person=ANN, contacts=shared), Reach(person=BOB, contacts=shared))
    with store.begin() as tx:
        suppress(tx, PHONE, Channel.SMS, "21610", NOW)
        suppress(tx, PHONE, Channel.SMS, "21610", NOW)
        suppress(tx, PHONE, Channel.EMAIL, "bounced", NOW)

    assert [profile(store, p).suppressed for p in (ANN, BOB)] == [frozenset({Channel.SMS})] * 2


def test_a_new_address_is_not_suppressed_for_the_old_ones_sake(store: Store) -> None:
    told(store, Reach(person=ANN, contacts={Channel.SMS: PHONE}))
    with store.begin() as tx:
        suppress(tx, PHONE, Channel.SMS, "21610", NOW)
    told(store, Reach(person=ANN, contacts={Channel.SMS: OTHER}), days=1)

    assert profile(store).suppressed == frozenset()


def test_somebody_unknown_has_the_firms_language_and_no_address(store: Store) -> None:
    assert profile(store) == Profile(person=ANN, locale="en")


def test_a_profile_is_one_row_however_often_it_is_told(store: Store) -> None:
    for n in range(3):
        told(store, Reach(person=ANN, locale=("es", "ar", "hi")[n]), days=n)
    with store.read() as tx:
        kept = list(tx.connection.execute(profiles.select()))

    assert [row.locale for row in kept] == ["hi"]


CANARIES = ("canary-user", "+15559998877", "canary@example.org", "canary-token", "canary-code")


def test_nothing_personal_is_anywhere_in_the_database_in_the_clear(store: Store, tmp_path: Path) -> None:
    user, phone, email, token, code = CANARIES
    world = World(store)
    flag = a_flag(
        user,
        identity="1",
        transfer_ref="t1",
        phone=phone,
        email=email,
        push_token=token,
        anti_phishing_code=code,
    )
    bad = Rejected(line=2, place="x", reason="bad_number", column="amount", text=f"{user},{email}".encode())
    world.senders[Channel.PUSH].results = [Refused("UNREGISTERED", forget_contact=True)]
    world.intake(a_batch(flag, rejected=(bad,))).run()
    world.dispatch().run()
    (message,) = world.senders[Channel.SMS].sent
    world.feedback().answer(message.id, Answer.HELP_ME, Via.PAGE, NOW)

    found = everything(store, tmp_path)

    assert message.to == phone  # it was there to be found
    assert message.reference.encode() in found  # and the dump is a dump
    for canary in CANARIES:
        assert canary.encode() not in found, canary
    assert b"pig_butchering/leaving " not in found  # nor the words that were sent


def everything(store: Store, folder: Path) -> bytes:
    """Every byte of a SQLite file and its log, or every value of every table of a PostgreSQL."""
    if store.engine.dialect.name == "sqlite":
        return b"".join(path.read_bytes() for path in sorted(folder.glob("outreach.db*")))
    dumped = []
    with store.engine.connect() as connection:
        for table in metadata.tables.values():
            for row in connection.execute(text(f"SELECT * FROM {table.name}")):
                dumped += [
                    bytes(v) if isinstance(v, bytes | memoryview) else json.dumps(v, default=str).encode()
                    for v in row
                ]
    return b"\n".join(dumped)


def _plain(value: object) -> bytes:
    is_raw = isinstance(value, bytes | memoryview)
    return bytes(value) if is_raw else json.dumps(value, default=str).encode()  # type: ignore[arg-type]


@pytest.mark.parametrize("canary", [b"transfer-of-user-1"])
def test_what_the_ledger_needs_in_the_clear_is_found_by_the_same_search(
    store: Store, tmp_path: Path, canary: bytes
) -> None:
    World(store).flag(a_flag())

    assert canary in everything(store, tmp_path)


def test_a_contact_named_again_is_confirmed_at_most_once_a_day(store: Store) -> None:
    reach = Reach(person=ANN, contacts={Channel.PUSH: "token"})
    told(store, reach)
    told(store, reach)
    unconfirmed = profile(store).seen
    told(store, reach, days=3)

    assert unconfirmed == {Channel.PUSH: NOW}
    assert profile(store).seen == {Channel.PUSH: NOW + timedelta(days=3)}


@pytest.mark.parametrize(
    ("basis", "granted", "standing"),
    [
        ("consent", True, {Channel.SMS: True}),
        ("exemption", True, {}),  # the law's leave is not the person's yes
        ("exemption", False, {Channel.SMS: False}),
    ],
)
def test_only_the_persons_own_yes_is_a_yes_and_every_no_is_a_no(
    store: Store, basis: str, granted: bool, standing: dict[Channel, bool]
) -> None:
    with store.begin() as tx:
        tx.insert(consents, [a_consent(basis, granted, NOW)])

    assert profile(store).consents == standing


def test_no_exemption_undoes_a_persons_no(store: Store) -> None:
    with store.begin() as tx:
        rows_ = [
            a_consent("consent", False, NOW, "1"),
            a_consent("exemption", True, NOW + timedelta(days=1), "2"),
        ]
        tx.insert(consents, rows_)

    assert profile(store).consents == {Channel.SMS: False}


def a_consent(basis: str, granted: bool, at: datetime, id: str = "1") -> dict[str, Any]:
    """A row of consents."""
    row = {"id": id * 32, "person": ANN, "channel": "sms", "program": "security", "basis": basis}
    return {**row, "granted": granted, "at": at, "source": "risk", "text_sha256": None}
