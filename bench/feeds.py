"""How fast lines become typed flags: python bench/feeds.py [lines]

Prints rows a CPU second and peak memory for a clean CSV, one with 5 % hostile lines (and that read and
quarantined are its lines exactly), NDJSON and Parquet; beside them, in the same run, DuckDB's own read_csv
of the clean file into text as the raw limit. Each case runs in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import yaml
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from outreach.adapters.feeds import FileFeed
from outreach.domain.facts import FactSource, FactSpec, FactType

ROOT = Path(__file__).parent.parent
COLUMNS = (
    "user_ref,pattern,risk_score,flagged_at,beneficiary,transfer_ref,amount,currency,amount_at_risk_usd,"
    "destination_listed,destination_age_days,beneficiary_paid_count,on_call,tags,locale,time_zone,country,"
    "phone,email,consent_sms"
)


def catalogue() -> dict[str, FactSpec]:
    """The catalogue of rules/facts.yml."""
    found = yaml.safe_load((ROOT / "rules" / "facts.yml").read_text())["facts"]
    return {
        name: FactSpec(
            name=name,
            type=FactType(line["type"]),
            about=line["about"],
            source=FactSource(line.get("source", "feed")),
            longest=line.get("longest", 64),
            one_of=tuple(line.get("one_of", ())),
        )
        for name, line in found.items()
    }


def good_line(n: int) -> str:
    """One flag of 20 columns."""
    return (
        f"u{n},pig_butchering,{n % 100}.{n % 1000:03},"
        f"2026-01-{n % 28 + 1:02}T10:{n % 60:02}:00Z,bc1q{n:020x},"
        f"t{n},{n % 9000}.25,USDT,{n % 9000}.25,{'true' if n % 3 else 'false'},{n % 400}.5,{n % 7},no,"
        f"vip;new,pt-BR,America/Sao_Paulo,BR,+5511{n % 10**9:09},u{n}@example.com,yes"
    )


def hostile_line(n: int) -> bytes:
    """One of sixteen ways to be malformed."""
    good = good_line(n).encode()
    ways = (
        good.replace(b"pig_butchering,", b"pig_butchering,x", 1),
        good.replace(b"America/Sao_Paulo", b"Mars/Olympus"),
        good.replace(b"u", b"", 1).replace(str(n).encode(), b"", 1),
        good.replace(b"bc1q", b"\xff\xfe"),
        good.replace(b"bc1q", b'"bc1q'),
        good.replace(b"bc1q", b"b\0"),
        good.replace(b"USDT", b'US"DT"'),
        good.rsplit(b",", 1)[0],
        good + b",extra",
        b"",
        good.replace(b"+5511", b"0"),
        good.replace(b"@example", b"@@"),
        good.replace(b"T10:", b"T99:"),
        good.replace(b",pig_butchering,", b",,"),
        good.replace(b"bc1q", b"a\rb"),
        good.replace(b"vip", b"x" * 70),
    )
    return ways[n // 20 % len(ways)]


def write_files(folder: Path, lines: int) -> None:
    """The four files to read."""
    header = COLUMNS.encode() + b"\n"
    with (folder / "clean.csv").open("wb") as clean, (folder / "hostile.csv").open("wb") as hostile:
        clean.write(header)
        hostile.write(header)
        for n in range(lines):
            line = good_line(n).encode() + b"\n"
            clean.write(line)
            hostile.write(hostile_line(n) + b"\n" if n % 20 == 0 else line)
        hostile.write(b"u,pig_butchering,80," + b"x" * 10_000_000 + b"\n")
    names = COLUMNS.split(",")
    table = arrow_csv.read_csv(
        folder / "clean.csv",
        convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    parquet.write_table(table, folder / "clean.parquet", row_group_size=100_000)
    with (folder / "clean.ndjson").open("w") as out:
        for batch in table.to_batches(20_000):
            out.writelines(json.dumps(row) + "\n" for row in batch.to_pylist())


def read(path: Path) -> dict[str, float]:
    """Pull one file whole."""
    kind = path.suffix[1:]
    feed = FileFeed(
        name="bench", catalogue=catalogue(), glob=str(path), format=kind, patterns=["pig_butchering"]
    )
    rows = rejected = lines = 0
    for batch in feed.batches(None):
        rows, rejected = rows + batch.table.num_rows, rejected + len(batch.rejected)
        lines += batch.lines
    return {"rows": rows, "rejected": rejected, "lines": lines}


def limit(path: Path) -> dict[str, float]:
    """DuckDB's own reader on the same file, text only, one thread, row count only."""
    connection = duckdb.connect(config={"threads": 1})
    names = COLUMNS.split(",")
    sql = (
        f"SELECT count(*), {', '.join(f'max({n})' for n in names)} FROM read_csv('{path}', all_varchar=true)"
    )
    row = connection.execute(sql).fetchone()
    assert row is not None
    return {"rows": row[0], "rejected": 0, "lines": row[0]}


def peak_megabytes() -> float:
    """This process's own peak; getrusage would count what the parent held before the fork."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def one(kind: str, path: Path) -> None:
    """One case, in its own process: prints its figures as JSON."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = limit(path) if kind == "limit" else read(path)
    found["cpu"], found["wall"] = time.process_time() - cpu, time.perf_counter() - wall
    found["rss"] = peak_megabytes()
    print(json.dumps(found))


def main(lines: int) -> None:
    """The table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder, lines)
        cases = [("limit", "clean.csv"), ("read", "clean.csv"), ("read", "hostile.csv")]
        cases += [("read", "clean.ndjson"), ("read", "clean.parquet")]
        titles = ("lines", "rows", "rejected", "rows/cpu s", "wall s", "peak MB")
        print(f"{'case':<24}" + "".join(f"{title:>12}" for title in titles))
        for kind, file in cases:
            command = [sys.executable, __file__, "--one", kind, str(folder / file)]
            environment = {**os.environ, "PYTHONPATH": str(ROOT)}
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
            f = json.loads(done.stdout)
            title = "DuckDB read_csv as text" if kind == "limit" else file
            rate = f["lines"] / f["cpu"]
            print(
                f"{title:<24}{f['lines']:>12}{f['rows']:>12}{f['rejected']:>12}{rate:>12,.0f}"
                f"{f['wall']:>12.1f}{f['rss']:>12.0f}"
            )
            if file == "hostile.csv":
                physical = (folder / file).read_bytes().count(b"\n") - 1
                both = f["rows"] + f["rejected"]
                print(f"  read {f['rows']} + quarantined {f['rejected']} = {both}; lines {physical}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
