"""What keeps machines from filling the report page: a signed form, and how much may come from one place.

The counts are this process's own and hold no address after an hour; how many come in all is counted in the
database, for all processes.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from hmac import digest as hmac_digest
from ipaddress import IPv6Address, ip_address, ip_network

from outreach.domain.token import Keys

FORM_LIVES = timedelta(hours=24)
_CONTEXT = b"outreach report form 1\x00"
_FORM = re.compile(r"([A-Za-z0-9_-]{32})\.([A-Za-z0-9_-]{22})")
HOUR = timedelta(hours=1)
MOST_PLACES = 20_000
"""Places that are remembered; beyond it the whole page waits: a flood comes from everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Signs each form that is shown, so that what is posted was shown by us, to whoever has this link,
    lately;
    sent twice, it is one."""

    keys: Keys
    randomness: Callable[[int], bytes]

    def fresh(self, whose: str, now: datetime) -> str:
        """A form's own name. `whose` is the link's token, or nothing."""
        raw = self.randomness(20) + int(now.timestamp()).to_bytes(4, "big")
        name = urlsafe_b64encode(raw).decode()
        newest = next(iter(self.keys.values()))
        return f"{name}.{_mac(newest, name, whose)}"

    def read(self, form: str, whose: str, now: datetime) -> str | None:
        """The form's name, where we signed it for this link and it is not too old."""
        shape = _FORM.fullmatch(form)
        if shape is None or not any(
            compare_digest(shape[2], _mac(key, shape[1], whose)) for key in self.keys.values()
        ):
            return None
        issued = int.from_bytes(urlsafe_b64decode(shape[1])[20:], "big")
        age = now.timestamp() - issued
        return shape[1] if -60 <= age < FORM_LIVES.total_seconds() else None


def _mac(key: bytes, name: str, whose: str) -> str:
    mac = hmac_digest(key, _CONTEXT + f"{name}\0{whose}".encode(), sha256)[:16]
    return urlsafe_b64encode(mac).rstrip(b"=").decode()


def place_of(address: str) -> str:
    """Where an address is from, as far as we count: its /24, or /56 of IPv6; one place for what is no
    address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    plain = found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
    length = 56 if isinstance(plain, IPv6Address) else 24
    return str(ip_network(f"{plain}/{length}", strict=False).network_address)


@dataclass(slots=True, kw_only=True)
class Places:
    """How many reports came from each place in the last hour, and how many bodies are read now."""

    an_hour: int
    seen: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    reading: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def may_come(self, place: str, now: datetime) -> bool:
        """Whether one more may come from there; counted where it may."""
        times = self.seen[place]
        while times and now - times[0] >= HOUR:
            times.popleft()
        if len(times) >= self.an_hour or len(self.seen) > MOST_PLACES:
            self._sweep(now)
            return False
        times.append(now)
        return True

    def begin(self, place: str, each: int, all: int) -> bool:
        """Whether one more body may be read from there now, `each` at once from a place and `all` in all."""
        if self.reading[place] >= each or sum(self.reading.values()) >= all:
            return False
        self.reading[place] += 1
        return True

    def end(self, place: str) -> None:
        """A body was read."""
        self.reading[place] -= 1
        if self.reading[place] <= 0:
            del self.reading[place]

    def _sweep(self, now: datetime) -> None:
        for place in [p for p, times in self.seen.items() if not times or now - times[-1] >= HOUR]:
            del self.seen[place]
