"""Peak memory and seconds a message with ever more due: python bench/memory.py [--due 10000] [--database …]

One process seeds so many due outreaches, another sends as many of them as `--send` says (all where it is 0)
through a sender that only says yes, and tells its own peak and the CPU of a round of 500.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import structlog
from delivery import ROOT, named, with_sender, workspace
from loop import postgres
from seeding import seed

from outreach.adapters.safety import Discard
from outreach.domain.scale import Channel


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--due", type=int, default=10_000)
    options.add_argument("--send", type=int, default=0)
    options.add_argument("--database", default="sqlite")
    options.add_argument("--folder", type=Path, default=None)
    chosen = options.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with tempfile.TemporaryDirectory(prefix="outreach-memory-", dir=chosen.folder) as folder:
        print(json.dumps(measured(Path(folder), chosen)))


def measured(folder: Path, chosen: argparse.Namespace) -> dict[str, float]:
    address = postgres() if chosen.database == "postgresql" else "sqlite:///outreach.db"
    # Seeded by another process: what that took is not the daemon's.
    maker = multiprocessing.get_context("spawn").Process(target=make, args=(folder, address, chosen.due))
    maker.start()
    maker.join()
    if maker.exitcode:
        raise SystemExit("nothing could be seeded")
    house = workspace(folder, "http://127.0.0.1:1", address)
    dispatch = with_sender(house.dispatch, named(Discard(Channel.SMS), "twilio"))
    rounds, sent = [], 0
    begun = time.perf_counter()
    while not chosen.send or sent < chosen.send:
        began, cpu = time.perf_counter(), time.process_time()
        counts = dispatch.round()
        if counts is None:
            break
        sent += counts["result.sms.accepted"]
        rounds.append((time.perf_counter() - began, time.process_time() - cpu))
    house.close()
    return {
        "due": chosen.due,
        "sent": sent,
        "seconds": time.perf_counter() - begun,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "cpu_a_round": statistics.median(cpu for _, cpu in rounds[:-1] or rounds),
        "slowest_round": max(wall for wall, _ in rounds),
    }


def make(folder: Path, address: str, due: int) -> None:
    """The seeding process."""
    house = workspace(folder, "http://127.0.0.1:1", address)
    # Each process puts its own clock to noon: what one makes must be due by the other's.
    seed(house.store, ROOT, due, Channel.SMS, house.clock() - timedelta(minutes=10))
    house.close()


if __name__ == "__main__":
    main()
