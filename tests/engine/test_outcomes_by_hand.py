"""A world of twenty people in which every figure of the outcome report was counted by hand.

Everybody's transfer is of 4,200 (of `a2` 1,000), with 5,000 in the account; a message costs 0.05.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import select, update

from outreach.adapters.summary import summarise
from outreach.domain.outcomes.figures import Figure
from outreach.domain.outcomes.reporting import part, tiring
from outreach.domain.outcomes.saying import Saying
from outreach.domain.outcomes.summary import Cut, Summary
from outreach.domain.outcomes.told import By, Kind
from outreach.store.database import Store
from outreach.store.outcome_lines import SCHEMA, lines
from outreach.store.outcome_telling import tell
from outreach.store.tables import consents, decisions, outreaches
from tests.build_ledger import NOW, Ledger
from tests.engine.maturing_world import DAY, HOUR, TELLER, USUAL, MaturingWorld

SEEN = ("a1", "a2", "a3", "a4", "f1", "f2")
UNSEEN = ("l1", "l2", "l3", "t1", "h1", "r1", "o1", "m1")
GATED = {"t2": "transfer_gone", "g1": "no_contact", "g2": "no_contact"}
NOT_WARNED = {"n1": "near_miss", "n2": "near_miss", "c1": "control"}

TOLD = (
    *((Kind.CANCELLED, user, By.USER, 2) for user in ("a1", "a2", "a3", "a4", "f2")),
    (Kind.CANCELLED, "h1", By.CORE, 2),
    *((Kind.MADE, user, By.CORE, hours) for user, hours in (("l1", 3), ("l2", 50), ("l3", 1))),
    *((Kind.MADE, user, By.CORE, hours) for user, hours in (("f1", 5), ("r1", 3))),
    *((Kind.MADE, user, By.CORE, -1) for user in ("t1", "t2")),
    *((Kind.SCAM, user, By.ANALYST, 100) for user in ("a1", "a4", "l1", "l2", "t1")),
    (Kind.LEGITIMATE, "f2", By.ANALYST, 100),
)  # fmt: skip
"""Kind, whose transfer, by whom, hours after the flag."""


class TwentyPeople(MaturingWorld):
    """What happened to each of them."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.people: dict[str, str] = {}
        with store.begin() as tx:
            ledger = Ledger(tx).begin()
            for user in (*SEEN, *UNSEEN, *GATED, *NOT_WARNED):
                self.people[user] = ledger.person(user, locale="en", country="GB")
            for user in (*SEEN, *UNSEEN):
                self._warn(ledger, user)
            self._warn(ledger, "m1", flag="again", opened_at=NOW + DAY)
            for user, reason in GATED.items():
                ledger.bar(self._open(ledger, user), reason=reason)
            for user, verdict in NOT_WARNED.items():
                self._watch(ledger, user, verdict)
        self._tell()

    def _open(self, ledger: Ledger, user: str, flag: str = "", **changes: Any) -> str:
        outreach = ledger.outreach(self.people[user], **changes)
        worth = "1000" if user == "a2" else "4200"
        facts = {**USUAL, "transfer_ref": f"ref-{user}{flag}", "amount": worth, "amount_at_risk_usd": worth}
        _decided(ledger, outreach, facts=facts)
        return outreach

    def _warn(self, ledger: Ledger, user: str, flag: str = "", **changes: Any) -> None:
        at, person = changes.get("opened_at", NOW), self.people[user]
        outreach = self._open(ledger, user, flag, **changes)
        message = ledger.message(person, outreach, created_at=at)
        ledger.attempt(message, started_at=at, finished_at=at)
        if user in SEEN:
            ledger.evidence(message, "human_opened", at=NOW + HOUR)
        if user == "f1":
            ledger.answer(person, outreach, message, "it_is_mine", at=NOW + HOUR)
        if user == "o1":
            _opts_out(ledger, person)

    def _watch(self, ledger: Ledger, user: str, verdict: str) -> None:
        """Flagged, and decided otherwise than to warn."""
        outreach = self._open(ledger, user)
        _decided(ledger, outreach, verdict=verdict)
        ledger.tx.connection.execute(outreaches.delete().where(outreaches.c.id == outreach))

    def _tell(self) -> None:
        made = [self._saying(kind, user, by, hours) for kind, user, by, hours in TOLD]
        elsewhere = {"beneficiary": "elsewhere", "amount": Decimal(1500), "currency": "USD"}
        back = {"amount": Decimal(1000), "currency": "USD"}
        made += [
            self._saying(Kind.MADE, "a3", By.CORE, 72, transfer_ref="other-a3", **elsewhere),
            self._saying(Kind.MADE, "a4", By.CORE, 20 * 24, transfer_ref="other-a4", **elsewhere),
            self._saying(Kind.RECOVERED, "r1", By.PARTNER, 72, **back),
        ]
        with self.store.begin() as tx:
            tell(tx, TELLER, made, NOW + HOUR)

    def _saying(self, kind: Kind, user: str, by: By, hours: int, **more: Any) -> Saying:
        said = {"transfer_ref": f"ref-{user}", "source_id": f"{kind.value}-{user}-{hours}", **more}
        return Saying(kind=kind, at=NOW + hours * HOUR, by=by, person=self.people[user], **said)

    def summary(self, currency: str = "USD", cut: Cut | None = None) -> Summary:
        with self.store.read() as tx:
            found = lines(tx, NOW - DAY, NOW + 999 * DAY, currency=currency)
            table = pa.Table.from_batches(found, SCHEMA)
        return summarise(table, SCHEMA, cut)

    def figures(self, currency: str = "USD") -> Mapping[str, Figure]:
        """What the report says, by key."""
        told = self.summary(currency)
        chapters = (*part(told.everybody, currency, "USD").chapters, tiring(told.tired))
        return {figure.key: figure for chapter in chapters for figure in chapter.figures}


def _decided(ledger: Ledger, outreach: str, **values: Any) -> None:
    """The decision behind an outreach says this."""
    mine = select(outreaches.c.decision).where(outreaches.c.id == outreach).scalar_subquery()
    ledger.tx.connection.execute(update(decisions).where(decisions.c.id == mine).values(**values))


def _opts_out(ledger: Ledger, person: str) -> None:
    no = {"id": ledger.tx.new_id(), "person": person, "channel": "sms", "program": "warnings"}
    ledger.tx.insert(consents, [{**no, "basis": "", "granted": False, "at": NOW + DAY, "source": "page"}])


def number(figure: Figure) -> float | None:
    """The value to six places, money too."""
    return None if figure.value is None else round(float(figure.value), 6)


@pytest.fixture
def world(store: Store) -> TwentyPeople:
    return TwentyPeople(store)


def test_every_figure_is_what_was_counted_by_hand(world: TwentyPeople) -> None:
    world.run(after=300 * DAY)
    found = world.figures()

    assert {key: number(figure) for key, figure in found.items()} == {
        "too_late": round(2 / 7, 6),  # t1, t2; later: l1, l2, l3, f1, r1
        "lead": 3 * 3600,  # of 1, 3, 3, 5 and 50 hours
        "flagged": 21,  # m1 twice
        "near_miss": 2,
        "control": 1,
        "eligible": 18,
        "gated.no_contact": 2,
        "gated.transfer_gone": 1,
        "sent": 15,
        "delivered": 15,
        "seen": 6,
        "answered": 1,
        "abandoned": 5,  # a1, a2, a3, a4, f2
        "continued": 5,
        "confirmed": 5,  # a1, a4, l1, l2, t1
        "contradicted": 0,
        "unreckoned": 0,
        "P0": 72400,  # 17 times 4,200, and 1,000
        "P1": 4200,  # h1
        "P2.7d": 12100,  # a1, a2, a4; a3 less 1,500
        "P2.30d": 10600,  # a4 less 1,500 from now on
        "P2.90d": 10600,
        "P3.7d": 8400,  # a1, a4
        "P3.30d": 6900,
        "P3.90d": 6900,
        "R": 1000,  # r1
        "lost.24h": 1,  # l1
        "lost.72h": 2,  # l2
        "lost.14d": 2,
        "lost.90d": 2,
        "false_alarms": round(2 / 7, 6),  # f1, f2 of those who were confirmed, and them
        "opted_out": round(1 / 15, 6),
        "cost": 0.75,
        "cost.P3.30d": round(0.75 / 6900, 6),
        "tired.1.seen": round(6 / 14, 6),
        "tired.1.answered": round(1 / 14, 6),
        "tired.1.opted_out": round(1 / 14, 6),
        "tired.2.seen": 0.0,
        "tired.2.answered": 0.0,
        "tired.2.opted_out": 0.0,
    }


def test_before_it_has_matured_no_level_tells_money_and_all_of_it_is_counted_as_open(
    world: TwentyPeople,
) -> None:
    world.run(after=6 * DAY)
    found = world.figures()

    levels = [figure for figure in found.values() if figure.level and figure.unit == "USD"]
    assert {figure.key: figure.value for figure in levels} == dict.fromkeys(
        ("P0", "P1", "P2.7d", "P2.30d", "P2.90d", "P3.7d", "P3.30d", "P3.90d", "R")
    )
    assert {figure.words for figure in levels} == {"nothing yet: 18 episodes have not matured"}
    assert (found["unreckoned"].value, found["continued"].value) == (0, 5)


def test_each_level_matures_when_its_own_time_has_gone_by(world: TwentyPeople) -> None:
    world.run(after=38 * DAY)
    early = world.figures()
    world.run(after=122 * DAY)
    late = world.figures()

    told = {key for key in ("P0", "P1", "P2.7d", "P2.30d", "R") if early[key].value is not None}
    assert told == {"P0", "P1", "P2.7d"}
    assert late["R"].value is not None


def test_what_was_reckoned_in_another_currency_is_in_no_sum(world: TwentyPeople) -> None:
    world.run(after=300 * DAY)
    found = world.figures("EUR")

    assert [found[key].value for key in ("P0", "P2.7d", "P3.30d", "R", "lost.14d")] == [None] * 4 + [0]
    assert found["lost.14d"].n == 0
    assert found["continued"].value == 5
    assert found["cost"].value is not None


def test_the_groups_of_a_cut_are_of_the_same_episodes(world: TwentyPeople) -> None:
    world.run(after=300 * DAY)
    told = world.summary(cut=Cut.COUNTRY)

    (group,) = told.groups
    assert (group.name, group.flagged, group.too_late) == ("GB", 21, 2)
    assert group.sums == told.everybody.sums
