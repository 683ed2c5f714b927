"""A crowd that answers at once, on the real page, while two processes climb their ladders: who is sent what.

Two orders are kept. That of commits: a transaction is numbered in the database's `commit` event; of two that
touch the same outreach one waits for the other's row (PostgreSQL) or for the whole file (SQLite), so for them
it is the order in which they took effect. And that of the clock: when a person had the page's "thank you",
and when a provider's sender was handed a message.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection, event

from outreach.domain.answer import Answer
from outreach.domain.gate import Budget, GatePolicy, Pace
from outreach.domain.message import Message
from outreach.domain.scale import Channel
from outreach.domain.token import Purpose, Token, sign
from outreach.engine.handing import Hands
from outreach.store import feedback, sending
from outreach.store.database import Store, Tx
from outreach.store.tables import acknowledgments, messages
from outreach.web import create_app, read_words
from tests.build import NOW, a_flag, a_ladder, a_rule, a_rule_set, a_rulebook, a_step
from tests.engine.world import World

KEYS = {"k1": b"a secret for a crowd of answers"}
WORDS = Path(__file__).parents[2] / "templates" / "shared"
STEPS = (Channel.PUSH, Channel.SMS, Channel.EMAIL, Channel.SMS, Channel.PUSH, Channel.EMAIL)
A_SECOND = 300
"""People for whom a step may take a second: a ladder that is over before its people answer shows nothing."""

OPEN_HANDED = GatePolicy(pace=Pace(critical_budget=Budget(a_day=1000, a_week=1000)))
SAID = (Answer.HELP_ME, Answer.IT_IS_MINE, Answer.STOP_TRANSFER, Answer.ALREADY_SENT, Answer.NOT_ME)


@dataclass
class Order:
    """What took effect when: by outreach, the numbers of its attempts' commits and of its answer's."""

    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    attempts: dict[str, list[int]] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def committed(self, connection: Connection) -> None:
        started, answered = connection.info.pop("started", ()), connection.info.pop("answered", ())
        if not started and not answered:
            return
        with self.lock:
            number = next(self.numbers)
            for outreach in started:
                self.attempts.setdefault(outreach, []).append(number)
            for outreach in answered:
                self.answers[outreach] = number

    @property
    def after(self) -> int:
        """Attempts whose transaction took effect after the acknowledgment of their outreach."""
        return sum(
            number > answer
            for outreach, answer in self.answers.items()
            for number in self.attempts.get(outreach, ())
        )


@contextmanager
def ordered(store: Store) -> Iterator[Order]:
    """The order of this store's commits for the length of a block."""
    order, start, acknowledge = Order(), sending.start, feedback.acknowledge

    def noting_start(tx: Tx, drafts: Sequence[Any], *more: Any) -> None:
        start(tx, drafts, *more)
        tx.connection.info.setdefault("started", []).extend(draft.outreach for draft in drafts)

    def noting_answer(tx: Tx, to: Any, *more: Any) -> bool:
        is_first = acknowledge(tx, to, *more)
        if is_first:
            tx.connection.info.setdefault("answered", []).append(to.outreach)
        return is_first

    def undone(connection: Connection) -> None:
        connection.info.pop("started", None)
        connection.info.pop("answered", None)

    sending.start, feedback.acknowledge = noting_start, noting_answer  # type: ignore[assignment]
    event.listen(store.engine, "commit", order.committed)
    event.listen(store.engine, "rollback", undone)
    try:
        yield order
    finally:
        sending.start, feedback.acknowledge = start, acknowledge
        event.remove(store.engine, "commit", order.committed)
        event.remove(store.engine, "rollback", undone)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a crowd met. `late` were handed over after their person had read the page's word of thanks."""

    answered: int
    refused: int
    handed_over: int
    committed_after: int
    late: int
    acknowledged: int
    while_climbing: int  # answers that came before their ladder's last step had gone


def answering(store: Store, people: int, provider_seconds: float = 0.02) -> Seen:
    """`people` are warned, climb six steps, and answer at random before the last."""
    wait = timedelta(seconds=max(1.0, people / A_SECOND))
    began = time.monotonic()

    def clock() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - began)

    ladder = a_ladder(*(a_step(channel, wait=wait) for channel in STEPS))
    world = World(store, book=a_rulebook(a_rule_set("pig_butchering", a_rule(ladder=ladder))))
    world.clock, world.policy, store.clock = clock, OPEN_HANDED, clock  # type: ignore[assignment]
    begun = _listening(world, provider_seconds)
    world.flag(*(a_flag(f"user-{n}") for n in range(people)))
    dispatch = replace(world.dispatch(), hands=Hands(), batch=people)
    dispatch.round()
    firsts = {row.outreach: row for row in world.rows(messages) if row.step == 0}
    stop = threading.Event()
    threads = [threading.Thread(target=_climb, args=(world, stop)) for _ in range(2)]
    with ordered(store) as order:
        for thread in threads:
            thread.start()
        try:
            thanked, refused = asyncio.run(
                _crowd(world, firsts, (len(STEPS) - 2) * wait.total_seconds(), clock)
            )
            time.sleep(2 * wait.total_seconds())
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    late = sum(at > thanked[thread] for thread, at in begun if thread in thanked)
    counts = Counter(thread for thread, _ in begun)
    return Seen(
        answered=len(thanked),
        refused=refused,
        handed_over=len(begun),
        committed_after=order.after,
        late=late,
        acknowledged=len(world.rows(acknowledgments)),
        while_climbing=sum(counts[thread] < len(STEPS) for thread in thanked),
    )


def _listening(world: World, seconds: float) -> list[tuple[str, float]]:
    """When each message was handed over: its outreach and the moment."""
    begun: list[tuple[str, float]] = []

    def hear(piece: Sequence[Message]) -> None:
        now = time.monotonic()
        begun.extend((message.thread, now) for message in piece)
        time.sleep(seconds)

    for sender in world.senders.values():
        sender.before = hear
    return begun


def _climb(world: World, stop: threading.Event) -> None:
    """A process that sends until it is told to stop."""
    dispatch = replace(world.dispatch(), hands=Hands())
    while not stop.is_set():
        dispatch.run(stop.is_set)
        time.sleep(0.01)


async def _crowd(
    world: World, firsts: dict[str, Any], spread: float, clock: Callable[[], datetime]
) -> tuple[dict[str, float], int]:
    """Everybody answers on the page; by outreach, when they were thanked; and how many were not."""
    app = create_app(world.feedback(), clock, KEYS, read_words(WORDS))
    dice, thanked = random.Random(4), dict[str, float]()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://page", timeout=120) as page:

        async def answer(outreach: str, row: Any, after: float, said: Answer) -> bool:
            await asyncio.sleep(after)
            token = Token(
                message=row.id,
                person=row.person,
                purpose=Purpose.ANSWER,
                expires_at=clock() + timedelta(hours=1),
                key_id="k1",
            )
            told = await page.post(f"/a/{sign(token, KEYS)}", data={"answer": said.value})
            if told.status_code == 200:
                thanked[outreach] = time.monotonic()
            return told.status_code == 200

        said = itertools.cycle(SAID)
        everybody = [
            answer(outreach, row, dice.uniform(0, spread), next(said)) for outreach, row in firsts.items()
        ]
        taken = await asyncio.gather(*everybody)
    return thanked, taken.count(False)
