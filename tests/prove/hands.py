"""A process that sends: `python -m tests.prove.hands WORKSPACE START`, in rounds of a few outreaches."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

from outreach.wiring.house import open_house

ROUND = 20
"""Small, so that several processes really work side by side."""


def main() -> int:
    """Wait for the start, then send until nothing is due; tells how many results it had."""
    house = open_house(Path(sys.argv[1]))
    dispatch = replace(house.dispatch, batch=ROUND)
    start = Path(sys.argv[2])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while not start.exists():
        time.sleep(0.01)
    counts = dispatch.run()
    sys.stdout.write(f"{sum(n for name, n in counts.items() if name.startswith('result.sms'))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
