"""Reports of a scam: kept once, read by a person, and followed where money has left."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from outreach.domain.chains import Address
from outreach.domain.loss import Loss, Lost
from outreach.domain.reporting import PATTERNS, Left, Picture, Reach, Told, Via
from outreach.domain.welfare import is_cry
from outreach.engine.cases import open_case
from outreach.engine.report_files import Pictures
from outreach.engine.welfare import WITHIN, Heard, listen
from outreach.store import reports as ledger
from outreach.store.database import Conflict, Store, Tx
from outreach.store.inbox import person_of
from outreach.store.intake import Forgotten, people_of, require_known
from outreach.store.reports import File, Kept
from outreach.store.suggestions import Suggested, suggest
from outreach.store.tasks import Task, open_tasks
from outreach.store.welfare import country_of
from outreach.telemetry import REPORTED

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many reports may come: of one known person in a day, and in an hour of everybody without an
    account.
    `read_within`: by when one is to be read; `fresh_within`: where money left within the last day."""

    a_day_each: int = 20
    an_hour_anonymous: int = 200
    read_within: timedelta = timedelta(hours=2)
    fresh_within: timedelta = timedelta(minutes=15)
    welfare_within: timedelta = WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A report as a door hands it over. `form` is what makes it one, however often it is sent. `person` is
    our
    id and `user` the firm's reference of whoever reports; neither: nobody we know."""

    form: str
    told: Told
    pictures: Sequence[Picture] = ()
    via: Via
    locale: str
    person: str | None = None
    user: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a report. `cries`: its words are of self-harm, so other words come first."""

    reference: str
    due_at: datetime
    is_first: bool
    is_case: bool
    cries: bool
    is_reachable: bool
    country: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How somebody we know is spoken to."""

    locale: str | None
    zone: str | None


@dataclass(frozen=True, slots=True)
class TooMany:
    """So many reports came that this one has to wait for so long."""

    again: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """The stage that takes reports; it may be called from several threads. `read_addresses`: what was
    typed, as
    an address of each chain that it is right on."""

    store: Store
    pictures: Pictures
    read_addresses: Callable[[str], Sequence[Address]]
    limits: Limits = Limits()

    def known(self, person: str) -> Known | None:
        """How this person is spoken to; None where they are not there any more."""
        with self.store.read() as tx:
            found = ledger.spoken(tx, person)
        return None if found is None else Known(locale=found[0], zone=found[1])

    def person_of(self, user: str) -> str | None:
        """Our id of somebody whom the firm knows by this reference; None where nobody was ever told of
        them.
        """
        with self.store.read() as tx:
            return person_of(tx, user)

    def take(self, given: Given, now: datetime) -> Taken | TooMany | None:
        """Keep a report, once a form; None where its person is not there any more. Raises StoreError and
        ArchiveError: nothing is kept then."""
        files = self.pictures.keep(given.pictures)
        taken: Taken | TooMany | None = None
        try:
            taken = self._kept(given, files, now)
        except Conflict:  # the same form came twice at once, and the other was first
            with self.store.read() as tx:
                taken = self._before(tx, given)
        except Forgotten:
            taken = None
        finally:
            if not (isinstance(taken, Taken) and taken.is_first):
                self.pictures.drop(files)
        return taken

    def _kept(self, given: Given, files: Sequence[File], now: datetime) -> Taken | TooMany | None:
        with self.store.begin() as tx:
            if (before := self._before(tx, given)) is not None:
                return before
            if (wait := self._too_many(tx, given, now)) is not None:
                return wait
            id, short = ledger.fresh(tx)
            person = self._person(tx, given, short, now)
            case = self._case(tx, person, given.told, now)
            kept = self._report(tx, given, (id, short, person), case, now)
            ledger.keep(tx, kept, files)
            self._follow(tx, kept, now)
            taken = self._taken(tx, kept, is_first=True)
        log.info(REPORTED, report=kept.id, via=given.via.value, case=case is not None, pictures=len(files))
        return taken

    def _before(self, tx: Tx, given: Given) -> Taken | None:
        row = ledger.by_form(tx, self._form(tx, given))
        if row is None:
            return None
        words = ledger.details_of(tx, row)
        is_reachable = _is_reachable(row.via, words.get("reach", ""))
        return Taken(
            reference=row.reference,
            due_at=row.due_at,
            is_first=False,
            is_case=row.recovery_case is not None,
            cries=is_cry("\n".join(words.values())),
            is_reachable=is_reachable,
            country=country_of(tx, [row.person]),
        )

    def _too_many(self, tx: Tx, given: Given, now: datetime) -> TooMany | None:
        if given.via is Via.PAGE:
            count = ledger.count_since(tx, now - HOUR, via=Via.PAGE.value)
            return TooMany(HOUR) if count >= self.limits.an_hour_anonymous else None
        if given.person is None:
            return None
        count = ledger.count_since(tx, now - DAY, person=given.person)
        return TooMany(DAY) if count >= self.limits.a_day_each else None

    def _person(self, tx: Tx, given: Given, short: str, now: datetime) -> str:
        """Whose report it is; a stranger becomes somebody new, known by the report's reference only."""
        if given.person is not None:
            require_known(tx, [given.person])
            return given.person
        user = given.user or f"report {short}"
        ids, _ = people_of(tx, [user], now)
        return ids[user]

    def _case(self, tx: Tx, person: str, told: Told, now: datetime) -> str | None:
        if told.money_left is not Left.YES:
            return None
        found = self._address(told)
        place = found.text if found else told.where
        lost = Lost(
            chain=found.chain.value if found else "",
            place=place,
            amount=told.amount,
            currency=told.currency,
            sent_at=told.moment.at(now),
        )
        spellings = {tx.vault.fingerprint(form) for form in (place, told.where) if form}
        episode = ledger.open_episode(tx, person, spellings)
        loss = Loss(
            person=person,
            pattern=PATTERNS[told.happened],
            source="report",
            episode=episode,
            left_at=told.moment.at(now),
            narrative=told.words,
            transfers=(lost,) if place or told.amount is not None else (),
        )
        return open_case(tx, loss, now).case

    def _report(
        self, tx: Tx, given: Given, names: tuple[str, str, str], case: str | None, now: datetime
    ) -> Kept:
        id, short, person = names
        found = self._address(given.told)
        is_fresh = given.told.is_fresh_loss
        return Kept(
            id=id,
            person=person,
            reference=short,
            form=self._form(tx, given),
            via=given.via.value,
            locale=given.locale,
            told=given.told,
            chain=found.chain.value if found else None,
            recovery_case=case,
            at=now,
            due_at=now + (self.limits.fresh_within if is_fresh else self.limits.read_within),
        )

    def _follow(self, tx: Tx, kept: Kept, now: datetime) -> None:
        """A person reads it; its address waits for review; and a cry for help goes before all of that."""
        told = kept.told
        beside = f"Reach them by {told.reach.value}: {told.reach_at}" if told.reach_at else ""
        heard = Heard(person=kept.person, source="report", text=told.own_words, beside=beside)
        listen(tx, heard, now, self.limits.welfare_within)
        what = "money has left" if told.money_left is Left.YES else told.money_left.value
        task = Task(
            kind="report",
            person=kept.person,
            outreach=None,
            step=None,
            text=f"Reported a scam ({what}): outreach reports show {kept.reference}",
            opened_at=now,
            due_at=kept.due_at,
        )
        open_tasks(tx, [task])
        for address in self.read_addresses(told.where) if told.where else ():
            said = Suggested(
                address=address,
                categories=[PATTERNS[told.happened]],
                report=kept.id,
                person=kept.person,
            )
            suggest(tx, said, now)

    def _address(self, told: Told) -> Address | None:
        """The likeliest address that was typed."""
        return next(iter(self.read_addresses(told.where)), None) if told.where else None

    def _taken(self, tx: Tx, kept: Kept, *, is_first: bool) -> Taken:
        return Taken(
            reference=kept.reference,
            due_at=kept.due_at,
            is_first=is_first,
            is_case=kept.recovery_case is not None,
            cries=is_cry(kept.told.own_words),
            is_reachable=_is_reachable(kept.via, kept.told.reach.value),
            country=country_of(tx, [kept.person]),
        )

    def _form(self, tx: Tx, given: Given) -> str:
        whose = given.person or given.user or ""
        return tx.vault.fingerprint(json.dumps(["report form", given.via.value, whose, given.form]))


def _is_reachable(via: str, reach: str) -> bool:
    """Whether anybody here knows how to reach whoever reported."""
    return via != Via.PAGE or reach in {Reach.PHONE, Reach.EMAIL}
