"""What a round knows of a claimed outreach: how to reach the person, the transfer, what may be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from outreach.domain.facts import Catalogue
from outreach.domain.message import reference
from outreach.domain.profile import Profile
from outreach.domain.transfer import Transfer
from outreach.engine.errands import Ground
from outreach.engine.facts import from_json
from outreach.engine.moves import transfer_words
from outreach.engine.ports import Core, NewId
from outreach.store import sending
from outreach.store.claimed import Claimed
from outreach.store.contacts import profiles_of
from outreach.store.database import Tx
from outreach.telemetry import CORE_SILENT

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store said of a round, read in the transaction that claimed it."""

    profiles: Mapping[str, Profile]
    references: Sequence[tuple[str, str]]  # a fresh message id and its short reference, one an outreach


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Makes the ground of every claimed outreach."""

    core: Core
    catalogue: Callable[[], Catalogue]
    new_id: NewId
    firm: str
    default_locale: str
    default_zone: str

    def read(self, tx: Tx, claimed: Sequence[Claimed]) -> Known:
        """What the store knows of these, set by set."""
        return Known(
            profiles=profiles_of(tx, (one.person for one in claimed), self.default_locale),
            references=self._references(tx, len(claimed)),
        )

    def of(self, claimed: Sequence[Claimed], known: Known) -> dict[str, Ground]:
        """The ground of each, by outreach; the core is asked about all transfers at once, outside of any
        transaction."""
        catalogue = self.catalogue()
        facts = {one.id: from_json(one.facts, catalogue) for one in claimed}
        refs = {id: str(ref) for id, each in facts.items() if (ref := each.get("transfer_ref"))}
        transfers = self._ask_core(list(set(refs.values()))) if refs else {}
        return {
            one.id: self._ground(
                known.profiles[one.person], transfers.get(refs.get(one.id, "")), facts[one.id], fresh
            )
            for one, fresh in zip(claimed, known.references, strict=True)
        }

    def _ground(
        self,
        profile: Profile,
        transfer: Transfer | None,
        facts: Mapping[str, Any],
        fresh: tuple[str, str],
    ) -> Ground:
        message_id, short = fresh
        words = {
            **facts,
            **transfer_words(transfer),
            "firm": self.firm,
            "reference": short,
            "code": profile.code,
            "zone": profile.zone or self.default_zone,
        }
        return Ground(
            profile=profile, transfer=transfer, context=words, message_id=message_id, reference=short
        )

    def _ask_core(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
        try:
            return self.core.transfers(refs)
        except Exception as error:  # whatever the core does, warnings go out; they say nothing of a hold
            log.error(CORE_SILENT, act="transfers", error=type(error).__name__, transfers=len(refs))
            return {}

    def _references(self, tx: Tx, count: int) -> list[tuple[str, str]]:
        """Fresh message ids, each with a short reference that no message has yet."""
        drawn: dict[str, str] = {}
        while len(drawn) < count:
            wanted = [self.new_id() for _ in range(count - len(drawn))]
            fresh = {reference(int(id, 16)): id for id in wanted}
            taken = sending.taken_references(tx, list(fresh))
            drawn |= {short: id for short, id in fresh.items() if short not in taken}
        return [(id, short) for short, id in drawn.items()]
