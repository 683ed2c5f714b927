"""The emulator's process."""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
from pathlib import Path

from tests.emulator.fates import FATES, Fates, Lateness
from tests.emulator.journal import Journal
from tests.emulator.providers import Providers
from tests.emulator.server import Server


def options() -> argparse.Namespace:
    """The command line."""
    asked = argparse.ArgumentParser(prog="python -m tests.emulator", description=__doc__)
    asked.add_argument("--port", type=int, default=0, help="0: any, told on the first line of output")
    asked.add_argument("--log", type=Path, required=True, help="appended to; read again at the start")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--lag", type=float, default=0.0, help="seconds, at most, until a message is listed")
    asked.add_argument("--late", type=float, default=0.0, help="seconds, at most, until one is accepted")
    asked.add_argument("--late-share", type=float, default=0.05, help="of requests that take as long as that")
    asked.add_argument("--queued", type=float, default=2.0, help="seconds until date_sent is filled")
    asked.add_argument("--seconds", type=float, default=1.0, help="how long slow and stalled answers take")
    asked.add_argument("--activity", action="store_true", help="the SendGrid account has the activity API")
    asked.add_argument("--fate", action="append", default=[], help=f"NAME=SHARE; {', '.join(FATES)}")
    asked.add_argument("--ask-fate", action="append", default=[], help="the same, for questions")
    return asked.parse_args()


async def main() -> None:
    """Serve until told to stop."""
    told = options()
    journal = Journal(told.log, told.seed, told.lag)
    providers = Providers(journal, queued=told.queued, activity=told.activity)
    fates = Fates.told(told.seed, told.fate), Fates.told(told.seed + 1, told.ask_fate)
    late = Lateness(random.Random(told.seed + 2), told.late, told.late_share)
    server = Server(providers, *fates, told.seconds, late)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with await server.listening(told.port) as door:
        print(door.sockets[0].getsockname()[1], flush=True)  # noqa: T201
        await stop.wait()
    journal.close()


asyncio.run(main())
