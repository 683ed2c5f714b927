"""Bitcoin Cash's own addresses (CashAddr): five bits a letter, and a checksum of forty bits."""

from __future__ import annotations

from collections.abc import Iterable

from bech32 import CHARSET, convertbits

from outreach.domain.chains import CASH_PREFIX, Fault

_GENERATOR = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
_CHECK = 8
_CHARACTERS = {c: n for n, c in enumerate(CHARSET)}
_SIZES = (20, 24, 28, 32, 40, 48, 56, 64)


def decode(text: str) -> tuple[int, bytes] | Fault:
    """Kind (0: key, 1: script) and hash of a CashAddr, with its prefix or without."""
    lower = text.lower()
    if text not in {lower, text.upper()}:
        return Fault.BAD_CHARACTERS
    prefix, colon, body = lower.rpartition(":")
    if not _CHARACTERS.keys() >= set(body):
        return Fault.BAD_CHARACTERS
    values = [_CHARACTERS[c] for c in body]
    prefix = prefix if colon else CASH_PREFIX[:-1]
    if len(values) <= _CHECK:
        return Fault.WRONG_LENGTH
    if _polymod([*_expanded(prefix), *values]):
        return Fault.BAD_CHECKSUM
    return Fault.WRONG_NETWORK if prefix != CASH_PREFIX[:-1] else _payload(values[:-_CHECK])


def _payload(values: list[int]) -> tuple[int, bytes] | Fault:
    payload = convertbits(values, 5, 8, pad=False)
    if payload is None or payload[0] & 0x80:
        return Fault.BAD_CHARACTERS
    if len(payload) - 1 != _SIZES[payload[0] & 7]:
        return Fault.WRONG_LENGTH
    return payload[0] >> 3, bytes(payload[1:])


def encode(kind: int, hashed: bytes) -> str:
    """The address of a hash, with its prefix."""
    payload = convertbits([kind << 3 | _SIZES.index(len(hashed)), *hashed], 8, 5) or []
    check = _polymod([*_expanded(CASH_PREFIX[:-1]), *payload, *[0] * _CHECK])
    sums = [check >> 5 * (_CHECK - 1 - n) & 31 for n in range(_CHECK)]
    return CASH_PREFIX + "".join(CHARSET[value] for value in (*payload, *sums))


def _expanded(prefix: str) -> list[int]:
    return [*(ord(c) & 31 for c in prefix), 0]


def _polymod(values: Iterable[int]) -> int:
    sum = 1
    for value in values:
        top = sum >> 35
        sum = (sum & 0x07FFFFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                sum ^= generator
    return sum ^ 1
