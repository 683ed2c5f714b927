"""Fates: what became of each transfer of a person, of all that is told of it.

Where sources disagree, what claims less stands: money that anybody says has left, has left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from outreach.domain.outcomes.episode_money import Attempt, EpisodeSeen, worth_of
from outreach.domain.outcomes.told import By, Kind, Told

_STOPS = frozenset({Kind.CANCELLED, Kind.LAPSED})
_LEFT = (Kind.MADE, Kind.LOSS, Kind.RECOVERED)
"""Each says that the money has left, the first the most plainly."""

_OF_TRANSFERS = frozenset({*_STOPS, Kind.MADE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One transfer and its fate: it left (`made_at`), was stopped, or nobody says.

    `attempt` where this episode's flags are about it. `most` is the most that anybody says it is worth,
    `stopped_worth` the least, and `stopped_by` whose act that was; None for what lapsed. `is_hearsay`: only
    the user says that it left.
    """

    key: str = field(repr=False)
    at: datetime
    beneficiary: str = field(default="", repr=False)
    attempt: Attempt | None = None
    made_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_by: By | None = None
    most: Decimal | None = None
    stopped_worth: Decimal | None = None
    is_hearsay: bool = False
    contradicted: bool = False
    told: tuple[str, ...] = ()

    @property
    def is_stopped(self) -> bool:
        """Whether it never left."""
        return self.made_at is None and self.stopped_at is not None


def standing(told: Iterable[Told]) -> tuple[Told, ...]:
    """Of each source's own id the newest telling, in one order; nothing of what was withdrawn.

    What several sources tell in the same words without naming a transfer is one act, not one each.
    """
    newest: dict[tuple[str, str], Told] = {}
    for one in told:
        key = (one.feed, one.id)
        if key not in newest or _age(one) > _age(newest[key]):
            newest[key] = one
    stood = sorted((o for o in newest.values() if o.kind is not Kind.WITHDRAWN), key=_order)
    return tuple(_once(stood))


def _once(told: Sequence[Told]) -> Iterator[Told]:
    """Of what sources tell alike, what the one that tells it most often does."""
    alike: dict[tuple[object, ...], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in told:
        alike[_words(one)][one.feed] += 1
    for one in told:
        feeds = alike[_words(one)]
        if len(feeds) == 1 or one.feed == min(feeds, key=lambda feed: (-feeds[feed], feed)):
            yield one


def _words(one: Told) -> tuple[object, ...]:
    """What a telling says; of one that names a transfer, or no amount, that is the telling itself."""
    if one.transfer or one.amount is None:
        return one.feed, one.id
    return one.kind, one.by, one.at, one.person, one.beneficiary, one.rail, one.amount, one.currency


def _age(one: Told) -> tuple[int, datetime, str]:
    return (one.n, one.told_at, repr(one))


def _order(one: Told) -> tuple[datetime, str, str]:
    return (one.at, one.feed, one.id)


def fates(episode: EpisodeSeen, told: Sequence[Told]) -> tuple[Transfer, ...]:
    """Every transfer of the person that is told of, and every one that was tried in this episode.

    `told` stands. What names no transfer is about the last one before it that was tried and that nobody
    names; else, where it says that money left, it is a transfer of its own.
    """
    tried = {one.key: one for one in episode.own}
    groups: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        if one.transfer and one.person is not None:
            groups[one.transfer].append(one)
    _place(episode, told, tried, groups)
    known = [key for key, ones in groups.items() if key in tried or any(o.kind in _LEFT for o in ones)]
    keys = sorted({*known, *tried})
    found = [_fate(key, groups.get(key, ()), tried.get(key)) for key in keys]
    return tuple(sorted(found, key=lambda one: (one.at, one.key)))


def _place(
    episode: EpisodeSeen, told: Sequence[Told], tried: Mapping[str, Attempt], groups: dict[str, list[Told]]
) -> None:
    named = {key for key, ones in groups.items() if any(o.kind in _OF_TRANSFERS for o in ones)}
    free = [one for one in tried.values() if one.key not in named]
    for one in told:
        if one.transfer or one.person is None or one.kind not in _OF_TRANSFERS:
            continue
        meant = max(
            (each for each in free if each.at <= one.at and is_here(episode, one)),
            key=lambda each: (each.at, each.key),
            default=None,
        )
        if meant is not None:
            free.remove(meant)
        if meant is not None or one.kind is Kind.MADE:
            groups[meant.key if meant else f"told/{one.feed}/{one.id}"].append(one)


def is_here(episode: EpisodeSeen, one: Told) -> bool:
    """Whether what names no transfer is about this episode: by its beneficiary, else by its time."""
    if one.beneficiary and one.beneficiary != episode.beneficiary:
        return False
    end = episode.until_here if one.beneficiary else episode.until
    return episode.opened_at <= one.at and (end is None or one.at < end)


def _fate(key: str, told: Sequence[Told], attempt: Attempt | None) -> Transfer:
    left = [one for one in told if one.kind in _LEFT]
    stops = [one for one in told if one.kind in _STOPS]
    first = min(left, key=lambda one: (_LEFT.index(one.kind), one.at), default=None)
    stop = min(stops, key=lambda one: (_WEIGHT[_by(one)], one.at), default=None)
    priced = [
        worth for one in told if one.kind is not Kind.RECOVERED and (worth := worth_of(one)) is not None
    ]
    begun = [attempt.at] if attempt else [one.at for one in told]
    tried = [attempt.worth] if attempt and attempt.worth is not None else []
    lowest = [worth for one in stops if (worth := worth_of(one)) is not None]
    return Transfer(
        key=key,
        at=min(begun),
        beneficiary=min((one.beneficiary for one in told if one.beneficiary), default=""),
        attempt=attempt,
        made_at=first.at if first else None,
        stopped_at=min((one.at for one in stops), default=None),
        stopped_by=_by(stop) if stop else None,
        most=max([*priced, *tried], default=None),
        stopped_worth=min([*lowest, *tried], default=None),
        is_hearsay=bool(left) and all(one.by is By.USER and one.kind is Kind.LOSS for one in left),
        contradicted=bool(left and stops) or len({_WEIGHT[_by(one)] for one in stops}) > 1,
        told=tuple(sorted(one.id for one in told)),
    )


_WEIGHT: Mapping[By | None, int] = {
    By.CORE: 0,
    By.AGENT: 0,
    By.ANALYST: 0,
    By.LISTS: 0,
    By.PARTNER: 0,
    By.UNKNOWN: 1,
    None: 2,
    By.USER: 2,
}
"""Who is believed to have stopped it where sources disagree: the one whose act claims least for a warning."""


def _by(one: Told) -> By | None:
    """Whose stop it was; a transfer lapses by nobody's act, unless a control let it."""
    if one.kind is Kind.LAPSED and one.by in {By.UNKNOWN, By.USER}:
        return None
    return one.by
