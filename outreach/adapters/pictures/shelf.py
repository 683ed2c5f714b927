"""A folder of sealed files with names that say nothing. The process that takes them never gives one out."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from outreach.errors import ArchiveError

_NAME = re.compile(r"[0-9a-f]{32}")
_NONCE = b"\0" * 12
"""A key seals one file, once: its nonce need not differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Keeps files in `folder`, each sealed with a key of its own that is kept elsewhere."""

    folder: Path

    def put(self, name: str, content: bytes, key: bytes) -> None:
        """Keep this, durably, readable by our own user only. Raises ArchiveError: nothing is kept then."""
        place = self._place(name)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(AESGCM(key).encrypt(_NONCE, content, name.encode()))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self.drop(name)
            raise ArchiveError(f"{self.folder}: a picture cannot be kept ({error.strerror})") from None

    def get(self, name: str, key: bytes) -> bytes:
        """What was kept. Raises ArchiveError where it is gone, or was changed."""
        try:
            return AESGCM(key).decrypt(_NONCE, self._place(name).read_bytes(), name.encode())
        except OSError as error:
            raise ArchiveError(f"{self.folder}: a picture cannot be read ({error.strerror})") from None
        except (InvalidTag, ValueError):
            raise ArchiveError(f"{self.folder}: a picture was changed, or its key is another") from None

    def drop(self, name: str) -> None:
        """Take it away, if it is there."""
        with suppress(FileNotFoundError):
            self._place(name).unlink()

    def sweep(self, kept: Collection[str], gone: Collection[str], before: datetime) -> int:
        """Take away the files of `gone`, and whatever nobody keeps that is older than `before`; how many."""
        count = 0
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if not _NAME.fullmatch(path.name) or path.name in kept:
                continue
            with suppress(FileNotFoundError):  # another process sweeps, too
                if path.name in gone or path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    count += 1
        return count

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ArchiveError("a picture's name is 32 hex characters")
        return self.folder / name
