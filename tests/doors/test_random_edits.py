"""Two hundred edits of every kind under a running engine; and every decision it wrote, decided again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.prove.claims.hot_reload import replayed, two_hundred_edits

EDITS = 20
SEED = 5


@pytest.mark.slow
def test_no_edit_ends_the_engine_and_every_decision_comes_out_again_from_what_is_kept(
    tmp_path: Path,
) -> None:
    seen = two_hundred_edits(tmp_path, edits=EDITS, seed=SEED)

    assert (seen.died, seen.unchecked, seen.broken_in_force) == (0, 0, 0)
    assert seen.taken > 0
    assert seen.kept > 0
    again = replayed(seen.house)
    assert (again.differing, again.decisions > 60) == (0, True)
