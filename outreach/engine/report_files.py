"""The pictures of reports: on disk before the transaction that names them, each sealed with a key of its own.

The key is in the row: forgetting the row makes the file unreadable at once, and the sweep takes it away.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from outreach.domain.reporting import Picture
from outreach.errors import ArchiveError
from outreach.store import reports as ledger
from outreach.store.database import Store
from outreach.store.reports import File
from outreach.telemetry import REPORTS_SWEPT

ORPHANED_AFTER = timedelta(hours=1)
"""From when on a file that no report names is left over from a process that died."""

log = structlog.get_logger()


class Shelf(Protocol):
    """Where pictures are kept, sealed."""

    def put(self, name: str, content: bytes, key: bytes) -> None:
        """Keep it durably. ArchiveError: it is not kept."""
        ...

    def get(self, name: str, key: bytes) -> bytes:
        """What was kept. ArchiveError: not now."""
        ...

    def drop(self, name: str) -> None:
        """Take it away."""
        ...

    def sweep(self, kept: Collection[str], gone: Collection[str], before: datetime) -> int:
        """Take away what is gone, and what nobody keeps and is older; how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Keeps pictures, gives them to people at the firm, and lets go of what was forgotten."""

    store: Store
    shelf: Shelf
    randomness: Callable[[int], bytes]

    def keep(self, pictures: Sequence[Picture]) -> list[File]:
        """Put these on the shelf; all of them, or none. Raises ArchiveError."""
        files: list[File] = []
        try:
            for picture in pictures:
                files.append(self._kept(len(files) + 1, picture))
        except ArchiveError:
            self.drop(files)
            raise
        return files

    def _kept(self, n: int, picture: Picture) -> File:
        name, key = self.randomness(16).hex(), self.randomness(32)
        self.shelf.put(name, picture.content, key)
        return File(
            n=n,
            kind=picture.kind,
            size=len(picture.content),
            sha256=picture.sha256,
            original_sha256=picture.original_sha256,
            name=name,
            key=b64encode(key).decode(),
        )

    def drop(self, files: Sequence[File]) -> None:
        """Take these away again."""
        for file in files:
            with suppress(OSError, ArchiveError):  # the sweep takes it later
                self.shelf.drop(file.name)

    def of(self, report: str) -> list[tuple[File, bytes]]:
        """The pictures of a report (its id), as they are kept. Raises ArchiveError."""
        with self.store.read() as tx:
            files = ledger.files_of(tx, report)
        return [(file, self.shelf.get(file.name, b64decode(file.key))) for file in files]

    def sweep(self, now: datetime) -> int:
        """Take away files whose report was forgotten, or was never written down; how many."""
        with self.store.read() as tx:
            kept, gone = ledger.names(tx)
        count = self.shelf.sweep(kept, gone, now - ORPHANED_AFTER)
        if count:
            log.info(REPORTS_SWEPT, files=count)
        return count
