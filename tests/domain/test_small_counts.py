"""What may be published of few people: nobody finds a hidden part by taking the others from the sum."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.small_counts import FEWEST, UNDER, WITHHELD, Part, Shown, shown, whole

COUNTS = st.lists(st.integers(0, 12), min_size=2, max_size=3)


def told(*counts: int) -> tuple[str, ...]:
    total, parts = whole(sum(counts), [Part(n, n) for n in counts])
    return (total.words, *(part.words for part in parts))


@pytest.mark.parametrize(("count", "words"), [(0, "0"), (1, UNDER), (4, UNDER), (5, "5"), (1_234, "1,234")])
def test_one_to_four_people_are_told_as_under_five(count: int, words: str) -> None:
    assert shown(count).words == words


def test_many_cases_of_few_people_are_a_small_count() -> None:
    assert shown(9, people=2) == Shown(UNDER)


def test_a_lone_small_part_takes_the_next_larger_one_with_it() -> None:
    assert told(98, 20, 2) == ("120", "98", WITHHELD, UNDER)


def test_where_no_part_hides_it_the_sum_is_withheld() -> None:
    assert told(5, 1, 0) == (WITHHELD, "5", UNDER, "0")


def test_parts_without_a_small_one_are_told_as_they_are() -> None:
    assert told(100, 0, 7) == ("107", "100", "0", "7")


@given(COUNTS)
def test_no_small_part_can_be_worked_out_from_what_is_shown(counts: list[int]) -> None:
    words = told(*counts)
    ranges = {UNDER: range(1, FEWEST), WITHHELD: range(FEWEST, 60)}
    choices = [ranges.get(each) or [int(each)] for each in words[1:]]
    total = words[0]
    possible = [
        each
        for each in itertools.product(*choices)
        if total == WITHHELD or (sum(each) < FEWEST if total == UNDER else sum(each) == int(total))
    ]

    assert tuple(counts) in possible
    for n, count in enumerate(counts):
        if 0 < count < FEWEST and sum(counts) >= FEWEST:
            assert len({each[n] for each in possible}) > 1
