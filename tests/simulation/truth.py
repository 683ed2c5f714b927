"""What the simulation knows and the engine must find out: who was to be warned, and what forbade it when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from outreach.domain.delivery import Receipt
from outreach.domain.gate import NOISELESS, QuietHours, quiet_until
from outreach.domain.ladder import Ladder
from outreach.domain.message import Message
from outreach.domain.moment import zone_of
from outreach.domain.scale import Channel, Urgency
from tests.simulation.memory import PEOPLE, address_of
from tests.simulation.watch import IN_FLIGHT

if TYPE_CHECKING:
    from tests.simulation.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One outreach as it was opened."""

    id: str
    person: str
    urgency: Urgency
    ladder: Ladder
    expires_at: datetime
    policy: str
    transfer: str


class Truth:
    """What stood at every moment."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.outreaches: dict[str, Opened] = {}
        self.answering: set[str] = set()
        self.cancelled: dict[str, datetime] = {}
        self.stopped: dict[str, datetime] = {}
        self.halts: list[tuple[str, str, datetime]] = []
        self.heard: list[Receipt] = []
        self._zones = dict(world.memory.rows("SELECT person, zone FROM profiles"))

    def opens(self, opened: Opened) -> None:
        """It is about to be opened; a commit that is lost is no outreach."""
        self.outreaches[opened.id] = opened

    def addresses(self, channel: Channel) -> list[str]:
        """Every address of a channel."""
        return [address_of(channel, n) for n in range(PEOPLE)]

    def written(self, message: Message) -> None:
        """A request goes out now: may it?"""
        world, now = self._world, self._world.turns.now
        opened = self.outreaches[message.thread]
        late = now - IN_FLIGHT
        said = f"{message.thread[-4:]}#{message.attempt} by {message.channel}"
        begun = world.watch.begun.get((message.id, message.attempt))
        self._expect(begun is not None, "law 2", f"{said} before its attempt was committed")
        self._expect(begun is None or late < begun, "nothing stale", f"{said}, long after it was decided")
        self._expect(now < opened.expires_at + IN_FLIGHT, "expired", f"{said} after expiry")
        answered = world.phones.answered.get(opened.id)
        self._expect(answered is None or late < answered, "answered", f"{said} after the answer")
        gone = self.cancelled.get(opened.transfer)
        self._expect(gone is None or late < gone, "transfer gone", f"{said} after its transfer was cancelled")
        for scope, what, at in self.halts:
            held = scope in {"all", "pattern"} or (scope, what) == ("channel", message.channel)
            self._expect(not held or late < at, "halted", f"{said} under a halt of {scope} {what}")
        self._expect(not self._is_night(opened, message.channel, now), "quiet hours", f"{said} by night")

    def _is_night(self, opened: Opened, channel: Channel, now: datetime) -> bool:
        if opened.urgency is Urgency.CRITICAL or channel in NOISELESS:
            return False
        zone = zone_of(self._zones[opened.person])
        moments = (now, now - IN_FLIGHT)
        return all(quiet_until(QuietHours(), zone, at) is not None for at in moments)

    def _expect(self, holds: bool, promise: str, said: str) -> None:
        self._world.expect(holds, promise, said)
