"""Addresses: shown without being told, and found however they are typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.contact import mask, spellings

PHONES = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)
NAMES = st.text(st.characters(min_codepoint=33, exclude_characters="@.•"), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+34600112233", "+34•••33"),
        ("+1234567", "•••"),
        ("ana.b@example.com", "a•••@e•••.com"),
        ("a@b.co", "•••@•••.co"),
        ("a@localhost", "•••@•••"),
        ("fcm-token-0123456789", "•••6789"),
        ("short", "•••"),
        ("", ""),
    ],
)
def test_an_address_is_recognised_and_not_told(address: str, shown: str) -> None:
    assert mask(address) == shown


@given(PHONES)
def test_a_mask_hides_at_least_four_digits_of_every_phone(phone: str) -> None:
    shown = mask(phone)

    assert sum(c.isdigit() for c in phone) - sum(c.isdigit() for c in shown) >= 4


@given(NAMES, NAMES, st.sampled_from(["com", "co.uk", "es"]))
def test_a_mask_shows_one_letter_of_a_mailbox_at_most(name: str, host: str, top: str) -> None:
    shown, _, domain = mask(f"{name}@{host}.{top}").partition("@")

    assert shown.replace("•••", "") in {"", name[0]}
    assert domain.split("•••")[0] in {"", host[0]}


@given(st.text(max_size=40))
def test_a_mask_is_never_the_address(address: str) -> None:
    assert not address or mask(address) != address or "•" in address


@given(PHONES, st.sampled_from(["", " ", "-", ".", " (0) "[:2]]), st.sampled_from(["+", "00", ""]))
def test_a_phone_is_found_in_every_spelling(phone: str, between: str, prefix: str) -> None:
    digits = phone[1:]
    typed = prefix + digits[:2] + between + digits[2:5] + between + digits[5:]

    assert phone in spellings(typed)


def test_a_phone_in_other_digits_is_the_same_phone() -> None:
    assert "+97150111222" in spellings("+٩٧١٥٠١١١٢٢٢")


def test_a_mailbox_keeps_the_case_of_its_name_and_loses_that_of_its_domain() -> None:
    assert "Ana.B@example.com" in spellings(" Ana.B@EXAMPLE.com ")
    assert "Ana.B@example.com" in spellings("Ana B <Ana.B@Example.com>")


def test_words_and_nothing_are_no_phone() -> None:
    assert spellings("user-1234567") == ("user-1234567",)
    assert spellings("  ") == ()
