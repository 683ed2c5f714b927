"""The vault: personal fields sealed with AES-GCM under a named key, and keyed hashes to find them by."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from outreach.errors import StoreError

NONCE_BYTES = 12
TAG_BYTES = 16
HASH_CHARACTERS = 64


class Vault:
    """Seals and opens personal text; the first key seals, every key opens, so that keys can rotate.

    `keys` maps a key id (1 … 20 ASCII characters) to 32 bytes, newest first. `hash_key` never rotates
    alone: hashes are how people and addresses are found. `randomness` gives n fresh bytes.
    """

    __slots__ = ("_active", "_ciphers", "_hash_key", "_randomness")

    def __init__(
        self, keys: Mapping[str, bytes], hash_key: bytes, randomness: Callable[[int], bytes]
    ) -> None:
        if not keys:
            raise StoreError("no encryption key is set: OUTREACH_KEYS is empty; `outreach init` makes one")
        self._ciphers = {name.encode("ascii"): AESGCM(key) for name, key in keys.items()}
        self._active = next(iter(self._ciphers))
        self._hash_key = hash_key
        self._randomness = randomness

    @property
    def active(self) -> str:
        """The id of the key that seals."""
        return self._active.decode("ascii")

    @property
    def keys(self) -> tuple[str, ...]:
        """The ids of all keys, newest first."""
        return tuple(name.decode("ascii") for name in self._ciphers)

    def open_if_can(self, sealed: bytes) -> str | None:
        """The text that was sealed; None where it cannot be opened, for whoever can do without it."""
        try:
            return self.open(sealed)
        except StoreError:
            return None

    def seal(self, text: str) -> bytes:
        """The text, sealed: key id, a zero byte, nonce, ciphertext."""
        nonce = self._randomness(NONCE_BYTES)
        name = self._active
        return name + b"\0" + nonce + self._ciphers[name].encrypt(nonce, text.encode("utf-8"), name)

    def open(self, sealed: bytes) -> str:
        """The text that was sealed. Raises StoreError where its key is missing or a byte was changed."""
        name, _, rest = bytes(sealed).partition(b"\0")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise StoreError(
                f"encryption key {name.decode('ascii', 'replace')!r} is missing from OUTREACH_KEYS"
            )
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], name).decode("utf-8")
        except (InvalidTag, ValueError):
            raise StoreError("a sealed field was changed, or its key is not the one it names") from None

    @staticmethod
    def key_of(sealed: bytes) -> str:
        """The id of the key that sealed this."""
        return bytes(sealed).partition(b"\0")[0].decode("ascii", "replace")

    def fingerprint(self, text: str) -> str:
        """The keyed hash of a text: 64 hex characters, equal for equal texts, useless without the key."""
        return hmac.digest(self._hash_key, text.encode("utf-8"), "sha256").hex()
