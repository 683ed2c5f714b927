"""Twins of an address: same chain, same first and last characters, another middle. Made to be mistaken."""

from __future__ import annotations

from outreach.domain.chains import Chain

HEAD, TAIL = 3, 4
"""How many characters behind a chain's own beginning, and at the end, people compare at most. Wallets show
four and four; poisoners who pay for fewer match three at the front."""

_BEGINNINGS = {
    Chain.EVM: ("0x",),
    Chain.BITCOIN: ("bc1q", "bc1p", "1", "3"),
    Chain.LITECOIN: ("ltc1q", "ltc1p", "L", "M", "3"),
    Chain.BITCOIN_CASH: ("q", "p"),
    Chain.TRON: ("T",),
    Chain.SOLANA: (),
    Chain.XRP: ("r",),
}
"""What every address of a chain begins with says nothing."""


def ends_of(chain: Chain, key: str) -> str | None:
    """What a twin would share with this address; None where it is too short to have a middle."""
    begins = next((b for b in _BEGINNINGS[chain] if key.startswith(b)), "")
    told = key[len(begins) :]
    if len(told) <= HEAD + TAIL:
        return None
    return f"{chain.value}:{begins}{told[:HEAD]}…{told[-TAIL:]}"
