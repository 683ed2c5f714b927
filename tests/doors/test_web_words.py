"""The page's words and looks: whole in every language, wrong files refused with all that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from outreach.errors import RulesError
from outreach.web.language import nearest, preferred
from outreach.web.page import _STYLE
from outreach.web.words import read_words
from tests.doors.web_world import WORDS
from tests.languages import FIRST, LOCALES

TEMPLATES = Path(__file__).parents[2] / "templates"
PATTERNS = sorted(
    p.name for p in (TEMPLATES.parent / "templates").iterdir() if (p / "leaving.en.j2").exists()
)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_names_every_pattern(locale: str) -> None:
    named = {k.removeprefix("patterns.") for k in WORDS[locale].texts if k.startswith("patterns.")}
    assert named == set(PATTERNS)
    assert WORDS[locale].texts["review"] in {"native", "machine"}


@pytest.mark.parametrize("locale", sorted(WORDS))
def test_no_language_holds_a_link_a_phone_number_or_a_scam_word_for_a_victim(locale: str) -> None:
    text = " ".join(v for k, v in WORDS[locale].texts.items())
    assert not re.search(r"https?:|www\.|\d{5,}|杀猪盘", text)


def test_the_page_about_remote_access_tells_an_onlooker_nothing() -> None:
    assert WORDS["en"].pattern("remote_access") == "Your account"


def test_a_pattern_of_the_firms_own_is_spoken_of_in_general() -> None:
    assert WORDS["en"].pattern("moon_lottery") == WORDS["en"].pattern("unknown_pattern")


def test_all_that_is_wrong_in_all_files_is_told_at_once(tmp_path: Path) -> None:
    good = (TEMPLATES / "shared" / "answer.en.toml").read_text(encoding="utf-8")
    broken = good.replace("help_me =", "helpme =").replace("$reference", "$user").replace('"ltr"', '"up"')
    (tmp_path / "answer.en.toml").write_text(broken, encoding="utf-8")
    (tmp_path / "answer.fr.toml").write_text("review = \n", encoding="utf-8")
    with pytest.raises(RulesError) as refused:
        read_words(tmp_path)
    told = str(refused.value)
    assert "'answers.help_me' is missing" in told
    assert re.search(r"answer\.en\.toml:\d\d:1: error W004 'answers\.helpme' is not a key .*help_me", told)
    assert "W005 '$user' is not known" in told
    assert "W007" in told
    assert re.search(r"answer\.fr\.toml:1:1: error W002", told)


def test_a_closed_page_cannot_promise_a_firm_it_does_not_know(tmp_path: Path) -> None:
    good = (TEMPLATES / "shared" / "answer.en.toml").read_text(encoding="utf-8")
    text = good.replace("Open the app yourself, not", "Open the $firm app yourself, not")
    (tmp_path / "answer.en.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RulesError, match="W006"):
        read_words(tmp_path)


def test_a_folder_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="W001"):
        read_words(tmp_path)


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("en-GB", "en"),
        ("pt-PT", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("ZH-hans-SG", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-Hant", None),
        ("zh-HK", None),
        ("zh-Hant-CN", None),
        ("eng", None),
        ("", None),
    ],
)
def test_the_nearest_language_is_found_and_never_the_other_chinese_script(
    tag: str, found: str | None
) -> None:
    assert nearest(tag, {locale: WORDS[locale] for locale in FIRST}) == found


def test_a_language_refused_by_the_browser_is_not_shown() -> None:
    assert preferred("ar;q=0, es", WORDS) == "es"
    assert preferred("ar; q=0.2, hi ; q=0.9", WORDS) == "hi"


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_page_keeps_wcag_aa_contrast(theme: int) -> None:
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", re.findall(r":root \{[^}]*\}", _STYLE)[theme]))
    for ink, paper in [("ink", "paper"), ("quiet", "paper"), ("act", "paper"), ("on-act", "act")]:
        assert contrast(colours[ink], colours[paper]) >= 4.5
    assert contrast(colours["edge"], colours["paper"]) >= 3
