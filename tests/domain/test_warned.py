"""Warned before: "it is mine" is believed until it gets worse, and another transfer is another warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.decision import Decision, Reason, Verdict
from outreach.domain.episode import Claim, Episode, EpisodeKey, OpenOutreach, Rulings, settle
from outreach.domain.plan import RulePlan
from outreach.domain.warned import NEVER, Memory, Warned, about
from tests.build import NOW, a_rule
from tests.conftest import ids

KEY: EpisodeKey = ("ann", "pig_butchering", "wallet")
HOUR = timedelta(hours=1)
BEFORE = Warned(refs=frozenset({"t1"}), amount=Decimal(4200), severity_rank=2)
MINE = replace(BEFORE, mine_at=NOW)
PLAN = RulePlan(pattern="pig_butchering", rule=a_rule(), main=0, exclusions=())
HELD = Decision(verdict=Verdict.WARN, reason=Reason.HELD, rule=PLAN)


def a_claim(flag: str = "f1", *, at: datetime = NOW + HOUR, rank: int = 2, **facts: Any) -> Claim:
    """A claim about transfer t1 over 4,200 USD, an hour later, at severity 2."""
    usual = {"transfer_ref": "t1", "transfer_state": "pending", "amount_at_risk_usd": Decimal(4200)}
    return Claim(
        flag=flag,
        key=KEY,
        at=at,
        score=Decimal(90),
        decision=HELD,
        severity_rank=rank,
        facts=usual | facts,
    )


def settled(before: Warned, *claims: Claim, under_way: OpenOutreach | None = None) -> Rulings:
    """What becomes of these, in an episode that was warned at severity 2."""
    episode = Episode(id="e1", key=KEY, opened_at=NOW, last_flag_at=NOW, severity_rank=2)
    climbing = {"ann": under_way} if under_way else {}
    return settle(claims, [episode], climbing, ids(), Memory(warned={KEY: before}))


def reason(before: Warned, claim: Claim) -> tuple[Verdict, Reason]:
    """The final word on one claim."""
    (ruling,) = settled(before, claim).rulings
    return ruling.decision.verdict, ruling.decision.reason


def test_the_same_transfer_flagged_again_is_no_second_try() -> None:
    assert reason(BEFORE, a_claim()) == (Verdict.SKIP, Reason.EPISODE_WARNED)


def test_a_second_transfer_to_the_same_place_is_warned_about_by_itself() -> None:
    assert reason(BEFORE, a_claim(transfer_ref="t2")) == (Verdict.WARN, Reason.TRIED_AGAIN)


def test_a_flag_without_a_transfer_is_no_second_try() -> None:
    assert reason(BEFORE, a_claim(transfer_ref=None)) == (Verdict.SKIP, Reason.EPISODE_WARNED)


def test_while_a_warning_is_under_way_a_second_transfer_starts_no_other() -> None:
    before = replace(BEFORE, is_open=True)
    said = settled(before, a_claim(transfer_ref="t2"), under_way=OpenOutreach("o1", "e1", 2))

    assert (said.rulings[0].decision.reason, said.overtaken) == (Reason.EPISODE_WARNED, ())


def test_of_several_new_transfers_at_once_one_opens() -> None:
    said = settled(BEFORE, *(a_claim(f"f{n}", transfer_ref=f"t{n}") for n in (2, 3, 4)))

    assert sum(ruling.opens for ruling in said.rulings) == 1


@pytest.mark.parametrize(
    ("later", "verdict"),
    [
        (-HOUR, Verdict.SKIP),
        (timedelta(days=7) - HOUR, Verdict.SKIP),
        (timedelta(days=7), Verdict.WARN),
    ],
)
def test_it_is_mine_is_believed_for_a_week_also_of_another_transfer(
    later: timedelta, verdict: Verdict
) -> None:
    said = reason(MINE, a_claim(transfer_ref="t2", at=NOW + later))

    assert said == (verdict, Reason.SAID_MINE if verdict is Verdict.SKIP else Reason.TRIED_AGAIN)


@pytest.mark.parametrize(
    ("worse", "is_news"),
    [
        ({"rank": 3}, True),
        ({"amount_at_risk_usd": Decimal(4201)}, False),
        ({"amount_at_risk_usd": Decimal(4620)}, False),
        ({"amount_at_risk_usd": Decimal(4621)}, True),
        ({"amount_at_risk_usd": None}, False),
        ({"destination_listed": True}, True),
        ({"destination_listed": False}, False),
        ({"transfer_state": "sent"}, False),
    ],
)
def test_it_is_mine_holds_until_it_gets_worse(worse: dict[str, Any], is_news: bool) -> None:
    wanted = (Verdict.WARN, Reason.WORSE_SINCE) if is_news else (Verdict.SKIP, Reason.SAID_MINE)

    assert reason(MINE, a_claim(**worse)) == wanted


def test_it_is_mine_holds_in_the_next_episode_too_where_the_cool_down_is_longer_than_its_gap() -> None:
    memory = Memory(warned={KEY: MINE}, mine_cool_down=timedelta(days=60))
    (ruling,) = settle([a_claim(at=NOW + timedelta(days=30))], [], {}, ids(), memory).rulings

    assert ruling.decision.reason is Reason.SAID_MINE


def test_who_was_never_warned_is_warned() -> None:
    (ruling,) = settle([a_claim()], [], {}, ids(), Memory()).rulings

    assert (ruling.decision.verdict, ruling.decision.reason) == (Verdict.WARN, Reason.HELD)


STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 5), st.booleans(), st.booleans()), max_size=25
)


@given(STEPS)
def test_no_transfer_of_an_episode_is_warned_about_twice_unless_something_got_worse(
    steps: list[tuple[str, int, bool, bool]],
) -> None:
    """A feed may repeat what it likes, and people may answer what they like in between."""
    before, opened = BEFORE, []
    for n, (ref, amount, listed, mine) in enumerate(steps):
        facts = {"transfer_ref": ref, "amount_at_risk_usd": Decimal(amount), "destination_listed": listed}
        claim = a_claim(f"f{n}", at=NOW + n * HOUR, **facts)
        (ruling,) = settled(before, claim).rulings
        if ruling.opens:
            opened.append((ref, ruling.decision.reason))
            before = before.also(claim.about)  # told, and closed again
            before = replace(before, mine_at=NOW + n * HOUR) if mine else before
    again = [ref for ref, why in opened if why is Reason.TRIED_AGAIN]

    assert len(again) == len(set(again))
    assert {why for _, why in opened} <= {Reason.TRIED_AGAIN, Reason.WORSE_SINCE}


@given(
    st.lists(st.tuples(st.sampled_from(["t1", "t2", ""]), st.integers(0, 9), st.integers(0, 3)), max_size=6)
)
def test_what_somebody_was_warned_about_adds_up_in_any_order(told: list[tuple[str, int, int]]) -> None:
    each = [
        about({"transfer_ref": ref, "amount_at_risk_usd": str(amount)}, rank) for ref, amount, rank in told
    ]
    there, back = NEVER, NEVER
    for one, other in zip(each, reversed(each), strict=True):
        there, back = there.also(one), other.also(back)

    assert there == back
