"""Ethereum's addresses (EIP-55): checksum and lower case are one identity, a wrong checksum is told."""

from __future__ import annotations

from Crypto.Hash import keccak

from outreach.domain.chains import Address, Chain, Fault

DIGITS = 40
_HEX = frozenset("0123456789abcdef")


def evm(text: str) -> Address | Fault:
    """An address in lower case; one in mixed case must have the checksum that its case is."""
    if text[:2].lower() != "0x":
        return Fault.BAD_CHARACTERS if len(text) != DIGITS else _read(text)
    return _read(text[2:])


def _read(digits: str) -> Address | Fault:
    lower = digits.lower()
    if not _HEX.issuperset(lower):
        return Fault.BAD_CHARACTERS
    if len(digits) != DIGITS:
        return Fault.WRONG_LENGTH
    if digits not in {lower, digits.upper()} and digits != checksummed(lower):
        return Fault.BAD_CHECKSUM
    return Address(Chain.EVM, f"0x{lower}")


def checksummed(lower: str) -> str:
    """Forty hex digits in the case that EIP-55 gives them."""
    digest = keccak.new(digest_bits=256, data=lower.encode("ascii")).hexdigest()
    return "".join(c.upper() if int(d, 16) >= 8 else c for c, d in zip(lower, digest, strict=False))
