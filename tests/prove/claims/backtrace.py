"""A back-trace over many transfers: whom it finds is exactly whom an oracle finds, once, also when killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from outreach.adapters.transfers import TransferFiles
from outreach.domain.lookback import Bounds, Turned
from outreach.store.lookback import Asked, ask_again, refs_of
from outreach.store.tables import flags, outreaches
from outreach.wiring.chance import clock
from outreach.wiring.house import House, open_house
from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment, outreach
from tests.prove.workspaces import a_workspace

BAD, PLACES, PEOPLE = 2_000, 50_000, 150_000
DAYS = 90
KILLS = {"full": 6, "short": 3}

SETTINGS = f"""
[lookback]
days = {DAYS}
per_run = 100000
per_day = 1000000
again_after_hours = 0
[lookback.transfers.core]
kind = "files"
path = "transfers/*.parquet"
format = "parquet"
"""


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` transfers: searched whole, searched again, and killed in the middle and resumed."""
    dice = random.Random(19)
    whole = _workspace(ground, "whole", SETTINGS)
    wanted = _write(whole / "transfers", ground.n, dice)
    _turn_bad(whole)
    cpu = _children()
    _look(whole)
    cpu = _children() - cpu
    found = _found(whole)
    _turn_bad(whole)
    _look(whole)
    twice = _found(whole)
    killed, kills = _killed(ground, whole / "transfers", KILLS[ground.form])
    seconds = _seconds_to_search(whole)
    return {
        "CPU seconds to search": Figure(seconds, ground.n, "transfers"),
        "people and places missed": Figure(len(wanted - set(found)), len(wanted), _OF),
        "people and places that never paid": Figure(len(set(found) - wanted), len(found), _OF),
        "found twice": Figure(len(found) - len(set(found)), len(found), _OF),
        "found by a second search": Figure(len(twice) - len(found), BAD, "beneficiaries searched again"),
        "CPU seconds of the search, decisions and all": Figure(cpu, ground.n, "transfers"),
        "missed after kills": Figure(len(wanted - set(killed)), kills, "kills between start and end"),
        "opened twice after kills": Figure(
            _doubled(ground.folder / "killed"), len(killed), "outreaches and flags"
        ),
        "kills": Figure(kills, kills, "kills of `outreach lookback run` (SIGKILL)"),
    }


_OF = "people and beneficiaries"


def _seconds_to_search(workspace: Path) -> float:
    """The search alone, in this process."""
    bad = [Turned(beneficiary=f"0x{n:040x}") for n in range(BAD)]
    files = TransferFiles(name="transfers", glob=str(workspace / "transfers" / "*.parquet"), format="parquet")
    now, begun = clock(), time.process_time()
    rows = sum(table.num_rows for table in files.sent_to(bad, now - timedelta(days=DAYS), now))
    assert rows
    return round(time.process_time() - begun, 2)


def _workspace(ground: Ground, name: str, settings: str) -> Path:
    made = a_workspace(ground.place(name), ground.root, "sqlite:///outreach.db", settings)
    rules = made / "rules" / "silent_loss.yml"
    text = rules.read_text(encoding="utf-8").replace("max_users: 2000", "max_users: 1000000")
    rules.write_text(text.replace("max_users: 500", "max_users: 1000000"), encoding="utf-8")
    (made / "transfers").mkdir()
    done = outreach("-w", str(made), "migrate")
    assert done.returncode == 0, done.stderr
    return made


def _turn_bad(workspace: Path) -> None:
    """Every bad place is asked for, or asked for again."""
    house = open_house(workspace)
    asked = Asked(source="hand", actor="claim", bounds=Bounds(days=DAYS))
    with house.store.begin() as tx:
        for n in range(BAD):
            ask_again(tx, Turned(beneficiary=f"0x{n:040x}"), asked, house.clock())
    house.close()


def _write(folder: Path, n: int, dice: random.Random) -> set[tuple[str, str]]:
    """Transfers in four files, and whom a plain loop over them finds."""
    now, wanted = clock(), set()
    for part in range(4):
        rows = list(_rows(n // 4, now, dice))
        wanted |= {
            (who, whom.lower())
            for who, whom, at, _ in rows
            if int(whom, 16) < BAD and now - at <= timedelta(days=DAYS) - timedelta(hours=2)
        }
        names = ("user_ref", "beneficiary", "sent_at", "amount_usd")
        table = pa.table(
            {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
        )
        parquet.write_table(table, folder / f"{part}.parquet")
    return wanted


def _rows(n: int, now: datetime, dice: random.Random) -> Iterator[tuple[str, str, datetime, str]]:
    """Nobody stands within hours of the edge: the search's own clock is a little later."""
    for _ in range(n):
        place = dice.randrange(PLACES)
        spelled = f"0x{place:040X}" if dice.random() < 0.5 else f"0x{place:040x}"
        days = dice.choice((dice.uniform(0.1, DAYS - 1), dice.uniform(DAYS + 1, 2 * DAYS)))
        sent = now - timedelta(days=days)
        yield f"user-{dice.randrange(PEOPLE)}", spelled, sent, f"{dice.randrange(2_500, 90_000) / 100:.2f}"


def _look(workspace: Path) -> None:
    done = outreach("-w", str(workspace), "lookback", "run", seconds=1_200)
    assert done.returncode == 0, done.stderr


def _found(workspace: Path) -> list[tuple[str, str]]:
    """Every finding in the ledger, by the firm's own ids."""
    house = open_house(workspace)
    try:
        with house.store.read() as tx:
            rows = tx.connection.execute(flags.select().where(flags.c.feed == "lookback")).all()
            names = refs_of(tx, {row.person for row in rows})
            places = {
                house.vault.fingerprint(f"0x{n:0{40}{x}}"): f"0x{n:040x}" for n in range(BAD) for x in "xX"
            }
            return [(names[row.person], places[row.beneficiary]) for row in rows]
    finally:
        house.close()


def _doubled(workspace: Path) -> int:
    house = open_house(workspace)
    with house.store.read() as tx:
        rows = tx.connection.execute(outreaches.select()).all()
        kept = tx.connection.execute(flags.select()).all()
    house.close()
    findings = len(kept) - len({(row.person, row.beneficiary) for row in kept})
    return findings + len(rows) - len({row.person for row in rows})


def _killed(ground: Ground, transfers: Path, wanted: int) -> tuple[list[tuple[str, str]], int]:
    """The same search, killed again and again once it has kept something, then left alone."""
    workspace = _workspace(ground, "killed", SETTINGS)
    (workspace / "transfers").rmdir()
    (workspace / "transfers").symlink_to(transfers)
    _turn_bad(workspace)
    kills = 0
    house = open_house(workspace)
    for _ in range(wanted):
        kills += _kill_after_more(house, workspace)
    house.close()
    _look(workspace)
    return _found(workspace), kills


def _kill_after_more(house: House, workspace: Path) -> bool:
    """Start a search and kill it as soon as the ledger holds more than before."""
    before = _count(house)
    words = [sys.executable, "-m", "outreach", "-w", str(workspace), "lookback", "run"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
    while process.poll() is None and _count(house) <= before:
        time.sleep(0.02)
    is_alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return is_alive


def _count(house: House) -> int:
    with house.store.read() as tx:
        return len(tx.connection.execute(flags.select().with_only_columns(flags.c.id)).all())


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system
