"""Who opened an answer page: by how it was fetched. Only a posted answer is a person's sign."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Opener(StrEnum):
    """Where a sign of opening came from; all but PAGE are a machine's for certain, or very likely."""

    PAGE = "page"  # as a browser does it: a person, or a machine that pretends well
    HEAD = "head"  # asked whether the page is there
    AFTER_HEAD = "after_head"  # and fetched it then
    PREFETCH = "prefetch"  # said itself that nobody looks yet
    SCANNER = "scanner"  # named itself
    AT_ONCE = "at_once"  # within seconds of the message's arrival
    SEVERAL = "several"  # with other links of the same person, within seconds


NAMES = re.compile(
    r"(?<!cu)bot\b|crawler|spider|preview|scanner|url-?check|link-?check|facebookexternalhit|whatsapp/"
    r"|slack-imgproxy|googleimageproxy|yahoomailproxy|feedfetcher|safelinks|proofpoint|mimecast|barracuda"
    r"|bitdefender|symantec|messagelabs|fortiguard|cloudmark|trendmicro|kaspersky|sophos|zscaler|virustotal"
    r"|microsoft office|ms-office|existence discovery|headlesschrome|phantomjs|python-|go-http-client|okhttp"
    r"|curl/|wget/|libwww|java/",
    re.IGNORECASE,
)
"""By which words of a `User-Agent` link scanners, previews and programs give their names."""

AHEAD = ("purpose", "sec-purpose", "x-purpose", "x-moz")
"""Headers by which a browser says that it fetches ahead of a person."""

AT_ONCE = timedelta(seconds=10)
TOGETHER = timedelta(seconds=10)
SAME_SIGN = timedelta(minutes=1)
"""The same sign of the same message within this counts once."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One earlier sign of opening: of which message, from where, when."""

    message: str
    grade: str
    source: str
    at: datetime


def opener(method: str, headers: Mapping[str, str]) -> Opener:
    """What the request itself says of who sent it. `headers` have lower-case names."""
    if method == "HEAD":
        return Opener.HEAD
    if any(_is_ahead(headers.get(name, "")) for name in AHEAD):
        return Opener.PREFETCH
    return Opener.SCANNER if NAMES.search(headers.get("user-agent", "")) else Opener.PAGE


def _is_ahead(value: str) -> bool:
    return any(word in value.lower() for word in ("prefetch", "prerender", "preview"))


def placed(found: Opener, message: str, arrived_at: datetime, signs: Iterable[Sign], now: datetime) -> Opener:
    """The same, by when it came: a fetch like a browser's, that no person can have made, is a machine's.

    `arrived_at` is when the message's status last changed; `signs` are the person's own of the last minute.
    """
    if found is not Opener.PAGE:
        return found
    if now - arrived_at < AT_ONCE:
        return Opener.AT_ONCE
    recent = [sign for sign in signs if now - sign.at < SAME_SIGN]
    if any(sign.message == message and sign.source in _KNOCKED for sign in recent):
        return Opener.AFTER_HEAD
    return Opener.SEVERAL if any(_is_beside(sign, message, now) for sign in recent) else found


_KNOCKED = frozenset({Opener.HEAD.value, Opener.AFTER_HEAD.value})


def _is_beside(sign: Sign, message: str, now: datetime) -> bool:
    return sign.message != message and now - sign.at < TOGETHER
