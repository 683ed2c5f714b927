"""Every physical line of a hostile feed is read or quarantined, by reason, and quarantined text is sealed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from outreach.errors import StoreError
from outreach.store.database import Tx
from outreach.store.tables import quarantine
from outreach.wiring.house import open_house
from tests.prove.counting import archived_bytes, found, stored_bytes
from tests.prove.figures import Figure
from tests.prove.ground import Ground, outreach
from tests.prove.workspaces import a_workspace, people, warned_facts

EVERY = 20
"""Each twentieth line is malformed: 5 %."""

STEMS = ("canary",)
"""How every planted word begins."""

HUGE = 10_000_000
HUGE_LINES = 2
SHOWN = 4096  # of a line that is too long, so much is kept


def _with(column: str, value: str) -> Callable[[list[str], dict[str, int]], bytes]:
    def spoil(fields: list[str], place: dict[str, int]) -> bytes:
        changed = [*fields]
        changed[place[column]] = value
        return ",".join(changed).encode()

    return spoil


def _at(column: str, before: bytes) -> Callable[[list[str], dict[str, int]], bytes]:
    def spoil(fields: list[str], place: dict[str, int]) -> bytes:
        texts = [field.encode() for field in fields]
        texts[place[column]] = before + texts[place[column]]
        return b",".join(texts)

    return spoil


def _as_the_line_before(fields: list[str], place: dict[str, int]) -> bytes:
    # A key is held against the keys of its own pull; one that an earlier pull had is a repeated flag.
    stem, _, number = fields[place["source_id"]].rpartition("-")
    return _with("source_id", f"{stem}-{int(number) - 1}")(fields, place)


def _again(fields: list[str], place: dict[str, int]) -> bytes:
    """The key of the line before, and another content."""
    stem, _, number = fields[place["source_id"]].rpartition("-")
    return _with("source_id", f"{stem}-{int(number) - 1}")(fields, place)


WAYS: dict[str, tuple[str, Callable[[list[str], dict[str, int]], bytes]]] = {
    "a bad number": ("bad_number", _with("amount", "12 coins")),
    "a bad zone": ("unknown_time_zone", _with("time_zone", "Mars/Olympus_Mons")),
    "no user": ("missing_user", _with("user_ref", "")),
    "invalid UTF-8": ("invalid_utf8", _at("beneficiary", b"\xff\xfe\xed\xa0\x80")),
    "an open quote": ("open_quote", _at("beneficiary", b'"')),
    "a stray quote": ("stray_quote", _at("beneficiary", b'6" of "')),
    "a NUL": ("nul_byte", _at("beneficiary", b"\0")),
    "a duplicated key": ("conflicting_identity", _as_the_line_before),
}
"""The issue's ways to be malformed → why each goes to quarantine. The 10 MB field comes by itself."""


@dataclass
class Hostile:
    """A feed as it was written: what there is to find of it."""

    lines: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    canaries: list[str] = field(default_factory=list)


def run(ground: Ground) -> dict[str, Figure]:
    """`ground.n` lines as CSV, a tenth as many as NDJSON, by the command line into each database."""
    with ground.addresses() as addresses:
        pulled = [_pull(ground, kind, url) for kind, url in addresses.items()]
    totals = sum(pulled, Counter())
    lines, bad = totals["lines"], totals["bad"]
    return {
        "lost": Figure(totals["lost"], lines, "physical lines, on SQLite and PostgreSQL"),
        "counted under another reason": Figure(totals["misjudged"], bad, "malformed lines"),
        "reasons seen": Figure(min(p["reasons"] for p in pulled), bad, "malformed lines"),
        "readable in database, log or archive": Figure(
            totals["readable"], totals["canaries"], "planted words"
        ),
        "opened with the key again": Figure(totals["opened"], totals["canaries"], "planted words"),
    }


def _pull(ground: Ground, kind: str, url: str) -> Counter[str]:
    more = '[feeds.more]\nkind = "files"\npath = "more/*.ndjson"\nformat = "ndjson"\n'
    workspace = a_workspace(ground.place(kind), ground.root, url, more)
    (workspace / "more").mkdir()
    facts = {**warned_facts(ground.root), "risk_score": "1"}  # what is read is not the question: warn nobody
    csv = write_hostile_csv(workspace / "feeds" / "hostile.csv", ground.n, facts)
    ndjson = write_hostile_ndjson(workspace / "more" / "hostile.ndjson", ground.n // 10, facts)
    words = ["-w", str(workspace), "-v", "--log", "json"]
    migrated = outreach(*words, "migrate")
    told = outreach(*words, "run", "--once", "--format", "json", seconds=600)
    if migrated.returncode or told.returncode:
        raise RuntimeError(f"outreach ended with {told.returncode}: {told.stderr[-300:]}")
    counts = json.loads(told.stdout)
    return _held_against(workspace, counts, csv, ndjson, told.stdout + told.stderr + migrated.stderr)


def _held_against(
    workspace: Path, counts: dict[str, int], csv: Hostile, ndjson: Hostile, log: str
) -> Counter[str]:
    house = open_house(workspace)
    wanted = csv.reasons + ndjson.reasons
    lines, bad = csv.lines + ndjson.lines, wanted.total()
    canaries = csv.canaries + ndjson.canaries
    with house.store.read() as tx:
        rows = list(tx.connection.execute(select(quarantine.c.reason, quarantine.c.text_enc)))
        opened = "\n".join(_opened(tx, row.text_enc) for row in rows)
    got = Counter(row.reason for row in rows)
    kept = stored_bytes(house.store) + archived_bytes(workspace / "archive") + log.encode()
    readable = found(canaries, kept, STEMS)
    house.store.close()
    return Counter(
        lines=lines,
        bad=bad,
        lost=abs(lines - counts["read"] - counts["quarantined"]) + abs(counts["quarantined"] - len(rows)),
        misjudged=sum(((got - wanted) + (wanted - got)).values()),
        reasons=len(got),
        readable=len(readable),
        canaries=len(canaries),
        opened=len(found(canaries, opened.encode(), STEMS)),
    )


def _opened(tx: Tx, sealed: bytes) -> str:
    """The quarantined text; nothing where it was not sealed, or not with our key."""
    try:
        return tx.vault.open(sealed)
    except StoreError:
        return ""


def write_hostile_csv(path: Path, lines: int, facts: dict[str, str]) -> Hostile:
    """`lines` physical lines after the header, one in twenty malformed, two of them 10 MB long."""
    rows = people(lines, facts)
    columns = list(rows[0])
    place = {name: i for i, name in enumerate(columns)}
    hostile = Hostile(lines=lines)
    ways = list(WAYS.values())
    with path.open("wb") as file:
        file.write(",".join(columns).encode() + b"\n")
        for n, row in enumerate(rows):
            if n % EVERY or n == 0:
                file.write(",".join(row.values()).encode() + b"\n")
                continue
            canary = f"{STEMS[0]}{n:08d}csv"
            fields = [*({**row, "beneficiary": canary}).values()]
            hostile.canaries.append(canary)
            if n <= HUGE_LINES * EVERY:
                fields[place["source_id"]] = canary  # within what is kept of the line
                fields[place["currency"]] = "x" * HUGE
                hostile.reasons["line_too_long"] += 1
                file.write(",".join(fields).encode() + b"\n")
                continue
            reason, spoil = ways[n // EVERY % len(ways)]
            hostile.reasons[reason] += 1
            file.write(spoil(fields, place) + b"\n")
    return hostile


def write_hostile_ndjson(path: Path, lines: int, facts: dict[str, str]) -> Hostile:
    """Lines of JSON, one in twenty with a key that is there twice, or broken off."""
    hostile = Hostile(lines=lines)
    with path.open("w", encoding="utf-8") as file:
        for n, row in enumerate(people(lines, facts, source_id="json-{n}", user_ref="json-user-{n}")):
            text = json.dumps(row)
            if n % EVERY == 0:
                canary = f"{STEMS[0]}{n:08d}json"
                hostile.canaries.append(canary)
                is_doubled = n // EVERY % 2 == 0
                hostile.reasons["duplicate_key" if is_doubled else "invalid_json"] += 1
                text = f'{{"user_ref": "{canary}", ' + (text[1:] if is_doubled else text[1:-1])
            file.write(text + "\n")
    return hostile
