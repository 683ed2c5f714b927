"""Limits: when what a run opened must wait for a person's word."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from outreach.domain.facts import Facts
from outreach.domain.ruleset import Limits, Warn

FEWEST_FOR_A_SHARE = 50
"""A share of fewer people than this says nothing: three matches of ten flags are no alarm."""

LONGEST_USEFUL = timedelta(days=1)
"""When a warning expires whose expiry fact is unknown."""


def over(limits: Limits, users: int, read: int) -> str:
    """Why this many people of this many flags are too many for a rule, in words; empty where they are not."""
    if limits.max_users is not None and users > limits.max_users:
        return f"{users:,} people, more than max_users {limits.max_users:,}"
    if limits.max_share is None or users < FEWEST_FOR_A_SHARE or read == 0:
        return ""
    share = Decimal(users) / Decimal(read)
    if share <= limits.max_share:
        return ""
    return f"{users:,} of {read:,} flags ({share:.1%}), more than max_share {limits.max_share:.1%}"


def expires_at(warn: Warn, facts: Facts, now: datetime) -> datetime:
    """When a warning opened now must no longer be sent."""
    if isinstance(warn.expires, timedelta):
        return now + warn.expires
    moment = facts.get(warn.expires)
    return moment if isinstance(moment, datetime) else now + LONGEST_USEFUL
