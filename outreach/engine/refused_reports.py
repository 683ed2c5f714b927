"""Words of self-harm in a report that is refused: heard all the same, and nothing else of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outreach.domain.reporting import LONGEST, plain
from outreach.domain.welfare import is_cry
from outreach.engine.reports import Limits
from outreach.engine.welfare import Heard, heed
from outreach.store import welfare as ledger
from outreach.store.database import Conflict, Store, Tx
from outreach.store.intake import Forgotten, people_of, require_known

HOUR = timedelta(hours=1)
TYPED = ("words", "where", "amount", "currency", "reach_at")
"""The boxes of a form into which somebody writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A report that was not taken, for its form or for how many came.

    `person` is our id and `user` the firm's reference of whoever wrote it; neither: nobody we know. `form` is
    the same however often it is sent.
    """

    fields: Mapping[str, str] = field(repr=False)
    form: str = ""
    person: str | None = None
    user: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heeded:
    """Somebody wrote of harming themselves. `is_reachable`: a person is told, and knows how to reach them."""

    is_reachable: bool = False
    country: str | None = None


def typed(fields: Mapping[str, str]) -> str:
    """Everything that was typed in a form, whether or not it fits there."""
    return "\n".join(plain(fields.get(name, "")) for name in TYPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedReports:
    """The stage that hears them. Of strangers no more in an hour than may report: a flood of such words from
    machines must not bury the one that a person wrote."""

    store: Store
    limits: Limits

    def hear(self, refused: Refused, now: datetime) -> Heeded | None:
        """None where there are no words of self-harm. A task for a person, with those words and how to reach
        whoever wrote them; no report, no case, no picture, and no address is kept. Raises StoreError."""
        if not is_cry(typed(refused.fields)):
            return None
        try:
            with self.store.begin() as tx:
                return self._heard(tx, refused, now)
        except (Conflict, Forgotten):  # the same form twice at once: the other was heard; or nobody is there
            return Heeded()

    def _heard(self, tx: Tx, refused: Refused, now: datetime) -> Heeded:
        person = self._person(tx, refused, now)
        if person is None:
            return Heeded()
        said = {name: plain(refused.fields.get(name, ""))[: LONGEST[name]].strip() for name in TYPED}
        beside = f"Reach them at: {said['reach_at']}" if said["reach_at"] else ""
        text = "\n".join(said[name] for name in TYPED if said[name] and name != "reach_at")
        heed(tx, Heard(person=person, source="report", text=text, beside=beside), now,
             self.limits.welfare_within)  # fmt: skip
        is_known = refused.person is not None or refused.user is not None
        country = ledger.country_of(tx, [person])
        return Heeded(is_reachable=is_known or bool(said["reach_at"]), country=country)

    def _person(self, tx: Tx, refused: Refused, now: datetime) -> str | None:
        """Whose words they are; a stranger is somebody new, known by the form only."""
        if refused.person is not None:
            require_known(tx, [refused.person])
            return refused.person
        most = self.limits.an_hour_anonymous
        if refused.user is None and ledger.count_since(tx, "report", now - HOUR) >= most:
            return None
        user = refused.user or f"refused report {refused.form or tx.new_id()}"
        return people_of(tx, [user], now)[0][user]
