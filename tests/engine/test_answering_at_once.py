"""Many answer at once while their ladders climb: nothing is written down for them afterwards."""

from __future__ import annotations

import pytest

from outreach.store.database import Store
from tests.engine.answering import answering


@pytest.mark.slow
def test_once_somebody_has_answered_no_attempt_is_begun_for_them(store: Store) -> None:
    seen = answering(store, 60)

    assert (seen.answered, seen.refused, seen.acknowledged) == (60, 0, 60)
    assert seen.handed_over > 60
    assert seen.while_climbing > 0
    assert seen.committed_after == 0
