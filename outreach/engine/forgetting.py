"""Forgetting: out of the database in one transaction, then out of the archive, and onto the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import structlog

from outreach.domain.facts import Catalogue, Privacy
from outreach.engine.ports import Clock
from outreach.errors import ArchiveError
from outreach.store import forgetting, forgotten
from outreach.store.database import Store
from outreach.store.forgetting import Wanted
from outreach.store.legal_holds import what_stands_against
from outreach.telemetry import FORGETTING_WAITS

LOOKED_AFTER = timedelta(days=1)
"""How long after a forgetting what a process wrote late, having read it before, is taken away again."""

log = structlog.get_logger()


class Blanking(Protocol):
    """The archive, as far as it must forget."""

    def blank(self, pull_id: str, day: date, person: str) -> int:
        """Take what is about this person out of a pull's file; how many rows. ArchiveError: not now."""
        ...


class Listing(Protocol):
    """The list of forgotten ids that outlives the database."""

    def add(self, ids: Iterable[str]) -> int:
        """Put down those that are missing, durably; how many. OSError: not now."""
        ...


class Kept(Exception):
    """This person may not be forgotten now; `reasons` say why."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(reasons))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """Forgets people; every verb may be done again, by any process."""

    store: Store
    archive: Blanking
    listing: Listing
    catalogue: Callable[[], Catalogue]
    clock: Clock

    def forget(self, person: str, actor: str, reason: str) -> Counter[str]:
        """Forget this person; what went, by class. Raises Kept where something stands against it."""
        wanted = self._wanted(person)
        with self.store.begin() as tx:
            if reasons := what_stands_against(tx, person):
                raise Kept(reasons)
            counts = forgetting.forget(tx, wanted, actor, reason, self.clock())
        return counts

    def again(self, ids: Iterable[str], actor: str, reason: str) -> int:
        """Forget once more who came back with an older copy, whatever stood open in it; how many."""
        with self.store.read() as tx:
            back = forgotten.come_back(tx, set(ids))
        for person in back:
            wanted = self._wanted(person)
            with self.store.begin() as tx:
                forgetting.forget(tx, wanted, actor, reason, self.clock())
        return len(back)

    def finish(self) -> Counter[str]:
        """Do what is left to do about who was forgotten: archive, list, and what was written late."""
        with self.store.read() as tx:
            everybody, late = forgotten.forgotten_ids(tx), forgotten.not_blanked(tx)
            recent = forgotten.forgotten_ids(tx, self.clock() - LOOKED_AFTER)
        counts: Counter[str] = Counter()
        for person in recent:
            counts["late"] += self._wipe(person)
        try:
            counts["listed"] = self.listing.add(everybody)
            counts["archive"] = sum(self._blank(person) for person in late)
        except (OSError, ArchiveError) as error:
            log.error(FORGETTING_WAITS, error=type(error).__name__, people=len(late))
        return +counts

    def _wipe(self, person: str) -> int:
        with self.store.begin() as tx:
            wanted = Wanted(person=person, plain=self._plain())
            return sum(forgetting.wipe(tx, wanted, self.clock()).values())

    def _blank(self, person: str) -> int:
        """Only what was pulled before they were forgotten is theirs; whoever comes back is somebody new."""
        with self.store.read() as tx:
            pulls = forgotten.archived_of(tx, person)
        rows = sum(self.archive.blank(pull, day, person) for pull, day in pulls)
        with self.store.begin() as tx:
            forgotten.blanked(tx, person, self.clock())
        return rows

    def _wanted(self, person: str) -> Wanted:
        with self.store.read() as tx:
            lines = forgetting.lines_naming(tx, forgetting.known_by(tx, person))
        return Wanted(person=person, plain=self._plain(), lines=lines)

    def _plain(self) -> frozenset[str]:
        return frozenset(spec.name for spec in self.catalogue().values() if spec.privacy is Privacy.PLAIN)
