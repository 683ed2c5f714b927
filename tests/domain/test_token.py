"""Tokens: signed exactly so, for one purpose, until a moment."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.token import Invalid, Purpose, Refusal, Token, read_token, sign

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
KEYS = {"k1": b"first secret of the tests", "k2": b"second secret of the tests"}
ALPHABET = string.ascii_letters + string.digits + "-_.="

ids = st.binary(min_size=16, max_size=16).map(bytes.hex)
tokens = st.builds(
    Token,
    message=ids,
    person=ids,
    purpose=st.sampled_from(Purpose),
    expires_at=st.integers(1, 10**9).map(lambda s: NOW + timedelta(seconds=s)),
    key_id=st.sampled_from(sorted(KEYS)),
)


def a_token(**changes: object) -> Token:
    base = Token(
        message="0a" * 16,
        person="f0" * 16,
        purpose=Purpose.ANSWER,
        expires_at=NOW + timedelta(hours=6),
        key_id="k1",
    )
    return replace(base, **changes)


@given(tokens)
def test_a_token_reads_back_as_it_was_signed(token: Token) -> None:
    assert read_token(sign(token, KEYS), KEYS, NOW, token.purpose) == token


@given(tokens, st.data())
def test_a_token_with_any_character_changed_is_refused(token: Token, data: st.DataObject) -> None:
    text = sign(token, KEYS)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([c for c in ALPHABET if c != text[place]]))
    assert isinstance(read_token(text[:place] + other + text[place + 1 :], KEYS, NOW, token.purpose), Invalid)


@given(tokens, st.data())
def test_a_token_cut_lengthened_or_shuffled_is_refused(token: Token, data: st.DataObject) -> None:
    text = sign(token, KEYS)
    place = data.draw(st.integers(0, len(text) - 1))
    added = data.draw(st.text(ALPHABET + " \n\0é٣", min_size=1, max_size=3))
    for broken in (text[:place], text[place + 1 :], text[:place] + added + text[place:], text + added):
        assert isinstance(read_token(broken, KEYS, NOW, token.purpose), Invalid)


def test_every_single_character_change_of_one_token_is_refused() -> None:
    text = sign(a_token(), KEYS)
    spellings = [text[:i] + c + text[i + 1 :] for i in range(len(text)) for c in ALPHABET if c != text[i]]
    assert len(spellings) > 4_000
    assert all(isinstance(read_token(s, KEYS, NOW), Invalid) for s in spellings)


@given(st.text())
def test_no_text_at_all_makes_reading_fail(text: str) -> None:
    assert isinstance(read_token(text, KEYS, NOW), Invalid)


def test_a_token_ends_at_its_expiry_to_the_second() -> None:
    text, end = sign(a_token(), KEYS), a_token().expires_at
    assert isinstance(read_token(text, KEYS, end - timedelta(seconds=1)), Token)
    assert read_token(text, KEYS, end) == Invalid(Refusal.EXPIRED)


def test_a_token_serves_one_purpose() -> None:
    text = sign(a_token(purpose=Purpose.UNSUBSCRIBE), KEYS)
    assert read_token(text, KEYS, NOW) == Invalid(Refusal.OTHER_PURPOSE)


def test_keys_rotate_and_a_key_taken_away_ends_its_tokens() -> None:
    old, new = sign(a_token(), KEYS), sign(a_token(key_id="k2"), KEYS)
    assert read_token(old, KEYS, NOW) == a_token()
    assert read_token(old, {"k2": KEYS["k2"]}, NOW) == Invalid(Refusal.UNKNOWN_KEY)
    assert isinstance(read_token(new, {"k2": KEYS["k2"]}, NOW), Token)


def test_the_same_key_id_with_another_secret_is_a_forgery() -> None:
    text = sign(a_token(), KEYS)
    assert read_token(text, {"k1": b"another secret altogether"}, NOW) == Invalid(Refusal.FORGED)


def test_a_mac_never_passes_under_another_key_id() -> None:
    _, payload, mac = sign(a_token(), KEYS).split(".")
    same = {"k1": KEYS["k1"], "k2": KEYS["k1"]}
    assert read_token(f"k2.{payload}.{mac}", same, NOW) == Invalid(Refusal.FORGED)


def test_a_token_is_short_and_needs_no_escaping_in_an_address() -> None:
    text = sign(a_token(), KEYS)
    assert len(text) <= 80
    assert set(text) <= set(string.ascii_letters + string.digits + "-_.")


@pytest.mark.parametrize(
    "token",
    [a_token(key_id="k9"), a_token(key_id="not ok"), a_token(message="abc"), a_token(person="AB" * 16)],
    ids=["missing key", "bad key id", "short id", "upper-case id"],
)
def test_what_cannot_be_signed_is_refused_before_it_is_sent(token: Token) -> None:
    with pytest.raises(ValueError, match=r"keys need|ids are"):
        sign(token, KEYS | {"short": b"x"})
