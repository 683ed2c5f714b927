"""A process says that it lives, for as long as it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version

from outreach.domain.running import Process
from outreach.errors import OutreachError
from outreach.store import processes
from outreach.wiring.beating import beating
from outreach.wiring.house import House


@contextmanager
def living(house: House, role: str) -> Iterator[None]:
    """Tell the store every few seconds that this process lives; at the end, that it has gone."""
    started = house.clock()

    def beat() -> None:
        with house.store.begin() as tx:
            now = house.clock()
            process = Process(
                holder=house.holder,
                role=role,
                version=version("outreach"),
                started_at=started,
                beat_at=now,
            )
            processes.beat(tx, process)

    beat()
    try:
        with beating(beat):
            yield
    finally:
        with suppress(OutreachError), house.store.begin() as tx:  # without it, it is forgotten in an hour
            processes.leave(tx, house.holder)
