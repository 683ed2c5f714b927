"""Amounts as people type them: in any digits, with a comma or a point for the fraction. Pure."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₺": "TRY", "₽": "RUB", "₴": "UAH", "₫": "VND",
         "฿": "THB", "৳": "BDT", "US$": "USD", "R$": "BRL"}  # fmt: skip
"""Signs that mean one currency; "$" and "¥" mean several."""

FINE = frozenset({"BTC", "ETH", "BCH", "LTC", "SOL", "XRP"})
"""Currencies of many decimals: three digits behind a point are a fraction there."""

MOST = Decimal(10) ** 15
_PLAIN = re.compile(r"\d{1,20}(?:\.\d{1,8})?")
_GROUPED = re.compile(r"\d{1,3}(?:([,.])\d{3})(?:\1\d{3})*")
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})*,\d{3}(?:\.\d+)?")


def read_currency(typed: str) -> str | None:
    """A currency's letters from what was typed; None where nobody could say which it is."""
    plain = unicodedata.normalize("NFKC", typed).strip().upper()
    word = SIGNS.get(typed.strip(), SIGNS.get(plain, plain))
    return word if re.fullmatch(r"[A-Z]{2,10}", word) else None


def read_amount(typed: str, currency: str = "") -> Decimal | None:
    """The number that was typed, more than nothing; None where it is none, or could be two.

    `1.234,56`, `1,234.56`, `1 234,56`, `12,34,567` and `١٢٣٤٫٥` are numbers; `1,234` is a thousand and more,
    but a fraction in a currency of many decimals.
    """
    text = "".join(_digit(c) for c in unicodedata.normalize("NFKC", typed))
    text = re.sub(r"(?<=\d)[\s'’_](?=\d)", "", text).strip()
    text = re.sub(r"^[^\d,.+-]{0,4}|[^\d,.]{0,12}$", "", text).strip()
    number = _pointed(text, is_fine=currency in FINE)
    if not _PLAIN.fullmatch(number):
        return None
    amount = Decimal(number)
    return amount if 0 < amount <= MOST else None


def _digit(c: str) -> str:
    digit = unicodedata.decimal(c, None)
    return {"٫": ".", "٬": ",", "،": ","}.get(c, c) if digit is None else str(digit)


def _pointed(text: str, *, is_fine: bool) -> str:
    """The number with a point before its fraction and nothing between its thousands."""
    if _INDIAN.fullmatch(text) and text.count(",") > 1:
        return text.replace(",", "")
    if "," in text and "." in text:
        last = max(text.rfind(","), text.rfind("."))
        whole = re.sub(r"[,.]", "", text[:last])
        return f"{whole}.{text[last + 1 :]}"
    if _GROUPED.fullmatch(text) and not (is_fine and len(re.findall(r"[,.]", text)) == 1):
        return text.replace(",", ".") if text.startswith("0") else re.sub(r"[,.]", "", text)
    return text.replace(",", ".")
