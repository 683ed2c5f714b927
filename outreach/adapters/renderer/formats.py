"""Money, times and plurals as one locale writes them.

Digits are those of CLDR for Persian and Bengali, as people read them in every app, and Latin elsewhere
(Arabic too: the person compares the amount with the app); references and answers are Latin in all.
Babel takes about 20 µs an amount, so its way with a currency is learned once and repeated; a property
test holds the two equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import Locale, get_global
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal

from outreach.domain.calendars import DIGITS, in_digits, written

Money = Callable[[Decimal, str], str]
When = Callable[[datetime], str]

SAMPLE = Decimal("1234567")
TICKER = re.compile(r"[A-Z0-9]{2,10}")
LARGEST = Decimal(10) ** 15
ISO_CODES = frozenset(get_global("all_currencies"))
NO_BREAK_SPACE = "\u00a0"
RIGHT_TO_LEFT_MARK = "\u200f"


@dataclass(frozen=True, slots=True)
class Figure:
    """How a locale writes amounts of one currency. `places` None: as many as the amount has (tickers)."""

    before: str
    after: str
    group: str
    point: str
    is_indian: bool  # 12,34,567
    places: int | None
    numbering: str = "latn"

    def write(self, amount: Decimal) -> str:
        """The amount with its sign, groups and currency."""
        if self.places is None:
            whole, _, rest = f"{amount:f}".partition(".")
            rest = rest[:8].rstrip("0")
        else:
            whole, _, rest = (
                f"{amount.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_EVEN):f}".partition(".")
            )
        digits = _indian(whole, self.group) if self.is_indian else f"{int(whole):,}".replace(",", self.group)
        number = in_digits(f"{digits}{self.point if rest else ''}{rest}", self.numbering)
        return f"{self.before}{number}{self.after}"


@lru_cache(maxsize=4096)
def figure(locale: Locale, currency: str) -> Figure:
    """How `locale` writes `currency`; one that Babel does not know (USDT) stands after the number."""
    if currency not in ISO_CODES:
        return _ticker_figure(locale, currency)
    numbering = _numbering(locale)
    before, _, after = _around(format_currency(SAMPLE, currency, locale=locale, numbering_system=numbering))
    zero = format_currency(Decimal(0), currency, locale=locale, numbering_system=numbering)
    _, point, rest = _around(zero)[1].partition(_point(locale))
    if before[-1:].isalpha():
        before += NO_BREAK_SPACE  # CLDR's currency spacing, which Babel leaves out: USD 4,200
    if after[:1].isalpha():
        after = NO_BREAK_SPACE + after
    group, is_indian = _grouping(locale)
    return Figure(before, after, group, point or _point(locale), is_indian, len(rest), numbering)


def money(locale: Locale, amount: Decimal, currency: str) -> str:
    """The amount in words and digits of the locale. Raises ValueError where either is not known."""
    if amount is None or currency is None:
        raise ValueError("money() of nothing: guard it with {% if amount and currency %}")
    exact = Decimal(amount)
    if not 0 <= exact < LARGEST:
        raise ValueError("money() of an amount that cannot be")
    return figure(locale, currency.upper()).write(exact)


def when(locale: Locale, zone: tzinfo | None, time: datetime) -> str:
    """The time on the person's clock, to the minute; in UTC, saying so, where the zone is unknown."""
    if not isinstance(time, datetime) or time.tzinfo is None:
        raise ValueError("when() of nothing: guard it with {% if … %}")
    local = time.astimezone(zone or UTC)
    day, minute = _day(locale, local.date()), _minute(locale, local.hour, local.minute)
    said = str(locale.datetime_formats["medium"]).replace("{1}", day).replace("{0}", minute)
    said = in_digits(said, _numbering(locale))
    return said if zone else f"{said} UTC"


def plural(locale: Locale, number: int, **forms: str) -> str:
    """The form that the locale uses with this number: `plural(n, one="day", other="days")`."""
    if number is None:
        raise ValueError("plural() of nothing: guard it with {% if … %}")
    return forms.get(locale.plural_form(number)) or forms["other"]


@lru_cache(maxsize=1024)
def zone_of(name: str | None) -> tzinfo | None:
    """The IANA zone of this name, or None where there is none."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=8192)
def _day(locale: Locale, day: date) -> str:
    own = written(day, locale.language, locale.territory)
    return own or format_date(day, "medium", locale=locale)


@lru_cache(maxsize=16384)
def _minute(locale: Locale, hour: int, minute: int) -> str:
    return format_time(datetime(2000, 1, 1, hour, minute, tzinfo=UTC).time(), "short", locale=locale)


def _ticker_figure(locale: Locale, ticker: str) -> Figure:
    group, is_indian = _grouping(locale)
    # Token names are anybody's choice ("VISIT X.COM"): one that is not a plain ticker is not said.
    after = f"{NO_BREAK_SPACE}{ticker}" if TICKER.fullmatch(ticker) else ""
    before = RIGHT_TO_LEFT_MARK if locale.character_order == "right-to-left" else ""
    return Figure(before, after, group, _point(locale), is_indian, None, _numbering(locale))


def _grouping(locale: Locale) -> tuple[str, bool]:
    said = format_decimal(SAMPLE, locale=locale, numbering_system=_numbering(locale))
    return "".join(c for c in said if not c.isdigit())[:1], said[:2].isdigit()


def _point(locale: Locale) -> str:
    return format_decimal(Decimal("0.5"), locale=locale, numbering_system=_numbering(locale))[1]


def _numbering(locale: Locale) -> str:
    """The numbering system that money and times are written in."""
    return locale.default_numbering_system if locale.default_numbering_system in DIGITS else "latn"


def _around(said: str) -> tuple[str, str, str]:
    """What stands before, within and after the outermost digits."""
    first = next(i for i, c in enumerate(said) if c.isdigit())
    last = next(i for i in range(len(said) - 1, -1, -1) if said[i].isdigit())
    return said[:first], said[first : last + 1], said[last + 1 :]


def _indian(whole: str, group: str) -> str:
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)]
    return group.join([*reversed(pairs), tail])
