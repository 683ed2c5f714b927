"""Episodes: which flags belong together, and which decisions may open an outreach. Pure bookkeeping."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from outreach.domain.decision import Decision, Reason, Verdict
from outreach.domain.facts import Facts
from outreach.domain.warned import NEVER, NOT_WARNED, Memory, Warned, about

GAP = timedelta(days=14)
"""A flag later than this after the episode's last one begins a new episode."""

EpisodeKey = tuple[str, str, str]
"""Person, pattern, beneficiary (a keyed hash, or empty)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An open episode as it stands. `severity_rank` is what it was last warned at, -1 for never."""

    id: str
    key: EpisodeKey
    opened_at: datetime
    last_flag_at: datetime
    severity_rank: int = NOT_WARNED
    money_moved: bool = False
    transfer_ref: str | None = None


@dataclass(frozen=True, slots=True)
class OpenOutreach:
    """An outreach under way for a person; its id is empty while the batch that opens it is settled.

    One that `waits` for its step of a ramp gives way to any that does not.
    """

    id: str
    episode: str
    severity_rank: int
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One flag with the decision the rules came to, before the episode has its say."""

    flag: str
    key: EpisodeKey
    at: datetime
    score: Decimal
    decision: Decision
    severity_rank: int
    facts: Facts
    waits: bool = False  # for its step of the rule's ramp

    @property
    def money_moved(self) -> bool:
        """True where the flag says that the money has left."""
        return self.facts.get("transfer_state") == "sent"

    @property
    def about(self) -> Warned:
        """What a warning about it would be about."""
        return about(self.facts, self.severity_rank)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a claim: its episode, its final decision, and whether an outreach opens."""

    claim: Claim
    episode: str
    decision: Decision

    @property
    def opens(self) -> bool:
        """True where an outreach opens."""
        return self.decision.verdict is Verdict.WARN and not self.decision.is_shadow


@dataclass(frozen=True, slots=True)
class Rulings:
    """All rulings of a batch, the episodes that changed, and what they end.

    `opened` are new rows, `joined` existing ones with their new state, `ended` the ids of episodes that
    lapsed (of either), `overtaken` the ids of outreaches that a more severe warning takes over.
    """

    rulings: tuple[Ruling, ...]
    opened: tuple[Episode, ...]
    joined: tuple[Episode, ...]
    ended: tuple[str, ...]
    overtaken: tuple[str, ...]


def may_warn(episode: Episode, severity_rank: int, *, money_moved: bool) -> bool:
    """Whether it got worse since the episode was warned: higher severity, or the money moved since."""
    return severity_rank > episode.severity_rank or (money_moved and not episode.money_moved)


class _Ledger:
    """The working state of one batch; nothing outside this module sees it change."""

    def __init__(
        self,
        episodes: Iterable[Episode],
        under_way: Mapping[str, OpenOutreach],
        new_id: Callable[[], str],
        memory: Memory,
    ) -> None:
        self.before = {episode.id: episode for episode in episodes}
        self.now = dict(self.before)
        self.current = {episode.key: episode.id for episode in self.before.values()}
        self.under_way = dict(under_way)
        self.ended: list[str] = []
        self.overtaken: list[str] = []
        self.new_id = new_id
        self.warned = dict(memory.warned)
        self.mine_cool_down = memory.mine_cool_down

    def join(self, claim: Claim) -> str:
        """The id of the episode this claim belongs to, opened where there is none within the gap."""
        episode = self.now.get(self.current.get(claim.key, ""))
        if episode is not None and claim.at - episode.last_flag_at <= GAP:
            joined = replace(episode, last_flag_at=max(episode.last_flag_at, claim.at))
        else:
            if episode is not None:
                self.ended.append(episode.id)
            joined = Episode(id=self.new_id(), key=claim.key, opened_at=claim.at, last_flag_at=claim.at)
        if joined.transfer_ref is None:
            joined = replace(joined, transfer_ref=_transfer_ref(claim))
        self.now[joined.id] = joined
        self.current[claim.key] = joined.id
        return joined.id

    def rule(self, claim: Claim, id: str) -> Ruling:
        """The final decision of a claim in its episode, and its effect on episode and person."""
        episode, decision = self.now[id], claim.decision
        if decision.verdict is not Verdict.WARN or decision.is_shadow:
            return Ruling(claim, episode.id, decision)
        reason = self._reason(claim, episode)
        bar = reason if reason in _BARS else self._overtaken(claim, episode)
        if bar is not None:
            return Ruling(claim, episode.id, replace(decision, verdict=Verdict.SKIP, reason=bar))
        self._open(claim, episode)
        return Ruling(claim, episode.id, replace(decision, reason=reason) if reason else decision)

    def _reason(self, claim: Claim, episode: Episode) -> Reason | None:
        """Why this is, or is no, news in its episode; None where it is the episode's first, or worse."""
        before = self.warned.get(claim.key, NEVER)
        if before.is_theirs(claim.at, self.mine_cool_down):
            return Reason.WORSE_SINCE if before.got_worse(claim.about) else Reason.SAID_MINE
        if may_warn(episode, claim.severity_rank, money_moved=claim.money_moved):
            return None
        other = self.under_way.get(claim.key[0])
        if other is not None and other.waits and other.episode == episode.id and not claim.waits:
            return None  # nobody has been told yet, and may not be for hours
        return Reason.TRIED_AGAIN if before.is_another(claim.about) else Reason.EPISODE_WARNED

    def _overtaken(self, claim: Claim, episode: Episode) -> Reason | None:
        other = self.under_way.get(claim.key[0])
        if other is None or not other.id:
            return None if other is None else Reason.OVERTAKEN  # a batch opens one outreach a person
        if other.waits != claim.waits:
            return Reason.OVERTAKEN if claim.waits and other.episode != episode.id else None
        stronger = other.episode == episode.id or other.severity_rank < claim.severity_rank
        return None if stronger else Reason.OVERTAKEN

    def _open(self, claim: Claim, episode: Episode) -> None:
        person = claim.key[0]
        other = self.under_way.get(person)
        if other is not None:
            self.overtaken.append(other.id)
        self.now[episode.id] = replace(
            episode,
            severity_rank=max(episode.severity_rank, claim.severity_rank),
            money_moved=episode.money_moved or claim.money_moved,
        )
        self.under_way[person] = OpenOutreach("", episode.id, claim.severity_rank, claim.waits)
        opened = replace(claim.about, is_open=True)
        self.warned[claim.key] = self.warned.get(claim.key, NEVER).also(opened)


_BARS = frozenset({Reason.EPISODE_WARNED, Reason.SAID_MINE})


def _transfer_ref(claim: Claim) -> str | None:
    ref = claim.facts.get("transfer_ref")
    return ref if isinstance(ref, str) else None


def _moment(claim: Claim) -> tuple[datetime, str]:
    return (claim.at, _transfer_ref(claim) or "")


def _weight(claim: Claim) -> tuple[object, ...]:
    """May it go now, severity, money, urgency and score; the rest only so that equals have an order."""
    urgency = claim.decision.rule.rule.warn.urgency.rank
    return (
        not claim.waits,
        claim.severity_rank,
        claim.money_moved,
        urgency,
        claim.score,
        *_moment(claim),
        claim.key,
    )


def settle(
    claims: Sequence[Claim],
    episodes: Iterable[Episode],
    under_way: Mapping[str, OpenOutreach],
    new_id: Callable[[], str],
    memory: Memory | None = None,
) -> Rulings:
    """Join every claim to its episode and let only the most severe warning of each person open.

    `episodes` are the open ones of the claims' people; `under_way` maps a person to the outreach that
    is climbing for them; `memory` has what they were warned about before. Claims join in the order of their
    time and are ruled most severe first, so the order of a feed changes nothing.
    """
    ledger = _Ledger(episodes, under_way, new_id, memory or Memory())
    joined = [(claim, ledger.join(claim)) for claim in sorted(claims, key=_moment)]
    lapsed = set(ledger.ended)
    # What lapsed within this very batch comes last: an old flag never takes the place of a fresh one.
    joined.sort(key=lambda pair: (pair[1] not in lapsed, *_weight(pair[0])), reverse=True)
    rulings = tuple(ledger.rule(claim, id) for claim, id in joined)
    touched = [e for id, e in ledger.now.items() if e is not ledger.before.get(id)]
    return Rulings(
        rulings=rulings,
        opened=tuple(e for e in touched if e.id not in ledger.before),
        joined=tuple(e for e in touched if e.id in ledger.before),
        ended=tuple(ledger.ended),
        overtaken=tuple(ledger.overtaken),
    )
