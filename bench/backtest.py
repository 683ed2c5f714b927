"""Backtest archived flags × 60 rules of two editions, beside the same masks asked of a bare DuckDB.

    python bench/backtest.py                       # 10M flags, 60 rules, a table
    python bench/backtest.py --flags 1000000 --rounds 3
    python bench/backtest.py --format json

`ours` is the whole backtest: masks, decisions, people, episodes, limits, costs and samples. `raw` is a bare
DuckDB, asked by a query written by hand, which counts the same people (newly, no more, in all) and nothing
else; exit 1 where they differ. `masks` is our own fused query alone, its masks summed up, handed to nobody.
Each runs in a process of its own, so that peak memory is that of one. The clock starts when both editions are
read and checked. The later edition moves the cut-off of every sixth rule.

Measured 2026-11-23 on two cores that eight others shared, so CPU seconds tell and the clock does not:

         flags    ours cpu (runs)      raw cpu  ratio  masks cpu  peak MB   people        +  same
     1,000,000    5.3, 7.3                 2.0    3.2        1.4      447   33,068   +7,012  yes
    10,000,000    37.5, 40.2, 44.2        21.3    1.9        14.1   1,045  330,008  +70,399  yes

About 3 s of ours are the same however many flags there are: the templates are read, to tell the parts of an
SMS. In these flags most scores are under every floor, which both queries pass over before all else; written
without that, the query by hand took 8.5 s and 93 s.
"""

from __future__ import annotations

import argparse
import base64
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from match import BY_HAND, CLAUSES, LISTS, PATTERNS, ROOT, _clause, _made

from outreach.adapters.matcher import DuckMatcher
from outreach.adapters.matcher.archived import ArchiveMatcher, Pulled
from outreach.adapters.rulebook import load_rulebook
from outreach.domain.backtest_joint import joint
from outreach.settings import Settings
from outreach.wiring.backtest import Asked, backtest
from outreach.wiring.house import House

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEY = base64.b64encode(bytes(32)).decode()
RULES = 60
FLAGS_A_PERSON = 3
FLAGS_A_PULL = 100_000
MEASURED = ("ours", "raw", "masks")
HEAD = (
    "     flags rules    ours s     raw s  ratio  ours cpu   raw cpu  ratio masks cpu  peak MB"
    "  people      +      - same"
)


def write_rules(folder: Path, lower: int) -> None:
    """Sixty rules in five files; `lower` moves the cut-off of every sixth."""
    (folder / "lists").mkdir(parents=True)
    for name in ("facts.yml", "ladders.yml"):
        (folder / name).write_text((ROOT / "rules" / name).read_text())
    for name, stem, step in LISTS:
        values = ", ".join(f"{stem}{i * step}" for i in range(1000))
        (folder / "lists" / f"{name}.yml").write_text(f"list: {name}\nvalues: [{values}]\n")
    for p, pattern in enumerate(PATTERNS):
        head = (
            f"pattern: {pattern}\ntitle: bench\nseverity: high\nowner: bench\nreview_by: 2099-01-01\nrules:\n"
        )
        rules = "".join(_rule(p, n, lower) for n in range(RULES // len(PATTERNS)))
        (folder / f"{pattern}.yml").write_text(head + rules)


def _rule(p: int, n: int, lower: int) -> str:
    when = _clause(CLAUSES[n % len(CLAUSES)], p, n)
    cut = _cut(n, lower)
    return f"""\
  - id: rule-{n}
    status: live
    when: {json.dumps(f"risk_score IS NOT NULL AND ({when})")}
    score: {{fact: risk_score, at_least: {cut:.1f}, observe_from: {90 + n / 10:.1f}}}
    except:
      - {{because: old account, when: account_age_days > 97}}
      - {{because: warned, when: "within(last_warned_at, '7 days')"}}
    warn: {{template: {PATTERNS[p]}/leaving, urgency: soon, expires: 6h, ladder: urgent}}
"""


def _cut(n: int, lower: int) -> float:
    return 96 + n / 10 - (lower if n % 6 == 0 else 0)


def write_archive(folder: Path, flags: int) -> None:
    """`flags` flags over thirty days, a file a pull, every fact of the catalogue a column."""
    book = load_rulebook(folder / "rules", today=date(2026, 11, 22))
    listed = ", ".join(f"'{p}'" for p in PATTERNS)
    skipped = {"pattern", "memo", "flagged_at", "beneficiary"}
    facts = [_made(spec, n) for n, spec in enumerate(book.catalogue.values()) if spec.name not in skipped]
    pulls = max(1, -(-flags // FLAGS_A_PULL))
    columns = ", ".join(
        [
            f"md5((hash(i * 7 + 1) % {max(1, flags // FLAGS_A_PERSON)})::VARCHAR) AS person",
            f"([{listed}])[1 + (hash(i) % {len(PATTERNS)})::INT] AS pattern",
            "(['en', 'es', 'ar', 'hi'])[1 + (hash(i + 1) % 4)::INT] AS locale",
            "(['US', 'ES', 'EG', 'IN'])[1 + (hash(i + 2) % 4)::INT] AS country",
            "CASE WHEN i % 3 = 0 THEN ['push', 'sms', 'email'] ELSE ['sms', 'email'] END AS reachable",
            "'payee ' || (hash(i + 3) % 5) AS beneficiary",
            *facts,
        ]
    )
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2; SET TimeZone = 'UTC'; SET memory_limit = '2GB'")
        for n in range(pulls):
            at = NOW - timedelta(days=29) + n * timedelta(days=29) / pulls
            place = folder / "archive" / f"date={at.date()}"
            place.mkdir(parents=True, exist_ok=True)
            most = min(flags, (n + 1) * FLAGS_A_PULL)
            moment = f"TIMESTAMPTZ '{at:%Y-%m-%d %H:%M:%S}+00' - to_minutes((i % 60)::BIGINT) AS flagged_at"
            connection.execute(
                f"COPY (SELECT {columns}, {moment} FROM range({n * FLAGS_A_PULL}, {most}) t(i))"
                f" TO '{place}/{n:032x}.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )


def run_ours(folder: Path) -> dict[str, Any]:
    """The whole backtest."""
    settings = Settings(
        workspace=folder, firm="Bench", templates=ROOT / "templates", keys=f"k1:{KEY}", hash_key=KEY
    )
    house = House(settings, lambda: NOW)
    began: list[tuple[float, float]] = []

    def reached(words: str) -> None:
        if words == "looking for pulls":
            began.append((time.perf_counter(), time.process_time()))

    found = backtest(house, Asked(against=f"folder:{folder / 'before'}", days=30), reached)
    people = found.people
    counts = {"people": people.after, "plus": people.plus, "minus": people.minus, "read": found.flags_read}
    return {**counts, **_since(*began[0])}


def run_raw(folder: Path) -> dict[str, Any]:
    """The same people, counted by a query written by hand, on a bare DuckDB."""
    began = time.perf_counter(), time.process_time()
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2; SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        for table, stem, step in LISTS:
            connection.execute(
                f"CREATE TEMP TABLE {table} AS SELECT '{stem}' || i * {step} AS v FROM range(1000) t(i)"
            )
        plus, minus, same = connection.execute(by_hand(folder / "archive")).fetchone() or (0, 0, 0)
    return {"people": plus + same, "plus": plus, "minus": minus, **_since(*began)}


def by_hand(archive: Path) -> str:
    """As one who knows DuckDB would write it: one query, everybody grouped once, nothing of ours."""
    read = (
        f"(SELECT *, file_index::BIGINT * 1000000000 + file_row_number AS place"
        f" FROM read_parquet('{archive}/*/*.parquet', file_row_number = true))"
    )
    tagged = (
        f"SELECT place FROM (SELECT place, unnest(tags) tag FROM {read}) SEMI JOIN watched_tags ON tag = v"
    )
    times = f"SELECT place // 1000000000 AS file, max(flagged_at) AS pulled_at FROM {read} GROUP BY file"
    source = (
        "SELECT *, NULL::VARCHAR AS memo, beneficiary IN (SELECT v FROM watched_payees) AS watched_payee,"
        f" CASE WHEN tags IS NOT NULL THEN place IN ({tagged}) END AS watched_tag"
        f" FROM {read} JOIN ({times}) ON place // 1000000000 = file"
    )
    before, after = (" OR ".join(_warns(p, n, lower) for p, n in _all_rules()) for lower in (0, 2))
    least = f"risk_score >= {min(_cut(n, lower=2) for _, n in _all_rules()):.1f}"
    people = (
        f"SELECT bool_or({before}) AS b, bool_or({after}) AS a FROM ({source}) WHERE {least} GROUP BY person"
    )
    return (
        "SELECT count(*) FILTER (a AND b IS NOT TRUE), count(*) FILTER (b AND a IS NOT TRUE),"
        f" count(*) FILTER (a AND b) FROM ({people})"
    )


def _all_rules() -> list[tuple[int, int]]:
    return [(p, n) for p in range(len(PATTERNS)) for n in range(RULES // len(PATTERNS))]


def _warns(p: int, n: int, lower: int) -> str:
    clause = BY_HAND[n % len(BY_HAND)].format(money=100 * (p + 1) + 37 * n, days=2 + p + n, run="pulled_at")
    return (
        f"(pattern = '{PATTERNS[p]}' AND risk_score >= {_cut(n, lower):.1f} AND account_age_days <= 97"
        " AND (last_warned_at BETWEEN pulled_at - INTERVAL 7 DAY AND pulled_at) IS NOT TRUE"
        f" AND ({clause}))"
    )


def run_masks(folder: Path) -> dict[str, Any]:
    """Our own query's masks, asked of DuckDB and only summed up: what the asking alone costs."""
    today = date(2026, 11, 22)
    books = [load_rulebook(folder / name, today=today) for name in ("before", "rules")]
    chosen = joint(*books).plan
    files = sorted((folder / "archive").glob("date=*/*.parquet"))
    asked = ArchiveMatcher(matcher=DuckMatcher(), pulls=[Pulled(path=file, at=NOW) for file in files])
    began = time.perf_counter(), time.process_time()
    return {"sum": asked.sum_of_masks(chosen), **_since(*began)}


def _since(wall: float, cpu: float) -> dict[str, float]:
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def measure(which: str, folder: Path) -> None:
    """One measurement, told as JSON on standard output."""
    told = {"ours": run_ours, "raw": run_raw, "masks": run_masks}[which](folder)
    told["rss"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(told))


def _spawn(*words: str) -> dict[str, Any]:
    command = [sys.executable, __file__, *words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return dict(json.loads(done.stdout.splitlines()[-1])) if done.stdout else {}


def compare(flags: int, rounds: int, folder: Path) -> dict[str, Any]:
    """One line of the table: the least time and the most memory of the rounds."""
    write_rules(folder / "before", lower=0)
    write_rules(folder / "rules", lower=2)
    _spawn("--make", str(flags), "--folder", str(folder))
    runs = [
        [_spawn("--measure", which, "--folder", str(folder)) for which in MEASURED] for _ in range(rounds)
    ]
    line: dict[str, Any] = {"flags": flags, "rules": RULES}
    for place, name in enumerate(MEASURED):
        for what in ("wall", "cpu"):
            line[f"{name}_{what}"] = min(run[place][what] for run in runs)
        line[f"{name}_mb"] = max(run[place]["rss"] for run in runs)
    line |= {f"{what}_ratio": line[f"ours_{what}"] / line[f"raw_{what}"] for what in ("wall", "cpu")}
    counts = ("people", "plus", "minus")
    line["is_same"] = all(ours[what] == raw[what] for ours, raw, _ in runs for what in counts)
    return line | {what: runs[0][0][what] for what in (*counts, "read")}


def tell(line: dict[str, Any], shape: str) -> bool:
    """Print one line; True where every flag was read, both count alike, and the memory is as promised."""
    text = (
        f"{line['flags']:>10,} {line['rules']:>5} {line['ours_wall']:>9.2f} {line['raw_wall']:>9.2f}"
        f" {line['wall_ratio']:>6.2f} {line['ours_cpu']:>9.2f} {line['raw_cpu']:>9.2f}"
        f" {line['cpu_ratio']:>6.2f} {line['masks_cpu']:>9.2f} {line['ours_mb']:>8.0f} {line['people']:>7,}"
        f" {line['plus']:>6,} {line['minus']:>6,} {'yes' if line['is_same'] else 'NO'}"
    )
    print(json.dumps(line) if shape == "json" else text, flush=True)
    return bool(line["is_same"] and line["read"] == line["flags"] and line["ours_mb"] < 2048)


def main() -> int:
    """Run the comparison, or one part of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--flags", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--format", dest="shape", choices=["text", "json"], default="text")
    parser.add_argument("--folder", type=Path, help="where the archive is made (default: a temporary folder)")
    parser.add_argument("--measure", choices=MEASURED, help=argparse.SUPPRESS)
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.make:
        write_archive(asked.folder, asked.make)
        return 0
    if asked.measure:
        measure(asked.measure, asked.folder)
        return 0
    with tempfile.TemporaryDirectory(dir=asked.folder) as made:
        if asked.shape == "text":
            print(HEAD)
        return 0 if tell(compare(asked.flags, asked.rounds, Path(made)), asked.shape) else 1


if __name__ == "__main__":
    sys.exit(main())
