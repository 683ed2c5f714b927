"""A ledger with one person who was warned, the job that reckons, and a clock that a test sets."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import update

from outreach.domain.outcomes.saying import Saying
from outreach.domain.outcomes.told import By, Kind
from outreach.domain.scale import Channel
from outreach.engine.maturing import Maturing
from outreach.store.database import Store
from outreach.store.outcome_entries import Written, written
from outreach.store.outcome_lines import lines
from outreach.store.outcome_telling import Teller, tell
from outreach.store.tables import decisions
from tests.build_ledger import NOW, Ledger

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PRICES = {Channel.SMS: {"*": Decimal("0.05")}, Channel.EMAIL: {"*": Decimal("0.001")}}


class MaturingWorld:
    """What a test says and does, and what the ledger has then."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOW
        self.job = self.another("one")

    def another(self, holder: str) -> Maturing:
        return Maturing(store=self.store, clock=lambda: self.now, holder=holder, prices=PRICES)

    def warned(self, user: str = "u1", *, seen: bool = True, **facts: Any) -> str:
        """Somebody who was warned of a transfer of 4200, and saw it an hour later; the person's id."""
        with self.store.begin() as tx:
            ledger = Ledger(tx).begin()
            person = ledger.person(user, locale="en", country="GB")
            outreach = ledger.outreach(person)
            message = ledger.message(person, outreach, text="Stop and think.")
            ledger.attempt(message)
            if seen:
                ledger.evidence(message, "human_opened", at=NOW + HOUR)
            self._facts(tx, person, {**USUAL, "transfer_ref": f"ref-{user}", **facts})
        return person

    def _facts(self, tx: Any, person: str, facts: dict[str, Any]) -> None:
        tx.connection.execute(update(decisions).where(decisions.c.person == person).values(facts=facts))

    def tell(
        self, kind: Kind, person: str, user: str = "u1", after: timedelta = 2 * HOUR, **more: Any
    ) -> None:
        """The core system tells of the transfer that was flagged."""
        told = {"by": By.USER, "transfer_ref": f"ref-{user}", "source_id": f"{kind.value}-{user}", **more}
        saying = Saying(kind=kind, at=NOW + after, person=person, **told)
        with self.store.begin() as tx:
            tell(tx, TELLER, [saying], self.now)

    def run(self, after: timedelta = timedelta()) -> dict[str, int]:
        """One round, so long after the warning."""
        self.now = NOW + after
        return dict(self.job.run())

    def entries(self) -> list[Written]:
        with self.store.read() as tx:
            ids = [line["episode"] for line in self.lines()]
            return written(tx, ids)

    def told(self) -> list[tuple[str, str, Decimal | None, str]]:
        """Level, window, amount and state of every entry, in order."""
        return [(e.level.value, e.window, e.amount, e.state.value) for e in self.entries()]

    def lines(self) -> list[dict[str, Any]]:
        with self.store.read() as tx:
            far: datetime = NOW + 999 * DAY
            return [line for page in lines(tx, NOW - DAY, far) for line in page.to_pylist()]


USUAL = {"amount": "4200", "currency": "USD", "amount_at_risk_usd": "4200", "balance_usd": "5000"}
TELLER = Teller(feed="core", currency="USD", spell=lambda text: (text, (text,)))
