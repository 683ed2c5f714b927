"""Providers that behave badly: what a sender of ours would say of them on one side, the truth on the other.

A request is answered, or not, apart from whether it was taken; a taken message shows in the provider's list
only after a lag; receipts come late, twice, out of order or never.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from outreach.domain.delivery import (
    Accepted,
    CannotSay,
    Found,
    Has,
    HasNot,
    Question,
    Receipt,
    Refused,
    SendResult,
    Status,
    Unavailable,
    Unknown,
)
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from tests.simulation.phones import Copy

if TYPE_CHECKING:
    from tests.simulation.world import World

SILENCE, BODY = 10.0, 20.0
"""Seconds after which a sender of ours gives up on an answer, and on the rest of one."""

WORST = 118.0
"""Seconds from a request to its being listed, at worst: what `settles_after` promises to outwait."""

SETTLES_AFTER = timedelta(seconds=120)
IMPATIENCE = "not tried: the batch took too long"


@dataclass(slots=True)
class Provider:
    """One provider of one channel, shared by every process; `collapses` where a repeat replaces the first."""

    world: World
    name: str
    channel: Channel
    can_be_asked: bool
    collapses: bool
    storms: list[tuple[datetime, datetime]] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)

    def take(self, message: Message) -> tuple[SendResult, float]:
        """What the sender will hear of this request, and after how many seconds."""
        world = self.world
        world.phones.written += 1
        world.truth.written(message)
        said = self._mood()
        world.tell(f"{self.name} {message.id[-4:]}#{message.attempt} {said}")
        if message.to in self.dead:
            return Refused("dead", forget_contact=True), 0.2
        soon = world.dice.uniform(0.02, 0.4)
        match said:
            case "refused_connection":
                return Unavailable("no connection"), 0.01
            case "busy":
                return Unavailable("busy", timedelta(seconds=world.dice.randint(1, 60))), soon
            case "reset_unread":
                return Unknown("connection lost"), soon
            case "broken_untaken":
                return Unknown("http 500"), soon
            case "silent_untaken":
                return Unknown("silence"), SILENCE
            case "slow_taken":
                self._accept_in(world.dice.uniform(20, 90), message)
                return Unknown("silence"), SILENCE
        self._accept_in(0.0 if said == "ok" else world.dice.uniform(0, 0.5), message)
        unheard = {
            "silent_taken": (Unknown("silence"), SILENCE),
            "slow_body": (Unknown("slow body"), BODY),
            "garbage": (Unknown("unreadable"), soon),
            "broken_taken": (Unknown("http 500"), soon),
        }
        return unheard.get(said, (Accepted(f"{self.name}-{message.id}-{message.attempt}"), soon))

    def has(self, question: Question) -> Found:
        """What the provider's list shows now."""
        if not self.can_be_asked:
            return CannotSay("nobody can ask", for_good=True)
        if self.world.faults() and self.world.dice.random() < self.world.mix.cannot_say:
            return CannotSay("no full answer")
        now = self.world.turns.now
        shown = [
            copy
            for copy in self.world.phones.of(question.message.id)
            if copy.visible_at <= now and copy.taken_at >= question.since - timedelta(minutes=2)
        ]
        return Has(shown[0].ref) if shown else HasNot()

    def _mood(self) -> str:
        world = self.world
        if not world.faults():
            return "ok"
        if any(begin <= world.turns.now < end for begin, end in self.storms) and world.dice.random() < 0.9:
            return "busy"
        lot = world.dice.random()
        for word, share in world.mix.faulty.items():
            lot -= share
            if lot < 0:
                return word
        return "ok"

    def _accept_in(self, seconds: float, message: Message) -> None:
        written = self.world.turns.now
        if seconds:
            self.world.turns.after(seconds, lambda: self._accept(message, written))
        else:
            self._accept(message, written)

    def _accept(self, message: Message, written: datetime) -> None:
        world, now = self.world, self.world.turns.now
        most = max(0.0, WORST - (now - written).total_seconds())
        copy = Copy(
            message=message.id,
            outreach=message.thread,
            step=int(message.content.title.rpartition("-")[2]),
            attempt=message.attempt,
            provider=self.name,
            ref=f"{self.name}-{message.id}-{message.attempt}",
            key=message.thread or message.reference,
            written_at=written,
            taken_at=now,
            visible_at=now + timedelta(seconds=min(most, world.dice.uniform(0, world.mix.lag))),
            is_read=world.dice.random() < 0.9,
        )
        world.phones.copies.append(copy)
        world.tell(f"{self.name} took {copy.message[-4:]}#{copy.attempt}")
        world.reached(copy)
        if not self.collapses and self.can_be_asked and world.dice.random() < world.mix.receipts:
            self._report(copy)

    def _report(self, copy: Copy) -> None:
        """Receipts on their way to us, well or badly."""
        world, dice = self.world, self.world.dice
        ends = (Status.SENT, Status.DELIVERED if copy.is_read else Status.UNDELIVERED)
        delay = 0.0
        for n, status in enumerate(ends):
            delay += dice.uniform(0.1, 20)
            receipt = Receipt(
                provider=self.name,
                id=f"{copy.ref}-{n}",
                message=copy.message,
                status=status,
                at=world.turns.now + timedelta(seconds=delay),
            )
            for _ in range(2 if dice.random() < world.mix.messy else 1):
                if dice.random() >= world.mix.messy:
                    world.turns.after(delay, lambda receipt=receipt: world.crowd.hears(receipt))
                else:
                    late = dice.choice((0.0, 300.0, 4000.0))
                    if late:
                        world.turns.after(delay + late, lambda receipt=receipt: world.crowd.hears(receipt))


class SimSender:
    """One process's sender to a provider: like ours, it begins no request after its patience ended."""

    def __init__(self, provider: Provider, patience: timedelta) -> None:
        self._provider = provider
        self._patience = patience
        self.name = provider.name
        self.channel = provider.channel
        self.repeats_safely = provider.collapses
        self.settles_after = SETTLES_AFTER if provider.can_be_asked else timedelta(0)

    def send_many(self, messages: Sequence[Message]) -> Sequence[SendResult]:
        """One result a message, in order; the requests go out one after another and are awaited together."""
        world = self._provider.world
        world.called()
        until = world.turns.now + self._patience
        results: list[SendResult] = []
        longest = 0.0
        for message in messages:
            world.points.point("call")
            if world.turns.now > until:
                results.append(Unavailable(IMPATIENCE, is_tried=False))
                continue
            result, seconds = self._provider.take(message)
            results.append(result)
            longest = max(longest, seconds)
        world.turns.sleep(longest)
        world.points.point("answered")
        return results

    def ask(self, questions: Sequence[Question]) -> Sequence[Found]:
        """One finding a question, in order; the list is read when the question arrives."""
        world = self._provider.world
        world.called()
        world.points.point("ask")
        found = [self._provider.has(question) for question in questions]
        for question, one in zip(questions, found, strict=True):
            world.tell(f"{self.name} asked of {question.message.id[-4:]} {type(one).__name__}")
        world.turns.sleep(world.dice.uniform(0.05, 0.5) if world.dice.random() < 0.9 else BODY)
        world.points.point("told")
        return found
