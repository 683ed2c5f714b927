"""What a round knows of a claimed outreach: how to reach the person, the transfer, what may be said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from outreach.domain.consent import Program
from outreach.domain.facts import Catalogue
from outreach.domain.gate import GatePolicy
from outreach.domain.hold import HoldView, Word, believed, next_word, view
from outreach.domain.message import reference
from outreach.domain.overlooked import is_overlooked
from outreach.domain.profile import Profile
from outreach.domain.sending import last_moment
from outreach.domain.takeover import as_told, takeover
from outreach.domain.transfer import Transfer
from outreach.domain.wish import WISHED_IN, Wish
from outreach.engine.apart import weight_of
from outreach.engine.facts import Kept, from_json
from outreach.engine.moves import transfer_words
from outreach.engine.ports import Core, NewId
from outreach.engine.saying import Ground
from outreach.store import sending
from outreach.store.aftermath import told_of
from outreach.store.calls import quietened
from outreach.store.claimed import Claimed
from outreach.store.contacts import profiles_of
from outreach.store.database import Tx
from outreach.store.holds import Heard, Watched, words_of
from outreach.store.recent import Lately, crowded, told_since
from outreach.store.snapshots import before_takeover
from outreach.store.welfare import spared
from outreach.store.wishes import wishes_of
from outreach.telemetry import CORE_SILENT

log = structlog.get_logger()


def _with_past(profile: Profile, one: Claimed, lately: Lately) -> Profile:
    return replace(profile, recent=lately.of(one.person, one.id, weight_of(one), one.episode))


def _as_wished(
    own: dict[str, Profile], claimed: Sequence[Claimed], wishes: Mapping[str, Wish]
) -> dict[str, Profile]:
    """How each asked to be reached, where that binds machines."""
    bound = {
        one.id: replace(own[one.id], wish=wishes[one.person])
        for one in claimed
        if one.person in wishes and one.pattern in WISHED_IN
    }
    return own | bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store said of a round, read in the transaction that claimed it."""

    profiles: Mapping[str, Profile]  # by outreach: each sees the past, and the contacts, that are its own
    crowded: Collection[str]  # people whom several open outreaches may write to
    references: Sequence[tuple[str, str]]  # a fresh message id and its short reference, one an outreach
    holds: Mapping[tuple[str, str], Watched] = field(default_factory=dict)  # by episode and transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What may be believed of one climb's transfer at `now`, and how it was `said`; `word` where the ladder
    asks for holds."""

    transfer: Transfer | None
    said: Transfer | None
    hold: HoldView
    word: Word | None
    heard: Heard | None
    now: datetime


def _heard(one: Claimed, known: Known, ref: str, transfers: Mapping[str, Transfer], now: datetime) -> _Told:
    said = transfers.get(ref)
    fresh = Watched(person=one.person, episode=one.episode, transfer_ref=ref)
    watched = known.holds.get((one.episode, ref), fresh)
    follows = bool(ref) and one.ladder.asks_holds
    transfer = believed(said, watched.word, now)
    return _Told(
        transfer=transfer,
        said=said if transfer else None,
        hold=view(said, watched.word, now),
        word=(next_word(said, watched.word, now) or watched.word) if follows else None,
        heard=Heard(watched=watched, said=said) if follows else None,
        now=now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Makes the ground of every claimed outreach."""

    core: Core
    catalogue: Callable[[], Catalogue]
    new_id: NewId
    firm: str
    default_locale: str
    default_zone: str
    leave: Callable[[str, str], str] = lambda message, person: ""  # the link that ends education mail
    asks_core: bool = True  # False where no core system is connected: a hold would be asked of nobody

    def read(self, tx: Tx, claimed: Sequence[Claimed], policy: GatePolicy, now: datetime) -> Known:
        """What the store knows of these, set by set."""
        persons = {one.person for one in claimed}
        profiles = spared(tx, quietened(tx, profiles_of(tx, persons, self.default_locale), now))
        lately = told_since(tx, persons, now - policy.pace.memory)
        own = {
            one.id: _with_past(profiles[one.person], one, lately)
            if one.person in lately.told
            else profiles[one.person]
            for one in claimed
        }
        own = _as_wished(own, claimed, wishes_of(tx, persons))
        return Known(
            profiles=own | self._before_takeovers(tx, claimed, own, policy, now),
            crowded=crowded(tx, persons),
            references=self._references(tx, len(claimed)),
            holds=words_of(tx, {one.episode for one in claimed if one.facts.get("transfer_ref")}),
        )

    def _before_takeovers(
        self,
        tx: Tx,
        claimed: Sequence[Claimed],
        own: Mapping[str, Profile],
        policy: GatePolicy,
        now: datetime,
    ) -> dict[str, Profile]:
        """The profiles of those whose contacts a thief may have changed, as they were before.

        The facts tell of it in some patterns; whoever said "this was not me" is believed in all.
        """
        said = told_of(tx, {one.person for one in claimed}, now - policy.takeover)
        taken = {}
        for one in claimed:
            over = None
            if one.pattern in policy.takeover_patterns:
                facts = from_json(one.facts, self.catalogue())
                over = takeover(facts, one.opened_at, policy.takeover)
            if one.person in said:
                over = as_told(over, said[one.person], policy.takeover)
            if over is not None:
                taken[one.id] = (own[one.id], over)
        return before_takeover(tx, taken) if taken else {}

    def of(self, claimed: Sequence[Claimed], known: Known, now: datetime) -> dict[str, Ground]:
        """The ground of each, by outreach; the core is asked about all transfers at once, outside of any
        transaction."""
        catalogue = self.catalogue()
        facts = {one.id: from_json(one.facts, catalogue) for one in claimed}
        refs = {id: str(ref) for id, each in facts.items() if (ref := each.get("transfer_ref"))}
        transfers = self._ask_core(list(set(refs.values()))) if refs else {}
        heard = {one.id: _heard(one, known, refs.get(one.id, ""), transfers, now) for one in claimed}
        return {
            one.id: self._ground(one, known, heard[one.id], facts[one.id], fresh)
            for one, fresh in zip(claimed, known.references, strict=True)
        }

    def _ground(
        self,
        one: Claimed,
        known: Known,
        told: _Told,
        facts: Kept,
        fresh: tuple[str, str],
    ) -> Ground:
        message_id, short = fresh
        transfer = told.transfer
        profile = known.profiles[one.id]
        if is_overlooked(one.pattern, facts):
            profile = replace(profile, is_overlooked=True)
        words: dict[str, object] = {
            **transfer_words(transfer, told.hold, told.now),
            "firm": self.firm,
            "reference": short,
            "code": profile.code,
            "zone": profile.zone or self.default_zone,
        }
        return Ground(
            profile=profile,
            transfer=transfer,
            context=facts.under(words),
            message_id=message_id,
            reference=short,
            expires_at=last_moment(one.expires_at, facts.get("hold_expires_at"), told.said, told.word),
            heard=told.heard,
            is_crowded=one.person in known.crowded,
            unsubscribe=self._leave(one, message_id),
        )

    def _leave(self, one: Claimed, message_id: str) -> str:
        """Where education is ended. A warning has no such link: a thief could end the next one with it."""
        if one.ladder.program is not Program.EDUCATION:
            return ""
        return self.leave(one.pending.message.id if one.pending else message_id, one.person)

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
