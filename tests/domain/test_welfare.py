"""Words of self-harm are heard in every language, however they are written; ordinary words are not."""

from __future__ import annotations

import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outreach.domain.welfare import LONGEST, is_cry
from outreach.domain.welfare_words import LANGUAGES

TABLE = tomllib.loads((Path(__file__).parents[1] / "welfare" / "phrases.toml").read_text("utf-8"))
CRIES = [(tag, text) for tag, kinds in TABLE.items() for text in (*kinds["cries"], *kinds["later"])]
ORDINARY = [(tag, text) for tag, kinds in TABLE.items() for text in kinds["ordinary"]]
FALSE_ALARMS = 0.02
"""The share of ordinary texts that may be taken for a cry: somebody reads them, and is wrong to worry."""


@pytest.mark.parametrize("tag", TABLE)
def test_every_phrase_of_the_table_is_heard(tag: str) -> None:
    missed = [text for found, text in CRIES if found == tag and not is_cry(text)]

    assert missed == []
    assert len(TABLE[tag]["cries"]) >= 12


def test_ordinary_replies_are_hardly_ever_taken_for_a_cry() -> None:
    false = [text for _, text in ORDINARY if is_cry(text)]

    assert len(ORDINARY) > 200
    assert len(false) <= FALSE_ALARMS * len(ORDINARY), false


def test_every_language_of_the_matcher_is_in_the_table() -> None:
    assert {tag.partition("-")[0] for tag in TABLE} == set(LANGUAGES)


@pytest.mark.parametrize(
    "written",
    [
        str.upper,
        str.title,
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: f"  hello, {text}!!! ok?",
        lambda text: text.replace(" ", "  "),
        lambda text: text.replace(" ", "\n"),
        lambda text: text.replace(" ", "... "),
        lambda text: "".join(c + "\u200b" for c in text),
        lambda text: text.replace("a", "@").replace("o", "0").replace("i", "1"),
        lambda text: "".join(c * 3 if c.isascii() and c.isalpha() else c for c in text),
    ],
)
def test_it_is_heard_however_it_is_written(written: object) -> None:
    missed = [text for _, text in CRIES if not is_cry(written(text))]  # type: ignore[operator]

    assert len(missed) <= 0.01 * len(CRIES), missed


@pytest.mark.parametrize(
    "text",
    ["killmyself", "k i l l  m y s e l f", "suiçide", "ＳＵＩＣＩＤＥ", "ｼﾆﾀｲ", "don’t want to live"],
)
def test_a_few_spellings_that_people_use_to_get_past_filters_are_heard(text: str) -> None:
    assert is_cry(text)


def test_a_not_cancels_nothing() -> None:
    assert is_cry("I am not going to kill myself")
    assert is_cry("no voy a suicidarme")


def test_harmless_words_take_nothing_away_from_a_cry_beside_them() -> None:
    assert not is_cry("they took my life savings")
    assert is_cry("they took my life savings and now I want to end my life")


@given(st.text(max_size=300))
def test_no_text_whatever_makes_it_fail(text: str) -> None:
    assert is_cry(text) in {True, False}


@example(("fr", "à quoi bon vivre"), "¼")
@example(("fr", "à quoi bon vivre"), "J'ai perdu tout ce qu'il y a.")
@given(st.sampled_from(CRIES), st.text(max_size=60))
def test_what_stands_before_on_its_own_line_hides_no_cry(cry: tuple[str, str], before: str) -> None:
    assert is_cry(f"{before}\n|\n{cry[1]}") or not is_cry(cry[1])


def test_a_very_long_text_is_read_to_its_bound() -> None:
    assert is_cry("x " * (LONGEST // 4) + "I want to die")
