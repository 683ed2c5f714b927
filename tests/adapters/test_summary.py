"""Lines summed up: each count as a slow and obvious loop over the same lines has it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.adapters.summary import summarise
from outreach.domain.outcomes.level import Level
from outreach.domain.outcomes.summary import LOST, SUMS, Cut, Group
from outreach.store.outcome_lines import SCHEMA

T = datetime(2026, 5, 1, tzinfo=UTC)
MOMENTS = st.none() | st.integers(0, 400).map(lambda hours: T + timedelta(hours=hours))
MONEY = st.none() | st.integers(0, 3).map(lambda n: Decimal(n * 50))
TRUTHS = st.sampled_from([None, True, False])
Line = Mapping[str, Any]


def a_line(**told: Any) -> dict[str, Any]:
    """A line of which only this is known."""
    return (
        {name: None for name in SCHEMA.names} | {"person": "p1", "pattern": "giveaway", "rule": "r1"} | told
    )


LINES = st.builds(
    a_line,
    person=st.sampled_from(["p1", "p2", "p3"]),
    rule=st.sampled_from(["r1", "r2", None]),
    verdict=st.sampled_from(["warn", "control", "near_miss", "skip"]),
    warned_at=MOMENTS,
    left_at=MOMENTS,
    seen_at=MOMENTS,
    answered_at=MOMENTS,
    abandoned_at=MOMENTS,
    bar=st.sampled_from([None, "suppressed"]),
    is_scam=TRUTHS,
    false_alarm=TRUTHS,
    opted_out=TRUTHS,
    messages=st.integers(0, 3),
    attempts=st.none() | st.integers(0, 2),
    exposed=MONEY,
    confirmed_30d=MONEY,
    lost_14d=MONEY,
)


def summed(lines: list[Line], cut: Cut | None = None) -> tuple[Group, tuple[Group, ...]]:
    """Everybody, and the groups."""
    found = summarise(pa.Table.from_pylist(lines, schema=SCHEMA), SCHEMA, cut)
    return found.everybody, found.groups


def counted(lines: list[Line]) -> dict[str, Any]:
    """The same by hand."""
    sent = [line for line in lines if line["warned_at"]]
    mine = [line for line in lines if line["warned_at"] or line["verdict"] == "warn"]
    left = [line for line in sent if line["left_at"]]
    return {
        "people": len({line["person"] for line in lines}),
        "flagged": len(lines),
        "eligible": len(mine),
        "control": sum(line["verdict"] == "control" for line in lines),
        "sent": len(sent),
        "seen": sum(line["seen_at"] is not None for line in sent),
        "answered": sum(line["answered_at"] is not None for line in sent),
        "abandoned": sum(bool(line["abandoned_at"]) and not line["left_at"] for line in sent),
        "continued": sum(line["left_at"] > line["warned_at"] for line in left),
        "too_late": sum(
            not line["warned_at"] or line["left_at"] <= line["warned_at"] for line in mine if line["left_at"]
        ),
        "unreckoned": sum(line["attempts"] is None for line in lines),
        "confirmed": sum(line["is_scam"] is True for line in sent),
        "false_alarms": sum(line["false_alarm"] is True for line in sent),
        "opted_out": sum(line["opted_out"] is True for line in sent),
        "messages": sum(line["messages"] for line in sent),
        "exposed": sum((line["exposed"] or Decimal(0) for line in mine), Decimal(0)),
        "open": sum(line["confirmed_30d"] is None for line in mine),
        "lost": sum(bool(line["lost_14d"]) for line in sent),
    }


@settings(max_examples=40, deadline=None)
@given(lines=st.lists(LINES, max_size=12))
def test_every_count_is_what_a_slow_and_obvious_loop_counts(lines: list[Line]) -> None:
    everybody, groups = summed(lines, Cut.RULE)
    for rule in {line["rule"] or "?" for line in lines}:
        mine = next(group for group in groups if group.name == f"giveaway/{rule}")
        assert of(mine) == counted([line for line in lines if (line["rule"] or "?") == rule])
    assert of(everybody) == counted(lines)
    assert len(groups) == len({line["rule"] for line in lines})


def of(group: Group) -> dict[str, Any]:
    """What a group says of the counts that are made by hand."""
    told = {name: getattr(group, name) for name in counted([]) if hasattr(group, name) and name != "lost"}
    confirmed = group.sums.get((Level.P3, "30d"))
    exposed = group.sums.get((Level.P0, ""))
    return told | {
        "exposed": exposed.amount if exposed else Decimal(0),
        "open": confirmed.open if confirmed else 0,
        "lost": group.lost["14d"].lost if group.lost else 0,
    }


def test_levels_are_never_added_up() -> None:
    lines = [a_line(verdict="warn", warned_at=T, exposed=Decimal(100), confirmed_30d=Decimal(40))]
    everybody, _ = summed(lines)
    assert everybody.sums[Level.P0, ""].amount == 100
    assert everybody.sums[Level.P3, "30d"].amount == 40
    assert not any(one.amount == 140 for one in everybody.sums.values())


def test_what_has_not_matured_is_in_no_sum_and_is_counted() -> None:
    lines = [
        a_line(verdict="warn", warned_at=T, lost_14d=None),
        a_line(verdict="warn", warned_at=T, lost_14d=Decimal(5)),
    ]
    everybody, _ = summed(lines)
    assert (everybody.lost["14d"].matured, everybody.lost["14d"].lost) == (1, 1)
    assert everybody.sums[Level.P2, "7d"].open == 2


def test_lead_times_are_of_warnings_that_came_before_the_money_left() -> None:
    hours = [-5, 1, 2, 3]
    lines = [a_line(verdict="warn", warned_at=T, left_at=T + timedelta(hours=h)) for h in hours]
    everybody, _ = summed(lines)
    assert (everybody.lead.n, everybody.lead.median, everybody.too_late) == (3, timedelta(hours=2), 1)


def test_a_warning_that_was_never_sent_because_the_money_was_gone_came_too_late() -> None:
    lines = [
        a_line(verdict="warn", warned_at=T, left_at=T + timedelta(hours=1)),
        a_line(verdict="warn", bar="transfer_gone", left_at=T),
        a_line(verdict="near_miss", left_at=T),
    ]
    everybody, _ = summed(lines)
    assert (everybody.too_late, everybody.continued) == (1, 1)


def test_a_persons_later_warnings_are_told_apart_from_the_first() -> None:
    lines = [
        a_line(person=who, verdict="warn", warned_at=T + timedelta(days=n), seen_at=T if n == 0 else None)
        for who in ("p1", "p2")
        for n in range(5)
    ]
    tired = summarise(pa.Table.from_pylist(lines, schema=SCHEMA), SCHEMA).tired
    assert [(one.nth, one.warned, one.seen) for one in tired] == [(1, 2, 2), (2, 2, 0), (3, 6, 0)]


@pytest.mark.parametrize("cut", list(Cut))
def test_of_no_lines_at_all_every_cut_says_nothing(cut: Cut) -> None:
    everybody, groups = summed([], cut)
    assert (everybody, groups) == (Group(sums=everybody.sums, lost=everybody.lost), ())
    assert {*everybody.sums} == {*SUMS}
    assert {*everybody.lost} == {*LOST}
