"""Episodes: which flags belong together, who is warned, and that the order of a feed changes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.decision import Decision, Reason, Verdict
from outreach.domain.episode import (
    GAP,
    NOT_WARNED,
    Claim,
    Episode,
    EpisodeKey,
    OpenOutreach,
    Rulings,
    may_warn,
    settle,
)
from outreach.domain.plan import RulePlan
from outreach.domain.ruleset import RuleStatus
from tests.build import NOW, a_rule
from tests.conftest import ids

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
KEY: EpisodeKey = ("ann", "pig_butchering", "wallet")
WARN = Decision(
    verdict=Verdict.WARN,
    reason=Reason.HELD,
    rule=RulePlan(pattern="pig_butchering", rule=a_rule(), main=0, exclusions=()),
)


def a_claim(flag: str = "f1", **options: Any) -> Claim:
    """A claim that a rule would warn about, at severity 2, now."""
    facts = {"transfer_ref": options.pop("transfer", "t1"), "transfer_state": options.pop("state", "pending")}
    usual: dict[str, Any] = {
        "key": KEY,
        "at": NOW,
        "score": Decimal(90),
        "decision": WARN,
        "severity_rank": 2,
        "facts": facts,
    }
    return Claim(flag=flag, **(usual | options))


def an_episode(**options: Any) -> Episode:
    """An open episode that was warned at severity 2, last flagged now."""
    usual: dict[str, Any] = {
        "id": "e1",
        "key": KEY,
        "opened_at": NOW,
        "last_flag_at": NOW,
        "severity_rank": 2,
    }
    return Episode(**(usual | options))


def settled(
    *claims: Claim, episodes: Sequence[Episode] = (), under_way: Mapping[str, OpenOutreach] | None = None
) -> Rulings:
    """What becomes of these claims."""
    return settle(claims, episodes, under_way or {}, ids())


def reasons(rulings: Rulings) -> dict[str, Reason]:
    """The reason of each flag's final decision."""
    return {ruling.claim.flag: ruling.decision.reason for ruling in rulings.rulings}


def opening(rulings: Rulings) -> list[str]:
    """The flags that open an outreach."""
    return [ruling.claim.flag for ruling in rulings.rulings if ruling.opens]


@pytest.mark.parametrize(
    ("warned_at", "moved", "severity", "moves", "may"),
    [
        (NOT_WARNED, False, 0, False, True),
        (2, False, 2, False, False),
        (2, False, 3, False, True),
        (2, False, 1, False, False),
        (2, False, 2, True, True),
        (2, False, 0, True, True),
        (2, True, 2, True, False),
        (2, True, 3, True, True),
        (2, True, 2, False, False),
    ],
)
def test_an_episode_is_warned_again_only_for_more_severity_or_once_the_money_moved(
    warned_at: int, moved: bool, severity: int, moves: bool, may: bool
) -> None:
    episode = an_episode(severity_rank=warned_at, money_moved=moved)

    assert may_warn(episode, severity, money_moved=moves) is may


@pytest.mark.parametrize(("later", "joins"), [(GAP - SECOND, True), (GAP, True), (GAP + SECOND, False)])
def test_a_flag_joins_up_to_fourteen_days_after_the_last_and_later_opens_anew(
    later: timedelta, joins: bool
) -> None:
    said = settled(a_claim(at=NOW + later), episodes=[an_episode()])

    assert timedelta(days=14) == GAP
    assert (len(said.joined), len(said.opened), said.ended) == ((1, 0, ()) if joins else (0, 1, ("e1",)))
    assert opening(said) == ([] if joins else ["f1"])


def test_a_late_flag_joins_without_turning_the_episodes_clock_back() -> None:
    said = settled(a_claim(at=NOW - DAY), episodes=[an_episode()])

    assert [e.last_flag_at for e in said.joined] == [NOW]


def test_a_chain_of_flags_keeps_an_episode_open_for_longer_than_the_gap() -> None:
    said = settled(*(a_claim(f"f{n}", at=NOW + n * 10 * DAY) for n in range(5)))

    assert [e.last_flag_at for e in said.opened] == [NOW + 40 * DAY]
    assert said.ended == ()


def test_a_backlog_of_weeks_in_one_batch_becomes_the_episodes_it_would_have_been_day_by_day() -> None:
    old, new = a_claim("old", at=NOW - 30 * DAY, score=Decimal(99)), a_claim("new", at=NOW)
    said = settled(old, new)

    assert [(e.opened_at, e.id in said.ended) for e in said.opened] == [(old.at, True), (new.at, False)]
    assert {r.episode for r in said.rulings} == {e.id for e in said.opened}
    assert opening(said) == ["new"]  # the old flag scores higher, but its episode has lapsed


def test_the_most_severe_claim_of_a_person_opens_and_the_rest_are_overtaken() -> None:
    other = a_claim("worse", key=("ann", "remote_access", ""), severity_rank=3, score=Decimal(80))
    said = settled(a_claim("bad"), other)

    assert reasons(said) == {"worse": Reason.HELD, "bad": Reason.OVERTAKEN}


def test_a_second_flag_of_a_warned_episode_says_that_it_was_warned() -> None:
    said = settled(a_claim("f1"), a_claim("f2", score=Decimal(80)))

    assert reasons(said) == {"f1": Reason.HELD, "f2": Reason.EPISODE_WARNED}


def test_money_that_moved_warns_again_once_and_takes_over_the_climb() -> None:
    under_way = {"ann": OpenOutreach("o1", "e1", 2)}
    said = settled(a_claim(state="sent"), episodes=[an_episode()], under_way=under_way)
    again = settled(a_claim(state="sent"), episodes=said.joined)

    assert (opening(said), said.overtaken) == (["f1"], ("o1",))
    assert [e.money_moved for e in said.joined] == [True]
    assert (opening(again), reasons(again)) == ([], {"f1": Reason.EPISODE_WARNED})


@pytest.mark.parametrize(
    ("climbing", "said", "overtaken"),
    [
        (OpenOutreach("o1", "another", 1), Reason.HELD, ("o1",)),
        (OpenOutreach("o1", "another", 2), Reason.OVERTAKEN, ()),
        (OpenOutreach("o1", "another", 3), Reason.OVERTAKEN, ()),
    ],
)
def test_a_climb_under_way_gives_way_only_to_something_more_severe(
    climbing: OpenOutreach, said: Reason, overtaken: tuple[str, ...]
) -> None:
    rulings = settled(a_claim(), under_way={"ann": climbing})

    assert (reasons(rulings), rulings.overtaken) == ({"f1": said}, overtaken)


def test_what_only_watches_joins_its_episode_and_opens_nothing() -> None:
    shadow = replace(WARN, rule=replace(WARN.rule, rule=a_rule(status=RuleStatus.SHADOW)))
    near = replace(WARN, verdict=Verdict.NEAR_MISS, reason=Reason.UNDER_CUT_OFF)
    said = settled(a_claim("f1", decision=shadow), a_claim("f2", decision=near))

    assert opening(said) == []
    assert [e.severity_rank for e in said.opened] == [NOT_WARNED]


def test_an_episode_keeps_the_first_transfer_it_heard_of() -> None:
    said = settled(
        a_claim("f1", transfer=None, at=NOW),
        a_claim("f3", transfer="t3", at=NOW + 2 * SECOND),
        a_claim("f2", transfer="t2", at=NOW + SECOND),
    )

    assert [e.transfer_ref for e in said.opened] == ["t2"]


PEOPLE, PATTERNS, PLACES = ("ann", "bob"), ("pig_butchering", "job_task"), ("", "wallet")
SEVERITY = {"pig_butchering": 2, "job_task": 1}
VERDICTS = (Verdict.WARN, Verdict.WARN, Verdict.WARN, Verdict.NEAR_MISS, Verdict.CONTROL)
keys = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PATTERNS), st.sampled_from(PLACES))


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    """A batch over two people, two patterns and sixty days."""
    made = []
    for n in range(draw(st.integers(0, 8))):
        key = draw(keys)
        made.append(
            a_claim(
                f"f{n}",
                key=key,
                at=NOW + draw(st.integers(-60, 0)) * DAY,
                score=Decimal(draw(st.integers(80, 82))),
                severity_rank=SEVERITY[key[1]] + draw(st.integers(0, 1)),
                decision=replace(WARN, verdict=draw(st.sampled_from(VERDICTS))),
                state=draw(st.sampled_from(("pending", "sent"))),
                transfer=f"t{n}",  # a transfer of its own: no two flags are alike
            )
        )
    return made


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Claim], list[Episode], dict[str, OpenOutreach]]:
    """A batch, with episodes that were open before it and outreaches under way in them."""
    before = [
        an_episode(
            id=f"old-{n}",
            key=key,
            opened_at=NOW - 30 * DAY,
            last_flag_at=NOW - draw(st.integers(0, 30)) * DAY,
            severity_rank=draw(st.integers(-1, 3)),
            money_moved=draw(st.booleans()),
        )
        for n, key in enumerate(sorted(draw(st.sets(keys, max_size=4))))
    ]
    warned = [e for e in before if e.severity_rank >= 0]
    climbing = {
        e.key[0]: OpenOutreach(f"o-{e.id}", e.id, e.severity_rank) for e in warned if draw(st.booleans())
    }
    return draw(claims()), before, climbing


def facts_of(said: Rulings) -> Any:
    """All that a batch came to, with every new episode named by its key and its beginning."""
    names = {e.id: f"{e.key}{e.opened_at}" for e in said.opened}

    def name(id: str) -> str:
        return names.get(id, id)

    rulings = {(r.claim.flag, name(r.episode), r.decision.verdict, r.decision.reason) for r in said.rulings}
    states = {
        (name(e.id), e.last_flag_at, e.severity_rank, e.money_moved, e.transfer_ref) for e in said.opened
    }
    joined = {(e.id, e.last_flag_at, e.severity_rank, e.money_moved, e.transfer_ref) for e in said.joined}
    return rulings, states, joined, sorted(map(name, said.ended)), sorted(said.overtaken)


@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_a_feed_changes_nothing(situation: Any, random: Any) -> None:
    batch, before, climbing = situation
    shuffled = list(batch)
    random.shuffle(shuffled)

    assert facts_of(settle(batch, before, climbing, ids())) == facts_of(
        settle(shuffled, before, climbing, ids())
    )


@given(situations())
def test_a_batch_keeps_the_books_straight(situation: Any) -> None:
    batch, before, climbing = situation
    said = settle(batch, before, climbing, ids())
    after = {e.id: e for e in before} | {e.id: e for e in (*said.joined, *said.opened)}
    still_open = [e for id, e in after.items() if id not in said.ended]
    openings = [r for r in said.rulings if r.opens]

    assert Counter(r.claim.flag for r in said.rulings) == Counter(c.flag for c in batch)  # nothing lost
    assert all(n == 1 for n in Counter(r.claim.key[0] for r in openings).values())  # one a person and batch
    assert all(n == 1 for n in Counter(e.key for e in still_open).values())  # one open episode a key
    assert {r.episode for r in said.rulings} <= after.keys()  # every ruling's episode is written
    assert all(after[e.id].severity_rank >= e.severity_rank for e in before)  # severity never falls
    assert all(after[e.id].money_moved >= e.money_moved for e in before)
    assert len(set(said.overtaken)) == len(said.overtaken)
    assert set(said.overtaken) <= {o.id for o in climbing.values()}


@given(situations())
def test_no_episode_and_no_person_ever_has_two_climbs(situation: Any) -> None:
    batch, before, climbing = situation
    said = settle(batch, before, climbing, ids())
    people: dict[str, int] = Counter(
        person for person, outreach in climbing.items() if outreach.id not in said.overtaken
    )
    episodes: dict[str, int] = Counter(
        outreach.episode for outreach in climbing.values() if outreach.id not in said.overtaken
    )
    for ruling in said.rulings:
        people[ruling.claim.key[0]] += ruling.opens
        episodes[ruling.episode] += ruling.opens

    assert set(people.values()) <= {0, 1}
    assert set(episodes.values()) <= {0, 1}


@given(situations())
def test_nobody_who_may_be_warned_is_left_out(situation: Any) -> None:
    batch, _, _ = situation
    said = settle(batch, [], {}, ids())
    wanted = {c.key[0] for c in batch if c.decision.verdict is Verdict.WARN}

    assert {r.claim.key[0] for r in said.rulings if r.opens} == wanted


@given(claims())
def test_flags_of_one_episode_are_never_more_than_the_gap_apart(batch: list[Claim]) -> None:
    said = settle(batch, [], {}, ids())
    moments: dict[str, list[Any]] = defaultdict(list)
    for ruling in said.rulings:
        moments[ruling.episode].append(ruling.claim.at)

    assert all(b - a <= GAP for at in moments.values() for a, b in pairwise(sorted(at)))
