"""Masks are read back as they were written, whatever the number of probes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.decision import Truth
from outreach.domain.masks import PROBES_A_MASK, answers, main_bits, mask_columns, mask_count

truths = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=200)


@given(truths)
def test_what_is_written_as_masks_is_read_back(row: list[Truth]) -> None:
    count = mask_count(len(row))
    true = [
        [sum(1 << i - m * 60 for i, t in enumerate(row) if t is True and i // 60 == m)] for m in range(count)
    ]
    unknown = [
        [sum(1 << i - m * 60 for i, t in enumerate(row) if t is None and i // 60 == m)] for m in range(count)
    ]
    (read,) = answers(true, unknown, len(row))
    assert list(read) == row


@pytest.mark.parametrize(("probes", "masks"), [(0, 1), (1, 1), (60, 1), (61, 2), (120, 2), (121, 3)])
def test_sixty_probes_fill_a_mask(probes: int, masks: int) -> None:
    assert mask_count(probes) == masks
    assert mask_columns(probes)[0] == tuple(f"true_{n}" for n in range(masks))


@given(st.integers(0, 300))
def test_the_main_bits_are_exactly_as_many_as_there_are_mains(mains: int) -> None:
    bits = main_bits(mains)
    assert sum(b.bit_count() for b in bits) == mains
    assert all(b < 1 << PROBES_A_MASK for b in bits)


def test_there_is_no_answer_beyond_the_last_probe() -> None:
    (read,) = answers([[1]], [[0]], 1)
    with pytest.raises(IndexError):
        read[1]
