"""Segregated witness addresses: bech32 for version 0 (BIP-173), bech32m for the later ones (BIP-350)."""

from __future__ import annotations

from bech32 import CHARSET, bech32_hrp_expand, bech32_polymod, convertbits

from outreach.domain.chains import Address, Chain, Fault

BECH32, BECH32M = 1, 0x2BC830A3
LONGEST = 90
_CHECK = 6
_CHARACTERS = {c: n for n, c in enumerate(CHARSET)}


def segwit(chain: Chain, prefix: str, text: str) -> Address | Fault:
    """A witness address of this chain, in lower case."""
    lower = text.lower()
    if text not in {lower, text.upper()}:
        return Fault.BAD_CHARACTERS
    hrp, _, body = lower.rpartition("1")
    if not _CHARACTERS.keys() >= set(body):
        return Fault.BAD_CHARACTERS
    if len(lower) > LONGEST or len(body) < _CHECK + 1:
        return Fault.WRONG_LENGTH
    values = [_CHARACTERS[c] for c in body]
    check = bech32_polymod([*bech32_hrp_expand(hrp), *values])
    if check not in {BECH32, BECH32M}:
        return Fault.BAD_CHECKSUM
    if hrp != prefix:
        return Fault.WRONG_NETWORK
    return _program(chain, lower, values[:-_CHECK], check)


def _program(chain: Chain, lower: str, values: list[int], check: int) -> Address | Fault:
    version, program = values[0], convertbits(values[1:], 5, 8, pad=False)
    if version > 16 or program is None:
        return Fault.BAD_CHARACTERS
    if (version == 0) != (check == BECH32):
        return Fault.BAD_CHECKSUM  # the right sum of the wrong kind: BIP-350 refuses it
    if not 2 <= len(program) <= 40 or (version == 0 and len(program) not in {20, 32}):
        return Fault.WRONG_LENGTH
    return Address(chain, lower)
