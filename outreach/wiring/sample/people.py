"""Invented people: where they live, how they may be reached, and what they never agreed to.

Nobody real can be met here. Addresses end in example.com, .org or .net (RFC 2606), and every phone is a North
American 555-01xx number, kept for fiction, wherever its owner lives: most countries keep no such range.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

PHONES_AN_AREA = 100
FIRST_AREA = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A country's share of the people; `rate` is what one US dollar is worth in its currency."""

    share: int
    country: str
    currency: str
    rate: float
    zones: tuple[str, ...]
    locales: tuple[str, ...]
    names: str


_LATIN = "Lucia Mateo Valeria Diego Camila Bruno Ximena Tomas Irene Pablo"
_ENGLISH = "Ada Ben Cora Dean Edith Finn Grace Hugh Iris Jack"
_LUSO = "Beatriz Caio Helena Joana Nuno Rafaela Tiago Vera"
_ARABIC = "Amal Bilal Dalia Farid Hana Karim Layla Nadia Omar Samir"
_INDIAN = "Anika Dev Isha Kabir Meera Nikhil Priya Rohan Sunita Vikram"
_CHINESE = "An Bo Jia Lan Mei Ning Ping Rui Wei Xin"

PLACES = (
    Place(150, "US", "USD", 1, ("America/New_York", "America/Chicago", "America/Denver",
          "America/Los_Angeles"), ("en-US", "en-US", "es-US"), _ENGLISH),
    Place(60, "GB", "GBP", 0.78, ("Europe/London",), ("en-GB",), _ENGLISH),
    Place(25, "CA", "CAD", 1.38, ("America/Toronto", "America/Vancouver"), ("en-CA", "fr-CA"), _ENGLISH),
    Place(25, "AU", "AUD", 1.52, ("Australia/Sydney",), ("en-AU",), _ENGLISH),
    Place(30, "NG", "USD", 1, ("Africa/Lagos",), ("en-NG",), "Ada Chidi Efe Ngozi Tobi Zainab"),
    Place(55, "ES", "EUR", 0.92, ("Europe/Madrid",), ("es-ES", "es"), _LATIN),
    Place(55, "MX", "MXN", 18.2, ("America/Mexico_City", "America/Tijuana"), ("es-MX",), _LATIN),
    Place(30, "AR", "USD", 1, ("America/Argentina/Buenos_Aires",), ("es-AR",), _LATIN),
    Place(25, "CO", "USD", 1, ("America/Bogota",), ("es-CO", "es-419"), _LATIN),
    Place(115, "BR", "BRL", 5.4, ("America/Sao_Paulo", "America/Manaus"), ("pt-BR",), _LUSO),
    Place(20, "PT", "EUR", 0.92, ("Europe/Lisbon",), ("pt-PT",), _LUSO),
    Place(45, "EG", "USD", 1, ("Africa/Cairo",), ("ar-EG", "ar"), _ARABIC),
    Place(40, "AE", "AED", 3.67, ("Asia/Dubai",), ("ar-AE", "ar-AE", "en-AE", "hi"), _ARABIC),
    Place(35, "SA", "SAR", 3.75, ("Asia/Riyadh",), ("ar-SA",), _ARABIC),
    Place(15, "MA", "USD", 1, ("Africa/Casablanca",), ("ar-MA", "fr-MA"), _ARABIC),
    Place(110, "IN", "INR", 84, ("Asia/Kolkata",), ("hi-IN", "hi-IN", "en-IN"), _INDIAN),
    Place(60, "SG", "SGD", 1.34, ("Asia/Singapore",), ("zh-Hans-SG", "en-SG"), _CHINESE),
    Place(45, "CN", "CNY", 7.1, ("Asia/Shanghai",), ("zh-CN", "zh-Hans"), _CHINESE),
    Place(30, "HK", "HKD", 7.8, ("Asia/Hong_Kong",), ("zh-Hant-HK", "en-HK"), _CHINESE),
    Place(15, "TW", "USD", 1, ("Asia/Taipei",), ("zh-TW",), _CHINESE),
    Place(30, "FR", "EUR", 0.92, ("Europe/Paris",), ("fr-FR", "fr"), "Alice Basile Chloe Denis Elise Gilles"),
    Place(35, "DE", "EUR", 0.92, ("Europe/Berlin",), ("de-DE", "de"), "Anke Bernd Clara Dirk Elke Frank"),
    Place(30, "IT", "EUR", 0.92, ("Europe/Rome",), ("it-IT", "it"), "Aldo Bianca Carla Dario Elena Fabio"),
    Place(20, "CH", "CHF", 0.88, ("Europe/Zurich",), ("de-CH", "fr-CH", "it-CH"), "Beat Claire Luca Reto"),
    Place(30, "TR", "TRY", 34.5, ("Europe/Istanbul",), ("tr-TR", "tr"), "Ayla Baris Cem Defne Elif Mert"),
    Place(20, "UA", "UAH", 41.3, ("Europe/Kyiv",), ("uk-UA", "ru-UA"), "Andrii Bohdan Daryna Ivanna Olena"),
    Place(15, "KZ", "KZT", 498, ("Asia/Almaty",), ("ru-KZ", "ru"), "Aida Boris Dana Erlan Galina"),
    Place(10, "IR", "USD", 1, ("Asia/Tehran",), ("fa-IR",), "Ali Darya Kian Laleh Nima"),
    Place(20, "PK", "PKR", 278, ("Asia/Karachi",), ("ur-PK", "en-PK"), "Asad Bina Fahad Hina Sana"),
    Place(20, "BD", "BDT", 119, ("Asia/Dhaka",), ("bn-BD", "bn"), "Anika Fahim Mitu Rafi Shila"),
    Place(30, "ID", "IDR", 15900, ("Asia/Jakarta", "Asia/Makassar"), ("id-ID", "id"), "Agus Budi Citra Dewi"),
    Place(30, "VN", "VND", 25400, ("Asia/Ho_Chi_Minh",), ("vi-VN", "vi"), "Anh Binh Chi Dung Hoa Lan"),
    Place(25, "TH", "THB", 34.6, ("Asia/Bangkok",), ("th-TH", "th"), "Anong Chai Dao Kanya Niran"),
    Place(30, "JP", "JPY", 154, ("Asia/Tokyo",), ("ja-JP", "ja"), "Aoi Daiki Emi Haru Kenji Yui"),
    Place(30, "KR", "KRW", 1400, ("Asia/Seoul",), ("ko-KR", "ko"), "Bora Dong Eun Hana Jin Minho"),
    Place(10, "KE", "USD", 1, ("Africa/Nairobi",), ("en-KE",), "Achieng Baraka Neema Otieno Wanjiru"),
)  # fmt: skip

CODES = ["river", "lantern", "otter", "maple", "saffron", "quartz", "violet", "harbor", "comet", "willow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One invented user as a feed describes them; empty texts are left out of the feed."""

    ref: str
    place: Place
    profile: dict[str, str] = field(repr=False)


def people(count: int, dice: Random) -> list[Person]:
    """So many different people: no reference, phone, address or token occurs twice (up to 80,000)."""
    places = dice.choices(PLACES, [place.share for place in PLACES], k=count)
    return [_person(number, place, dice) for number, place in enumerate(places)]


def _person(number: int, place: Place, dice: Random) -> Person:
    name = dice.choice(place.names.split())
    area, line = divmod(number, PHONES_AN_AREA)
    phone = f"+1{FIRST_AREA + area}55501{line:02d}"
    email = f"{name.lower()}.{number:04d}@example.{dice.choice(('com', 'com', 'org', 'net'))}"
    token = f"sample-{dice.getrandbits(80):020x}"
    is_lost = dice.random() < 0.03  # no channel reaches them: a person has to look for another way
    profile = {
        "locale": dice.choice(place.locales),
        "time_zone": dice.choice(place.zones) if dice.random() < 0.97 else "",
        "country": place.country,
        "phone": "" if is_lost or dice.random() < 0.14 else phone,
        "email": "" if is_lost or dice.random() < 0.06 else email,
        "push_token": "" if is_lost or dice.random() < 0.42 else token,
        "anti_phishing_code": f"{dice.choice(CODES)}{dice.randrange(10, 100)}" if dice.random() < 0.3 else "",
        "consent_push": dice.choices(("true", "", "false"), (60, 35, 5))[0],
        "consent_sms": dice.choices(("true", "", "false"), (55, 38, 7))[0],
        "consent_email": dice.choices(("true", "", "false"), (50, 46, 4))[0],
    }
    return Person(ref=f"{name.lower()}-{number:04d}", place=place, profile=profile)
