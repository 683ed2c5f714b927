"""What came back of an episode's money: once, whoever tells of it, and never more than had left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from outreach.domain.outcomes.episode_money import NOTHING, EpisodeSeen, worth_of
from outreach.domain.outcomes.exposure import worth
from outreach.domain.outcomes.fates import Transfer, is_here
from outreach.domain.outcomes.told import Kind, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What came back: all that is `told_of`, and of it the `amount` that can be. `contradicted`: two sources
    tell of different sums of the same money."""

    amount: Decimal
    told_of: Decimal
    contradicted: bool
    is_priced: bool
    told: tuple[str, ...]


def recovered(
    episode: EpisodeSeen, transfers: Sequence[Transfer], told: Sequence[Told], exposed: Decimal
) -> Recovered:
    """The sum over transfers; where sources disagree about one, the smallest of their sums.

    What a source tells without naming a transfer is more only as far as it is more than others name: it may
    be the same money. Never more than left; where nobody tells what left, never more than was at stake.
    """
    ours = [one for one in told if one.kind is Kind.RECOVERED and _is_ours(episode, one)]
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for one in ours:
        sums[one.transfer][one.feed] += worth_of(one) or NOTHING
    total = sum((min(by_feed.values()) for by_feed in sums.values()), NOTHING)
    left = [one for one in transfers if one.made_at is not None and _is_of(episode, one)]
    gone = sum((worth(one) for one in left), NOTHING)
    return Recovered(
        amount=min(total - _may_be_named(sums), gone or exposed),
        told_of=total,
        contradicted=any(len(set(by_feed.values())) > 1 for by_feed in sums.values()),
        is_priced=all(worth_of(one) is not None for one in ours),
        told=tuple(sorted(one.id for one in ours)),
    )


def _may_be_named(sums: Mapping[str, Mapping[str, Decimal]]) -> Decimal:
    """How much of what is counted without a transfer may be of one that another source names."""
    unnamed = sums.get("", {})
    named = {key: by_feed for key, by_feed in sums.items() if key}
    beyond = (max(back - _of_others(named, feed), NOTHING) for feed, back in unnamed.items())
    return min(unnamed.values(), default=NOTHING) - min(beyond, default=NOTHING)


def _of_others(named: Mapping[str, Mapping[str, Decimal]], feed: str) -> Decimal:
    return sum((min(each.values()) for each in named.values() if feed not in each), NOTHING)


def _is_ours(episode: EpisodeSeen, one: Told) -> bool:
    if one.person is None or one.transfer in episode.flagged_elsewhere:
        return one.transfer != "" and any(one.transfer == each.key for each in episode.own)
    if one.transfer and any(one.transfer == each.key for each in episode.own):
        return True
    if one.transfer and not one.beneficiary:
        return False
    return is_here(episode, one)


def _is_of(episode: EpisodeSeen, one: Transfer) -> bool:
    if one.attempt is not None:
        return True
    is_same = one.beneficiary != "" and one.beneficiary == episode.beneficiary
    return is_same and one.key not in episode.flagged_elsewhere
