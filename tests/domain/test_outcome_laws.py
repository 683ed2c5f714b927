"""The laws of the ledger of outcomes, whatever is told of an episode."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as some

from outreach.domain.outcomes.attribution import Owner, Reckoned
from outreach.domain.outcomes.episode_money import Also, Attempt, Done, EpisodeSeen, related
from outreach.domain.outcomes.level import WINDOWS, Level, State
from outreach.domain.outcomes.told import By, Kind, Told
from tests.outcomes import (
    DAY,
    HOUR,
    SCAMMER,
    T0,
    a_telling,
    an_attempt,
    an_episode,
    entry,
    reckoned,
)

KEYS = ("t1", "t2", "t3", "t4")
PLACES = (SCAMMER, "c" * 64, "")
KINDS = (*Kind, Kind.CANCELLED, Kind.CANCELLED, Kind.CANCELLED, Kind.LAPSED, Kind.MADE, Kind.RECOVERED)
WHOSE = (*By, By.USER, By.USER, By.USER)
MONEY = some.one_of(
    some.none(),
    some.integers(0, 5000).map(Decimal),
    some.sampled_from([Decimal("0.00000001"), Decimal("NaN")]),
)
CHANCE = random.Random(20261123)


def an_amount() -> Decimal | None:
    return CHANCE.choice([None, Decimal("NaN"), *(Decimal(CHANCE.randrange(5000)) for _ in range(8))])


def some_attempt() -> Attempt:
    worth = CHANCE.choice([None, *(CHANCE.randrange(5000) for _ in range(5))])
    balance = CHANCE.choice([None, None, Decimal(CHANCE.randrange(6000))])
    return an_attempt(CHANCE.choice(KEYS), worth, after=CHANCE.randrange(2400) * HOUR, balance=balance)


def some_telling() -> Told:
    return a_telling(
        CHANCE.choice(KINDS),
        CHANCE.choice(("", "t9", "t1", *KEYS)),
        CHANCE.randrange(-100, 2400) * HOUR,
        id=f"f{CHANCE.randrange(10)}",
        n=CHANCE.randrange(1, 4),
        feed=CHANCE.choice(["core", "cases"]),
        by=CHANCE.choice(WHOSE),
        beneficiary=CHANCE.choice(PLACES),
        amount=an_amount(),
        rate=CHANCE.choice([None, Decimal(1), Decimal(1), Decimal("1.25")]),
    )


def some_episode() -> EpisodeSeen:
    hold = Done(
        what=Also.HOLD, at=T0 + CHANCE.randrange(2400) * HOUR, until=T0 + CHANCE.randrange(2400) * HOUR
    )
    return an_episode(
        an_attempt(),
        *(some_attempt() for _ in range(CHANCE.randrange(5))),
        seen_at=CHANCE.choice([None, T0, T0 + HOUR, T0 + CHANCE.randrange(2400) * HOUR]),
        answer=CHANCE.choice([None, None, None, "stop_transfer", "it_is_mine", "not_me"]),
        answered_at=T0 + CHANCE.randrange(2400) * HOUR,
        done=CHANCE.choice([(), (), (hold,)]),
    )


# Drawn from pools: hypothesis would spend ten times as long on making them as the ledger on reckoning them.
EPISODES = some.sampled_from([some_episode() for _ in range(1_000)])
FACTS = some.lists(some.sampled_from([some_telling() for _ in range(5_000)]), max_size=8)


def savings(found: Reckoned) -> list[Decimal]:
    return [e.amount for e in found.entries if e.level in {Level.P1, Level.P2, Level.P3}]


@given(EPISODES, FACTS)
def test_no_level_is_negative_nor_claims_more_than_the_one_it_is_a_part_of(
    episode: EpisodeSeen, facts: list[Told]
) -> None:
    found = reckoned(episode, *facts)

    exposed = entry(found, Level.P0).amount
    assert all(e.amount >= 0 for e in found.entries)
    assert entry(found, Level.P1).amount <= exposed
    for window in WINDOWS:
        assert entry(found, Level.P3, window).amount <= entry(found, Level.P2, window).amount <= exposed


@given(EPISODES, FACTS)
def test_a_longer_window_never_claims_more(episode: EpisodeSeen, facts: list[Told]) -> None:
    found = reckoned(episode, *facts)

    for level in (Level.P2, Level.P3):
        week, month, quarter = (entry(found, level, window).amount for window in WINDOWS)
        assert week >= month >= quarter


@given(EPISODES, FACTS, some.integers(0, 1500), some.sampled_from([Kind.RECOVERED, Kind.CANCELLED]))
def test_what_came_back_or_was_stopped_is_not_prevented_too(
    episode: EpisodeSeen, facts: list[Told], amount: int, other: Kind
) -> None:
    given_up = a_telling(Kind.CANCELLED, "t1", 3 * HOUR, by=By.USER)
    also = a_telling(other, "" if other is Kind.RECOVERED else "t2", 9 * HOUR, by=By.CORE, amount=amount)
    tried = replace(episode, seen_at=T0, attempts=(an_attempt(), an_attempt("t2", amount), *episode.attempts))

    found = reckoned(tried, given_up, also, *facts)

    exposed, controlled = entry(found, Level.P0).amount, entry(found, Level.P1).amount
    for window in WINDOWS:
        claimed = entry(found, Level.P2, window).amount
        assert claimed + controlled <= exposed or claimed == 0
        assert claimed + entry(found, Level.R).amount <= exposed or claimed == 0


@given(EPISODES, FACTS, some.randoms(use_true_random=False))
def test_the_order_of_what_is_told_changes_nothing(
    episode: EpisodeSeen, facts: list[Told], dice: object
) -> None:
    shuffled = list(facts)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]

    assert reckoned(episode, *shuffled) == reckoned(episode, *facts)


@given(EPISODES, FACTS)
def test_what_is_told_twice_changes_nothing(episode: EpisodeSeen, facts: list[Told]) -> None:
    assert reckoned(episode, *facts, *facts) == reckoned(episode, *facts)


@given(EPISODES, FACTS, MONEY, some.integers(1, 500), some.sampled_from([None, *By]))
def test_trying_again_never_raises_a_saving(
    episode: EpisodeSeen, facts: list[Told], amount: Decimal | None, later: int, stopped_by: By | None
) -> None:
    before = reckoned(episode, *facts)
    stops = [one.at for one in facts if one.kind in {Kind.CANCELLED, Kind.LAPSED}]
    at = max(stops, default=T0) + later * HOUR
    worth = amount if amount is not None and amount.is_finite() else None
    again = replace(an_attempt("t8", None, after=at - T0), worth=worth)
    kind = Kind.CANCELLED if stopped_by else Kind.MADE
    end = a_telling(kind, "t8", at - T0 + HOUR, id="f99", amount=amount, by=stopped_by or By.USER)
    tried = replace(episode, attempts=(*episode.attempts, again))

    for after in (reckoned(tried, *facts), reckoned(tried, *facts, end)):
        for new, old in zip(after.entries, before.entries, strict=True):
            is_first = old.owner is None  # nothing had been stopped so far: it is no second try
            assert new.amount <= old.amount or is_first or old.level in {Level.P0, Level.R}


@given(EPISODES, FACTS, some.sampled_from(PLACES), some.integers(0, 300))
def test_money_that_is_told_to_have_left_never_raises_a_saving(
    episode: EpisodeSeen, facts: list[Told], place: str, after: int
) -> None:
    assume(all(one.id != "f99" for one in facts))
    left = a_telling(Kind.MADE, "t8", after * HOUR, id="f99", amount=500, beneficiary=place)
    before, later = reckoned(episode, *facts), reckoned(episode, *facts, left)

    assert all(new <= old for new, old in zip(savings(later), savings(before), strict=True))


@given(EPISODES, FACTS)
def test_a_saving_has_exactly_one_owner(episode: EpisodeSeen, facts: list[Told]) -> None:
    found = reckoned(episode, *facts)

    for one in found.entries:
        if one.amount and one.level in {Level.P2, Level.P3}:
            assert one.owner is Owner.WARNING
        if one.amount and one.level is Level.P1:
            assert one.owner in {Owner.CONTROL, Owner.HOLD, Owner.FIRM}
        assert len(set(one.beside)) == len(one.beside)
    assert (found.owner is None) == (not any(savings(found)))


@given(EPISODES, FACTS, some.integers(0, 2400))
def test_time_alone_changes_no_amount_and_takes_nothing_back_that_has_matured(
    episode: EpisodeSeen, facts: list[Told], hours: int
) -> None:
    early = reckoned(episode, *facts, now=T0 + hours * HOUR)
    late = reckoned(episode, *facts)

    assert [e.amount for e in early.entries] == [e.amount for e in late.entries]
    for one, other in zip(early.entries, late.entries, strict=True):
        assert one.state is State.PROVISIONAL or other.state is State.MATURED
    assert all(one is None or one == other for one, other in zip(early.lost, late.lost, strict=True))


@given(some.lists(EPISODES, min_size=2, max_size=3), FACTS)
def test_no_transfer_counts_in_two_episodes_of_a_person(found: list[EpisodeSeen], facts: list[Told]) -> None:
    person = related(
        replace(one, id=f"e{n}", opened_at=T0 + timedelta(days=n), last_flag_at=T0 + n * DAY)
        for n, one in enumerate(found)
    )

    keys = [attempt.key for one in person for attempt in one.own]
    assert len(keys) == len(set(keys))
    assert set(keys) == {attempt.key for one in found for attempt in one.attempts}
