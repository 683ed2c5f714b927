"""Texts that answer alike share a cell, however long the lists are that name them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.cells import NOW, cells_of
from outreach.domain.condition import Compare, Contains, Fact, Leaf, Literal, OneOf, Operator
from outreach.domain.evaluate import evaluate
from outreach.domain.facts import FactType

PAYEE = Fact("beneficiary", FactType.TEXT)
TEXTS = ("", "a", "b", "ab", "ba", "fee", "a fee", "other")

leaves = st.lists(
    st.one_of(
        st.sets(st.sampled_from(TEXTS), min_size=1).map(lambda s: OneOf(PAYEE, tuple(sorted(s)))),
        st.sampled_from(TEXTS).map(lambda t: Contains(PAYEE, t)),
        st.tuples(st.sampled_from((Operator.EQ, Operator.NE)), st.sampled_from(TEXTS)).map(
            lambda asked: Compare(asked[0], PAYEE, Literal(asked[1], FactType.TEXT))
        ),
    ),
    min_size=1,
    max_size=5,
    unique=True,
)


def test_a_list_of_thousands_cuts_a_fact_in_two_and_the_unknown() -> None:
    long = OneOf(PAYEE, tuple(f"text_{n}" for n in range(5_000)))
    assert len(cells_of(PAYEE, [long]) or ()) == 3


@given(asked=leaves, text=st.sampled_from(TEXTS))
def test_every_text_stands_in_one_of_the_cells(asked: list[Leaf], text: str) -> None:
    found = cells_of(PAYEE, asked)
    assert found is not None
    assert {leaf: evaluate(leaf, {PAYEE.name: text}, NOW) for leaf in asked} in found
