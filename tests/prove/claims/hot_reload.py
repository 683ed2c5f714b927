"""Edits of rules and templates under a running engine: never its end, never half, never unchecked."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from outreach.adapters import renderer
from outreach.adapters.rulebook import read_rulebook
from outreach.domain.explain import agrees
from outreach.store.explaining import flags_of
from outreach.store.tables import decisions, flags, runs
from outreach.wiring.explaining import Which, explain_flag
from outreach.wiring.house import House
from outreach.wiring.rules import STILL
from tests.doors.workbench import PATTERN, Workbench, a_workbench
from tests.prove.figures import Figure
from tests.prove.ground import Ground
from tests.prove.workspaces import write_csv

EDITS = 200
FLAGS_EVERY = 5
"""Edits between two further days of flags."""

EDGES = 24
"""Flags of such a day."""

SCORES = (56, 98)
AMOUNTS = {50: (20, 90), 1000: (800, 1200)}
"""What cut-offs are moved to, by the amount that the shipped rules ask; flags lie between them."""

Edit = Callable[[Workbench, random.Random], None]


@dataclass
class Seen:
    """What came of a crowd of edits."""

    house: House
    edits: int = 0
    taken: int = 0
    kept: int = 0
    died: int = 0
    broken_in_force: int = 0
    good: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    @property
    def unchecked(self) -> int:
        """Editions that decided, and never passed the check."""
        return len(self.used - self.good)


def run(ground: Ground) -> dict[str, Figure]:
    """Two hundred edits under an engine in this process, then every decision from store and archive."""
    seen = two_hundred_edits(ground.place("hot-reload"), edits=EDITS, seed=5)
    again = replayed(seen.house)
    return {
        "times the engine died": Figure(seen.died, seen.edits, "edits"),
        "edits taken up": Figure(seen.taken, seen.edits, "edits"),
        "edits kept out": Figure(seen.kept, seen.edits, "edits"),
        "broken edits in force": Figure(seen.broken_in_force, seen.edits, "edits"),
        "editions that decided unchecked": Figure(seen.unchecked, len(seen.used), "editions that decided"),
        "decisions that come out otherwise": Figure(again.differing, again.decisions, "decisions"),
    }


def two_hundred_edits(folder: Path, *, edits: int, seed: int) -> Seen:
    """Edit at random, look, pull and send; the folders' good state is put back now and then."""
    bench, dice = a_workbench(folder / "workspace"), random.Random(seed)
    good = folder / "good"
    for name in ("rules", "templates"):
        shutil.copytree(bench.folder / name, good / name)
    assert bench.house.renderer.templates()
    seen = Seen(bench.house, good={bench.house.rules.current().sha256})
    for number in range(edits):
        _one(bench, dice, seen, good, number)
    with bench.house.store.read() as tx:
        seen.used = set(tx.connection.execute(select(runs.c.rulebook_sha256)).scalars())
    return seen


def _one(bench: Workbench, dice: random.Random, seen: Seen, good: Path, number: int) -> None:
    # Flags come just after another cut-off, so that editions decide differently of the same facts.
    pulls = number % FLAGS_EVERY == 0
    _put_back(bench, good) if pulls or dice.random() < 0.4 else None
    (_cut_off if pulls else dice.choice(EDITS_OF_ALL_KINDS))(bench, dice)
    seen.edits += 1
    fits = _fits(bench)
    try:
        bench.look()
        taken = bench.look(after=STILL)
        if pulls:
            _flags(bench, number)
        bench.house.intake.run(progress=lambda lines: bench.glance())
        bench.house.dispatch.run()
    except Exception:  # whatever it is: the engine would have died
        seen.died += 1
        return
    seen.taken += taken
    seen.kept += not fits
    seen.broken_in_force += taken and not fits
    if fits:
        seen.good.add(_hash(bench))


def _put_back(bench: Workbench, good: Path) -> None:
    for name in ("rules", "templates"):
        shutil.rmtree(bench.folder / name, ignore_errors=True)
        shutil.copytree(good / name, bench.folder / name)


def _flags(bench: Workbench, number: int) -> None:
    """A day later, about other people: flags near every cut-off, which another edition decides otherwise."""
    bench.now += timedelta(days=1)
    with next((bench.folder / "feeds").glob("sample-*.csv")).open(encoding="utf-8", newline="") as file:
        model = next(csv.DictReader(file))
    at = bench.now - timedelta(minutes=5)
    shared = {name: "" for name in model} | {
        "scam_type": PATTERN, "locale": "en", "time_zone": "UTC", "email": "on.the.edge@example.com",
        "score_model": "acme-risk 4.2", "flagged_at": at.isoformat(), "transfer_state": "pending",
        "destination_owned": "false", "beneficiary_age_days": "0.5", "beneficiary_paid_count": "0",
        "on_call": "false", "share_of_balance": "0.2", "tags": "[]", "amount": "1", "currency": "USD",
    }  # fmt: skip
    rows = [shared | edge | {"flag_id": f"E{number}-{n}", "customer_id": f"edge-{number}-{n}"}
            for n, edge in enumerate(_edges(random.Random(number)))]  # fmt: skip
    write_csv(bench.folder / "feeds" / f"sample-z{number:04d}.csv", rows)


def _edges(dice: random.Random) -> Iterator[dict[str, str]]:
    """Scores and amounts among those that `_cut_off` writes, to listed places and to others."""
    for n in range(EDGES):
        is_listed = n % 2 == 0
        low, high = AMOUNTS[50 if is_listed else 1000]
        yield {
            "risk_score": f"{dice.uniform(*SCORES):.1f}",
            "amount_at_risk_usd": str(dice.randint(low, high)),
            "destination_listed": str(is_listed).lower(),
        }


def _fits(bench: Workbench) -> bool:
    """Whether the folders pass the checks that a person would run."""
    book, _ = read_rulebook(bench.folder / "rules", today=bench.now.date())
    if book is None:
        return False
    found = renderer.check(bench.folder / "templates", book.catalogue, "Acme")
    return all(problem.is_warning for problem in found)


def _hash(bench: Workbench) -> str:
    book, _ = read_rulebook(bench.folder / "rules", today=bench.now.date())
    return book.sha256 if book else ""


def _cut_off(bench: Workbench, dice: random.Random) -> None:
    """Other scores and other amounts from which on a rule holds."""
    if not bench.rules.is_file():
        return
    text = bench.rules.read_text(encoding="utf-8", errors="replace")
    for old, observed in ((60, 45), (70, 55), (80, 65), (90, 75)):
        written = dice.randint(max(observed + 1, SCORES[0]), SCORES[1])
        text = text.replace(f"at_least: {old}, observe", f"at_least: {written}, observe")
    for amount, (low, high) in AMOUNTS.items():
        text = text.replace(f"usd >= {amount} ", f"usd >= {dice.randint(low, high)} ")
        text = text.replace(f"usd >= {amount}\n", f"usd >= {dice.randint(low, high)}\n")
    bench.rules.write_text(text, encoding="utf-8")


def _remark(bench: Workbench, dice: random.Random) -> None:
    _append(bench.rules, f"\n# {dice.random()}\n")


def _words(bench: Workbench, dice: random.Random) -> None:
    _append(bench.template, f"\n{{# {dice.random()} #}}\n")


def _half(bench: Workbench, dice: random.Random) -> None:
    file = dice.choice(_files(bench))
    raw = file.read_bytes()
    file.write_bytes(raw[: dice.randint(0, len(raw))])


def _gone(bench: Workbench, dice: random.Random) -> None:
    dice.choice(_files(bench)).unlink()


def _garbage(bench: Workbench, dice: random.Random) -> None:
    dice.choice(_files(bench)).write_bytes(dice.randbytes(200))


def _forbidden(bench: Workbench, dice: random.Random) -> None:
    dice.choice(_files(bench)).chmod(0o000)


def _a_folder_instead(bench: Workbench, dice: random.Random) -> None:
    file = dice.choice(_files(bench))
    file.unlink()
    file.mkdir()


def _all_gone(bench: Workbench, dice: random.Random) -> None:
    shutil.rmtree(bench.folder / dice.choice(("rules", "templates")), ignore_errors=True)


def _files(bench: Workbench) -> list[Path]:
    found = [p for name in ("rules", "templates") for p in (bench.folder / name).rglob("*.*") if p.is_file()]
    return sorted(found) or [_again(bench.rules)]


def _again(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return file


def _append(file: Path, text: str) -> None:
    if file.parent.is_dir() and not file.is_dir():
        with file.open("a", encoding="utf-8") as opened:
            opened.write(text)


EDITS_OF_ALL_KINDS: tuple[Edit, ...] = (
    _remark,
    _cut_off,
    _words,
    _half,
    _gone,
    _garbage,
    _forbidden,
    _a_folder_instead,
    _all_gone,
)


@dataclass(frozen=True)
class Again:
    """How many decisions were decided again, and how many came out otherwise."""

    decisions: int
    differing: int


def replayed(house: House) -> Again:
    """Every stored decision from the archive and the edition that its run cites, held against the ledger."""
    differing = counted = 0
    with house.store.read() as tx:
        persons = sorted(set(tx.connection.execute(select(flags.c.person)).scalars()))
        cited = {row.id: row.rule_set_sha256 for row in tx.connection.execute(select(decisions))}
    for person in persons:
        with house.store.read() as tx:
            theirs = flags_of(tx, person, house.clock())
        for back in range(len(theirs)):
            found = explain_flag(house, person, Which(until=house.clock(), back=back), "")
            counted += len(found.stored)
            differing += not (found.pattern is not None and agrees(found.stored, found.pattern))
    assert len(cited) >= counted
    return Again(decisions=counted, differing=differing)
