"""Addresses in base58: Bitcoin, Litecoin, Bitcoin Cash and TRON with a checksum, Solana without one."""

from __future__ import annotations

from collections.abc import Collection

from base58 import b58decode, b58decode_check, b58encode_check

from outreach.adapters.chains.cashaddr import decode, encode
from outreach.adapters.chains.segwit import segwit
from outreach.domain.chains import CASH_PREFIX, Address, Chain, Fault

_LETTERS = frozenset("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
_HASH = 20
KEY, SCRIPT = 0x00, 0x05
LITECOIN_KEY, LITECOIN_SCRIPT = 0x30, 0x32
TRON = 0x41
_SOLANA = 32


def bitcoin(text: str) -> Address | Fault:
    """P2PKH and P2SH as written, witness addresses in lower case."""
    if text[:3].lower() in {"bc1", "tb1"} or text[:5].lower() == "bcrt1":
        return segwit(Chain.BITCOIN, "bc", text)
    found = versioned(text, {KEY, SCRIPT})
    return found if isinstance(found, Fault) else Address(Chain.BITCOIN, text)


def litecoin(text: str) -> Address | Fault:
    """As Bitcoin's; a script's old spelling with 3 and its new one with M are one identity, M."""
    if text[:4].lower() in {"ltc1", "tltc"}:
        return segwit(Chain.LITECOIN, "ltc", text)
    found = versioned(text, {LITECOIN_KEY, LITECOIN_SCRIPT, SCRIPT})
    if isinstance(found, Fault):
        return found
    version, hashed = found
    if version == LITECOIN_KEY:
        return Address(Chain.LITECOIN, text)
    return Address(Chain.LITECOIN, _spelled(LITECOIN_SCRIPT, hashed), _spelled(SCRIPT, hashed))


def bitcoin_cash(text: str) -> Address | Fault:
    """CashAddr with its prefix; the spelling of old, which is Bitcoin's, is the same identity."""
    if text[0] in "13":
        legacy = versioned(text, {KEY, SCRIPT})
        if isinstance(legacy, Fault):
            return legacy
        return Address(Chain.BITCOIN_CASH, encode(int(legacy[0] == SCRIPT), legacy[1]), text)
    found = decode(text)
    if isinstance(found, Fault):
        return found
    kind, hashed = found
    body = text.lower().removeprefix(CASH_PREFIX)
    also = _spelled((KEY, SCRIPT)[kind], hashed) if kind <= 1 and len(hashed) == _HASH else ""
    return Address(Chain.BITCOIN_CASH, CASH_PREFIX + body, also)


def tron(text: str) -> Address | Fault:
    """As written in base58; the hex spelling of nodes and explorers is the same identity."""
    if len(text) == 42 and text[:2] == "41" and not set(text.lower()) - set("0123456789abcdef"):
        return Address(Chain.TRON, b58encode_check(bytes.fromhex(text)).decode("ascii"))
    found = versioned(text, {TRON})
    return found if isinstance(found, Fault) else Address(Chain.TRON, text)


def solana(text: str) -> Address | Fault:
    """Thirty-two bytes; there is no checksum, so a mistyped one is an address, too."""
    if not _LETTERS.issuperset(text):
        return Fault.BAD_CHARACTERS
    if not _SOLANA <= len(text) <= 44 or len(b58decode(text)) != _SOLANA:
        return Fault.WRONG_LENGTH
    return Address(Chain.SOLANA, text)


def versioned(text: str, versions: Collection[int]) -> tuple[int, bytes] | Fault:
    """Version byte and hash of a base58check text."""
    if not _LETTERS.issuperset(text):
        return Fault.BAD_CHARACTERS
    if not 25 <= len(text) <= 36:
        return Fault.WRONG_LENGTH
    try:
        payload = b58decode_check(text)
    except ValueError:
        return Fault.BAD_CHECKSUM
    if len(payload) != _HASH + 1:
        return Fault.WRONG_LENGTH
    return (payload[0], payload[1:]) if payload[0] in versions else Fault.WRONG_NETWORK


def _spelled(version: int, hashed: bytes) -> str:
    return b58encode_check(bytes([version]) + hashed).decode("ascii")
