"""Reports of a scam: what may be said in one, how it is read, and by when somebody acts on it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from outreach.domain.amounts import read_amount, read_currency
from outreach.domain.contact import spellings

Choice = TypeVar("Choice", bound=StrEnum)


class Happened(StrEnum):
    """What a person says happened; each is one of our patterns."""

    INVESTMENT = "investment"
    FAKE_SITE = "fake_site"
    ACCOUNT = "account"
    SUPPORT = "support"
    AUTHORITY = "authority"
    JOB = "job"
    WALLET = "wallet"
    SALE = "sale"
    REMOTE = "remote"
    RECOVERY = "recovery"
    OTHER = "other"


PATTERNS: Mapping[Happened, str] = {
    Happened.INVESTMENT: "pig_butchering",
    Happened.FAKE_SITE: "fake_platform",
    Happened.ACCOUNT: "phishing_ato",
    Happened.SUPPORT: "support_impersonation",
    Happened.AUTHORITY: "authority_impersonation",
    Happened.JOB: "job_task",
    Happened.WALLET: "approval_phishing",
    Happened.SALE: "p2p_payment",
    Happened.REMOTE: "remote_access",
    Happened.RECOVERY: "recovery",
    Happened.OTHER: "unknown_pattern",
}


class Left(StrEnum):
    """Whether money has left."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


class Moment(StrEnum):
    """How long ago it happened, as a person would say it; a lost hour counts, a date does not."""

    HOUR = "hour"
    DAY = "day"
    THREE_DAYS = "three_days"
    LONGER = "longer"
    UNKNOWN = "unknown"

    def at(self, now: datetime) -> datetime | None:
        """The latest moment at which it was, as far as anybody can say."""
        return {
            Moment.HOUR: now - timedelta(minutes=30),
            Moment.DAY: now - timedelta(hours=12),
            Moment.THREE_DAYS: now - timedelta(days=2),
        }.get(self)


class Reach(StrEnum):
    """How a person wants to be reached about it."""

    NOT = "not"
    APP = "app"
    PHONE = "phone"
    EMAIL = "email"


class Via(StrEnum):
    """How a report came."""

    PAGE = "page"  # without an account
    LINK = "link"  # with the signed link of a person we know
    APP = "app"  # from the firm's own app


HAPPENED: Mapping[str, str] = {
    Happened.INVESTMENT: "an investment that somebody showed them",
    Happened.FAKE_SITE: "a site from which money does not come back",
    Happened.ACCOUNT: "somebody was in their account",
    Happened.SUPPORT: "somebody who said they were from support",
    Happened.AUTHORITY: "somebody who said they were from an authority",
    Happened.JOB: "a job or tasks for which they paid first",
    Happened.WALLET: "a wallet was emptied, or a permission given",
    Happened.SALE: "a sale or a trade with another person",
    Happened.REMOTE: "somebody saw their screen or controlled it",
    Happened.RECOVERY: "somebody who offered to get lost money back",
    Happened.OTHER: "something else",
}
LEFT: Mapping[str, str] = {Left.YES: "yes", Left.NO: "no", Left.UNSURE: "they are not sure"}
MOMENTS: Mapping[str, str] = {
    Moment.HOUR: "within the last hour",
    Moment.DAY: "within the last day",
    Moment.THREE_DAYS: "within the last three days",
    Moment.LONGER: "longer ago",
    Moment.UNKNOWN: "not said",
}
VIAS: Mapping[str, str] = {
    Via.PAGE: "on the page, without an account",
    Via.LINK: "on the page, by their own link",
    Via.APP: "in the app",
}
"""The words of the history, for people at the firm."""

LONGEST = {"where": 300, "words": 2_000, "reach_at": 200, "amount": 40, "currency": 12}
"""Characters of what may be typed."""

CLOSES = ("handled", "listed", "no_scam", "duplicate")
"""How a report ends."""


class Fault(StrEnum):
    """What is wrong with one field; each is a text in every language."""

    CHOOSE = "choose"
    TOO_LONG = "too_long"
    NO_AMOUNT = "no_amount"
    NO_CURRENCY = "no_currency"
    NO_PHONE = "no_phone"
    NO_EMAIL = "no_email"
    TOO_MANY_PICTURES = "too_many_pictures"
    PICTURE_TOO_LARGE = "picture_too_large"
    NO_PICTURE = "no_picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture made anew from its pixels: nothing of what a camera wrote beside them is left."""

    kind: str
    content: bytes = field(repr=False)
    sha256: str
    original_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person said, checked; `amount_typed` is kept because numbers are written in several ways."""

    happened: Happened
    money_left: Left
    moment: Moment
    where: str = field(repr=False)
    amount: Decimal | None
    amount_typed: str = field(repr=False)
    currency: str | None
    words: str = field(repr=False)
    reach: Reach
    reach_at: str = field(repr=False)

    @property
    def own_words(self) -> str:
        """Everything that was typed rather than chosen."""
        return "\n".join(each for each in (self.words, self.where, self.amount_typed, self.reach_at) if each)

    @property
    def is_fresh_loss(self) -> bool:
        """Whether money left so lately that minutes count."""
        return self.money_left is Left.YES and self.moment in {Moment.HOUR, Moment.DAY, Moment.UNKNOWN}


def check(fields: Mapping[str, str]) -> tuple[Told | None, Mapping[str, Fault]]:
    """What these fields say, or what is wrong by field; nothing is guessed, and nothing is asked twice."""
    faults: dict[str, Fault] = {
        name: Fault.TOO_LONG for name, most in LONGEST.items() if len(fields.get(name, "")) > most
    }
    happened = _one_of(Happened, fields, "happened", faults)
    left = _one_of(Left, fields, "money_left", faults)
    amount = _amount(fields, faults)
    reach = _reach(fields, faults)
    if faults or happened is None or left is None:
        return None, faults
    told = Told(
        happened=happened,
        money_left=left,
        moment=_moment(fields.get("moment", "")),
        where=_typed(fields, "where"),
        amount=amount[0] if amount else None,
        amount_typed=_typed(fields, "amount"),
        currency=amount[1] if amount else None,
        words=plain(fields.get("words", "")).strip(),
        reach=reach,
        reach_at=_typed(fields, "reach_at") if reach in {Reach.PHONE, Reach.EMAIL} else "",
    )
    return told, {}


def _one_of(
    kind: type[Choice], fields: Mapping[str, str], name: str, faults: dict[str, Fault]
) -> Choice | None:
    given = fields.get(name, "")
    if given not in set(kind):
        faults[name] = Fault.CHOOSE
        return None
    return kind(given)


def _moment(given: str) -> Moment:
    return Moment(given) if given in set(Moment) else Moment.UNKNOWN


def _amount(fields: Mapping[str, str], faults: dict[str, Fault]) -> tuple[Decimal, str] | None:
    typed, unit = _typed(fields, "amount"), _typed(fields, "currency")
    if not typed:
        return None
    currency = read_currency(unit)
    amount = read_amount(typed, currency or "")
    if amount is None:
        faults.setdefault("amount", Fault.NO_AMOUNT)
    if currency is None:
        faults.setdefault("currency", Fault.NO_CURRENCY)
    return (amount, currency) if amount is not None and currency is not None else None


def _reach(fields: Mapping[str, str], faults: dict[str, Fault]) -> Reach:
    given, at = fields.get("reach", ""), _typed(fields, "reach_at")
    reach = Reach(given) if given in set(Reach) else Reach.NOT
    if reach is Reach.EMAIL and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", at):
        faults.setdefault("reach_at", Fault.NO_EMAIL)
    if reach is Reach.PHONE and not any(form.startswith("+") for form in spellings(at)):
        faults.setdefault("reach_at", Fault.NO_PHONE)
    return reach


def _typed(fields: Mapping[str, str], name: str) -> str:
    """A field of one line."""
    return " ".join(plain(fields.get(name, "")).split())


def plain(text: str) -> str:
    """A text without controls and signs that turn the reading around; line breaks stay."""
    return "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or _is_shown(c))


def _is_shown(c: str) -> bool:
    return unicodedata.category(c) not in {"Cc", "Cs"} and c not in _TURNS


_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e")


def pictures_wrong(sizes: Sequence[int], most: int, largest: int) -> Fault | None:
    """What is wrong with so many pictures of these sizes in bytes, before any is looked at."""
    if len(sizes) > most:
        return Fault.TOO_MANY_PICTURES
    return Fault.PICTURE_TOO_LARGE if any(size > largest for size in sizes) else None
