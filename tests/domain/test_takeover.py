"""Since when a person's contacts may be somebody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from outreach.domain.facts import Facts
from outreach.domain.takeover import Takeover, takeover
from tests.build import NOW

DAY = timedelta(days=1)
WINDOW = 30 * DAY


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, None),
        ({"contact_changed_at": None}, None),
        ({"contact_changed_at": NOW - 31 * DAY}, None),  # nobody has complained for a month
        ({"contact_changed_at": NOW - DAY}, Takeover(NOW - DAY, True)),
        ({"device_added_at": NOW - DAY}, Takeover(NOW - DAY, False)),
        # The last change is known, not the first: the thief came with the device.
        (
            {"contact_changed_at": NOW - DAY, "device_added_at": NOW - 2 * DAY},
            Takeover(NOW - 2 * DAY, True),
        ),
        (
            {"contact_changed_at": NOW - DAY, "device_added_at": NOW - 700 * DAY},
            Takeover(NOW - DAY, True),
        ),
        (
            {"contact_changed_at": NOW - 40 * DAY, "password_changed_at": NOW - DAY},
            Takeover(NOW - DAY, False),
        ),
        ({"phish_click_at": "yesterday"}, None),
    ],
)
def test_a_takeover_begins_with_its_first_sign(facts: Facts, found: Takeover | None) -> None:
    assert takeover(facts, NOW, WINDOW) == found
