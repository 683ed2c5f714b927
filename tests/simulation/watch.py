"""What is looked at after every commit: legal edges, numbers without gaps, nothing begun that may not be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulation import edges

if TYPE_CHECKING:
    from tests.simulation.world import World

IN_FLIGHT = timedelta(seconds=30)
"""How long what was decided on may be on its way out: a lease to write it down, a round to hand it over."""


def moment(text: str | None) -> datetime | None:
    """A moment as the database keeps it."""
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


class Watch:
    """Holds every commit against the one before it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._changes = world.memory.connection.total_changes
        self._outreaches: dict[str, tuple[str, int, int]] = {}
        self._statuses: dict[str, str] = {}
        self._results: dict[tuple[str, int], str | None] = {}
        self.begun: dict[tuple[str, int], datetime] = {}  # when each attempt was committed
        self.checks = 0

    def committed(self) -> bool:
        """Look at what this commit changed; False where nothing was."""
        changes = self._world.memory.connection.total_changes
        if changes == self._changes:
            return False
        self._changes = changes
        self.checks += 1
        self._see_outreaches()
        self._see_messages()
        self._see_attempts()
        return True

    def _see_outreaches(self) -> None:
        found = {}
        for id, state, step, sent in self._world.memory.rows("SELECT id, state, step, sent FROM outreaches"):
            before = self._outreaches.get(id)
            found[id] = (state, step, sent)
            if before == found[id]:
                continue
            was, old_step, old_sent = before or (None, 0, 0)
            self._world.tell(f"  outreach {id[-4:]} {was} {old_step} → {state} {step} (sent {sent})")
            self._expect(was == state or state in edges.OUTREACH[was], "edge", f"outreach {was} → {state}")
            self._expect(step >= old_step, "edge", f"outreach {id[-4:]} steps back {old_step} → {step}")
            self._expect(sent >= old_sent, "edge", f"outreach {id[-4:]} counts back {old_sent} → {sent}")
        self._expect(found.keys() >= self._outreaches.keys(), "lost", "an outreach is gone")
        self._outreaches = found

    def _see_messages(self) -> None:
        found = dict(self._world.memory.rows("SELECT id, status FROM messages"))
        for id, status in found.items():
            was = self._statuses.get(id)
            if was == status:
                continue
            self._world.tell(f"  message {id[-4:]} {was} → {status}")
            legal = status in edges.MESSAGE[was]
            self._expect(legal, "edge", f"message {id[-4:]} {was} → {status}")
        self._expect(found.keys() >= self._statuses.keys(), "lost", "a message is gone")
        self._statuses = found

    def _see_attempts(self) -> None:
        rows = self._world.memory.rows("SELECT message, n, result FROM attempts ORDER BY message, n")
        found = {(message, n): result for message, n, result in rows}
        highest: dict[str, int] = {}
        for (message, n), result in found.items():
            self._expect(n == highest.get(message, 0) + 1, "numbers", f"attempt {n} of {message[-4:]}")
            highest[message] = n
            if (message, n) not in self._results:
                self._world.tell(f"  attempt {message[-4:]}#{n} begins")
                self.begun[message, n] = self._world.turns.now
                self._begun(message)
                self._expect(result is None, "edge", "an attempt begins finished")
                continue
            was = self._results[message, n]
            if was == result:
                continue
            self._world.tell(f"  attempt {message[-4:]}#{n} → {result}")
            legal = result in edges.ATTEMPT[was]
            self._expect(legal, "edge", f"attempt {was} → {result}")
        for key in sorted(self._results.keys() - found.keys()):
            self._world.tell(f"  attempt {key[0][-4:]}#{key[1]} is taken back")
            self._expect(self._results[key] is None, "edge", f"a finished attempt of {key[0][-4:]} is gone")
        self._results = found

    def _begun(self, message: str) -> None:
        """A new attempt is committed: its outreach climbs, unanswered, in time."""
        ((outreach, state, expires_at, answers),) = self._world.memory.rows(
            "SELECT o.id, o.state, o.expires_at,"
            " (SELECT count(*) FROM acknowledgments a WHERE a.outreach = o.id)"
            f" FROM outreaches o JOIN messages m ON m.outreach = o.id WHERE m.id = '{message}'"
        )
        expiry, now = moment(expires_at), self._world.turns.now
        self._expect(state == "climbing", "stopped", f"an attempt begins on a {state} outreach")
        self._expect(not answers, "answered", f"an attempt begins after an answer to {outreach[-4:]}")
        self._expect(expiry is None or now < expiry + IN_FLIGHT, "expired", "an attempt begins after expiry")

    def _expect(self, holds: bool, promise: str, said: str) -> None:
        self._world.expect(holds, promise, said)
