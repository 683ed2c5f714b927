"""Random flags in an archive, two editions of the rules, and a slow oracle that decides row by row."""

from __future__ import annotations

import base64
import random
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from outreach.adapters.archive import Archive
from outreach.adapters.matcher import fact_rows, truth_rows
from outreach.adapters.rulebook import load_rulebook
from outreach.domain.decision import Verdict, decide
from outreach.domain.facts import FactType
from outreach.domain.flag import PROFILE_COLUMNS
from outreach.domain.plan import plan
from outreach.domain.replay import Life
from outreach.domain.ruleset import Rule, Rulebook
from outreach.frames import ARROW_TYPES
from outreach.settings import Settings
from outreach.wiring import chance
from outreach.wiring.backtest.lives import claim_of
from outreach.wiring.house import House
from tests.fakes import OracleMatcher
from tests.house.walls import ROOT

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = base64.b64encode(bytes(range(32))).decode()
TIED = ("    score:", "    experiment: {design: tie_breaker, until: 2027-06-30}\n    score:")
HELD_BACK = (
    "    score:",
    "    experiment: {design: holdback, share: 20%, below: 95, until: 2027-06-30}\n    score:",
)
EDITS = {
    "pig_butchering.yml": (
        ("at_least: 75, observe_from: 60", "at_least: 55, observe_from: 50"),
        ("severity: high", "severity: critical"),
    ),
    "address_poisoning.yml": (("amount_at_risk_usd >=", "amount_at_risk_usd >= 0.1 *"),),
    "job_task.yml": (TIED, ("at_least:", "tie_break: 12, at_least:"), ("urgency: critical", "urgency: soon")),
    "fake_platform.yml": (("status: live", "status: shadow"),),
    "recovery.yml": (HELD_BACK, ("urgency: critical", "urgency: soon")),
    "remote_access.yml": (("expires: 6h", "expires: 2h"), ("'7 days'", "'3 days'")),
}
"""What is changed in the later edition: cut-offs, severity, experiments, shadows, conditions, times."""

KEPT = tuple(EDITS)
"""The rule files of this workspace: reading all of the shipped ones takes seconds."""


def a_house(folder: Path, edits: Mapping[str, tuple[tuple[str, str], ...]] = EDITS) -> House:
    """A workspace without a database: the shipped rules, edited, and in `before/` as they were."""
    for name in ("before", "rules"):
        shutil.copytree(ROOT / "rules", folder / name)
        for file in (folder / name).glob("*.yml"):
            if re.search("^pattern:", file.read_text("utf-8"), re.M) and file.name not in KEPT:
                file.unlink()
    for pattern in ("shared", *(name.removesuffix(".yml") for name in KEPT)):
        shutil.copytree(ROOT / "templates" / pattern, folder / "templates" / pattern)
    for name, changes in edits.items():
        file = folder / "rules" / name
        text = file.read_text("utf-8")
        for old, new in changes:
            text = text.replace(old, new)
        file.write_text(text, "utf-8")
    return house_of(folder)


def house_of(folder: Path) -> House:
    """The workspace in this folder, on the tests' day."""
    settings = Settings(workspace=folder, firm="Acme", keys=f"k1:{KEY}", hash_key=KEY)
    return House(settings, lambda: NOW)


def book(folder: Path) -> Rulebook:
    """An edition."""
    return load_rulebook(folder, today=NOW.date())


@dataclass
class Flags:
    """Random flags: examples of the rules with facts changed, so that every rule is met, and nearly met."""

    book: Rulebook
    seed: int
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.seeds = [
            {**example.facts, "pattern": rule_set.pattern}
            for rule_set in self.book.sets.values()
            for example in rule_set.examples
        ]

    def flag(self, people: int, at: datetime) -> dict[str, Any]:
        dice = self.dice
        facts = dict(dice.choice(self.seeds))
        for name in dice.sample(sorted(facts), k=min(3, len(facts))):
            facts[name] = self._changed(name, facts[name])
        score = Decimal(dice.randrange(40_000, 100_001)) / 1000
        return facts | {
            "pattern": facts["pattern"] or "job_task",
            "person": f"{dice.randrange(people):032x}",
            "risk_score": dice.choice([score, score, score, facts.get("risk_score"), Decimal("75"), None]),
            "is_vulnerable": dice.choice([False, False, False, True, None]),
            "flagged_at": at - timedelta(minutes=dice.randrange(60)),
            "beneficiary": f"payee {dice.randrange(3)}",
            "transfer_ref": f"t{dice.randrange(4)}",
            "locale": dice.choice(["en", "es", "ar", None]),
            "country": dice.choice(["US", "ES", "EG", None]),
            "reachable": dice.sample(["push", "sms", "email"], k=dice.randrange(4)),
        }

    def _changed(self, name: str, value: Any) -> Any:
        if name == "pattern" or self.dice.random() < 0.4:
            return value if name == "pattern" else None
        kind = self.book.catalogue[name].type
        factor = self.dice.choice([0, 0.5, 0.99, 1.01, 2, 10])
        match kind, value:
            case FactType.BOOLEAN, _:
                return not value
            case FactType.MONEY, Decimal():
                return round(value * Decimal(str(factor)), 4)
            case FactType.TIME, datetime():
                return value - timedelta(hours=self.dice.randrange(200))
            case (FactType.INTEGER, int()) | (FactType.NUMBER, float()):
                return type(value)(value * factor)
        return value

    def table(self, rows: list[dict[str, Any]]) -> pa.Table:
        """Rows in the schema of an archive."""
        types = {name: ARROW_TYPES[spec.type] for name, spec in self.book.catalogue.items()}
        types |= {name: ARROW_TYPES[kind] for name, kind in PROFILE_COLUMNS.items()}
        types |= {"person": pa.string(), "reachable": pa.list_(pa.string())}
        columns = {name: [_plain(row.get(name)) for row in rows] for name in types}
        return pa.table({name: pa.array(columns[name], kind) for name, kind in types.items()})


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def write_archive(folder: Path, rules: Rulebook, seed: int, flags: int, pulls: int) -> None:
    """So many flags, in so many pulls over the last twenty days; each newest flag is its pull's time."""
    made, archive = Flags(rules, seed), Archive(folder=folder / "archive", catalogue=rules.catalogue)
    for n in range(pulls):
        at = NOW - timedelta(days=20) + n * timedelta(days=20) / pulls
        rows = [made.flag(max(3, flags // 2), at) for _ in range(flags // pulls)]
        archive.write(made.table(rows), pull_id=f"pull-{n:04d}", day=at.date())


@dataclass
class Oracle:
    """What the engine's own parts say, one flag after the other, of one book."""

    people: set[str] = field(default_factory=set)
    shadow_people: set[str] = field(default_factory=set)
    flags: set[tuple[str, int]] = field(default_factory=set)
    verdicts: Counter[tuple[str, bool]] = field(default_factory=Counter)
    by: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    opened: int = 0


def ask_oracle(folder: Path, rules: Rulebook, house: House) -> Oracle:
    """Every flag decided by itself, every person's life lived together with all the others'."""
    found, life = Oracle(), Life()
    archive = Archive(folder=folder / "archive", catalogue=rules.catalogue)
    asked, coin = plan(rules), chance.assignment(house.hash_key)
    for file, table, at in _pulls(archive):
        claims = []
        numbered = table.append_column("n", pa.array(range(table.num_rows), pa.int64()))
        for kept in OracleMatcher().match(asked, numbered, at):
            facts, truths = fact_rows(kept, rules.catalogue), truth_rows(kept, asked)
            plain = kept.select(["person", "n", "locale", "country", "reachable"]).to_pylist()
            for row, one, answers in zip(plain, facts, truths, strict=True):
                theirs = [rule for rule in asked.rules if rule.pattern == one["pattern"]]
                acting, shadow = decide(theirs, answers, one, partial(_drawn, coin, row["person"]))
                for decision in ((acting,) if acting else ()) + shadow:
                    note(found, row, file, decision)
                    claims.append(claim_of(f"{file}/{row['n']}", row["person"], at, decision, one, rules))
        found.opened += sum(ruling.opens for ruling in life.pull(claims, at))
    return found


def _drawn(coin: Any, person: str, rule: Rule) -> str | None:
    found: str | None = coin(person, rule, NOW)
    return found


def note(found: Oracle, row: Mapping[str, Any], file: str, decision: Any) -> None:
    """Write down a decision."""
    found.verdicts[decision.verdict.value, decision.is_shadow] += 1
    if decision.verdict is not Verdict.WARN:
        return
    person = row["person"]
    if decision.is_shadow:
        found.shadow_people.add(person)
        return
    found.people.add(person)
    found.flags.add((file, row["n"]))
    found.by["pattern"].add((decision.rule.pattern, person))
    found.by["rule"].add((f"{decision.rule.pattern}/{decision.rule.rule.id}", person))
    found.by["locale"].add((row["locale"] or "", person))
    found.by["country"].add((row["country"] or "", person))
    for step in decision.rule.rule.warn.ladder.steps:
        if not step.is_instead and step.channel.value in {*row["reachable"], "inbox", "call"}:
            found.by["channel"].add((step.channel.value, person))


def _pulls(archive: Archive) -> list[tuple[str, pa.Table, datetime]]:
    files = archive.files(NOW.date() - timedelta(days=30), NOW.date())
    tables = [(path.stem, parquet.read_table(path, partitioning=None)) for path in files]
    pulls = []
    for path, (name, table) in zip(files, tables, strict=True):
        day = datetime.fromisoformat(path.parent.name.removeprefix("date=")).replace(tzinfo=UTC)
        newest = max(at for at in table.column("flagged_at").to_pylist() if at is not None)
        pulls.append((name, table, min(max(newest, day), day + timedelta(days=1))))
    return sorted(pulls, key=lambda pull: (pull[2], pull[0]))
