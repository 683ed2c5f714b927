"""Addresses as people write them, checked by their chain's own rules, each to its one identity.

Checksums are computed by `base58`, `bech32` and `pycryptodome` (Keccak); what is ours is which version bytes,
lengths and prefixes a chain has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from outreach.adapters.chains.base58_kinds import bitcoin, bitcoin_cash, litecoin, solana, tron
from outreach.adapters.chains.evm import checksummed, evm
from outreach.adapters.chains.xrp import xrp
from outreach.domain.chains import Address, Chain, Fault

_READERS: Mapping[Chain, Callable[[str], Address | Fault]] = {
    Chain.EVM: evm,
    Chain.BITCOIN: bitcoin,
    Chain.LITECOIN: litecoin,
    Chain.BITCOIN_CASH: bitcoin_cash,
    Chain.TRON: tron,
    Chain.SOLANA: solana,
    Chain.XRP: xrp,
}

LONGEST = 128


def read(chain: Chain, text: str) -> Address | Fault:
    """The address that this is on this chain, or what is wrong with it."""
    text = text.strip()
    if not text:
        return Fault.NO_ADDRESS
    if len(text) > LONGEST:
        return Fault.WRONG_LENGTH
    if not text.isascii():
        return Fault.BAD_CHARACTERS
    return _READERS[chain](text)


def read_any(text: str) -> tuple[Address, ...]:
    """Every address that this is, on whichever chain: one spelling may be right on several."""
    found = (read(chain, text) for chain in Chain)
    return tuple(each for each in found if isinstance(each, Address))


def mixed_case(text: str) -> str:
    """An Ethereum address (in lower case) with the checksum in its case, as wallets show it."""
    return f"0x{checksummed(text[2:])}"


__all__ = ["mixed_case", "read", "read_any"]
