"""Replies: read the same however they are typed, STOP always an opt-out, and never a guess."""

from __future__ import annotations

import re
import string
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain import replying_words as words
from outreach.domain.answer import Answer
from outreach.domain.replying import Kind, Scope, ScopeRule, is_keyword, read, references
from tests.languages import LOCALES

KEYWORDS = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT")
PUNCTUATION = st.text(st.sampled_from(string.punctuation + " \t\n。！？،؟।¡¿…“”«»（）【】"), max_size=5)


def kind(text: str, locale: str = "en") -> Kind:
    return read(text, locale).kind


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("digit", "answer"), words.DIGITS.items())
@pytest.mark.parametrize("shape", ["{}", "{}.", "({})", " {} \n", "#{}", "{0} {0}", "{}!!", "Reply {}"])
def test_a_number_means_the_same_in_every_language_however_it_is_typed(
    locale: str, digit: str, answer: Answer, shape: str
) -> None:
    written = [chr(zero + int(digit)) for zero in (0x30, 0x660, 0x6F0, 0x966, 0xFF10)]

    assert {read(shape.format(each), locale).answer for each in written} == {answer}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_word_that_an_sms_shows_beside_a_number_is_that_answer(locale: str) -> None:
    text = (Path(__file__).parents[2] / f"templates/shared/{locale}.j2").read_text("utf-8")
    lines = [line for line in text.splitlines() if "sms_foot()" in line and any(d in line for d in "1345")]
    shown = 0
    for line in lines:
        for piece in re.split("[,،，、]", re.sub(r"{[%{].*?[%}]}", "", line)):
            for digit, answer in words.DIGITS.items():
                _, found, label = piece.partition(digit)
                if found and label.strip(" .。।"):
                    shown += 1
                    assert read(f"{digit}{label}", locale).answer is answer, (piece, locale)
                    if kind(label, locale) is Kind.ANSWER:
                        assert read(label, locale).answer is answer, (piece, locale)
    assert shown >= 12


@pytest.mark.parametrize("locale", LOCALES)
def test_every_language_of_the_templates_has_words_for_every_answer(locale: str) -> None:
    said = words.ANSWERS[locale.partition("-")[0]]

    assert set(said) == set(Answer)
    for answer, phrases in said.items():
        for phrase in phrases:
            assert read(phrase, locale).answer is answer, phrase


def test_no_word_means_two_things() -> None:
    for locale in LOCALES:
        for phrase in (*words.OPT_OUT, *words.OPT_OUT_OF_ALL):
            assert kind(phrase, locale) is Kind.OPT_OUT, (locale, phrase)


@given(before=PUNCTUATION, after=PUNCTUATION, word=st.sampled_from(KEYWORDS), locale=st.sampled_from(LOCALES))
def test_stop_is_an_opt_out_in_any_language_case_and_punctuation(
    before: str, after: str, word: str, locale: str
) -> None:
    for text in (word, word.lower(), word.title(), word.swapcase()):
        assert kind(f"{before}{text}{after}", locale) is Kind.OPT_OUT


@pytest.mark.parametrize(
    "text",
    ["STOP PLEASE", "please stop texting me", "Stop sending me these messages!", "pls stop", "opt out",
     "OPT-OUT", "S.T.O.P", "ＳＴＯＰ", "stóp", "Unsubscribe me from these texts please",
     "stop now, thank you"],
)  # fmt: skip
def test_an_opt_out_in_a_polite_sentence_counts(text: str) -> None:
    assert kind(text, "hi") is Kind.OPT_OUT


@pytest.mark.parametrize("text", ["STOPALL", "stop all", "Stop all messages", "unsubscribe from all"])
def test_who_asks_for_all_gets_all(text: str) -> None:
    assert read(text, "en").scope is Scope.ALL


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "Don't message me"), ("en", "don’t text me again"), ("en", "LEAVE ME ALONE!!"),
        ("en", "who is this? stop"), ("en", "stop it"), ("en", "1 STOP"), ("en", "wrong number"),
        ("es", "Déjenme en paz"), ("es", "no me escriban mas"), ("es", "parar"),
        ("pt-BR", "me deixem em paz"), ("pt-BR", "parem de mandar isso"),
        ("ar", "اتركوني وشأني"), ("ar", "لا ترسلوا لي شيئًا"),
        ("hi", "मुझे मैसेज मत भेजो"), ("hi", "मुझे अकेला छोड़ दो"),
        ("zh-Hans", "别再给我发了"), ("zh-Hans", "不要打扰我"), ("zh-Hans", "停止"),
    ],
)  # fmt: skip
def test_what_sounds_like_an_opt_out_is_left_to_a_person(locale: str, text: str) -> None:
    assert kind(text, locale) is Kind.LOOKS_LIKE_OPT_OUT


@pytest.mark.parametrize("text", ["stop the transfer", "Please stop my transfer!", "cancel the payment"])
def test_stopping_the_transfer_is_no_opt_out(text: str) -> None:
    assert read(text, "en").answer is Answer.STOP_TRANSFER


@pytest.mark.parametrize(
    ("text", "meant"),
    [("HELP", Kind.HELP), ("info", Kind.HELP), ("START", Kind.OPT_IN), ("Yes", Kind.OPT_IN),
     ("unstop.", Kind.OPT_IN)],
)  # fmt: skip
def test_help_and_start_are_the_words_that_the_networks_know(text: str, meant: Kind) -> None:
    assert {kind(text, locale) for locale in LOCALES} == {meant}


@pytest.mark.parametrize("text", ["", " ", "👍", "0", "6", "12", "1 2", "1 hour ago", "4711", "ok", "what?"])
def test_what_could_be_anything_is_never_guessed(text: str) -> None:
    assert kind(text) is Kind.UNCLEAR


@given(st.text(max_size=200), st.sampled_from([*LOCALES, "xx", ""]))
def test_reading_never_fails_and_an_answer_is_always_named(text: str, locale: str) -> None:
    reply = read(text, locale)

    assert (reply.answer is not None) is (reply.kind is Kind.ANSWER)
    assert (reply.scope is not None) is (reply.kind is Kind.OPT_OUT)
    references(text)


PHRASES = [
    *((phrase, "en") for phrase in (*words.OPT_OUT, *words.OPT_IN, *words.HELP)),
    *(
        (phrase, language)
        for language, said in words.ANSWERS.items()
        for phrases in said.values()
        for phrase in phrases
    ),
    ("stop it", "en"), ("please stop texting me", "en"), ("leave me alone", "en"), ("what is this", "en"),
]  # fmt: skip


@given(st.sampled_from(PHRASES), PUNCTUATION, PUNCTUATION, st.sampled_from(["  ", ", ", " - ", "\n", " … "]))
def test_case_blanks_punctuation_and_unicode_form_change_no_reading(
    said: tuple[str, str], before: str, after: str, between: str
) -> None:
    phrase, locale = said
    plain = read(phrase, locale)
    forms = [unicodedata.normalize(form, phrase) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    changed = [phrase.upper(), phrase.lower(), phrase.title(), *forms, between.join(phrase.split(" "))]

    assert {read(f"{before}{each}{after}", locale) for each in changed} == {plain}


def test_a_reference_is_no_word_and_a_word_may_look_like_one() -> None:
    assert references("1, ref k7m2qx please") == ("K7M2QX", "P1EASE")
    assert read("1 k7m2qx", "en", "K7M2QX").answer is Answer.STOP_TRANSFER
    assert kind("1 k7m2qx") is Kind.UNCLEAR
    assert kind("REVOKE") is Kind.OPT_OUT


@pytest.mark.parametrize(
    ("rule", "day", "scope"),
    [
        (ScopeRule(), date(2030, 1, 1), Scope.PROGRAM),
        (ScopeRule(scope=Scope.ALL), date(2020, 1, 1), Scope.ALL),
        (ScopeRule(scope=Scope.ALL, all_from=date(2027, 1, 31)), date(2027, 1, 30), Scope.PROGRAM),
        (ScopeRule(scope=Scope.ALL, all_from=date(2027, 1, 31)), date(2027, 1, 31), Scope.ALL),
    ],
)
def test_an_opt_out_ends_every_program_from_the_day_the_firm_says(
    rule: ScopeRule, day: date, scope: Scope
) -> None:
    assert rule.of(Scope.PROGRAM, day) is scope
    assert rule.of(Scope.ALL, day) is Scope.ALL


def test_only_bare_keywords_are_the_providers_own() -> None:
    assert is_keyword(" stop\n")
    assert not is_keyword("STOP PLEASE")


@pytest.mark.parametrize(
    ("text", "locale", "meant"),
    [("c'est moi", "fr", Kind.ANSWER), ("본인 맞음", "ko", Kind.ANSWER), ("본인 확인", "ko", Kind.UNCLEAR)],
)
def test_what_might_only_say_who_somebody_is_counts_where_our_sms_shows_it(
    text: str, locale: str, meant: Kind
) -> None:
    assert kind(text, locale) is meant
