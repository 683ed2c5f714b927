"""The way up from a person's locale."""

from __future__ import annotations

import pytest
from babel.core import localedata
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.adapters.renderer.locales import LIKELY, canonical, chain, format_locale, is_rtl, parts_of

TAGS = sorted(tag.replace("_", "-") for tag in localedata.locale_identifiers())


@pytest.mark.parametrize(
    ("tag", "up"),
    [
        ("zh-Hant-HK", ["zh-Hant-HK", "zh-Hant"]),
        ("zh-Hant-MO", ["zh-Hant-MO", "zh-Hant-HK", "zh-Hant"]),
        ("es-MX", ["es-MX", "es-419", "es"]),
        ("en-GB", ["en-GB", "en-001", "en"]),
        ("pt-AO", ["pt-AO", "pt-PT", "pt"]),
        ("iw", ["he"]),
    ],
)
def test_the_way_up_is_cldrs(tag: str, up: list[str]) -> None:
    assert [step for step in chain(tag) if step in up] == up


def _script(tag: str) -> str:
    parts = parts_of(tag)
    assert parts is not None
    full = parts[1] or LIKELY.get("_".join(p for p in parts if p)) or LIKELY.get(parts[0], "")
    return full if parts[1] else (parts_of(full) or ("", "", ""))[1]


@given(st.sampled_from(TAGS))
@settings(max_examples=400)
def test_nobody_falls_into_another_script_of_their_language(tag: str) -> None:
    own = parts_of(tag)
    assert own is not None
    # Only CLDR itself crosses, and then into another language (Hindi in Latin letters reads English).
    steps = [step for step in chain(tag) if step.split("-")[0] == canonical(tag).split("-")[0]]
    assert {_script(step) for step in steps} <= {_script(tag)}


@given(st.sampled_from(TAGS))
@settings(max_examples=200)
def test_every_locale_finds_itself_first_or_in_its_full_spelling(tag: str) -> None:
    assert canonical(tag) in chain(tag)[:2]


@given(st.text(max_size=30))
def test_no_text_makes_the_way_up_fail(tag: str) -> None:
    assert isinstance(chain(tag), tuple)
    assert str(format_locale(tag, "en"))


@pytest.mark.parametrize(
    ("tag", "rtl"),
    [("ar", True), ("he-IL", True), ("ur", True), ("en", False), ("zh-Hans", False), ("?", False)],
)
def test_the_direction_is_the_languages(tag: str, rtl: bool) -> None:
    assert is_rtl(tag) is rtl


def test_figures_follow_the_region_only_inside_the_language_that_was_found() -> None:
    assert str(format_locale("en-IN", "en")) == "en_IN"
    assert str(format_locale("pt-PT", "pt-BR")) == "pt_PT"
    assert str(format_locale("de-DE", "en")) == "en"
    assert str(format_locale("zh-TW", "zh-Hans")) == "zh_Hans"
