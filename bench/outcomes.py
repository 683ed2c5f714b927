"""Outcome lines summed up for a report, beside a bare DuckDB that counts the same episodes and nothing else.

    python bench/outcomes.py                       # 10M lines, by rule
    python bench/outcomes.py --lines 1000000
    python bench/outcomes.py --format json
    python bench/outcomes.py --episodes 1000000    # beside it, the lines themselves, read from a database

`ours` is `adapters/summary.summarise` over a Parquet file: the funnel, lead times, levels and losses by
window, false alarms, cost and how warnings tire, for everybody and by rule. `raw` counts lines and people by
rule and sums up one amount, by a query written by hand. Each runs in a process of its own, so that peak
memory is that of one; exit 1 where their counts differ.

Measured 2026-11-23 on two cores that eight others shared:

     lines    ours s  ours cpu     raw s  ratio (cpu)  peak MB   raw MB  same
 1,000,000       3.5       3.3       0.5          7.1      970      326  yes
10,000,000      44.0      36.2       3.3          7.3    5,085    1,056  yes

With `--episodes`, `ours` is `store/outcome_lines.lines` over an SQLite ledger, and `raw` the same rows joined
by SQLite and handed to Python as they are. Measured on two quiet cores (222 MB at 100,000):

     lines    ours s  ours cpu     raw s  ratio  same
 1,000,000     116.6     116.1      17.0    6.9  yes

An aggregate with a FILTER of its own, eighty times, took 4.7 s for the million instead of 0.8.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from outcome_rows import made as a_ledger
from pyarrow.dataset import dataset

from outreach.adapters.summary import summarise
from outreach.domain.outcomes.summary import Cut
from outreach.store.database import Store
from outreach.store.outcome_lines import SCHEMA, lines
from outreach.store.vault import Vault

RULES = 60
LINES_A_PERSON = 3
WORDS = {
    "episode": "md5(n::VARCHAR)",
    "person": f"md5((n // {LINES_A_PERSON})::VARCHAR)",
    "pattern": "'pattern_' || (n % 12)",
    "rule": f"'rule_' || (n % {RULES})",
    "verdict": "CASE n % 10 WHEN 0 THEN 'near_miss' WHEN 1 THEN 'skip' WHEN 2 THEN 'control' ELSE 'warn' END",
    "channel": "CASE n % 4 WHEN 0 THEN 'push' WHEN 1 THEN 'sms' WHEN 2 THEN 'email' END",
    "answer": "CASE WHEN n % 7 = 0 THEN 'it_is_mine' END",
    "bar": "CASE WHEN n % 11 = 0 THEN 'suppressed' END",
}
DAY = "TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL (n % 31536000) SECOND"
RAW = """
SELECT pattern || '/' || rule, count(*), count(DISTINCT hash(person)), sum(exposed)
FROM read_parquet('{}') GROUP BY GROUPING SETS ((), (1))"""


def made(file: Path, lines: int) -> None:
    """Lines whose columns are filled as in life: a third of everything is unknown."""
    columns = ", ".join(f"{_value(field)} AS {field.name}" for field in SCHEMA)
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(
            f"COPY (SELECT {columns} FROM range({lines}) AS r(n)) TO '{file}' (FORMAT parquet)"
        )


def _value(field: pa.Field[Any]) -> str:
    """An expression of `n`, the line's number."""
    third = f"hash(n, '{field.name}') % 3"
    kinds = {
        "decimal128(6, 3)": "((n % 100000) / 1000)::DECIMAL(6,3)",
        "decimal128(18, 4)": f"CASE {third} WHEN 0 THEN (n % 9000)::DECIMAL(18,4) WHEN 1 THEN 0 END",
        "timestamp[us, tz=UTC]": f"CASE WHEN {third} > 0 THEN {DAY} + INTERVAL (n % 400000) SECOND END",
        "bool": f"CASE {third} WHEN 0 THEN true WHEN 1 THEN false END",
        "int64": "n % 4",
        "string": f"'{field.name}_' || (n % 20)",
    }
    return WORDS.get(field.name) or kinds.get(str(field.type), "NULL::VARCHAR[]")


def read(file: Path) -> dict[str, Any]:
    """Every line of a database, made by the store."""
    begun, cpu = time.perf_counter(), time.process_time()
    store = Store(f"sqlite:///{file}", Vault({"k": bytes(32)}, bytes(32), os.urandom), lambda: "")
    with store.read() as tx:
        count = sum(page.num_rows for page in lines(tx, *EVER))
    return _told(begun, cpu, [count])


EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
BARE = """
SELECT e.id, e.person, d.rule, d.verdict, d.score, f.score_model, r.matured, r.lost_14d,
       o.id, m.id, m.channel, a.finished_at, c.at, v.at, k.answer, x.level, x.amount
FROM episodes e JOIN decisions d ON d.episode = e.id JOIN flags f ON f.id = d.flag
JOIN reckonings r ON r.episode = e.id LEFT JOIN outreaches o ON o.episode = e.id
LEFT JOIN messages m ON m.outreach = o.id LEFT JOIN attempts a ON a.message = m.id
LEFT JOIN receipts c ON c.message = m.id LEFT JOIN evidence v ON v.message = m.id
LEFT JOIN acknowledgments k ON k.outreach = o.id LEFT JOIN outcomes x ON x.episode = e.id ORDER BY e.id"""


def bare(file: Path) -> dict[str, Any]:
    """The same rows, joined by SQLite and handed to Python as they are."""
    begun, cpu = time.perf_counter(), time.process_time()
    with closing(sqlite3.connect(file)) as connection:
        count, last = 0, None
        for row in connection.execute(BARE):
            count, last = count + (row[0] != last), row[0]
    return _told(begun, cpu, [count])


def _told(begun: float, cpu: float, counts: list[int]) -> dict[str, Any]:
    return {
        "seconds": time.perf_counter() - begun,
        "cpu": time.process_time() - cpu,
        "memory": _peak(),
        "counts": counts,
    }


def _peak() -> float:
    """The most memory of this process in MB. What getrusage tells begins with that of whoever started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


WAYS = {"lines": read, "bare": bare}


def measured(kind: str, file: Path) -> dict[str, Any]:
    """One way's seconds, peak memory and counts."""
    if kind in WAYS:
        return WAYS[kind](file)
    begun, cpu = time.perf_counter(), time.process_time()
    if kind == "ours":
        found = summarise(dataset(file), SCHEMA, Cut.RULE, folder=str(file.parent))
        counts = [found.everybody.flagged, found.everybody.people, len(found.groups)]
    else:
        with duckdb.connect(config={"threads": 2}) as connection:
            rows = connection.execute(RAW.format(file)).fetchall()
        whole = next(row for row in rows if row[0] is None)
        counts = [whole[1], whole[2], len(rows) - 1]
    return _told(begun, cpu, counts)


def main() -> int:
    """Both ways, one after the other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--episodes", type=int, default=0, help="read the lines of so many, and no more")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measured(asked.one[0], Path(asked.one[1]))))
        return 0
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        if asked.episodes:
            file, ways = Path(folder) / "ledger.db", ("bare", "lines")
            a_ledger(file, asked.episodes)
        else:
            file, ways = Path(folder) / "lines.parquet", ("raw", "ours")
            made(file, asked.lines)
        raw, ours = (_alone(kind, file) for kind in ways)
    found = {"raw": raw, "ours": ours}
    is_same = found["ours"]["counts"] == found["raw"]["counts"]
    told = {
        "lines": asked.episodes or asked.lines,
        "seconds": found["ours"]["seconds"],
        "raw_seconds": found["raw"]["seconds"],
        "ratio": found["ours"]["cpu"] / found["raw"]["cpu"],
        "cpu": found["ours"]["cpu"],
        "memory": found["ours"]["memory"],
        "raw_memory": found["raw"]["memory"],
        "is_same": is_same,
    }
    if asked.format == "json":
        print(json.dumps(told))
    else:
        print("     lines    ours s  ours cpu     raw s  ratio  peak MB   raw MB  same")
        print(
            f"{told['lines']:>10,} {told['seconds']:>9.1f} {told['cpu']:>9.1f} {told['raw_seconds']:>9.1f}"
            f" {told['ratio']:>6.1f} {told['memory']:>8,.0f} {told['raw_memory']:>8,.0f}"
            f"  {'yes' if is_same else 'NO'}"
        )
    return 0 if is_same else 1


def _alone(kind: str, file: Path) -> dict[str, Any]:
    words = [sys.executable, __file__, "--one", kind, str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    sys.exit(main())
