"""XRP Ledger addresses: classic ones in its own base58, and X-addresses (XLS-5), which may carry a tag."""

from __future__ import annotations

from base58 import RIPPLE_ALPHABET, b58decode_check, b58encode_check

from outreach.domain.chains import Address, Chain, Fault

_LETTERS = frozenset(RIPPLE_ALPHABET.decode("ascii"))
_ACCOUNT = 0x00
_MAIN = bytes([0x05, 0x44])
_X_LENGTH = 31  # prefix 2, account 20, flag 1, tag 8


def xrp(text: str) -> Address | Fault:
    """The classic address; an X-address without a tag is the same identity, one with a tag is refused."""
    if not _LETTERS.issuperset(text):
        return Fault.BAD_CHARACTERS
    if not 25 <= len(text) <= 47 or (text[0] == "r" and len(text) > 35):
        return Fault.WRONG_LENGTH
    try:
        payload = b58decode_check(text, alphabet=RIPPLE_ALPHABET)
    except ValueError:
        return Fault.BAD_CHECKSUM
    if len(payload) == 21 and payload[0] == _ACCOUNT:
        return Address(Chain.XRP, text)
    return _x_address(payload) if len(payload) == _X_LENGTH else Fault.WRONG_LENGTH


def _x_address(payload: bytes) -> Address | Fault:
    if payload[:2] != _MAIN:
        return Fault.WRONG_NETWORK
    if payload[22]:
        return Fault.CARRIES_TAG
    classic = b58encode_check(bytes([_ACCOUNT]) + payload[2:22], alphabet=RIPPLE_ALPHABET)
    return Address(Chain.XRP, classic.decode("ascii"))
