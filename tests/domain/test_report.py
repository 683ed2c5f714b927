"""The people of a report: different ones first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.report import Example, vary

WORDS = st.sampled_from(["a", "b", "c", "d"])
EXAMPLES = st.lists(st.builds(Example, st.sampled_from([f"p{n}" for n in range(12)]), WORDS, WORDS, WORDS))


def test_every_pattern_language_and_ending_is_shown_before_one_is_shown_again() -> None:
    candidates = [Example(f"p{n}", f"pattern{n % 5}", f"locale{n % 5}", "open") for n in range(50)]

    chosen = vary(candidates, 5)

    by_person = {each.person: each for each in candidates}
    assert {by_person[p].pattern for p in chosen} == {f"pattern{n}" for n in range(5)}


@given(EXAMPLES, st.integers(0, 20))
def test_nobody_is_chosen_twice_and_as_many_as_there_are(candidates: list[Example], count: int) -> None:
    chosen = vary(candidates, count)

    assert len(chosen) == len(set(chosen)) == min(count, len({each.person for each in candidates}))
