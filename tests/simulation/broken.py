"""Engines known to be bad, each a named breakage: a simulator that lets one of them pass is blind.

Everything is broken from here, by putting another function in a place of the engine, and put back afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from outreach.domain.answer import Answer, Grade, PageFacts, Via
from outreach.domain.delivery import Accepted, Found, Has, HasNot, Question, Receipt
from outreach.domain.scale import Channel
from outreach.engine.dispatch import Dispatch
from outreach.engine.errands import Errand
from outreach.engine.feedback import Feedback
from outreach.engine.handing import Claim, Handed
from outreach.store import climb, receipts
from outreach.store.climb import Lease, Which
from outreach.store.database import Tx
from outreach.store.sending import Draft
from outreach.store.tables import messages
from tests.simulation import providers
from tests.simulation.providers import SimSender

Place = tuple[Any, str, Any]
"""An object, the name of what is replaced in it, and what stands there instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """What is broken, in how many seeds it must show at the latest, and by which promises."""

    within: int
    shows: frozenset[str]
    places: Callable[[], Sequence[Place]]
    drops_step_key: bool = False

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The engine, so broken."""
        places = self.places()
        before = [(where, name, getattr(where, name)) for where, name, _ in places]
        try:
            for where, name, what in places:
                setattr(where, name, what)
            yield
        finally:
            for where, name, what in before:
                setattr(where, name, what)


BREAKAGES: dict[str, Breakage] = {}


def broken(
    within: int, *shows: str, drops_step_key: bool = False
) -> Callable[[Callable[[], Sequence[Place]]], None]:
    """Name a breakage after its function; within so many seeds it must break one of these promises."""

    def name(places: Callable[[], Sequence[Place]]) -> None:
        BREAKAGES[places.__name__] = Breakage(
            within=within, shows=frozenset(shows), places=places, drops_step_key=drops_step_key
        )

    return name


TWICE = "nobody is warned twice"


@broken(100, "law 2", TWICE)
def send_before_the_commit() -> Sequence[Place]:
    """The provider has the message before the ledger has."""
    start = Dispatch._start

    def early(self: Dispatch, errands: Sequence[Errand], holder: str, now: datetime) -> list[Errand]:
        for errand in errands:
            if errand.draft is not None:
                message = errand.draft.message
                for (channel, _), sender in self.senders.items():
                    if channel is message.channel:
                        sender.send_many([message])
        return start(self, errands, holder, now)

    def already(self: Dispatch, drafts: Sequence[Draft], *_: object) -> dict[str, Handed]:
        return {draft.message.id: Handed(Accepted("early"), 0.0) for draft in drafts}

    return [(Dispatch, "_start", early), (Dispatch, "_hand_over", already)]


@broken(300, "no stage breaks", "numbers", TWICE)
def no_lease() -> Sequence[Place]:
    """Whoever looks takes what is due, whether or not somebody works on it."""
    claim = climb.claim

    def take(tx: Tx, lease: Lease, now: datetime, which: Which) -> list[str]:
        return claim(tx, replace(lease, now=lease.now + timedelta(days=1)), now, which)

    return [(climb, "claim", take), *_nobody_checks()]


@broken(500, "no stage breaks", "numbers", TWICE)
def no_renewal_check() -> Sequence[Place]:
    """A process that stood still past its lease goes on as if nothing had happened."""
    return _nobody_checks()


def _nobody_checks() -> Sequence[Place]:
    def all_of(tx: Tx, ids: Sequence[str], *_: object) -> set[str]:
        return set(ids)

    return [
        (climb, "renew", all_of),
        (climb, "still_held", all_of),
        (Claim, "holds", property(lambda self: True)),
    ]


@broken(300, "nothing stale")
def zombie_sends() -> Sequence[Place]:
    """What was written down is handed over, however long ago that was."""
    return [(Claim, "holds", property(lambda self: True))]


@broken(300, TWICE)
def settle_window_zero() -> Sequence[Place]:
    """The provider's first "no" is believed, lag or no lag."""
    return [(providers, "SETTLES_AFTER", timedelta(0))]


@broken(100, TWICE)
def blind_repeat() -> Sequence[Place]:
    """What is in doubt is simply sent again."""
    return [(Dispatch, "_repeatable", property(lambda self: frozenset(Channel)))]


@broken(100, TWICE)
def ask_skipped() -> Sequence[Place]:
    """The window is waited out, and then nobody asks."""

    def no(self: SimSender, questions: Sequence[Question]) -> Sequence[Found]:
        return [HasNot()] * len(questions)

    return [(SimSender, "ask", no)]


@broken(100, "statuses are true")
def doubt_is_delivery() -> Sequence[Place]:
    """What nobody heard of is taken for sent."""
    return [(SimSender, "ask", lambda self, questions: [Has("surely")] * len(questions))]


@broken(100, "receipts fold")
def receipts_overwrite() -> Sequence[Place]:
    """The receipt that came last is believed."""

    def receive(tx: Tx, told: Sequence[Receipt], now: datetime) -> int:
        kept = real(tx, told, now)
        for receipt in told:
            last = update(messages).where(messages.c.id == receipt.message)
            tx.connection.execute(last.values(status=receipt.status.value))
        return kept

    real = receipts.receive
    return [(receipts, "receive", receive)]


@broken(5, "keys stand", drops_step_key=True)
def no_step_key() -> Sequence[Place]:
    """The database would write a second message of a step."""
    return []


@broken(200, "ends are true")
def get_acknowledges() -> Sequence[Place]:
    """Whoever opens the page has answered."""
    seen = Feedback.seen

    def answer(self: Feedback, message: str, grade: Grade, now: datetime) -> PageFacts | None:
        self.answer(message, Answer.IT_IS_MINE, Via.PAGE, now)
        return seen(self, message, grade, now)

    return [(Feedback, "seen", answer)]
