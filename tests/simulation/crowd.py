"""Everybody outside: people who read and answer, scanners, receipts, an operator, and flags that arrive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from outreach.domain.answer import Answer, Grade, Via
from outreach.domain.delivery import Receipt
from outreach.domain.ladder import Ladder, Step, freeze
from outreach.domain.scale import Channel, Urgency
from outreach.domain.transfer import Transfer, TransferStatus
from outreach.store import runs, tables
from outreach.store.desk import stop_person
from outreach.store.ending import end_outreaches
from tests.simulation.faults import Injected
from tests.simulation.memory import EPISODES
from tests.simulation.phones import Copy
from tests.simulation.stages import Stages
from tests.simulation.truth import Opened
from tests.simulation.turns import Process

if TYPE_CHECKING:
    from tests.simulation.world import World

CHANNELS = (Channel.PUSH, Channel.SMS, Channel.EMAIL)
WAITS = (60, 300, 900)


class Crowd:
    """What comes to the engine through its doors; whatever breaks on the way is tried again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._doors = 0

    def begin(self) -> None:
        """The first outreaches, and what will happen later."""
        world, dice = self._world, self._world.dice
        rows = world.memory.rows("SELECT person, id, facts ->> 'transfer_ref', episode, run FROM decisions")
        by_person: dict[str, list[tuple[str, ...]]] = {}
        for person, *decision in sorted(rows, key=lambda row: row[2]):
            by_person.setdefault(person, []).append(tuple(decision))
        for person in [*by_person][: world.mix.people]:
            first = dice.choice((0.0, 0.0, dice.uniform(0, 600)))
            for k in range(dice.choice((1, 1, 1, 1, 2, EPISODES))):
                later = first + (k * dice.uniform(10, 1000))
                flag = by_person[person][k]
                world.turns.after(
                    later, self._at_a_door(lambda s, p=person, f=flag, k=k: self._open(p, f, k))
                )
            if dice.random() < world.mix.stopping:
                stop = self._at_a_door(lambda s, p=person: self._stop(p))
                world.turns.after(dice.uniform(10, 3000), stop)
        self._arrange_trouble()

    def reads(self, copy: Copy) -> None:
        """A message came: a scanner may open it, its person may answer it."""
        world, dice = self._world, self._world.dice
        if dice.random() < world.mix.scanning:
            scan = self._at_a_door(lambda s: self._seen(s, copy))
            world.turns.after(dice.uniform(0.1, 30), scan)
        if copy.is_read and dice.random() < world.mix.answering:
            answer = dice.choice(list(Answer))
            world.truth.answering.add(copy.outreach)
            act = self._at_a_door(lambda s: self._answer(s, copy, answer))
            world.turns.after(dice.choice((2.0, 30.0, 400.0)) * dice.random(), act)

    def hears(self, receipt: Receipt) -> None:
        """A receipt reaches our door; where we do not take it, its provider comes again, for a while."""
        tries = self._world.dice.randint(1, 4)
        self._at_a_door(lambda stages: self._receive(stages, receipt), tries)()

    def _arrange_trouble(self) -> None:
        world, dice = self._world, self._world.dice
        for provider in world.providers.values():
            if dice.random() < world.mix.storm:
                begin = world.start + timedelta(seconds=dice.uniform(0, 900))
                provider.storms.append((begin, begin + timedelta(seconds=dice.choice((30, 120, 900)))))
            provider.dead = {
                address
                for address in world.truth.addresses(provider.channel)
                if dice.random() < world.mix.refusing
            }
        if dice.random() < world.mix.halting:
            scope = dice.choice(
                (("all", ""), ("pattern", "pig_butchering"), ("channel", dice.choice(CHANNELS)))
            )
            begin, length = dice.uniform(0, 900), dice.choice((20.0, 200.0, 900.0))
            world.turns.after(begin, self._at_a_door(lambda s: self._halt(*scope, length)))

    def _at_a_door(self, act: Callable[[Stages], object], tries: int = 1_000) -> Callable[[], None]:
        """A process of its own that does this; refused or dead, it is done again while tries are left."""
        world = self._world

        def again(left: int) -> None:
            if left > 1:
                world.turns.after(world.dice.uniform(1, 40), lambda: start(left - 1))

        def start(left: int) -> None:
            self._doors += 1
            process = Process(f"door-{self._doors}", lambda: again(left), is_passing=True)

            def work() -> None:
                try:
                    act(Stages(world, process.name))
                except Injected:
                    again(left)

            world.turns.spawn(process, work)

        return lambda: start(tries)

    def _open(self, person: str, flag: tuple[str, ...], k: int) -> None:
        """As intake does: an outreach opens on a decision, is released, and overtakes what is less severe."""
        world, dice = self._world, self._world.dice
        decision, transfer, episode, run = flag
        channels = dice.sample(CHANNELS, world.mix.steps)
        steps = tuple(
            Step(channel=c, template=f"pig_butchering/step-{n}", wait=timedelta(seconds=dice.choice(WAITS)))
            for n, c in enumerate(channels)
        )
        expires = world.turns.now + timedelta(
            seconds=dice.choice((90, 900, 3600)) if dice.random() < world.mix.expiring else 172_800
        )
        opened = Opened(
            id=world.new_id(),
            person=person,
            urgency=dice.choice(list(Urgency)),
            ladder=Ladder(name="drawn", steps=steps),
            expires_at=expires,
            policy=dice.choice(("repeat", "hold_for_human")),
            transfer=transfer,
        )
        if world.memory.rows(f"SELECT 1 FROM outreaches WHERE decision = '{decision}'"):
            return  # it was committed; only nobody heard
        world.truth.opens(opened)
        less = f"SELECT id FROM outreaches WHERE person = '{person}' AND state <> 'closed' ORDER BY id"
        with world.store.begin() as tx:
            end_outreaches(tx, [id for (id,) in world.memory.rows(less)], "overtaken", world.turns.now)
            tx.insert(tables.outreaches, [self._row(opened, decision, episode, run, k)])
            runs.release(tx, run, world.turns.now)
        if dice.random() < world.mix.cancelling:
            world.turns.after(dice.uniform(1, 1500), lambda: self._cancel(transfer))

    def _row(self, opened: Opened, decision: str, episode: str, run: str, k: int) -> dict[str, object]:
        now = self._world.turns.now
        return {
            "id": opened.id,
            "person": opened.person,
            "episode": episode,
            "decision": decision,
            "run": run,
            "pattern": "pig_butchering",
            "rule": "money-leaving",
            "severity_rank": k,
            "urgency_rank": opened.urgency.rank,
            "ladder": freeze(opened.ladder),
            "in_doubt": opened.policy,
            "state": "pending",
            "step": 0,
            "sent": 0,
            "opened_at": now,
            "due_at": now,
            "expires_at": opened.expires_at,
            "lease_until": None,
            "lease_holder": None,
            "closed_at": None,
            "close_reason": None,
        }

    def _cancel(self, transfer: str) -> None:
        world = self._world
        world.core.known[transfer] = Transfer(ref=transfer, status=TransferStatus.CANCELLED)
        world.truth.cancelled.setdefault(transfer, world.turns.now)

    def _stop(self, person: str) -> None:
        world = self._world
        with world.store.begin() as tx:
            stop_person(tx, person, "asked to", "operator", world.turns.now)
            world.truth.stopped[person] = world.turns.now

    def _halt(self, scope: str, what: str, length: float) -> None:
        world = self._world
        row = {"id": world.new_id(), "scope": scope, "object": what, "reason": "a drill", "actor": "operator"}
        with world.store.begin() as tx:
            tx.insert(tables.halts, [{**row, "at": world.turns.now, "lifted_at": None}])
        world.truth.halts.append((scope, what, world.turns.now))
        world.turns.after(length, self._at_a_door(lambda s: self._lift()))

    def _lift(self) -> None:
        world = self._world
        world.truth.halts.clear()
        with world.store.begin() as tx:
            tx.connection.execute(tables.halts.update().values(lifted_at=world.turns.now))

    def _seen(self, stages: Stages, copy: Copy) -> None:
        told = stages.feedback().seen(copy.message, Grade.MACHINE_OPENED, self._world.turns.now)
        self._world.expect(told is not None, "law 2", "a message that a phone has is not in the ledger")

    def _answer(self, stages: Stages, copy: Copy, answer: Answer) -> None:
        world = self._world
        told = stages.feedback().answer(copy.message, answer, Via.PAGE, world.turns.now)
        world.expect(told is not None, "law 2", "a message that a phone has is not in the ledger")
        world.phones.answered.setdefault(copy.outreach, world.turns.now)

    def _receive(self, stages: Stages, receipt: Receipt) -> None:
        stages.feedback().receive([receipt], self._world.turns.now)
        self._world.truth.heard.append(receipt)
