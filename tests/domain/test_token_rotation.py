"""Keys of answer links rotate: the first signs, every one that is still there reads; and no mutant passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.domain.token import Invalid, Keys, Purpose, Refusal, Token, read_token, sign
from tests.domain.test_token import ALPHABET, NOW, a_token, tokens

OLD, NEW = {"k1": b"the secret of last year"}, {"k2": b"the secret of this year"}


def test_while_keys_rotate_old_links_open_and_new_ones_have_the_new_key() -> None:
    both = NEW | OLD
    old, new = sign(a_token(), OLD), sign(a_token(key_id=next(iter(both))), both)

    assert new.startswith("k2.")
    assert isinstance(read_token(old, both, NOW), Token)
    assert isinstance(read_token(new, both, NOW), Token)


def test_a_key_that_is_taken_away_ends_its_links_at_once_and_no_others() -> None:
    assert read_token(sign(a_token(), OLD), NEW, NOW) == Invalid(Refusal.UNKNOWN_KEY)
    assert isinstance(read_token(sign(a_token(key_id="k2"), NEW), NEW, NOW), Token)


@given(tokens, st.sampled_from(Purpose))
def test_a_token_is_bound_to_its_purpose_whatever_else_it_says(token: Token, purpose: Purpose) -> None:
    read = read_token(sign(token, KEYS), KEYS, NOW, purpose)
    assert isinstance(read, Token) is (purpose is token.purpose)


KEYS: Keys = {"k1": b"first secret of the tests", "k2": b"second secret of the tests"}


@st.composite
def mutants(draw: st.DrawFn) -> tuple[str, str]:
    """A token, and a text that somebody made out of it or out of two."""
    token, other = draw(tokens), draw(tokens)
    text, donor = sign(token, KEYS), sign(other, KEYS)
    key, payload, mac = text.split(".")
    _, their_payload, their_mac = donor.split(".")
    resigned = sign(token, {name: b"not the secret at all" for name in KEYS})
    place = draw(st.integers(0, len(text) - 1))
    made = draw(
        st.sampled_from(
            [
                text[:place] + draw(st.sampled_from(ALPHABET)) + text[place + 1 :],
                text[:place] + text[place + 1 :],
                f"{key}.{their_payload}.{mac}",
                f"{key}.{payload}.{their_mac}",
                f"{'k2' if key == 'k1' else 'k1'}.{payload}.{mac}",
                resigned,
                text.swapcase(),
                text + "=",
                f"{text}.{mac}",
                text.replace(".", "%2E"),
                f" {text}",
            ]
        )
    )
    return text, made


@settings(max_examples=600)
@given(mutants())
def test_no_text_made_out_of_tokens_is_accepted(pair: tuple[str, str]) -> None:
    text, made = pair
    purposes = [read_token(made, KEYS, NOW, purpose) for purpose in Purpose]
    assert made == text or all(isinstance(read, Invalid) for read in purposes)


def test_an_expiry_cannot_be_stretched_without_the_key() -> None:
    short, long = a_token(), replace(a_token(), expires_at=NOW + timedelta(days=9))
    key, _, mac = sign(short, KEYS).split(".")
    stretched = f"{key}.{sign(long, KEYS).split('.')[1]}.{mac}"
    assert read_token(stretched, KEYS, NOW) == Invalid(Refusal.FORGED)
