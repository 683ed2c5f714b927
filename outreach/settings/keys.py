"""Keys as settings write them."""

from __future__ import annotations

import base64
import binascii
import re

from pydantic import SecretStr

from outreach.errors import SettingsError
from outreach.settings.whole import SECRETS_FILE

KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,8}")


def read_keys(setting: SecretStr, name: str) -> dict[str, bytes]:
    """`id:base64,id:base64` as key id → 32 bytes, in order. Raises SettingsError naming the setting only."""
    keys = {}
    parts = [part.strip() for part in setting.get_secret_value().split(",") if part.strip()]
    for place, part in enumerate(parts, 1):
        key_id, colon, encoded = part.partition(":")
        if not colon or not KEY_ID.fullmatch(key_id):  # without its id, what stands there is the key itself
            shape = "is written id:base64, the id 1 to 8 letters, digits, _ or -"
            raise SettingsError([f"{name}: key {place} {shape}: `outreach init` shows how it looks"])
        keys[key_id] = read_key(encoded, f"{name} (key {key_id!r})")
    if not keys:
        raise SettingsError([f"{name} is not set: `outreach init` makes one in {SECRETS_FILE}"])
    return keys


def read_key(encoded: str, name: str) -> bytes:
    """32 bytes from base64. Raises SettingsError naming the setting only."""
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise SettingsError([f"{name} must be 32 bytes in base64: `outreach init` shows how it looks"])
    return key
