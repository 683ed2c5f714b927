"""What is held against the truth in the end: nobody lost, nobody warned twice, every doubt named."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from outreach.domain.delivery import Status
from outreach.domain.gate import Bar
from outreach.domain.scale import Channel
from outreach.domain.sending import ENOUGH
from outreach.domain.settling import REPEATS
from outreach.store import tables
from tests.simulation.edges import HEARD
from tests.simulation.phones import Copy
from tests.simulation.watch import moment

if TYPE_CHECKING:
    from tests.simulation.truth import Opened
    from tests.simulation.world import World

SENT = frozenset({Channel.PUSH.value, Channel.SMS.value, Channel.EMAIL.value})
INTERRUPTED = frozenset({"acknowledged", "expired", "transfer_gone", "stopped", "overtaken"})
"""Ends that do not wait for what is still in doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message as the ledger has it in the end."""

    id: str
    outreach: str
    step: int
    channel: str
    status: str
    copies: Sequence[Copy]


def judge(world: World) -> None:
    """Hold every promise that only shows in the end."""
    rows = world.memory.rows("SELECT id, outreach, step, channel, status FROM messages ORDER BY id")
    copies = defaultdict(list)
    for copy in world.phones.copies:
        copies[copy.message].append(copy)
    messages = [
        Row(id=id, outreach=outreach, step=step, channel=channel, status=status, copies=copies[id])
        for id, outreach, step, channel, status in rows
    ]
    world.expect(copies.keys() <= {row.id for row in messages}, "law 2", "a phone has what nobody wrote down")
    closed = _ends(world, messages)
    for row in messages:
        _status(world, row, closed.get(row.outreach, ""))
    _copies(world)
    _receipts(world, messages)
    _key_stands(world)


def _ends(world: World, messages: Sequence[Row]) -> dict[str, str]:
    """Every outreach ended, for a reason that the truth bears out; the reasons."""
    told: dict[str, set[int]] = defaultdict(set)
    for row in messages:
        told[row.outreach].add(row.step)
    for outreach, step in world.memory.rows("SELECT outreach, step FROM bars WHERE verdict = 'barred'"):
        told[outreach].add(step)
    tasks = set(world.memory.rows("SELECT kind, outreach FROM tasks"))
    reached = {copy.outreach for copy in world.phones.copies if copy.is_read}
    closed = {}
    sql = "SELECT id, state, step, close_reason, closed_at, expires_at FROM outreaches"
    for id, state, step, reason, closed_at, expires_at in world.memory.rows(sql):
        opened, short = world.truth.outreaches[id], id[-4:]
        world.expect(state == "closed", "nobody is lost", f"{short} is still {state} at step {step}")
        closed[id] = reason or ""
        missing = set(range(step)) - told[id]
        world.expect(not missing, "nobody is lost", f"{short}: steps {missing} left no message and no bar")
        world.expect(
            _is_true(world, opened, reason, moment(closed_at)), "ends are true", f"{short} ended as {reason}"
        )
        if reason == "expired":
            in_time = (moment(closed_at) or opened.expires_at) >= opened.expires_at == moment(expires_at)
            world.expect(in_time, "ends are true", f"{short} expired early")
        if reason in {"exhausted", "unreachable"}:
            whole = step >= len(opened.ladder.steps)
            world.expect(whole, "nobody is lost", f"{short} is {reason} at step {step}")
        if reason == "unreachable":
            world.expect(("unreachable", id) in tasks, "nobody is lost", f"{short}: no task for a person")
            world.expect(id not in reached, "ends are true", f"{short} is unreachable, yet has a copy")
    return closed


def _is_true(world: World, opened: Opened, reason: str | None, at: datetime | None) -> bool:
    match reason:
        case "acknowledged":
            return opened.id in world.truth.answering
        case "transfer_gone":
            return opened.transfer in world.truth.cancelled
        case "stopped":
            return opened.person in world.truth.stopped
        case "exhausted" | "unreachable":
            answered = world.phones.answered.get(opened.id)
            return answered is None or at is None or at <= answered
        case "spared":
            sql = f"SELECT reason FROM bars WHERE outreach = '{opened.id}'"
            return any(Bar(reason) in ENOUGH for (reason,) in world.memory.rows(sql))
        case _:
            return reason in {"expired", "overtaken", None}


def _status(world: World, row: Row, ended: str) -> None:
    """The ledger says of a message what its provider would."""
    said = f"{row.channel} {row.outreach[-4:]}/{row.step} is {row.status} with {len(row.copies)} copies"
    if row.channel not in SENT:
        return
    if row.status in HEARD:
        world.expect(bool(row.copies), "statuses are true", said)
    elif row.status == "in_doubt":
        _doubt(world, row, ended, said)
    else:
        world.expect(row.status in {"refused", "cancelled"}, "statuses are true", said)
        world.expect(not row.copies, "statuses are true", said)


def _doubt(world: World, row: Row, ended: str, said: str) -> None:
    """A doubt stays only where nobody can be asked, or where the climb ended before it was settled."""
    provider = world.providers[Channel(row.channel)]
    if provider.collapses:
        world.held["doubts are settled"] += 1
        return
    how = {word for (word,) in world.memory.rows(f"SELECT settled FROM attempts WHERE message = '{row.id}'")}
    task = world.memory.rows(
        f"SELECT 1 FROM tasks WHERE kind = 'in_doubt' AND outreach = '{row.outreach}' AND step = {row.step}"
    )
    # A step that was barred when its blind repeat was due ends as it stands; else a person has to look.
    was_left = "left" in how and ended in INTERRUPTED
    is_named = was_left or "repeated" in how or ("held_for_human" in how and bool(task))
    world.expect(is_named, "doubts are settled", f"{said}: settled {how - {None}}, {len(task)} tasks")
    could = provider.can_be_asked and not world.mix.cannot_say
    world.expect(not could, "doubts are settled", f"{said}: its provider could have been asked")


def _copies(world: World) -> None:
    """No phone has a step twice, but where nobody can be asked and the rule would rather repeat."""
    taken: Counter[tuple[str, int]] = Counter((copy.outreach, copy.step) for copy in world.phones.copies)
    by_name = {provider.name: provider for provider in world.providers.values()}
    for (outreach, step), count in taken.items():
        copies = [c for c in world.phones.copies if (c.outreach, c.step) == (outreach, step)]
        provider = by_name[copies[0].provider]
        one = len({(copy.message, copy.provider, copy.key) for copy in copies}) == 1
        world.expect(one, "nobody is warned twice", f"{outreach[-4:]}/{step} came as different messages")
        if provider.collapses:
            continue
        opened = world.truth.outreaches[outreach]
        may_repeat = opened.policy == "repeat" and (not provider.can_be_asked or world.mix.cannot_say > 0)
        most = 1 + REPEATS * may_repeat
        said = f"{outreach[-4:]}/{step}: {count} copies by {provider.name}, at most {most}"
        world.expect(count <= most, "nobody is warned twice", said)


def _receipts(world: World, messages: Sequence[Row]) -> None:
    """Each receipt is kept once, and the furthest is what the status says, in whatever order they came."""
    kept = Counter(world.memory.rows("SELECT provider, event_id FROM receipts"))
    for receipt in world.truth.heard:
        world.expect(kept[receipt.provider, receipt.id] == 1, "receipts fold", "a receipt is not kept once")
    furthest: dict[str, Status] = {}
    for message, status in world.memory.rows("SELECT message, status FROM receipts"):
        best = furthest.setdefault(message, Status(status))
        furthest[message] = max(best, Status(status), key=lambda s: s.rank)
    for row in messages:
        heard = furthest.get(row.id)
        later = row.status in {"sent", "undelivered", "delivered"}
        said = f"{row.id[-4:]} is {row.status}, its receipts say {heard}"
        world.expect(row.status == heard if heard or later else True, "receipts fold", said)


def _key_stands(world: World) -> None:
    """The last line of defence: a second message of a step is refused by the database itself."""
    rows = world.memory.rows("SELECT * FROM messages ORDER BY id LIMIT 1")
    if not rows:
        return
    row = dict(zip(tables.messages.c.keys(), rows[0], strict=True))
    row |= {"id": "f" * 32, "reference": "ZZZZZZ"}
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    try:
        with world.memory.connection as connection:
            connection.execute("BEGIN")
            connection.execute(f"INSERT INTO messages ({names}) VALUES ({marks})", list(row.values()))
            connection.execute("ROLLBACK")
    except Exception as error:
        stands = "UNIQUE" in str(error)
    else:
        stands = False
    world.expect(stands, "keys stand", "a second message of a step would be written")
