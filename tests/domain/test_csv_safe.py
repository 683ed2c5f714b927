"""CSV: no cell is a formula, and every text comes back as it was."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.csv_safe import STARTERS, csv_line, safe_text

BLANKS = ["", " ", "  ", "\t", "\r", "\n", "\0", "\u00a0", "\u200b", "\ufeff", "\u3000", "\x0b", "\u2028"]
WIDE = "＝＋－＠｜﹦﹢﹣﹫％"


@pytest.mark.parametrize("start", [*sorted(STARTERS), *WIDE])
@pytest.mark.parametrize("blank", BLANKS)
def test_a_formula_is_disarmed_behind_any_blank_and_in_any_width(blank: str, start: str) -> None:
    assert safe_text(f"{blank}{start}1+1").startswith("'")


@pytest.mark.parametrize("first", ["\t", "\r", "\n", "\0"])
def test_a_text_that_begins_with_a_breaker_is_disarmed(first: str) -> None:
    assert safe_text(f"{first}harmless").startswith("'")


@pytest.mark.parametrize(
    "text", ["", "hello", "7K3M9Q", "1+1", "a=b", "ana@example.com", "من Acme", "'quoted"]
)
def test_a_harmless_text_is_left_alone(text: str) -> None:
    assert safe_text(text) == text


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=6))
def test_every_record_reads_back_with_its_texts_and_nothing_split(cells: list[str]) -> None:
    (read,) = csv.reader(io.StringIO(csv_line(cells), newline=""))

    assert [cell.removeprefix("'") for cell in read] == [safe_text(cell).removeprefix("'") for cell in cells]
    assert all(not _would_run(cell) for cell in read)


def _would_run(cell: str) -> bool:
    return cell.lstrip(" \t\r\n\0")[:1] in set("=+-@|＝＋－＠｜") if cell.strip(" \t\r\n\0") else False


def test_a_separator_of_another_country_splits_nothing() -> None:
    (read,) = csv.reader(io.StringIO(csv_line(["a;=1+1", 'b";=1']), newline=""), delimiter=",")

    assert read == ["a;=1+1", 'b";=1']
    assert csv_line(["a;=1+1"]) == '"a;=1+1"\r\n'


def test_numbers_stay_numbers() -> None:
    assert csv_line([-5, Decimal("-12.50"), None, "x"]) == '-5,-12.50,,"x"\r\n'
