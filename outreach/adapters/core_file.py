"""A core system in two files: the demo's stand-in, and the template for the adapter to the real one.

The real adapter asks the firm's core over its own API and keeps this shape: `transfers` says only what the
core said just now and leaves out what it does not know; the three requests carry our call id, so that the
core can tell a repeat from a second wish; that a hold was asked for never means that there is one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from outreach.domain.transfer import Transfer, read_transfers
from outreach.errors import OutreachError


@dataclass(slots=True, kw_only=True)
class FileCore:
    """Reads transfers from a JSON file, `{ref: {"status": …, "hold_expires_at": …, "as_of": …}}`, and appends
    calls to a JSONL file, each call id once.

    The transfers are read again when their file changes. A missing or broken file, or entry, answers nothing.
    """

    transfers_file: Path
    calls_file: Path
    _known: Mapping[str, Transfer] = field(default_factory=dict, init=False, repr=False)
    _state: tuple[int, int, int] | None = field(default=None, init=False, repr=False)

    def transfers(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
        """What the file says of these transfers now."""
        self._refresh()
        return {ref: self._known[ref] for ref in refs if ref in self._known}

    def request_hold(self, ref: str, reason: str, call_id: str, seconds: int | None = None) -> None:
        """Note the wish for a transfer hold."""
        length = {} if seconds is None else {"hold_seconds": seconds}
        self._note(call_id=call_id, call="hold", ref=ref, reason=reason, **length)

    def request_release(self, ref: str, reason: str, call_id: str) -> None:
        """Note the wish to lift a transfer hold."""
        self._note(call_id=call_id, call="release", ref=ref, reason=reason)

    def request_freeze(self, ref: str, reason: str, call_id: str) -> None:
        """Note the wish to freeze what has left."""
        self._note(call_id=call_id, call="freeze", ref=ref, reason=reason)

    def _refresh(self) -> None:
        try:
            state = self.transfers_file.stat()
        except OSError:
            self._known, self._state = {}, None
            return
        seen = (state.st_mtime_ns, state.st_size, state.st_ino)
        if seen != self._state:
            self._known, self._state = _read(self.transfers_file), seen

    def _note(self, *, call_id: str, **call: str | int) -> None:
        """Append a call, unless one with this id is there: a repeat after a crash is the same wish."""
        try:
            if call_id in _call_ids(self.calls_file):
                return
            self.calls_file.parent.mkdir(parents=True, exist_ok=True)
            line = json.dumps({"call_id": call_id, **call}, ensure_ascii=False) + "\n"
            if _is_torn(self.calls_file):
                line = "\n" + line
            handle = os.open(self.calls_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise OutreachError(
                f"the core's call file {self.calls_file} cannot be written: {error.strerror};"
                " mend it and run again"
            ) from None


def _read(path: Path) -> dict[str, Transfer]:
    """The entries that can be understood."""
    try:
        return read_transfers(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return {}


def _is_torn(path: Path) -> bool:
    """True where a crash left a last line without its end."""
    return path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")


def _call_ids(path: Path) -> frozenset[str]:
    """The ids in the log; a line cut short by a crash is passed over."""
    if not path.exists():
        return frozenset()
    ids = set()
    for line in path.read_bytes().splitlines():
        try:
            ids.add(json.loads(line)["call_id"])
        except (ValueError, TypeError, KeyError):
            continue
    return frozenset(ids)
