"""The vault: what is sealed opens only whole, under its own key; hashes are useless without theirs."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.errors import StoreError
from outreach.store.vault import Vault

OLD, NEW, HASH = (bytes([n]) * 32 for n in (1, 2, 3))
SECRET = "+15550100001 ann@example.com"


def a_vault(**keys: bytes) -> Vault:
    """A vault over these keys, newest first."""
    return Vault(keys or {"k1": OLD}, HASH, os.urandom)


@given(st.text())
def test_what_is_sealed_opens_to_itself_and_never_looks_the_same_twice(text: str) -> None:
    vault = a_vault()
    first, second = vault.seal(text), vault.seal(text)

    assert vault.open(first) == vault.open(second) == text
    assert first != second


def test_a_sealed_text_shows_nothing_but_its_keys_name() -> None:
    sealed = a_vault().seal(SECRET)

    assert sealed.startswith(b"k1\0")
    assert b"555" not in sealed
    assert b"ann" not in sealed


def test_every_changed_missing_or_added_byte_is_refused() -> None:
    vault, sealed = a_vault(), a_vault().seal(SECRET)
    flipped = [sealed[:n] + bytes([sealed[n] ^ 1]) + sealed[n + 1 :] for n in range(len(sealed))]
    cut = [sealed[:n] for n in range(len(sealed))]

    for changed in (*flipped, *cut, sealed + b"x"):
        with pytest.raises(StoreError) as refused:
            vault.open(changed)
        assert "ann" not in str(refused.value)


def test_a_rotated_vault_opens_what_the_old_key_sealed_and_seals_with_the_new_one() -> None:
    sealed = a_vault(k1=OLD).seal(SECRET)
    rotated = a_vault(k2=NEW, k1=OLD)

    assert rotated.open(sealed) == SECRET
    assert rotated.seal(SECRET).startswith(b"k2\0")
    assert rotated.fingerprint(SECRET) == a_vault(k1=OLD).fingerprint(SECRET)  # people are still found


def test_a_missing_key_is_named_by_its_id_and_nothing_else() -> None:
    sealed = a_vault(k1=OLD).seal(SECRET)

    with pytest.raises(StoreError) as refused:
        a_vault(k2=NEW).open(sealed)

    assert str(refused.value) == "encryption key 'k1' is missing from OUTREACH_KEYS"


def test_the_same_key_under_another_name_does_not_open() -> None:
    sealed = a_vault(k1=OLD).seal(SECRET)

    with pytest.raises(StoreError, match="was changed"):
        a_vault(k2=OLD).open(b"k2" + sealed[2:])


def test_a_vault_without_a_key_is_refused_with_what_to_do() -> None:
    with pytest.raises(StoreError, match="outreach init"):
        Vault({}, HASH, os.urandom)


@given(st.text(), st.text())
def test_fingerprints_are_equal_for_equal_texts_only_and_depend_on_the_key(one: str, other: str) -> None:
    vault, stranger = a_vault(), Vault({"k1": OLD}, NEW, os.urandom)

    assert (vault.fingerprint(one) == vault.fingerprint(other)) is (one == other)
    assert vault.fingerprint(one) != stranger.fingerprint(one)
    assert len(vault.fingerprint(one)) == 64
