"""Messages: references a person can read aloud, and SMS counted as the network counts them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.message import CROCKFORD, GSM_BASIC, GSM_EXTENDED, read_reference, reference, sms_size


@given(st.integers(0, 2**128))
def test_a_reference_is_six_crockford_characters_and_reads_as_itself(number: int) -> None:
    short = reference(number)

    assert re.fullmatch(f"[{CROCKFORD}]{{6}}", short)
    assert read_reference(short) == short


@given(st.integers(0, 32**6 - 1))
def test_numbers_below_the_modulus_have_references_of_their_own(number: int) -> None:
    back = 0
    for character in reference(number):
        back = back * 32 + CROCKFORD.index(character)

    assert back == number


@given(st.integers(0, 32**6 - 1), st.data())
def test_a_reference_is_forgiven_its_case_its_blanks_and_its_look_alikes(
    number: int, draw: st.DataObject
) -> None:
    short = reference(number)
    look_alikes = {"1": "1IiLl", "0": "0Oo"}
    typed = [draw.draw(st.sampled_from(look_alikes.get(c, c + c.lower()))) for c in short]
    gaps = draw.draw(st.lists(st.sampled_from(["", " ", "-", ".", "\u00a0"]), min_size=6, max_size=6))

    assert read_reference("".join(gap + c for gap, c in zip(gaps, typed, strict=True))) == short


def test_a_reference_typed_on_an_arabic_or_a_full_width_keypad_is_read() -> None:
    assert read_reference("٣4K٧Q٢") == "34K7Q2"
    assert read_reference("３４Ｋ７Ｑ２") == "34K7Q2"


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("a" * 459, "GSM-7", 459, 3),
        ("a" * 460, "GSM-7", 460, 4),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),  # 76 and 5: a part of 153 holds 76 pairs, and one septet stays empty
        ("€" * 153, "GSM-7", 306, 3),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),  # the pair does not straddle: 152, 153, 1
        ("a" * 151 + "€" + "a" * 153, "GSM-7", 306, 2),
        ("你" * 70, "UCS-2", 70, 1),
        ("你" * 71, "UCS-2", 71, 2),
        ("你" * 134, "UCS-2", 134, 2),
        ("你" * 135, "UCS-2", 135, 3),
        ("你" * 201, "UCS-2", 201, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("你" * 66 + "😀" + "你" * 66, "UCS-2", 134, 3),  # the surrogates stay together: 66, 67, 1
        ("你" * 65 + "😀" + "你" * 67, "UCS-2", 134, 2),
    ],
)
def test_an_sms_costs_as_many_parts_as_the_network_makes_of_it(
    text: str, encoding: str, units: int, parts: int
) -> None:
    size = sms_size(text)

    assert (size.encoding, size.units, size.parts) == (encoding, units, parts)


def test_one_character_outside_gsm_7_is_named_with_its_place() -> None:
    size = sms_size("Operação")

    assert (size.encoding, size.odd, size.odd_at) == ("UCS-2", "ç", 6)


def test_the_gsm_alphabet_is_the_standards_own() -> None:
    # 3GPP TS 23.038: 128 septets less the escape; ten characters behind the escape.
    assert len(GSM_BASIC) == 127
    assert len(GSM_EXTENDED) == 10
    assert not GSM_BASIC & GSM_EXTENDED


@given(st.text(st.sampled_from("a€你😀"), max_size=400))
def test_no_part_holds_more_than_it_can_and_none_is_wasted(text: str) -> None:
    size = sms_size(text)
    alone, joined = (160, 153) if size.encoding == "GSM-7" else (70, 67)
    if size.units <= alone:
        assert size.parts == 1
    else:
        assert -(-size.units // joined) <= size.parts <= -(-size.units // (joined - 1))
