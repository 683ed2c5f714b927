"""Asked while messages are on their way: who answered meanwhile, and what an operator halted.

None is begun later than a second after an operator's word. The store is looked at before every piece and
several times a second meanwhile; each request asks this process's memory only. Where the store cannot be
looked at for so long, nothing more is begun: nobody could say whether it was halted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from outreach.domain.message import Message
from outreach.engine.errands import Errand
from outreach.engine.handing import Leave
from outreach.errors import StoreError
from outreach.store.aftermath import ended
from outreach.store.database import Store
from outreach.store.runs import halted
from outreach.store.welfare import stopped_climbs

LOOK_SECONDS = 0.2
"""How often the halts are looked at while messages are with their providers."""

FRESH_SECONDS = 0.8
"""How old a look may be when a request is begun: with the way to the wire, inside of a second."""

Standing = frozenset[tuple[str, str]]


@dataclass(slots=True, kw_only=True)
class Halts:
    """The standing halts as one round knows them; `patterns` has the pattern of each climb (outreach id)."""

    store: Store
    elapsed: Callable[[], float]
    patterns: Mapping[str, str] = field(default_factory=dict)
    ends: Mapping[str, datetime] = field(default_factory=dict)  # by climb: from then on nothing may go
    clock: Callable[[], datetime] | None = None
    _standing: Standing | None = field(default=None, init=False)
    _looked: float = field(default=float("-inf"), init=False)
    _turn: int = field(default=0, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def leave(self, piece: Sequence[Message] = ()) -> Leave:
        """Look at the store: which of these may not go, and for how long the others may."""
        began = self.elapsed()
        try:
            with self.store.read() as tx:
                standing = frozenset({*halted(tx), *stopped_climbs(tx)})
                over = ended(tx, [message.thread for message in piece]) if piece else set()
        except StoreError:  # nobody can say: what was looked at lately still goes
            late = frozenset(m.id for m in piece if self._is_late(m))
            return Leave(stopped=late, holds=self._until_stale(self._turn, piece))
        turn = self._seen(standing, began)
        stopped = {m.id for m in piece if m.thread in over or self._is_late(m) or self._stops(m, standing)}
        return Leave(stopped=stopped, holds=self._until_stale(turn, piece))

    def _is_late(self, message: Message) -> bool:
        """Whether its time is over: a hold may end between the plan and the wire."""
        ends = self.ends.get(message.thread)
        return ends is not None and self.clock is not None and self.clock() >= ends

    def _until_stale(self, turn: int, piece: Sequence[Message]) -> Callable[[], bool]:
        """Whether a request may still be begun; a piece in which the first one ends is asked about again."""
        ends = [e for m in piece if (e := self.ends.get(m.thread)) is not None and not self._is_late(m)]
        first, clock = min(ends, default=None), self.clock

        def may_begin() -> bool:
            if first is not None and clock is not None and clock() >= first:
                return False
            return self._turn == turn and self.elapsed() < self._looked + FRESH_SECONDS

        return may_begin

    def _seen(self, standing: Standing, began: float) -> int:
        """The turn in which this is what stands; one that is over where somebody has looked since."""
        with self._lock:
            if began < self._looked:
                return self._turn if standing == self._standing else -1
            if self._standing not in (None, standing):
                self._turn += 1  # cuts off the pieces under way: what they had not begun is asked about again
            self._standing, self._looked = standing, began
            return self._turn

    def _stops(self, message: Message, standing: Collection[tuple[str, str]]) -> bool:
        if not standing:
            return False
        pattern = self.patterns.get(message.thread, "")
        about = {("all", ""), ("channel", message.channel.value), ("pattern", pattern)}
        about.add(("outreach", message.thread))  # its person wrote of harming themselves
        return not about.isdisjoint(standing)


def halts_over(
    store: Store, elapsed: Callable[[], float], clock: Callable[[], datetime], errands: Sequence[Errand]
) -> Halts:
    """The halts over a round's errands, each with the moment from which on it may not go."""
    return Halts(
        store=store,
        elapsed=elapsed,
        clock=clock,
        patterns={errand.claimed.id: errand.claimed.pattern for errand in errands},
        ends={errand.claimed.id: errand.ends_at for errand in errands if errand.ends_at},
    )
