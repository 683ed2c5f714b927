"""One message a person at a time: several outreaches of one person, met in one round or by two processes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from outreach.domain.gate import Bar, BarRow, GatePolicy, Pace
from outreach.domain.recent import Told, Weight, spaced_until
from outreach.domain.scale import Channel, Urgency
from outreach.engine.errands import Errand
from outreach.engine.saying import Ground
from outreach.store import recent
from outreach.store.claimed import Claimed
from outreach.store.database import Tx
from outreach.store.sending import Draft


def weight_of(one: Claimed) -> Weight:
    """How much this outreach may push itself forward."""
    return Weight(urgency_rank=one.urgency_rank, severity_rank=one.severity_rank, opened_at=one.opened_at)


def in_turn(claimed: Sequence[Claimed]) -> list[Claimed]:
    """The same order, but among one person's outreaches the most urgent and most severe first."""
    by_person: dict[str, list[Claimed]] = defaultdict(list)
    for one in claimed:
        by_person[one.person].append(one)
    if len(by_person) == len(claimed):
        return list(claimed)
    for own in by_person.values():
        own.sort(key=_rank)  # stable: what is as urgent and as severe keeps its place
        own.reverse()
    return [by_person[one.person].pop() for one in claimed]


def _rank(one: Claimed) -> tuple[int, int]:
    return -one.urgency_rank, -one.severity_rank


@dataclass(frozen=True, slots=True)
class Round:
    """What one round has planned so far, for those who have several outreaches."""

    now: datetime
    _told: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))

    def seen_by(self, one: Claimed, ground: Ground) -> Ground:
        """The ground with what this round is about to tell the same person."""
        if not ground.is_crowded or one.person not in self._told:
            return ground
        before = ground.profile.recent
        others = (*before.others, *self._told[one.person])
        seen = replace(before, others=others, weight=weight_of(one), episode=one.episode)
        return replace(ground, profile=replace(ground.profile, recent=seen))

    def planned(self, errand: Errand) -> None:
        """Keep what this errand will tell."""
        if errand.is_crowded and errand.draft and errand.draft.message.channel is not Channel.CALL:
            self._told[errand.claimed.person].append(_told(errand.claimed, errand.draft, self.now))


def _told(one: Claimed, draft: Draft, now: datetime) -> Told:
    return Told(
        at=now,
        channel=draft.message.channel,
        template=draft.template.partition(".")[0],
        urgency_rank=one.urgency_rank,
        severity_rank=one.severity_rank,
        episode=one.episode,
    )


def kept_apart(tx: Tx, errands: Sequence[Errand], policy: GatePolicy, now: datetime) -> list[Errand]:
    """These errands, without the messages to people whom another process has written to since they were
    planned: those wait as if the gate had known."""
    crowded = {e.claimed.person for e in errands if e.is_crowded and e.draft}
    if not crowded:
        return list(errands)
    recent.one_by_one(tx, crowded)
    longest = max(policy.pace.spacing, policy.pace.critical_spacing)
    lately = recent.told_since(tx, crowded, now - longest)
    return [_apart(e, lately, policy.pace, now) if e.is_crowded and e.draft else e for e in errands]


def _apart(errand: Errand, lately: recent.Lately, pace: Pace, now: datetime) -> Errand:
    one, draft = errand.claimed, errand.draft
    assert draft is not None
    if draft.message.channel is Channel.CALL:
        return errand
    seen = lately.of(one.person, one.id)
    until = spaced_until(seen.others, weight_of(one), pace.gap(list(Urgency)[one.urgency_rank]), now)
    if until is None:
        return errand
    due_at = min(until, one.expires_at) if one.expires_at else until
    bar = BarRow(
        step=errand.step, channel=draft.message.channel, verdict="held", reason=Bar.SPACED, until=due_at
    )
    bars = tuple(b for b in errand.bars if b.verdict != "overridden")
    return replace(errand, draft=None, due_at=due_at, bars=(*bars, bar))
