"""Money, times and plurals."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from babel.core import Locale
from babel.numbers import format_currency
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.adapters.renderer.formats import money, plural, when, zone_of
from outreach.domain.calendars import in_digits

LOCALES = [
    "en",
    "es",
    "es_MX",
    "pt_BR",
    "pt_PT",
    "ar",
    "ar_EG",
    "hi",
    "zh_Hans",
    "de_CH",
    "de_AT",
    "fr",
    "en_IN",
    "fa",
    "fa_AF",
    "ur",
    "bn",
    "th",
]
CURRENCIES = ["USD", "EUR", "JPY", "KWD", "INR", "BRL", "MXN", "CHF", "SAR", "CNY"]


@given(
    st.sampled_from(LOCALES),
    st.sampled_from(CURRENCIES),
    st.decimals(min_value=0, max_value=Decimal("99999999999999"), places=4),
)
@settings(max_examples=500)
def test_money_is_written_exactly_as_babel_writes_it(name: str, currency: str, amount: Decimal) -> None:
    locale = Locale.parse(name)
    numbering = "latn" if name.startswith("ar") else "default"
    said = format_currency(amount, currency, locale=locale, numbering_system=numbering)
    # Added: a blank between a code of letters and the digits (CLDR's currency spacing), and the digits
    # themselves, of which Babel knows the Latin ones only.
    ours, babels = (text.replace("\u00a0", "") for text in (money(locale, amount, currency), said))
    assert ours == in_digits(babels, locale.default_numbering_system)


@pytest.mark.parametrize(
    ("name", "amount", "currency", "said"),
    [
        ("en", "4200.0000", "USDT", "4,200\u00a0USDT"),
        ("en", "0.01234567", "BTC", "0.01234567\u00a0BTC"),
        ("pt_BR", "1234.5", "usdt", "1.234,5\u00a0USDT"),
        ("hi", "1234567", "USDT", "12,34,567\u00a0USDT"),
        ("ar", "4200", "USDT", "\u200f4,200\u00a0USDT"),
        ("es_MX", "4200", "USD", "USD\u00a04,200.00"),
        ("en", "12", "VISIT X.COM", "12"),
        ("en", "999.995", "USD", "$1,000.00"),
        ("fa", "4200", "USDT", "\u200f۴٬۲۰۰\u00a0USDT"),
        ("fa", "4200.5", "USD", "\u200e$\u00a0۴٬۲۰۰٫۵۰"),
        ("ur", "4200.5", "PKR", "Rs\u00a04,200.50"),
        ("bn", "1234567", "USDT", "১২,৩৪,৫৬৭\u00a0USDT"),
        ("bn", "1234567.5", "USD", "১২,৩৪,৫৬৭.৫০\u00a0US$"),
        ("th", "4200", "THB", "฿4,200.00"),
    ],
)
def test_tickers_follow_the_number_and_keep_their_places(
    name: str, amount: str, currency: str, said: str
) -> None:
    assert money(Locale.parse(name), Decimal(amount), currency) == said


@pytest.mark.parametrize("amount", [None, Decimal("-1"), Decimal("NaN"), Decimal("1e20"), "12 €"])
def test_an_amount_that_cannot_be_is_refused(amount: Decimal) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        money(Locale.parse("en"), amount, "USD")


TIME = datetime(2026, 11, 22, 20, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "zone", "said"),
    [
        ("en", "Asia/Dubai", "Nov 23, 2026, 12:05\u202fAM"),
        ("en_GB", "Europe/London", "22 Nov 2026, 20:05"),
        ("zh_Hans", "Asia/Shanghai", "2026年11月23日 04:05"),
        ("pt_BR", "America/Sao_Paulo", "22 de nov. de 2026 17:05"),
        ("fa", "Asia/Tehran", "۱ آذر ۱۴۰۵،\u200f ۲۳:۳۵"),
        ("fa_AF", "Asia/Kabul", "۲ قوس ۱۴۰۵،\u200f ۰:۳۵"),
        ("ur", "Asia/Karachi", "23 نومبر، 2026 1:05 AM"),
        ("bn", "Asia/Dhaka", "২৩ নভে, ২০২৬ ২:০৫ AM"),
        ("th", "Asia/Bangkok", "23 พ.ย. 2569 03:05"),
        ("en_GB", None, "22 Nov 2026, 20:05 UTC"),
        ("en_GB", "Mars/Olympus", "22 Nov 2026, 20:05 UTC"),
    ],
)
def test_a_time_is_said_on_the_persons_own_clock(name: str, zone: str | None, said: str) -> None:
    assert when(Locale.parse(name), zone_of(zone), TIME) == said


@pytest.mark.parametrize("name", ["ar_EG", "hi", "en", "zh_Hans", "ur", "th"])
def test_digits_are_latin_where_the_language_has_no_others_of_its_own(name: str) -> None:
    locale = Locale.parse(name)
    said = money(locale, Decimal("9876543.21"), "INR") + when(locale, zone_of("Asia/Kolkata"), TIME)
    assert all(c.isascii() for c in said if c.isdigit())


def test_a_time_without_a_zone_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="guard"):
        when(Locale.parse("en"), None, TIME.replace(tzinfo=None))


def test_plurals_are_the_languages_own() -> None:
    forms = {"one": "1", "two": "2", "few": "f", "many": "m", "other": "o"}
    assert [plural(Locale.parse("ar"), n, **forms) for n in (1, 2, 3, 11, 100)] == ["1", "2", "f", "m", "o"]
    assert plural(Locale.parse("en"), 2, one="day", other="days") == "days"
