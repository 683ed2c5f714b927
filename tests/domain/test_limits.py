"""Limits: when a person must look before a run is sent, and until when a warning is of use."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from outreach.domain.limits import LONGEST_USEFUL, expires_at, over
from outreach.domain.ruleset import Limits
from tests.build import NOW, a_rule

SHARE = Limits(max_share=Decimal("0.02"))


@pytest.mark.parametrize(
    ("limits", "users", "read", "is_over"),
    [
        (Limits(), 10**6, 10**6, False),
        (Limits(max_users=3), 3, 3, False),
        (Limits(max_users=3), 4, 10**6, True),
        (Limits(max_users=0), 1, 10, True),
        (SHARE, 49, 49, False),  # too few for a share to say anything
        (SHARE, 50, 50, True),
        (SHARE, 100, 5000, False),
        (SHARE, 101, 5000, True),
        (SHARE, 50, 0, False),
        (Limits(max_share=Decimal("0.5"), max_users=10), 11, 10**6, True),
        (Limits(max_share=Decimal("0.02"), max_users=10**6), 200, 5000, True),
    ],
)
def test_a_run_is_over_its_limits_only_beyond_the_number_or_the_share(
    limits: Limits, users: int, read: int, is_over: bool
) -> None:
    assert bool(over(limits, users, read)) is is_over


def test_what_is_over_says_both_figures() -> None:
    assert over(Limits(max_users=1000), 2500, 10**6) == "2,500 people, more than max_users 1,000"
    assert over(SHARE, 500, 5000) == "500 of 5,000 flags (10.0%), more than max_share 2.0%"


@pytest.mark.parametrize(
    ("expires", "facts", "at"),
    [
        (timedelta(hours=6), {}, NOW + timedelta(hours=6)),
        ("hold_expires_at", {"hold_expires_at": NOW + timedelta(hours=2)}, NOW + timedelta(hours=2)),
        ("hold_expires_at", {}, NOW + LONGEST_USEFUL),
        ("hold_expires_at", {"hold_expires_at": None}, NOW + LONGEST_USEFUL),
        ("hold_expires_at", {"hold_expires_at": "soon"}, NOW + LONGEST_USEFUL),
    ],
)
def test_a_warning_always_has_an_hour_after_which_it_is_not_sent(
    expires: object, facts: dict[str, object], at: object
) -> None:
    assert expires_at(a_rule(expires=expires).warn, facts, NOW) == at  # type: ignore[arg-type]
