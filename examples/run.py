"""Run the loop over other people's records: `python examples/run.py paysim|aml DIR`.

Makes a workspace in DIR, puts the example's settings over the ones of `outreach init`, links the records,
and runs one cycle. Exit code 66 where the records are not there.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
RECORDS = {"paysim": "paysim", "aml": "aml"}
NOT_THERE = 66


def shared() -> Path:
    """Where the records lie."""
    return Path(os.environ.get("OUTREACH_SHARED", HERE.parents[1] / "shared")) / "data"


def gather(script: Path, records: Path, target: Path) -> int:
    """Run the example's SQL over its records and keep the table as SQLite; the number of rows."""
    with duckdb.connect() as source, sqlite3.connect(target) as kept:
        source.execute("SET VARIABLE records = ?", [str(records)])
        source.execute(script.read_text(encoding="utf-8"))
        rows = source.execute("SELECT * FROM flags ORDER BY id").fetchall()
        names = [column[0] for column in source.description or ()]
        kept.execute(f"CREATE TABLE flags ({', '.join(names)}, PRIMARY KEY (id))")
        kept.executemany(f"INSERT INTO flags VALUES ({', '.join('?' * len(names))})", rows)
    return len(rows)


def outreach(folder: Path, *words: str) -> str:
    """One command of the engine in this workspace; what it printed."""
    command = [sys.executable, "-m", "outreach", "-w", str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)
    return done.stdout


def run(name: str, folder: Path) -> str:
    """The funnel of one cycle over the example's records."""
    records = shared() / RECORDS[name]
    if not records.is_dir():
        print(f"The records are not at {records}; set OUTREACH_SHARED.", file=sys.stderr)
        raise SystemExit(NOT_THERE)
    outreach(folder, "init", str(folder))
    shutil.copy(HERE / name / "outreach.toml", folder / "outreach.toml")
    script = HERE / name / "flags.sql"
    if script.is_file():
        gather(script, records, folder / "flags.db")
    else:
        (folder / "records").symlink_to(records)
    outreach(folder, "migrate")
    return outreach(folder, "run", "--once", "--format", "json")


if __name__ == "__main__":
    print(run(sys.argv[1], Path(sys.argv[2])))
