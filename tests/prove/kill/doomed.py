"""`outreach daemon`, one life after another: `python -m tests.prove.kill.doomed WORKSPACE DIARY`.

For each line that it reads it forks a daemon (what a fresh interpreter imports is imported once), tells its
process id, and how it ended. A line that names POINT@K dooms the daemon: a point is a moment around a commit
or a call; the K-th time that it is passed the process dies by SIGKILL, with nothing flushed and nothing
closed. `POINT@K ! stop` stops it there by SIGSTOP instead. The diary tells which points were passed at all,
so that kills can be spread over them, and which was the last. Production code knows nothing of this: its
methods are wrapped.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from outreach.adapters.archive import Archive
from outreach.adapters.fcm import FcmPush
from outreach.adapters.sendgrid import SendGridEmail
from outreach.adapters.twilio import TwilioSms
from outreach.cli import outreach
from outreach.store.database import Store, Tx

CALLS = (
    (TwilioSms, "send_many"),
    (TwilioSms, "ask"),
    (SendGridEmail, "send_many"),
    (SendGridEmail, "ask"),
    (FcmPush, "send_many"),
    (Archive, "write"),
)
LONGEST_CALL = 0.5  # seconds into a call at most


class Doom:
    """When this process dies."""

    def __init__(self, diary: Path, told: str) -> None:
        self._diary = os.open(diary, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        where, _, how = told.partition(" ! ")
        self._point, _, times = where.rpartition("@")
        self._at = int(times or 0)
        self._signal = signal.SIGSTOP if how == "stop" else signal.SIGKILL
        self._passed: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._writing = threading.RLock()

    def passes(self, point: str) -> None:
        """A moment: the last one, where it is the one that was told."""
        if self._is_first_or_last(point):
            self._die(point)

    def goes_into(self, point: str) -> None:
        """The beginning of a call: where this one was told, the end comes some time into it."""
        if self._is_first_or_last(point):
            threading.Thread(target=self._die, args=(point, random.uniform(0, LONGEST_CALL))).start()

    def tell(self, word: str, text: str = "") -> None:
        """A line for the diary."""
        os.write(self._diary, f"{os.getpid()}\t{word}\t{text}\t{time.time()}\n".encode())

    def _is_first_or_last(self, point: str) -> bool:
        with self._lock:
            self._passed[point] += 1
            times = self._passed[point]
        if times == 1:
            self.tell("passed", point)
        return point == self._point and times == self._at

    @contextmanager
    def writes(self, store: Store) -> Iterator[None]:
        """A transaction that writes. On SQLite nobody stops in one: whoever is frozen with the file's only
        lock holds up every writer until he is killed, as docs/operations.md says: no matter of leases."""
        is_file = store.engine.dialect.name == "sqlite" and self._signal == signal.SIGSTOP
        with self._writing if is_file else nullcontext():
            yield

    def _die(self, point: str, after: float = 0.0) -> None:
        time.sleep(after)
        with self._writing:
            self.tell("ended", point)
            os.kill(os.getpid(), self._signal)


def around_commits(doom: Doom) -> None:
    """Two points a transaction, named after whoever opened it."""
    begin: Callable[[Store], AbstractContextManager[Tx]] = Store.begin

    @contextmanager
    def watched(store: Store, who: str) -> Iterator[Tx]:
        with doom.writes(store), begin(store) as tx:
            yield tx
            doom.passes(f"before the commit of {who}")
        doom.passes(f"after the commit of {who}")

    def named(store: Store) -> AbstractContextManager[Tx]:
        return watched(store, sys._getframe(1).f_code.co_qualname)

    Store.begin = named  # type: ignore[method-assign]


def around_calls(doom: Doom) -> None:
    """Three points a call: before, within and after it."""
    for kind, name in CALLS:
        setattr(kind, name, _watched(doom, getattr(kind, name), f"{kind.__name__}.{name}"))


def _watched(doom: Doom, call: Callable[..., Any], who: str) -> Callable[..., Any]:
    def watched(*words: Any, **named: Any) -> Any:
        doom.passes(f"before {who}")
        if call.__name__ == "send_many":
            doom.tell("sends", who)
        doom.goes_into(f"within {who}")
        done = call(*words, **named)
        doom.passes(f"after {who}")
        return done

    return watched


def main() -> None:
    """A daemon a line, until there are no more lines."""
    workspace, diary = sys.argv[1:]
    for line in sys.stdin:
        born = os.fork()
        if born == 0:
            _live(workspace, Doom(Path(diary), line.strip()))
        sys.stdout.write(f"{born}\n")
        sys.stdout.flush()
        _, status = os.waitpid(born, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _live(workspace: str, doom: Doom) -> None:
    """The daemon: what it prints goes to the log, and its dice are its own."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    random.seed()
    around_commits(doom)
    around_calls(doom)
    try:
        outreach(["-w", workspace, "daemon"])
    finally:
        os._exit(70)


if __name__ == "__main__":
    main()
