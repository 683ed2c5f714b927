"""What no list should ever make listed, as it ships: null and burn addresses, well-known token contracts."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from outreach.domain.chains import Address, Chain, ReadAddress

_FILE = Path(__file__).with_name("allowed.csv")


@cache
def shipped_allowed(read: ReadAddress) -> dict[Address, str]:
    """Each with the reason why."""
    found = {}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            address = read(Chain(row["chain"]), row["address"])
            if isinstance(address, Address):
                found[address] = row["reason"]
    return found
