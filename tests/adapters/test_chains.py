"""Addresses against the published vectors of their chains; one identity however an address is spelled."""

from __future__ import annotations

import pytest
from base58 import b58encode_check
from hypothesis import given
from hypothesis import strategies as st

from outreach.adapters.address_lists import shipped_allowed
from outreach.adapters.chains import read, read_any
from outreach.adapters.chains.evm import checksummed
from outreach.domain.chains import Address, Chain, Fault, chain_like, chain_named, key_of

BECH32 = (  # BIP-173 and BIP-350, "the following list gives valid segwit addresses", main network
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
    "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
    "BC1SW50QGDZ25J",
    "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
)
NO_BECH32 = (  # the same, "the following list gives invalid segwit addresses"
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", Fault.BAD_CHECKSUM),
    ("BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", Fault.BAD_CHECKSUM),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", Fault.BAD_CHECKSUM),
    ("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", Fault.BAD_CHARACTERS),
    ("BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", Fault.BAD_CHARACTERS),
    ("bc1pw5dgrnzv", Fault.WRONG_LENGTH),
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav", Fault.WRONG_LENGTH),
    ("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", Fault.WRONG_LENGTH),
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", Fault.BAD_CHARACTERS),
    ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", Fault.BAD_CHARACTERS),
    ("bc1gmk9yu", Fault.WRONG_LENGTH),
    ("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7", Fault.WRONG_NETWORK),
    ("tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c", Fault.WRONG_NETWORK),
)
EIP_55 = (
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
)
CASH = (  # the table "examples of address translation" of the CashAddr specification
    ("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"),
    ("1KXrWXciRDZUpQwQmuM1DbwsKDLYAYsVLR", "bitcoincash:qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy"),
    ("16w1D5WRVKJuZUsSRzdLp9w3YGcgoxDXb", "bitcoincash:qqq3728yw0y47sqn6l2na30mcw6zm78dzqre909m2r"),
    ("3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC", "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq"),
    ("3LDsS579y7sruadqu11beEJoTjdFiFCdX4", "bitcoincash:pr95sy3j9xwd2ap32xkykttr4cvcu7as4yc93ky28e"),
    ("31nwvkZwyPdgzjBJZXfDmSWsC4ZLKpYyUw", "bitcoincash:pqq3728yw0y47sqn6l2na30mcw6zm78dzq5ucqzc37"),
)
X_ADDRESS = (  # XLS-5, its reference vectors for one account
    ("X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqZ", "r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59"),
    ("X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu", Fault.CARRIES_TAG),
    ("T719a5UwUCnEs54UsxG9CJYYDhwmFCqkr7wxCcNcfZ6p5GZ", Fault.WRONG_NETWORK),
)


@pytest.mark.parametrize("text", BECH32)
def test_every_valid_witness_address_is_one_in_lower_case(text: str) -> None:
    assert read(Chain.BITCOIN, text) == Address(Chain.BITCOIN, text.lower())


@pytest.mark.parametrize(("text", "fault"), NO_BECH32)
def test_every_invalid_witness_address_is_refused_with_its_reason(text: str, fault: Fault) -> None:
    assert read(Chain.BITCOIN, text) == fault


@pytest.mark.parametrize("text", EIP_55)
def test_checksum_and_lower_case_are_one_identity(text: str) -> None:
    spellings = (text, text.lower(), text.upper(), f"0x{text[2:].upper()}")

    assert {read(Chain.EVM, each) for each in spellings} == {Address(Chain.EVM, text.lower())}


@pytest.mark.parametrize(
    "text", [text for text in EIP_55 if not text[2:].isupper() and not text[2:].islower()]
)
def test_a_letter_in_the_wrong_case_is_told(text: str) -> None:
    place = next(n for n in range(len(text) - 1, 1, -1) if text[n].isalpha())
    wrong = text[:place] + text[place].swapcase() + text[place + 1 :]

    assert read(Chain.EVM, wrong) == Fault.BAD_CHECKSUM


@pytest.mark.parametrize(("legacy", "cash"), CASH)
def test_both_spellings_of_bitcoin_cash_are_one_identity(legacy: str, cash: str) -> None:
    spellings = (legacy, cash, cash.removeprefix("bitcoincash:"), cash.upper())

    assert {read(Chain.BITCOIN_CASH, each) for each in spellings} == {
        Address(Chain.BITCOIN_CASH, cash, legacy)
    }


@pytest.mark.parametrize(("text", "meant"), X_ADDRESS)
def test_an_x_address_is_its_account_but_one_with_a_tag_is_nobodys(text: str, meant: str | Fault) -> None:
    found = read(Chain.XRP, text)

    assert (found.text if isinstance(found, Address) else found) == meant


OTHERS = (
    (Chain.BITCOIN, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    (Chain.LITECOIN, "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9"),
    (Chain.TRON, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
    (Chain.SOLANA, "So11111111111111111111111111111111111111112"),
    (Chain.XRP, "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh"),
)


def test_the_hex_spelling_of_tron_is_the_same_identity() -> None:
    found = Address(Chain.TRON, "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb")

    assert read(Chain.TRON, "41" + "00" * 20) == read(Chain.TRON, found.text) == found


@pytest.mark.parametrize(("chain", "text"), OTHERS)
def test_an_address_of_every_other_chain_is_read(chain: Chain, text: str) -> None:
    found = read(chain, f"  {text}\n")

    assert isinstance(found, Address)
    assert found.text == text


WRONG = (
    (Chain.BITCOIN, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", Fault.BAD_CHECKSUM),
    (Chain.BITCOIN, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN0", Fault.BAD_CHARACTERS),
    (Chain.BITCOIN, "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", Fault.WRONG_NETWORK),
    (Chain.LITECOIN, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", Fault.WRONG_NETWORK),
    (Chain.EVM, "0x52908400098527886E0F7030069857D2E4169EE", Fault.WRONG_LENGTH),
    (Chain.EVM, "0x52908400098527886E0F7030069857D2E4169EEG", Fault.BAD_CHARACTERS),
    (Chain.TRON, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u", Fault.BAD_CHECKSUM),
    (Chain.SOLANA, "So1111111111111111111111111111111111111111", Fault.WRONG_LENGTH),
    (Chain.XRP, "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTi", Fault.BAD_CHECKSUM),
    (Chain.BITCOIN_CASH, "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6b", Fault.BAD_CHARACTERS),
    (Chain.BITCOIN_CASH, "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q", Fault.BAD_CHECKSUM),
    (Chain.BITCOIN, "", Fault.NO_ADDRESS),
    (Chain.BITCOIN, "１A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", Fault.BAD_CHARACTERS),
    (Chain.BITCOIN, "1" * 500, Fault.WRONG_LENGTH),
)


@pytest.mark.parametrize(("chain", "text", "fault"), WRONG)
def test_what_is_no_address_says_why(chain: Chain, text: str, fault: Fault) -> None:
    assert read(chain, text) == fault


@given(st.sampled_from(Chain), st.text(max_size=140))
def test_no_text_at_all_breaks_the_reading(chain: Chain, text: str) -> None:
    found = read(chain, text)

    assert isinstance(found, Fault) or read(chain, found.text) == found


@given(st.binary(min_size=20, max_size=20), st.sampled_from([0x32, 0x05]))
def test_both_spellings_of_a_litecoin_script_are_one_identity(hashed: bytes, version: int) -> None:
    found = read(Chain.LITECOIN, b58encode_check(bytes([version]) + hashed).decode())

    assert isinstance(found, Address)
    assert found.text.startswith("M")
    assert read(Chain.LITECOIN, found.also) == found


@given(st.binary(min_size=20, max_size=20))
def test_reading_again_what_was_read_changes_nothing(raw: bytes) -> None:
    written = checksummed(raw.hex())

    assert (
        read(Chain.EVM, f"0x{written}") == read(Chain.EVM, raw.hex()) == Address(Chain.EVM, f"0x{raw.hex()}")
    )


def test_whatever_is_listed_looks_like_its_chain_except_what_has_two() -> None:
    for chain, text in OTHERS:
        found = read(chain, text)
        assert isinstance(found, Address)
        assert chain_like(key_of(found.text)) == chain


@pytest.mark.parametrize(
    "account", ["GB33BUKB20201555555555", "", "12345678", "DE89370400440532013000", "card-1"]
)
def test_a_bank_account_looks_like_no_chain(account: str) -> None:
    assert chain_like(key_of(account)) is None
    assert read_any(account) == ()


def test_a_chain_is_known_by_what_lists_call_it() -> None:
    said = {"BTC": "bitcoin", "Ethereum": "evm", "BCH": "bitcoin_cash", "bitcoin cash": "bitcoin_cash"}
    said |= {"polygon": "evm", "TRX": "tron"}

    assert chain_named("XMR") is chain_named("") is None
    assert {name: chain_named(name) for name in said} == said
    assert all(chain_named(chain.value) is chain for chain in Chain)


def test_what_ships_as_allowed_is_right_on_its_chain_and_has_the_null_address_and_token_contracts() -> None:
    shipped = shipped_allowed(read)

    assert len(shipped) >= 45
    assert Address(Chain.EVM, f"0x{'0' * 40}") in shipped
    assert Address(Chain.EVM, "0xdac17f958d2ee523a2206206994597c13d831ec7") in shipped
    assert {each.chain for each in shipped} >= {Chain.EVM, Chain.BITCOIN, Chain.TRON, Chain.SOLANA, Chain.XRP}
