"""The gallery of messages in real Chromium: every message fits its frame, in a language of each kind."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from outreach.wiring.previewing import Gallery
from tests.doors.browser.driving import SPREAD
from tests.doors.browser.messages import ROOT, WIDTHS, a_desk, a_gallery, looked_at
from tests.prove.strangers.parts import NoNode

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Chromium found, once for all; the tests are skipped, loudly, where it is missing."""
    folder = tmp_path_factory.mktemp("messages")
    gallery = a_gallery(a_desk(folder / "shipped"), locales=SPREAD)
    return found(folder, {"shipped": gallery}) | {"gallery": gallery}


def found(folder: Path, galleries: dict[str, Any]) -> dict[str, Any]:
    try:
        return looked_at(folder, galleries)
    except NoNode as without:
        pytest.skip(f"{without}: nothing was shown of the messages in a browser.")


def test_every_message_fits_its_frame_at_its_longest(seen: dict[str, Any]) -> None:
    assert seen["cards"] == len(WIDTHS) * len(seen["gallery"].cards)
    assert seen["mails"] == seen["cards"] / 5
    assert seen["over"] == []


def test_what_is_read_from_the_right_is_shown_from_the_right(seen: dict[str, Any]) -> None:
    assert seen["turned"] == []


def test_the_page_fits_a_small_phone_and_asks_nobody_for_anything(seen: dict[str, Any]) -> None:
    assert (seen["wide"], seen["foreign"], seen["errors"]) == ([], [], [])


def test_the_page_breaks_no_rule_of_wcag_2_2_aa(seen: dict[str, Any]) -> None:
    assert seen["axe"] == []


OVERLONG = {
    "push_title": ("Before this transfer goes ", "push"),
    "push_body": ("Did somebody you met online show you this? ", "push"),
    "sms": ("Check in the app. ", "sms"),
    "email_subject": ("Please check one thing before you send this transfer ", "email"),
}
"""By block: what is said twenty times there, and the channel whose frame it must break."""


def test_an_overlong_message_does_not_pass(tmp_path: Path) -> None:
    over = found(tmp_path, {block: _overlong(tmp_path / block, block) for block in OVERLONG})["over"]

    for block, (_, channel) in OVERLONG.items():
        told = [one for one in over if one[0].split()[0] == block]
        assert channel in {one[1].split()[-1] for one in told}
        assert {one[0].split()[2] for one in told} == {str(width) for width in WIDTHS}


def _overlong(folder: Path, block: str) -> Gallery:
    templates = shutil.copytree(ROOT / "templates", folder / "templates")
    file = templates / "pig_butchering/leaving.en.j2"
    before, start, after = file.read_text("utf-8").partition(f"{{% block {block}")
    opening, end, rest = after.partition("%}")
    file.write_text(before + start + opening + end + OVERLONG[block][0] * 20 + rest, encoding="utf-8")
    return a_gallery(a_desk(folder / "desk", templates), pattern="pig_butchering/leaving", locales=("en",))
