"""What was accepted: a line a message, on the disk before anybody hears of it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

Entry = Mapping[str, object]


class Journal:
    """The log and what can be looked up in it. Entries of requests that come together share one fsync."""

    def __init__(self, path: Path, seed: int, lag: float) -> None:
        self._dice = random.Random(seed)
        self._lag = lag
        self.count = 0
        self._by_number: defaultdict[object, list[Entry]] = defaultdict(list)
        self._by_message: dict[object, Entry] = {}
        for entry in accepted(path):
            self._remember(entry)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._pending: list[bytes] = []
        self._flush: asyncio.Task[None] | None = None

    async def accept(self, provider: str, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Write messages down; back when they are on the disk."""
        whole = []
        for entry in entries:
            now = time.time()
            seen = now + self._dice.uniform(0, self._lag)
            whole.append({"n": self.count + 1, "provider": provider, "at": now, "seen_from": seen, **entry})
            self._remember(whole[-1])
            self._pending.append(json.dumps(whole[-1], ensure_ascii=False).encode() + b"\n")
        if self._flush is None:
            self._flush = asyncio.create_task(self._write())
        await self._flush
        return whole

    def to(self, number: str) -> list[Entry]:
        """What Twilio shows of a number by now, newest first."""
        return [e for e in reversed(self._by_number[number]) if float(str(e["seen_from"])) <= time.time()]

    def of(self, message: str) -> Entry | None:
        """What SendGrid shows of one of our ids by now."""
        entry = self._by_message.get(message)
        return entry if entry is not None and float(str(entry["seen_from"])) <= time.time() else None

    def close(self) -> None:
        """No more."""
        os.close(self._file)

    def _remember(self, entry: Entry) -> None:
        self.count += 1
        if entry["provider"] == "twilio":
            self._by_number[entry["to"]].append(entry)
        elif entry["provider"] == "sendgrid":
            self._by_message[entry["message"]] = entry

    async def _write(self) -> None:
        await asyncio.sleep(0)  # whoever came in this turn rides along
        lines, self._pending, self._flush = b"".join(self._pending), [], None
        await asyncio.to_thread(self._to_disk, lines)

    def _to_disk(self, lines: bytes) -> None:
        os.write(self._file, lines)
        os.fdatasync(self._file)


def accepted(path: Path) -> list[Entry]:
    """Every message in a log, also while it is written; a line that was cut off was answered to nobody."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in lines]
