"""Lines that no reader can take: each kind once and again, so that the quarantine has something to show."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from outreach.wiring.sample.rows import Row

Write = Callable[[Row], bytes]
"""One row as a line of the feed, without its newline."""

FIELDS = (
    ("risk_score", "high"), ("risk_score", "870"), ("risk_score", ""), ("amount_at_risk_usd", "1.200,50"),
    ("amount", "12 coins"), ("time_zone", "Mars/Olympus_Mons"), ("customer_id", ""), ("scam_type", ""),
    ("flagged_at", "yesterday"), ("flagged_at", "1732233600"), ("country", "Atlantis"), ("phone", "call me"),
    ("email", "nobody at example.com"), ("locale", "english please"), ("transfer_state", "teleported"),
    ("consent_sms", "maybe"), ("memo", "x" * 300),
)  # fmt: skip
"""A column, and what is wrong in it."""


def broken(rows: list[Row], write: Write, dice: Random) -> list[bytes]:
    """These rows as lines, each broken in its own way; the kinds follow each other."""
    kinds: list[Callable[[Row], bytes]] = [_field(write, *field) for field in FIELDS]
    kinds += [lambda row, whole=whole: whole(write(row), dice) for whole in WHOLE]  # type: ignore[misc]
    return [kinds[n % len(kinds)](row) for n, row in enumerate(rows)]


def _field(write: Write, column: str, text: str) -> Callable[[Row], bytes]:
    return lambda row: write({**row, column: text})


def _open_quote(line: bytes, dice: Random) -> bytes:
    return line.replace(b",", b',"', 1)


def _stray_quote(line: bytes, dice: Random) -> bytes:
    return line.replace(b",", b',6" of ', 1) + b'"'


def _latin_1(line: bytes, dice: Random) -> bytes:
    return line.replace(b",", b",Jos\xe9-", 1)


def _nul(line: bytes, dice: Random) -> bytes:
    return line.replace(b",", b",\0", 1)


def _cut_short(line: bytes, dice: Random) -> bytes:
    fields = line.split(b",")
    return b",".join(fields[: dice.randrange(2, len(fields) // 2)])


def _one_more(line: bytes, dice: Random) -> bytes:
    return line + b",surplus"


def _blank(line: bytes, dice: Random) -> bytes:
    return b""


WHOLE = (_open_quote, _stray_quote, _latin_1, _nul, _cut_short, _one_more, _blank)
"""What can be wrong with a line as a whole."""
