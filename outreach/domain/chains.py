"""Chains and addresses on them: which there are, what else they are called, what can be wrong with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Chain(StrEnum):
    """The chains whose addresses we can check; `evm` is every chain with Ethereum's addresses."""

    EVM = "evm"
    BITCOIN = "bitcoin"
    LITECOIN = "litecoin"
    BITCOIN_CASH = "bitcoin_cash"
    TRON = "tron"
    SOLANA = "solana"
    XRP = "xrp"


CALLED: Mapping[Chain, str] = {
    Chain.EVM: "eth ethereum polygon matic bsc bnb arbitrum optimism base avalanche fantom linea erc20",
    Chain.BITCOIN: "btc xbt",
    Chain.LITECOIN: "ltc",
    Chain.BITCOIN_CASH: "bch bitcoincash",
    Chain.TRON: "trx trc20",
    Chain.SOLANA: "sol",
    Chain.XRP: "xrpl ripple",
}
"""What else lists and feeds call a chain."""

_NAMED = {name: chain for chain, names in CALLED.items() for name in (chain.value, *names.split())}


class Fault(StrEnum):
    """Why a row of a list is not taken."""

    NO_ADDRESS = "no_address"
    UNKNOWN_CHAIN = "unknown_chain"
    BAD_CHARACTERS = "bad_characters"
    WRONG_LENGTH = "wrong_length"
    BAD_CHECKSUM = "bad_checksum"
    WRONG_NETWORK = "wrong_network"  # a test network, or another chain's version byte
    CARRIES_TAG = "carries_tag"  # without its tag it names every customer of an exchange
    BAD_MOMENT = "bad_moment"
    BAD_CONFIDENCE = "bad_confidence"
    UNREADABLE = "unreadable"  # the line is no row
    DUPLICATE = "duplicate"  # the same source said the same of it before, in the same file
    SOURCE_WITHDRAWN = "source_withdrawn"


FAULTS: Mapping[Fault, str] = {
    Fault.NO_ADDRESS: "there is no address in the row",
    Fault.UNKNOWN_CHAIN: "a chain whose addresses are not checked here, or none is named",
    Fault.BAD_CHARACTERS: "characters that no address of this chain has",
    Fault.WRONG_LENGTH: "too short or too long for this chain",
    Fault.BAD_CHECKSUM: "the checksum is wrong: a letter was mistyped",
    Fault.WRONG_NETWORK: "an address of a test network, or of another chain",
    Fault.CARRIES_TAG: "an X-address with a tag: without it, it is every customer of an exchange",
    Fault.BAD_MOMENT: "a date that is none (wanted: 2026-11-23, or with a time and an offset)",
    Fault.BAD_CONFIDENCE: "a confidence that is no whole number from 0 to 100",
    Fault.UNREADABLE: "not a row that can be read",
    Fault.DUPLICATE: "said before in the same file",
    Fault.SOURCE_WITHDRAWN: "its source was withdrawn",
}
"""Each reason in words."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address by its one identity; `also` is another spelling that people use ('' where there is none)."""

    chain: Chain
    text: str
    also: str = ""


ReadAddress = Callable[[Chain, str], Address | Fault]
"""An address as somebody wrote it, checked."""


def chain_named(said: str) -> Chain | None:
    """The chain of this name, in any of its spellings."""
    return _NAMED.get(said.strip().lower().replace(" ", "").replace("-", "_").replace("bitcoin_cash", "bch"))


CASH_PREFIX = "bitcoincash:"


BLANKS = " \t\n\v\f\r"
_SHOUTED = ("BC1Q", "BC1P", "LTC1")


def key_of(text: str) -> str:
    """The spelling by which destinations are compared: no prefix, and lower where case says nothing."""
    text = text.strip(BLANKS)
    if text.startswith(("0x", "0X", *_SHOUTED)):
        return text.lower()
    if text.startswith((CASH_PREFIX, CASH_PREFIX.upper())):
        return text[len(CASH_PREFIX) :].lower()
    return text


_BASE58 = frozenset("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
_HEX = frozenset("0123456789abcdef")


def chain_like(key: str) -> Chain | None:
    """The chain that a key looks to be of, by its shape alone; None for bank accounts and the like."""
    if key.startswith("0x"):
        return Chain.EVM if len(key) == 42 and _HEX.issuperset(key[2:]) else None
    if key.startswith(("bc1", "ltc1")):
        return (Chain.BITCOIN if key[0] == "b" else Chain.LITECOIN) if 14 <= len(key) <= 90 else None
    if len(key) == 42 and key[0] in "qp" and key.islower():
        return Chain.BITCOIN_CASH
    return _base58_chain(key) if _BASE58.issuperset(key) else None


def _base58_chain(key: str) -> Chain | None:
    length = len(key)
    if length in {43, 44}:
        return Chain.SOLANA
    if not 25 <= length <= 35:
        return None
    if key[0] == "T":
        return Chain.TRON if length == 34 else None
    return {
        "1": Chain.BITCOIN,
        "3": Chain.BITCOIN,
        "L": Chain.LITECOIN,
        "M": Chain.LITECOIN,
        "r": Chain.XRP,
    }.get(key[0])
