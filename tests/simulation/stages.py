"""The engine's own stages, as one process of the simulation runs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from outreach.domain.gate import GatePolicy
from outreach.domain.scale import Channel
from outreach.domain.transfer import Transfer
from outreach.engine.dispatch import Dispatch
from outreach.engine.feedback import Feedback
from outreach.engine.grounds import Grounds
from outreach.engine.handing import Hands
from outreach.engine.ports import BEGUN_WITHIN
from outreach.engine.settle import Settle
from outreach.engine.traffic import Straight
from tests.build import CATALOGUE
from tests.fakes import FakeRenderer
from tests.simulation.providers import SimSender

if TYPE_CHECKING:
    from tests.simulation.world import World

SENDERS = frozenset({Channel.PUSH, Channel.SMS, Channel.EMAIL, Channel.INBOX, Channel.CALL})
FIRM = "Acme"


@dataclass(slots=True)
class SimCore:
    """A core system that knows some transfers; asking it is a call like any other."""

    world: World
    known: dict[str, Transfer] = field(default_factory=dict)

    def transfers(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
        """What it says of these."""
        self.world.called()
        self.world.points.point("core")
        return {ref: self.known[ref] for ref in refs if ref in self.known}

    def request_hold(self, ref: str, reason: str, call_id: str) -> None:
        """Heard."""

    def request_release(self, ref: str, reason: str, call_id: str) -> None:
        """Heard."""

    def request_freeze(self, ref: str, reason: str, call_id: str) -> None:
        """Heard."""


class Stages:
    """One process's stages over its own senders; the database is everybody's."""

    def __init__(self, world: World, holder: str) -> None:
        self._world = world
        self._holder = holder
        self._senders = {(c, p.name): SimSender(p, BEGUN_WITHIN) for c, p in world.providers.items()}

    def dispatch(self) -> Dispatch:
        """The stage that sends."""
        world = self._world
        return Dispatch(
            store=world.store,
            renderer=FakeRenderer(),
            senders=self._senders,
            traffic=Straight({channel: p.name for channel, p in world.providers.items()}),
            grounds=Grounds(
                core=world.core,
                catalogue=lambda: CATALOGUE,
                new_id=world.new_id,
                firm=FIRM,
                default_locale="en",
                default_zone="UTC",
            ),
            policy=GatePolicy(senders=SENDERS),
            clock=world.clock,
            new_id=world.new_id,
            dice=world.dice.random,
            holder=self._holder,
            hands=Hands(together=world.turns.together, elapsed=world.elapsed),
            batch=world.mix.batch,
        )

    def settle(self) -> Settle:
        """The stage that asks."""
        world = self._world
        return Settle(
            store=world.store,
            senders=self._senders,
            clock=world.clock,
            new_id=world.new_id,
            holder=self._holder,
        )

    def feedback(self) -> Feedback:
        """The stage that listens."""
        return Feedback(store=self._world.store, core=self._world.core, firm=FIRM)
