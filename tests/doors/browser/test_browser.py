"""The answer page in real Chromium: everybody can read it, use it, and nobody else learns of it."""

from __future__ import annotations

from typing import Any

import pytest

from outreach.domain.answer import Answer
from tests.doors.browser.driving import SPREAD, looked_at, pages
from tests.doors.browser.gallery import Gallery, message_of
from tests.prove.strangers.parts import NoNode

MACHINES = 5

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    """What Chromium found, once for all of these tests; they are skipped, loudly, where it is missing."""
    gallery = Gallery()
    try:
        return looked_at(gallery, MACHINES) | {"gallery": gallery}
    except NoNode as without:
        pytest.skip(f"{without}: nothing was shown of the answer page in a browser.")


def test_no_page_breaks_a_rule_of_wcag_2_2_aa(seen: dict[str, Any]) -> None:
    assert seen["looked"] >= 2 * len(pages())
    assert seen["axe"] == []


def test_no_page_scrolls_sideways_on_a_small_phone_nor_with_everything_twice_as_large(
    seen: dict[str, Any],
) -> None:
    assert seen["wide"] == []


def test_every_target_is_large_enough_and_shows_where_the_keyboard_is(seen: dict[str, Any]) -> None:
    assert (seen["small"], seen["unfocused"]) == ([], [])


def test_nothing_moves(seen: dict[str, Any]) -> None:
    assert seen["moving"] == []


def test_no_page_asks_anybody_else_or_tells_where_it_was(seen: dict[str, Any]) -> None:
    assert (seen["foreign"], seen["referred"]) == ([], [])


def test_every_answer_of_the_server_is_strict_and_kept_nowhere(seen: dict[str, Any]) -> None:
    assert seen["bare"] == []


def test_no_page_makes_the_browser_complain(seen: dict[str, Any]) -> None:
    assert seen["errors"] == []


def test_every_answer_can_be_given_without_scripts_and_is_followed_by_what_happens_next(
    seen: dict[str, Any],
) -> None:
    told = seen["without_script"]
    assert len(told) == len(SPREAD) * len(Answer)
    assert [one for one in told if not one[2]] == []


def test_a_browser_that_renders_everything_and_presses_nothing_answers_nothing(seen: dict[str, Any]) -> None:
    assert seen["silent"] == [200] * MACHINES * len(SPREAD)
    gallery: Gallery = seen["gallery"]
    assert not {message_of(locale, "question") for locale in SPREAD} & set(gallery.answers)
