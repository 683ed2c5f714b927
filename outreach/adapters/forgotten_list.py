"""The list of who was forgotten: a file of ids beside the backups, so that a restore brings nobody back.

An id names nobody once its row in `people` is gone; in an older copy that row is there again. The file tells
which rows those are, and nothing else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenList:
    """One id a line, appended and synced; what is no id is passed over."""

    place: Path

    def ids(self) -> set[str]:
        """Everybody on it; nobody where there is no such file."""
        try:
            text = self.place.read_text(encoding="ascii", errors="replace")
        except FileNotFoundError:
            return set()
        return {line.strip() for line in text.splitlines() if _ID.fullmatch(line.strip())}

    def add(self, ids: Iterable[str]) -> int:
        """Put down those that are not on it yet, durably; how many. OSError: it cannot be written."""
        missing = sorted(set(ids) - self.ids())
        if missing:
            handle = os.open(self.place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write("".join(f"{each}\n" for each in missing))
                file.flush()
                os.fsync(file.fileno())
        return len(missing)
