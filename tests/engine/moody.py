"""A core system that is down, slow, lying and repeating itself, in memory or on a real socket."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outreach.adapters.core_webhook import WebhookCore
from outreach.domain.transfer import Transfer, TransferStatus, read_transfers
from outreach.engine.patience import Patient
from outreach.engine.ports import Core
from outreach.errors import CoreBusy, CoreRefused
from outreach.store.feedback import told
from outreach.store.tables import hold_words
from tests.adapters.loopback import Act, Seen, loopback, reply
from tests.build import a_flag
from tests.engine.net_world import NetWorld

SILENT = ("down", "slow", "garbage", "forgets")
LYING = ("held_unasked", "held_past", "no_end", "moves", "stale", "pending", "released", "unknown")
MOODS = ("honest", *SILENT, *LYING, "refuses", "busy")
HOUR = timedelta(hours=1)

SPEAKS = re.compile(r"(?<!no longer )\bon hold\b|hold ends")
"""What says in English that there is a hold."""

SAYS_ENDED = re.compile(r"no longer on hold|hold on this transfer ended")


NEVER_WERE = "ends of holds that never were"


@dataclass
class Moody:
    """What the core holds, how it behaves now, and everything that it was asked."""

    clock: Callable[[], datetime]
    mood: str = "honest"
    holds: dict[str, datetime] = field(default_factory=dict)
    calls: list[tuple[str, str, str]] = field(default_factory=list)  # id, act, transfer
    served: dict[str, Transfer] = field(default_factory=dict)  # its last answer

    def heard(self, id: str, act: str, ref: str, seconds: int | None) -> None:
        """A request reached it: the same id is the same request."""
        is_new = id not in {call[0] for call in self.calls}
        self.calls.append((id, act, ref))
        if self.mood != "refuses" and is_new and act == "hold":
            self.holds[ref] = self.clock() + timedelta(seconds=seconds or 86_400)
        if is_new and act == "release":
            self.holds.pop(ref, None)

    def says(self, refs: Sequence[str]) -> dict[str, dict[str, str]]:
        """Its answer about these transfers now, true or not."""
        told = {ref: self._word(ref) for ref in refs} if self.mood not in SILENT else {}
        self.served = read_transfers(told)
        return told

    def _word(self, ref: str) -> dict[str, str]:
        now, ends = self.clock(), self.holds.get(ref)
        is_held = ends is not None and ends > now
        honest: tuple[str, datetime | None] = ("held", ends) if is_held else ("pending", None)
        words: Mapping[str, tuple[str, datetime | None]] = {
            "held_unasked": ("held", now + HOUR),
            "held_past": ("held", now - HOUR),
            "no_end": ("held", None),
            "moves": ("held", now + timedelta(minutes=int(now.timestamp()) % 97 + 1)),
            "stale": ("held", now + 9 * HOUR),
            "pending": ("pending", None),
            "released": ("released", None),
            "unknown": ("unknown", None),
        }
        status, until = words.get(self.mood, honest)
        as_of = now - 30 * HOUR if self.mood == "stale" else now
        end = {"hold_expires_at": until.isoformat()} if until else {}
        return {"status": status, "as_of": as_of.isoformat(), **end}

    def confirms(self, ref: str) -> bool:
        """Whether its last answer says that there is a hold now."""
        word = self.served.get(ref)
        if word is None or word.status is not TransferStatus.HELD:
            return False
        return word.hold_expires_at is None or word.hold_expires_at >= self.clock()


@dataclass
class InMemory:
    """The port over a moody core, without a socket."""

    moody: Moody

    def transfers(self, refs: Sequence[str]) -> Mapping[str, Transfer]:
        """As its mood is."""
        self.moody.says(refs)
        if self.moody.mood in ("down", "slow"):
            raise TimeoutError(self.moody.mood)
        if self.moody.mood == "garbage":
            raise CoreBusy("not_json")
        return self.moody.served

    def _ask(self, act: str, ref: str, id: str, seconds: int | None) -> None:
        if self.moody.mood == "down":
            raise ConnectionError("down")
        self.moody.heard(id, act, ref, seconds)
        if self.moody.mood == "slow":  # it did it, and we do not know
            raise TimeoutError("slow")
        if self.moody.mood == "refuses":
            raise CoreRefused("http_422")
        if self.moody.mood == "busy":
            raise CoreBusy("http_503", 1.0)

    def request_hold(self, ref: str, reason: str, call_id: str, seconds: int | None = None) -> None:
        self._ask("hold", ref, call_id, seconds)

    def request_release(self, ref: str, reason: str, call_id: str) -> None:
        self._ask("release", ref, call_id, None)

    def request_freeze(self, ref: str, reason: str, call_id: str) -> None:
        self._ask("freeze", ref, call_id, None)


@contextmanager
def on_a_socket(moody: Moody) -> Iterator[Core]:
    """The shipped adapter and its patience, over a moody core on a real socket."""

    def act(seen: Seen) -> Act:
        told = json.loads(seen.body)
        if moody.mood == "down":
            return Act(then="reset")
        if told["type"] == "transfers.read":
            return _answer(moody, told["data"]["refs"])
        data = told["data"]
        moody.heard(
            data["call_id"], told["type"].partition(".")[2], data["transfer_ref"], data.get("hold_seconds")
        )
        statuses = {"refuses": 422, "busy": 503}
        return Act(then="stall") if moody.mood == "slow" else reply(statuses.get(moody.mood, 202))

    with loopback(act) as server:
        url = f"http://127.0.0.1:{server._door.getsockname()[1]}"
        core = WebhookCore(
            url=f"{url}/calls",
            transfers_url=f"{url}/transfers",
            keys=[b"k" * 32],
            now=moody.clock,
            seconds=0.25,
            transfers_seconds=0.25,
        )
        yield Patient(core=core, seconds=0.5, request_seconds=0.5, pause=0.0)


def _answer(moody: Moody, refs: Sequence[str]) -> Act:
    told = moody.says(refs)
    if moody.mood == "slow":
        return Act(then="stall")
    if moody.mood == "garbage":
        return reply(200, b"<html>", (("content-type", "text/html"),))
    body = json.dumps({"transfers": told}).encode()
    return reply(200, body, (("content-type", "application/json"),))


@dataclass
class Watching:
    """Plays scripts of moods with one person each, and counts what must not be."""

    net: NetWorld
    moody: Moody
    counts: Counter[str] = field(default_factory=Counter)
    ends: dict[str, datetime] = field(default_factory=dict)  # by transfer: the end that we were told last

    def play(self, user: str, script: Sequence[tuple[str, int]]) -> None:
        """Warn somebody, then live through these moods, so many minutes each."""
        world, ref = self.net.world, f"transfer-of-{user}"
        world.flag(a_flag(user, flagged_at=world.clock()))
        for mood, minutes in script:
            self.moody.mood = mood
            self._send(ref)
            self._recover(ref)
            self._look(ref)
            world.clock.tick(minutes=minutes)

    def _send(self, ref: str) -> None:
        world = self.net.world
        before = {channel: len(sender.sent) for channel, sender in world.senders.items()}
        self.moody.served = {}
        world.dispatch().run()
        now = world.clock()
        self._note(ref)
        for channel, sender in world.senders.items():
            for message in sender.sent[before[channel] :]:
                about = self._about(message.id)
                self.counts["messages"] += 1
                words = f"{message.content.title} {message.content.text}"
                speaks = bool(SPEAKS.search(words)) or "transfer=held" in words
                self.counts["messages that speak of a hold"] += speaks
                self.counts["messages that claim"] += speaks and not self.moody.confirms(about)
                ends = self.ends.get(about)
                self.counts["messages after the end"] += ends is not None and now >= ends

    def _about(self, message: str) -> str:
        """The transfer that a message is about."""
        with self.net.world.store.read() as tx:
            found = told(tx, message)
        return (found.transfer_ref or "") if found else ""

    def _recover(self, ref: str) -> None:
        self.moody.served = {}
        self.net.world.recovery().run()
        self._note(ref)

    def _note(self, ref: str) -> None:
        """What the engine was told of the end, as it must go by it."""
        with self.net.world.store.read() as tx:
            query = hold_words.select().where(hold_words.c.transfer_ref == ref).order_by(hold_words.c.n)
            rows = list(tx.connection.execute(query))
        if rows:
            self.ends[ref] = rows[-1].until

    def _look(self, ref: str) -> None:
        world = self.net.world
        mine = [m for s in world.senders.values() for m in s.sent if self._about(m.id) == ref]
        if not mine:
            return
        page = self.net.page_of(mine[-1].id)
        was_held = ref in self.ends
        for address in (page, f"{page}?page=questions"):
            self.moody.served = {}
            shown = self.net.browser().get(address).text
            self.counts["pages"] += 1
            self.counts["pages that speak of a hold"] += bool(SPEAKS.search(shown))
            self.counts["pages that claim"] += bool(SPEAKS.search(shown)) and not self.moody.confirms(ref)
            word = self.moody.served.get(ref)
            is_lifted = word is not None and word.status is TransferStatus.RELEASED
            told_ended = bool(SAYS_ENDED.search(shown))
            self.counts[NEVER_WERE] += told_ended and not (was_held or is_lifted)

    def broken(self) -> dict[str, int]:
        """What must not be, and was."""
        never = ("messages that claim", "messages after the end", "pages that claim", NEVER_WERE)
        return {name: self.counts[name] for name in never if self.counts[name]}

    def doubled(self) -> int:
        """Requests to the core beyond one for a transfer, by their ids."""
        ids: dict[tuple[str, str], set[str]] = {}
        for id, act, ref in self.moody.calls:
            ids.setdefault((act, ref), set()).add(id)
        return sum(len(each) - 1 for each in ids.values())
