"""Lines: one an episode, with exactly the columns that reports and comparisons ask for, on both databases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from outreach.domain.outcomes.line import LINE
from outreach.frames import ARROW_TYPES
from outreach.store.database import Store
from outreach.store.outcome_lines import lines
from tests.build_ledger import NOW, Ledger

DAY = timedelta(days=1)


def told(store: Store, batch: int = 50_000) -> list[dict[str, Any]]:
    with store.read() as tx:
        return [line for page in lines(tx, NOW - DAY, NOW + DAY, batch) for line in page.to_pylist()]


def test_a_line_has_exactly_the_columns_that_were_promised(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        ledger.outreach(ledger.person("u1"))
        (page,) = lines(tx, NOW - DAY, NOW + DAY)

    assert page.schema == pa.schema([(name, ARROW_TYPES[kind]) for name, kind in LINE.items()])


def test_a_line_says_what_was_decided_said_seen_and_answered(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        person = ledger.person("u1", locale="de-CH", country="CH")
        outreach = ledger.outreach(person)
        first = ledger.message(person, outreach)
        ledger.attempt(first, finished_at=NOW + timedelta(seconds=2))
        ledger.receipt(first, at=NOW + timedelta(seconds=5))
        second = ledger.message(
            person, outreach, step=1, channel="email", template="x/leaving@b", status="sent"
        )
        ledger.attempt(second, finished_at=NOW + timedelta(seconds=60))
        ledger.evidence(first, "machine_opened", at=NOW + timedelta(seconds=6))
        ledger.evidence(second, "human_opened", at=NOW + timedelta(seconds=90))
        ledger.answer(person, outreach, second, "stop_transfer", at=NOW + timedelta(seconds=99))

    (line,) = told(store)

    assert (line["verdict"], line["rule"], line["score"]) == ("warn", "money-leaving", Decimal("86.500"))
    assert line["warned_at"] == NOW + timedelta(seconds=2)
    assert line["delivered_at"] == NOW + timedelta(seconds=5)
    assert line["seen_at"] == NOW + timedelta(seconds=90)
    assert (line["channel"], line["template"]) == ("email", "x/leaving@b")
    assert (line["answer"], line["messages"], line["bar"]) == ("stop_transfer", 2, None)
    assert (line["locale"], line["country"]) == ("en", "CH")


def test_a_machine_that_opens_has_seen_nothing(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        person = ledger.person("u1")
        message = ledger.message(person, ledger.outreach(person))
        ledger.attempt(message)
        ledger.evidence(message, "machine_opened")

    assert told(store)[0]["seen_at"] is None


def test_a_line_says_why_nothing_was_sent(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        ledger.bar(ledger.outreach(ledger.person("u1")), reason="no_contact")
        ledger.outreach(ledger.person("u2"), state="closed", close_reason="expired", closed_at=NOW)

    assert sorted(line["bar"] for line in told(store)) == ["expired", "no_contact"]


def test_whoever_was_assigned_an_arm_stays_in_it_whatever_is_decided_later(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        person = ledger.person("u1")
        ledger.outreach(person)
        (episode,) = {
            line["episode"] for page in lines(tx, NOW - DAY, NOW + DAY) for line in page.to_pylist()
        }
        earlier = {"episode": episode, "at": NOW - timedelta(hours=1)}
        ledger.decision(person, verdict="control", arm="control", registration="ab" * 32, **earlier)
        ledger.decision(person, verdict="near_miss", episode=episode, at=NOW - timedelta(hours=2))
        ledger.decision(person, verdict="warn", shadow=True, episode=episode, at=NOW - timedelta(hours=3))

    (line,) = told(store)

    assert (line["verdict"], line["arm"], line["registration"]) == ("control", "control", "ab" * 32)


def test_pages_hold_every_line_once(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        for n in range(7):
            ledger.outreach(ledger.person(f"u{n}"))
        ledger.outreach(ledger.person("too early"), opened_at=NOW - 2 * DAY)
        ledger.outreach(ledger.person("too late"), opened_at=NOW + DAY)

    assert len({line["episode"] for line in told(store, batch=3)}) == len(told(store, batch=3)) == 7


def test_money_that_nobody_has_reckoned_is_unknown_and_not_nothing(store: Store) -> None:
    with store.begin() as tx:
        ledger = Ledger(tx).begin()
        ledger.outreach(ledger.person("u1"))

    (line,) = told(store)

    assert (line["exposed"], line["abandoned_7d"], line["lost_14d"], line["attempts"]) == (None,) * 4
