"""Days and digits as people of a language write them, where they are not Gregorian or not Latin. Pure.

Babel knows the Gregorian calendar only; month names and ways to write a day are CLDR's.
"""

from __future__ import annotations

from datetime import date

BEFORE_THE_FIRST_NOWRUZ = date(622, 3, 22).toordinal() - 1
BUDDHIST_ERA = 543
"""What the Thai year is ahead of the Gregorian one; months and days are the same."""

IRANIAN = [
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
]
AFGHAN = ["حمل", "ثور", "جوزا", "سرطان", "اسد", "سنبله", "میزان", "عقرب", "قوس", "جدی", "دلو", "حوت"]
THAI = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
]
THAI_SHORT = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]

DIGITS = {
    "arabext": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"),
    "beng": str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯"),
}
"""By CLDR's name of the numbering system; every other language of ours is written in Latin digits."""


def written(day: date, language: str, territory: str | None, *, is_long: bool = False) -> str | None:
    """The day in the language's own calendar, in Latin digits: `2 آذر 1405`; None: that is the Gregorian."""
    if language == "fa":
        year, month, of_month = solar_hijri(day)
        return f"{of_month} {(AFGHAN if territory == 'AF' else IRANIAN)[month - 1]} {year}"
    if language == "th":
        year = day.year + BUDDHIST_ERA
        if is_long:
            return f"{day.day} {THAI[day.month - 1]} พ.ศ. {year}"
        return f"{day.day} {THAI_SHORT[day.month - 1]} {year}"
    return None


def in_digits(text: str, numbering: str) -> str:
    """The text with its Latin digits in those of the numbering system; unchanged where it is none of ours."""
    table = DIGITS.get(numbering)
    return text.translate(table) if table else text


def solar_hijri(day: date) -> tuple[int, int, int]:
    """Year, month and day of the Solar Hijri calendar, by its 33-year cycle.

    The official calendar goes by the equinox in Tehran; the cycle agrees with it for the years 1178 to 1501
    (1799 to 2122). Days before the first Nowruz (622) are no days of it.
    """
    count = day.toordinal() - BEFORE_THE_FIRST_NOWRUZ
    year = day.year - 621
    while _nowruz(year) > count:
        year -= 1
    of_year = count - _nowruz(year)
    # Six months of 31 days, then months of 30; the last has 29, and 30 in a leap year.
    first, length, before = (0, 31, 0) if of_year < 186 else (6, 30, 186)
    month, of_month = divmod(of_year - before, length)
    return year, first + month + 1, of_month + 1


def _nowruz(year: int) -> int:
    """Days from the first Nowruz to this year's; eight years in 33 are leap years."""
    return 365 * (year - 1) + (8 * year + 21) // 33
