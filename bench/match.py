"""Match flags × 50 rules from Parquet: our matcher beside the same question hand-run in DuckDB.

    python bench/match.py                      # 1M and 10M rows, a table
    python bench/match.py --rows 1000000 --rounds 5
    python bench/match.py --format json        # one object a line, for `make prove-loop`

Each measurement runs in its own process, so that peak memory is that of one run. The flags are made
by DuckDB from the catalogue, the same ones every time.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.compute as pc

from outreach.adapters.matcher import DuckMatcher
from outreach.adapters.rulebook import load_rulebook
from outreach.domain.facts import FactSpec, FactType
from outreach.domain.plan import Plan, plan

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROOT = Path(__file__).parent.parent
PASSED = ("identity", "pattern", "risk_score", "amount_at_risk_usd", "hold_expires_at", "locale", "country")
PATTERNS = ("fake_platform", "giveaway_deepfake", "job_task", "pig_butchering", "recovery")  # in book order
CLAUSES = (
    "amount_at_risk_usd >= {money} AND (destination_listed OR beneficiary_age_days < {days})",
    "within(flagged_at, '{days} hours') AND transfer_state IN ('pending', 'held') AND NOT destination_owned",
    "has_any(questionnaire, 'met_online', 'guaranteed_profit') AND share_of_balance > 0.{days}",
    "send_growth >= {days} AND sends_30d BETWEEN 2 AND 60 AND sent_30d_usd > {money}",
    "transfer_kind = 'crypto_withdrawal' AND ratio(amount_at_risk_usd, balance_usd) > 0.{days}",
    "destination_senders_7d > {days} AND (first_transfer_ever OR round_amount) AND account_age_days < 900",
    "contains(memo, 'fee') OR has(tags, 'tag_{days}') OR within(password_changed_at, '{days} days')",
    "amount_at_risk_usd + sent_30d_usd * 2 > {money} AND destination_kind <> 'own_wallet'",
    "has_any(tags, @watched_tags) AND (on_call OR remote_control OR hesitant_typing)",
    "beneficiary IN @watched_payees AND amount_at_risk_usd > {money} AND currency IN ('USDT', 'BTC', 'ETH')",
)
BY_HAND = (  # the same ten, in DuckDB's own words
    "amount_at_risk_usd >= {money} AND (destination_listed OR beneficiary_age_days < {days})",
    "flagged_at BETWEEN {run} - INTERVAL {days} HOUR AND {run} AND transfer_state IN ('pending', 'held')"
    " AND NOT destination_owned",
    "(list_contains(questionnaire, 'met_online') OR list_contains(questionnaire, 'guaranteed_profit'))"
    " AND share_of_balance > 0.{days}",
    "send_growth >= {days} AND sends_30d BETWEEN 2 AND 60 AND sent_30d_usd > {money}",
    "transfer_kind = 'crypto_withdrawal'"
    " AND amount_at_risk_usd::DOUBLE / nullif(balance_usd::DOUBLE, 0) > 0.{days}",
    "destination_senders_7d > {days} AND (first_transfer_ever OR round_amount) AND account_age_days < 900",
    "contains(memo, 'fee') OR list_contains(tags, 'tag_{days}')"
    " OR coalesce(password_changed_at BETWEEN {run} - INTERVAL {days} DAY AND {run}, FALSE)",
    "amount_at_risk_usd::DOUBLE + sent_30d_usd::DOUBLE * 2 > {money} AND destination_kind <> 'own_wallet'",
    "watched_tag AND (on_call OR remote_control OR hesitant_typing)",
    "watched_payee AND amount_at_risk_usd > {money} AND currency IN ('USDT', 'BTC', 'ETH')",
)
LISTS = (("watched_tags", "tag_", 7), ("watched_payees", "text_", 11))
HEAD = "       rows rules       kept   ours s    raw s  ratio   ours cpu raw cpu  ratio  peak MB same"
RUN = "TIMESTAMPTZ '2026-11-22 00:00:00+00'"


def write_rules(folder: Path) -> None:
    """Fifty rules in five files, over the repository's own catalogue and ladders."""
    (folder / "lists").mkdir()
    for name in ("facts.yml", "ladders.yml"):
        (folder / name).write_text((ROOT / "rules" / name).read_text())
    for name, stem, step in LISTS:
        values = ", ".join(f"{stem}{i * step}" for i in range(1000))
        (folder / "lists" / f"{name}.yml").write_text(f"list: {name}\nvalues: [{values}]\n")
    for p, pattern in enumerate(PATTERNS):
        rules = "".join(_rule(p, n, clause) for n, clause in enumerate(CLAUSES))
        head = (
            f"pattern: {pattern}\ntitle: bench\nseverity: high\nowner: bench\nreview_by: 2099-01-01\nrules:\n"
        )
        (folder / f"{pattern}.yml").write_text(head + rules)


def _rule(p: int, n: int, clause: str) -> str:
    when = _clause(clause, p, n)
    # Where the condition itself rules it out, the checker refuses the exclusion.
    owned = "" if "destination_owned" in clause else "      - {because: own, when: destination_owned}\n"
    return f"""\
  - id: rule-{n}
    status: live
    when: {json.dumps(when)}
    score: {{fact: risk_score, at_least: {70 + p}, observe_from: {60 + n}}}
    except:
{owned}      - {{because: warned, when: "within(last_warned_at, '7 days')"}}
    warn: {{template: {PATTERNS[p]}/leaving, urgency: soon, expires: 6h, ladder: urgent}}
"""


def _made(spec: FactSpec, salt: int) -> str:
    """SQL for one fact's values: a tenth unknown, the rest spread evenly, the same in every run."""
    h = f"hash(i * 97 + {salt})"
    if spec.one_of:
        listed = ", ".join(f"'{v}'" for v in spec.one_of)
        value = f"([{listed}])[1 + ({h} % {len(spec.one_of)})::INT]"
    else:
        value = {
            FactType.BOOLEAN: f"{h} % 3 = 0",
            FactType.INTEGER: f"({h} % 100)::BIGINT",
            FactType.NUMBER: f"({h} % 1000)::DOUBLE / 100",
            FactType.SCORE: f"(({h} % 100000) / 1000)::DECIMAL(6, 3)",
            FactType.MONEY: f"(({h} % 50000000) / 10000)::DECIMAL(18, 4)",
            FactType.TEXT: f"'text_' || ({h} % 20000)",
            FactType.TIME: f"TIMESTAMPTZ '2026-11-22 00:00:00+00' - to_minutes(({h} % 90000)::BIGINT)",
            FactType.TAGS: f"CASE WHEN {h} % 2 = 0 THEN ['tag_' || ({h} % 5000), 'met_online'] ELSE [] END",
        }[spec.type]
    return f"CASE WHEN {h} % 10 <> 9 THEN {value} END AS {spec.name}"


def write_flags(path: Path, rows: int, rules: Path) -> None:
    """`rows` flags as zstd Parquet, every fact of the catalogue a column."""
    book = load_rulebook(rules, today=date(2026, 11, 22))
    listed = ", ".join(f"'{p}'" for p in PATTERNS)
    facts = [_made(spec, n) for n, spec in enumerate(book.catalogue.values()) if spec.name != "pattern"]
    columns = ", ".join(
        [
            "i::VARCHAR AS identity",
            f"([{listed}])[1 + (hash(i) % {len(PATTERNS)})::INT] AS pattern",
            "(['en', 'es', 'ar', 'hi'])[1 + (hash(i + 1) % 4)::INT] AS locale",
            "(['US', 'ES', 'EG', 'IN'])[1 + (hash(i + 2) % 4)::INT] AS country",
            *facts,
        ]
    )
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2; SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
        connection.execute(
            f"COPY (SELECT {columns} FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
        )


def run_ours(chosen: Plan, flags: Path, threads: int) -> tuple[int, int]:
    """(rows kept, a checksum of their masks) by the production matcher."""
    kept = total = 0
    matcher = DuckMatcher(threads=threads)
    for batch in matcher.match_parquet(chosen, flags, NOW, PASSED):
        kept += batch.num_rows
        total += _checksum(batch, chosen)
    return kept, total


def run_raw(chosen: Plan, flags: Path, threads: int) -> tuple[int, int]:
    """(rows, checksum) of the hand-written query on a bare DuckDB: no lock, no filter, no timer."""
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {threads}; SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = false")
        for table, stem, step in LISTS:
            connection.execute(
                f"CREATE TEMP TABLE {table} AS SELECT '{stem}' || i * {step} AS v FROM range(1000) t(i)"
            )
        rows_sql = by_hand(flags)
        rows = total = 0
        for batch in connection.sql(rows_sql).to_arrow_reader(50_000):
            rows += batch.num_rows
            total += _checksum(batch, chosen)
        return rows, total


def by_hand(flags: Path) -> str:
    """The same question as one who knows DuckDB would write it: one query, two masks, nothing of ours."""
    read = f"read_parquet('{flags}', file_row_number = true)"
    single = f"SELECT file_row_number n, unnest(tags) tag FROM {read}"
    tagged = f"SELECT n FROM ({single}) SEMI JOIN watched_tags ON tag = v"
    source = (
        "SELECT *, beneficiary IN (SELECT v FROM watched_payees) AS watched_payee,"
        f" CASE WHEN tags IS NOT NULL THEN file_row_number IN ({tagged}) END AS watched_tag FROM {read}"
    )
    asked = [
        f"pattern = '{pattern}' AND risk_score >= {60 + n} AND ({_clause(BY_HAND[n], p, n)})"
        for p, pattern in enumerate(PATTERNS)
        for n in range(len(BY_HAND))
    ]
    asked += [
        "destination_owned",
        f"coalesce(last_warned_at BETWEEN {RUN} - INTERVAL 7 DAY AND {RUN}, FALSE)",
    ]
    true = " + ".join(f"CASE WHEN {a} THEN {1 << i}::BIGINT ELSE 0 END" for i, a in enumerate(asked))
    unknown = " + ".join(
        f"CASE WHEN ({a}) IS NULL THEN {1 << i}::BIGINT ELSE 0 END" for i, a in enumerate(asked)
    )
    return f"SELECT {', '.join(PASSED)}, {true} AS true_0, {unknown} AS unknown_0 FROM ({source})"


def _clause(template: str, p: int, n: int) -> str:
    return template.format(money=100 * (p + 1) + 37 * n, days=2 + p + n, run=RUN)


def _checksum(batch: Any, chosen: Plan) -> int:
    """A sum over both masks' main bits: the two sides agree only where every answer does."""
    mains = (1 << min(60, chosen.mains)) - 1
    parts = [pc.bit_wise_and(batch.column(f"{kind}_0"), mains) for kind in ("true", "unknown")]
    return sum(weight * int(pc.sum(part).as_py() or 0) for weight, part in zip((1, 3), parts, strict=True))


def measure(which: str, flags: Path, rules: Path, threads: int) -> None:
    """One measurement, told as JSON on standard output."""
    chosen = plan(load_rulebook(rules, today=date(2026, 11, 22)))
    run = run_ours if which == "ours" else run_raw
    wall, cpu = time.perf_counter(), time.process_time()
    rows, checksum = run(chosen, flags, threads)
    told = {
        "rows": rows,
        "checksum": checksum,
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "probes": len(chosen.probes),
    }
    print(json.dumps(told))


def _spawn(which: str, flags: Path, rules: Path, threads: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", which, "--flags", str(flags)]
    command += ["--rules", str(rules), "--threads", str(threads)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def compare(rows: int, rounds: int, threads: int, folder: Path) -> dict[str, Any]:
    """One line of the table; the least time and the most memory of the rounds."""
    flags, rules = folder / f"flags_{rows}.parquet", folder / "rules"
    write_in_own_process(flags, rows, rules)
    runs = [
        (_spawn("ours", flags, rules, threads), _spawn("raw", flags, rules, threads)) for _ in range(rounds)
    ]
    flags.unlink()
    seconds, raw = (min(r[k]["wall"] for r in runs) for k in (0, 1))
    cpu, raw_cpu = (min(r[k]["cpu"] for r in runs) for k in (0, 1))
    return {
        "rows": rows,
        "kept": int(runs[0][0]["rows"]),
        "seconds": seconds,
        "raw_seconds": raw,
        "ratio": seconds / raw,
        "cpu": cpu,
        "raw_cpu": raw_cpu,
        "memory": max(r[0]["rss"] for r in runs),
        "is_same": all(a["checksum"] == b["checksum"] for a, b in runs),
    }


def tell(line: dict[str, Any], shape: str) -> bool:
    """Print one line; True where ratio and memory are within what was promised."""
    text = (
        f"{line['rows']:>11,} {50:>5} {line['kept']:>10,} {line['seconds']:>8.2f} {line['raw_seconds']:>8.2f}"
        f" {line['ratio']:>6.2f} {line['cpu']:>8.2f} {line['raw_cpu']:>8.2f}"
        f" {line['cpu'] / line['raw_cpu']:>6.2f} {line['memory']:>8.0f} {'yes' if line['is_same'] else 'NO'}"
    )
    print(json.dumps(line) if shape == "json" else text, flush=True)
    return bool(line["is_same"] and line["ratio"] <= 1.2 and line["memory"] < 500)


def write_in_own_process(flags: Path, rows: int, rules: Path) -> None:
    """Make the flags without their making counting as this process's memory."""
    command = [sys.executable, __file__, "--make", str(rows), "--flags", str(flags), "--rules", str(rules)]
    subprocess.run(command, check=True)


def main() -> int:
    """Run the comparison, or one part of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--format", dest="shape", choices=["text", "json"], default="text")
    parser.add_argument("--folder", type=Path, help="where the flags are made (default: a temporary folder)")
    parser.add_argument("--measure", choices=["ours", "raw"], help=argparse.SUPPRESS)
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--flags", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--rules", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.make:
        write_flags(asked.flags, asked.make, asked.rules)
        return 0
    if asked.measure:
        measure(asked.measure, asked.flags, asked.rules, asked.threads)
        return 0
    with tempfile.TemporaryDirectory(dir=asked.folder) as made:
        folder = Path(made)
        (folder / "rules").mkdir()
        write_rules(folder / "rules")
        if asked.shape == "text":
            print(HEAD)
        lines = (compare(rows, asked.rounds, asked.threads, folder) for rows in asked.rows)
        fits = [tell(line, asked.shape) for line in lines]
    return 0 if all(fits) else 1


if __name__ == "__main__":
    sys.exit(main())
