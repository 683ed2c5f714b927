"""Recovery cases driven at random by people, the clock and firms that fail, on both databases.

Every case is moved by random acts in random roles, two at a time, while a firm on a real socket answers
well, badly or not at all. Then every ledger is read by itself: each step must be a line of the table, each
closing must carry a warning that was written down, each request must have come to the firm under one id, and
each case's pack must verify, and not once a byte of it was changed.
"""

from __future__ import annotations

import base64
import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

from outreach.adapters import evidence_pack
from outreach.adapters.core_webhook import WebhookCore
from outreach.domain.recovery_case import TABLE, Act, Role, Stage
from outreach.engine.case_desk import Who
from outreach.store.case_amounts import Amount
from outreach.store.case_freezes import Answer
from outreach.store.database import Store
from outreach.store.tables import case_freezes, case_steps, outreaches
from outreach.store.tables import cases as case_table
from outreach.wiring import case_pack
from tests.engine.case_world import A_LOSS, BANK, CORE, DESK, Cases
from tests.engine.world import World
from tests.prove.figures import Figure
from tests.prove.ground import Ground

ACTS_EACH = 14
PEOPLE = (Who(name="ana", role=Role.AGENT), Who(name="lena", role=Role.LEAD))


@dataclass
class Bank:
    """A firm on a socket: what came under which id, and what it answers, by its dice."""

    dice: Random
    came: Counter[tuple[str, str]] = field(default_factory=Counter)
    ids: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hears(self, id: str, body: bytes) -> int:
        told = json.loads(body)["data"]
        key = (told["case"], f"{told['destination']}|{told['amount']}|{told['currency']}")
        with self.lock:
            status = self.dice.choice((200, 200, 202, 500, 503, 429))
            self.ids.setdefault(key, set()).add(id)
            if status < 300:
                self.came[key] += 1
        return status


@contextmanager
def served(bank: Bank) -> Iterator[str]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(bank.hears(self.headers["webhook-id"], body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/freeze"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` cases on each database."""
    total: Counter[str] = Counter()
    with ground.stores() as stores:
        for name, store in stores.items():
            bank = Bank(Random(ground.n))
            with served(bank) as url:
                total.update(_drive(store, bank, url, ground.n))
            total.update(_packs(store, ground.place(f"packs-{name}"), ground.n))
    of_steps = "steps written down, on SQLite and PostgreSQL"
    return {
        "steps outside the table": Figure(total["outside"], total["steps"], of_steps),
        "closed without the warning": Figure(total["unwarned"], total["closed"], "closings"),
        "opened again without something new": Figure(total["stale"], total["reopened"], "cases opened again"),
        "requests that came to the firm under two ids": Figure(
            total["doubled"], total["asked"], "case, transfer and firm, at the firm's socket"
        ),
        "cases that a person was not told of at the end": Figure(
            total["untold"], total["closed"], "closings whose outreach is there with its ladder"
        ),
        "packs that do not verify": Figure(
            total["packs"] - total["verified"], total["packs"], "packs, for the police and a firm"
        ),
        "changed bytes not found": Figure(
            total["changed"] - total["found"], total["changed"], "packs with one byte changed"
        ),
        "packs that differ when made again": Figure(total["differ"], total["packs"], "packs, made twice"),
        "packs for a firm that name the person": Figure(total["named"], total["firm packs"], "packs"),
    }


def _drive(store: Store, bank: Bank, url: str, n: int) -> Counter[str]:
    some, dice = Cases(World(store)), Random(n)
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    firm = WebhookCore(url=url, transfers_url="", keys=(key,), now=some.world.clock, seconds=5)
    ids = [some.open(user=f"user-{k}").case for k in range(n)]
    work = replace(some.work(), firms={"bank": firm})
    with ThreadPoolExecutor(2) as pool:
        for _ in range(ACTS_EACH):
            plans = [(case, dice.randrange(2**32)) for case in ids for _ in range(2)]
            list(pool.map(lambda plan: _act(some, *plan), plans))
            work.run()
            some.world.clock.tick(hours=dice.choice((0.2, 1, 9, 30)))
    for _ in range(12):
        work.run()
        some.world.clock.tick(hours=3)
    return _judge(some, bank)


def _act(some: Cases, case: str, seed: int) -> None:
    """One random act in a random role; what the table does not have is refused."""
    dice, desk, now = Random(seed), some.desk, some.world.clock()
    who, number = dice.choice(PEOPLE), Decimal(dice.randrange(1, 4))
    sum_ = Amount(kind="refunded", amount=number, currency="EUR", source="bank", actor=who.name)
    (
        lambda: desk.simple(case, Act.TAKE, who, now),
        lambda: desk.simple(case, Act.NOTE, replace(who, note="n"), now),
        lambda: desk.simple(case, Act.SETTLE, who, now),
        lambda: desk.add(case, replace(A_LOSS, amount=number), who, now),
        lambda: desk.freeze(case, BANK, who, now),
        lambda: desk.freeze(case, dice.choice((BANK, DESK, CORE)), who, now),
        lambda: desk.sent(case, DESK, who, now),
        lambda: desk.answer(
            case, Answer(firm="bank", answer=dice.choice(("accepted", "partial", "refused"))), who, now
        ),
        lambda: desk.money(case, sum_, who, now),
        lambda: desk.close(case, who, now),
        lambda: desk.reopen(case, dice.choice(("", "they wrote", "a new name")), who, now),
    )[dice.randrange(11)]()


def _judge(some: Cases, bank: Bank) -> Counter[str]:
    """The ledgers by themselves: nothing here asks the code that wrote them."""
    told: Counter[str] = Counter()
    climbs = {row.id: row for row in some.world.rows(outreaches)}
    facts: set[tuple[str, str]] = set()
    stage: dict[str, str] = {}
    for row in sorted(some.world.rows(case_steps), key=lambda row: (row.case, row.n)):
        told["steps"] += 1
        told["outside"] += _is_outside(row, stage.get(row.case))
        stage[row.case] = row.stage
        if row.act == "close":
            told["closed"] += 1
            warning = climbs.get(row.warning)
            told["unwarned"] += warning is None or warning.person != row.person
            told["untold"] += warning is None or '"inbox"' not in warning.ladder
        if row.act == "reopen":
            told["reopened"] += 1
            told["stale"] += row.fact is None or (row.case, row.fact) in facts
            facts.add((row.case, row.fact))
    told["outside"] += sum(stage[row.id] != row.stage for row in some.world.rows(case_table))
    told["doubled"] += sum(len(ids) > 1 for ids in bank.ids.values())
    told["asked"] += len(bank.ids)
    asked = {(r.case, r.transfer) for r in some.world.rows(case_freezes) if r.firm == "bank"}
    told["doubled"] += max(0, len(bank.ids) - len(asked))
    return told


def _is_outside(row: object, before: str | None) -> bool:
    act, was, to, role = (str(getattr(row, name)) for name in ("act", "was", "stage", "role"))
    if act == "open":
        return (before, to) != (None, "opened")
    line = TABLE.get((Stage(was), Act(act)))
    return before != was or line is None or line.to.value != to or Role(role) not in line.roles


def _packs(store: Store, folder: Path, n: int) -> Counter[str]:
    some, dice, told = Cases(World(store)), Random(n), Counter[str]()
    for number, row in enumerate(some.world.rows(case_table)):
        found = some.whole(row.id)
        firms = ["bank"] if any(one.firm == "bank" for one in found.freezes) else []
        for audience in ("police", *firms):
            pack = case_pack.pack_of("Acme", found, audience)
            first, second = folder / f"{number}-{audience}", folder / f"{number}-{audience}-again"
            seals = [evidence_pack.write(pack, place) for place in (first, second)]
            told["packs"] += 1
            told["differ"] += seals[0] != seals[1]
            told["verified"] += evidence_pack.verify(first, seals[0]) == []
            if audience != "police":
                told["firm packs"] += 1
                content = (first / "case.json").read_text(encoding="utf-8")
                told["named"] += (found.user or "?") in content or row.person in content
            told["changed"] += 1
            told["found"] += _changed(first, dice)
    return told


def _changed(folder: Path, dice: Random) -> bool:
    """Change one byte of one file; whether that is found without any other word."""
    place = dice.choice(sorted(folder.iterdir()))
    whole = bytearray(place.read_bytes())
    whole[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
    place.write_bytes(bytes(whole))
    return evidence_pack.verify(folder) != []
