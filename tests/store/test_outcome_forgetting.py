"""A forgotten person's money stays told of, and nothing of it leads back to them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from outreach.store.database import Store
from outreach.store.forgetting import Wanted, forget, known_by, lines_naming
from outreach.store.outcome_facts import standing
from outreach.store.outcome_unknown import adopt
from outreach.store.tables import outcome_facts, outcome_unread
from tests.build import NOW
from tests.engine.told import a_feed, a_file, a_line, an_intake
from tests.store.test_outcome_facts import a_saying, known, told


def forgotten(store: Store, person: str) -> None:
    """Somebody is forgotten."""
    with store.read() as tx:
        lines = lines_naming(tx, known_by(tx, person))
    with store.begin() as tx:
        forget(tx, Wanted(person=person, plain=(), lines=lines), "tester", "asked", NOW)


def test_nothing_of_a_telling_leads_back_to_a_forgotten_person(store: Store) -> None:
    ids = known(store, "user-1", "user-2")
    secrets = {"transfer_ref": "t-1", "beneficiary": "somewhere"}
    told(store, a_saying(**secrets), a_saying(amount=Decimal(90), **secrets))
    told(store, a_saying(source_id="two", user_ref="user-2", **secrets))
    with store.read() as tx:
        before = set(tx.connection.execute(select(outcome_facts.c.identity)).scalars())
    forgotten(store, ids["user-1"])

    with store.read() as tx:
        mine = outcome_facts.c.person == ids["user-1"]
        rows = tx.connection.execute(select(outcome_facts).where(mine)).all()
        (one,) = standing(tx, [ids["user-1"]])[ids["user-1"]]
        (other,) = standing(tx, [ids["user-2"]])[ids["user-2"]]
    assert {(row.transfer, row.beneficiary, row.user_hmac) for row in rows} == {("", "", "")}
    assert not before & {value for row in rows for value in (row.identity, row.content)}
    assert (one.amount, one.n) == (90, 2)
    assert other.transfer


def test_what_waited_for_a_person_who_was_forgotten_goes(store: Store) -> None:
    told(store, a_saying())
    ann = known(store)["user-1"]
    forgotten(store, ann)
    again = known(store)["user-1"]
    with store.begin() as tx:
        adopt(tx, "USD", NOW)

    with store.read() as tx:
        assert standing(tx, [ann, again]) == {ann: [], again: []}


def test_a_correction_after_somebody_was_forgotten_is_about_nobody_of_ours(store: Store) -> None:
    ann = known(store)["user-1"]
    told(store, a_saying())
    forgotten(store, ann)
    counts = told(store, replace(a_saying(), amount=Decimal(5)))

    with store.read() as tx:
        (one,) = standing(tx, [ann])[ann]
    assert (counts["unknown"], one.amount) == (1, 100)


def test_unread_lines_that_name_a_forgotten_person_are_emptied(store: Store, tmp_path: Path) -> None:
    ann = known(store, "ada-1")["ada-1"]
    a_file(tmp_path / "1.csv", [a_line("a", user="ada-1", amount="-1"), a_line("b", user="bob", amount="-1")])
    an_intake(store, a_feed(tmp_path)).run()
    forgotten(store, ann)

    with store.read() as tx:
        sealed = tx.connection.execute(select(outcome_unread.c.text_enc).order_by(outcome_unread.c.line))
        texts = [store.vault.open(each) for each in sealed.scalars()]
    assert texts[0] == ""
    assert "bob" in texts[1]
