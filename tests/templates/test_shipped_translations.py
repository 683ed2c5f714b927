"""Every shipped translation is written down as made from the source that stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach.adapters.translations import freshened, read_made
from tests.languages import LOCALES

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.mark.parametrize("locale", [locale for locale in LOCALES if locale != "en"])
def test_every_shipped_translation_says_what_its_source_says_now(locale: str) -> None:
    wanted = freshened(TEMPLATES, "en", locale)

    record = read_made(TEMPLATES, locale)

    assert wanted, f"no translation of {locale}"
    assert {context for context in wanted if record.get(context) != wanted[context]} == set(), (
        f"read them, then: outreach templates fresh {locale}"
    )
