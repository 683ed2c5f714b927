"""A ledger of so many episodes, made by SQL alone: what the bench of lines reads.

Two people have five episodes, each with a flag and a decision; six of ten were warned, by one message or two,
that were handed over, delivered, seen by a third and answered by a sixth. Each was reckoned, the warned with
four entries, of which a sixth was restated.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import create_mock_engine

from outreach.store.tables import metadata

AT = "strftime('%Y-%m-%d %H:%M:%S', 1735689600 + n * 31, 'unixepoch') || '.000000'"
"""When the episode was opened: a million of them in a year."""

LATER = "strftime('%Y-%m-%d %H:%M:%S', 1735689600 + n * 31 + {}, 'unixepoch') || '.000000'"

_ID, _PERSON = "printf('%032x', n)", "printf('%032x', n * 2 / 5)"
_SECOND = "printf('1%031x', n)"
_HASH = "printf('%064x', n)"
_WARNED, _TWICE = "n % 10 < 6", "n % 10 < 2"

_RULE = "'rule-' || (n % 60)"
_VERDICT = "CASE WHEN n % 10 < 6 THEN 'warn' WHEN n % 10 < 8 THEN 'near_miss' ELSE 'skip' END"
_FACTS = '\'{"amount": "4200", "currency": "USD", "transfer_ref": "T-\' || n || \'"}\''
_PATTERN = "'pattern_' || (n % 12)"


def _message(id: str, step: int) -> dict[str, str]:
    tail = f"'{step}' || substr(printf('%05x', n), -5)"
    words = {"channel": "CASE n % 3 WHEN 0 THEN 'push' WHEN 1 THEN 'sms' ELSE 'email' END", "locale": "'en'"}
    sealed = {"to_enc": "zeroblob(60)", "body_enc": "zeroblob(400)", "to_hmac": _HASH}
    hashed = {"template": "'pattern/leaving.en.j2'", "template_sha256": "printf('%064x', 1)"}
    moments = {"status": "'delivered'", "status_at": LATER.format(9), "created_at": LATER.format(step + 1)}
    own = {"id": id, "person": _PERSON, "outreach": _ID, "step": str(step), "reference": f"n || {tail}"}
    return own | words | sealed | hashed | moments


def _attempt(id: str, step: int) -> dict[str, str]:
    moments = {"started_at": LATER.format(2), "lease_until": LATER.format(17)}
    ended = {"finished_at": LATER.format(3 + step), "result": "'accepted'"}
    return {"id": id, "message": id, "n": "1", "provider": "'twilio'"} | moments | ended


def _receipt(id: str) -> dict[str, str]:
    moments = {"at": LATER.format(5), "received_at": LATER.format(6)}
    return {
        "id": id,
        "message": id,
        "provider": "'twilio'",
        "event_id": id,
        "status": "'delivered'",
    } | moments


def _entry(level: str, window: str, number: int) -> dict[str, str]:
    own = {
        "id": f"printf('{number}%031x', n)",
        "episode": _ID,
        "level": f"'{level}'",
        "window": f"'{window}'",
    }
    money = {"amount": "'4200.00000000'", "currency": "'USD'", "method": "'ledger'", "owner": "'warning'"}
    rest = {"definition": "'2026-11'", "state": "'matured'", "at": LATER.format(900), "beside": "'[]'"}
    return own | money | rest | {"told": "'[]'", "n": "2" if number == 9 else "1"}


_EPISODE = {"id": _ID, "person": _PERSON, "pattern": _PATTERN, "beneficiary": _HASH, "severity_rank": "2"}
_FLAG = {
    "id": _ID,
    "person": _PERSON,
    "pull": "'p'",
    "feed": "'risk'",
    "identity": _HASH,
    "pattern": _PATTERN,
}
_DECISION = {"id": _ID, "person": _PERSON, "flag": _ID, "episode": _ID, "run": "'r'", "pattern": _PATTERN}
_OUTREACH = {"id": _ID, "person": _PERSON, "episode": _ID, "decision": _ID, "run": "'r'", "pattern": _PATTERN}
_RECKONING = {"episode": _ID, "person": _PERSON, "looked_at": LATER.format(900), "matured": "3"}
_MOMENTS = {"opened_at": AT, "last_flag_at": LATER.format(60)}
_ANSWER = {"id": _ID, "person": _PERSON, "outreach": _ID, "answer": "'it_is_mine'", "via": "'page'"}
_SIGN = {"id": _ID, "message": _ID, "grade": "'human_opened'", "source": "'page'", "at": LATER.format(70)}

ROWS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("episodes", "1", _EPISODE | _MOMENTS | {"money_moved": "0"}),
    ("flags", "1", _FLAG | {"score": "'86.500'", "flagged_at": AT}),
    (
        "decisions",
        "1",
        _DECISION
        | {"rule": _RULE, "verdict": _VERDICT, "reason": "'held'", "shadow": "0", "facts": _FACTS}
        | {"rule_set_sha256": "printf('%064x', 2)", "score": "'86.500'", "urgency_rank": "2", "at": AT},
    ),
    (
        "outreaches",
        _WARNED,
        _OUTREACH
        | {"rule": _RULE, "severity_rank": "2", "urgency_rank": "2", "ladder": "'{}'", "in_doubt": "'repeat'"}
        | {"state": "'closed'", "step": "0", "sent": "1", "opened_at": AT, "due_at": AT, "closed_at": AT},
    ),
    ("messages", _WARNED, _message(_ID, 0)),
    ("messages", _TWICE, _message(_SECOND, 1)),
    ("attempts", _WARNED, _attempt(_ID, 0)),
    ("attempts", _TWICE, _attempt(_SECOND, 1)),
    ("receipts", _WARNED, _receipt(_ID)),
    ("evidence", "n % 10 < 2", _SIGN),
    ("acknowledgments", "n % 10 < 1", _ANSWER | {"at": LATER.format(80)}),
    ("reckonings", "1", _RECKONING | {"beside": "'[]'", "currency": "'USD'", "lost_14d": "'0'"}),
    ("outcomes", _WARNED, _entry("P0", "episode", 5)),
    ("outcomes", _WARNED, _entry("P2", "7d", 6)),
    ("outcomes", _WARNED, _entry("P2", "30d", 7)),
    ("outcomes", _WARNED, _entry("P3", "30d", 8)),
    ("outcomes", "n % 10 < 1", _entry("P2", "30d", 9)),
)
"""Table, of which episodes, and its columns as expressions of `n`."""


def made(file: Path, episodes: int) -> None:
    """A database of so many episodes; nobody's keys open what is sealed in it."""
    with sqlite3.connect(file) as connection:
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000")
        _schema(connection)
        for table, which, columns in ROWS:
            names = ", ".join(f'"{name}"' for name in columns)
            connection.execute(
                f"WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < {episodes - 1})"
                f" INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} FROM r WHERE {which}"
            )
        person = "SELECT DISTINCT person, 'en', 'GB', 'risk', '2025-01-01 00:00:00.000000' FROM episodes"
        connection.execute(f"INSERT INTO profiles (person, locale, country, source, updated_at) {person}")
        connection.execute("ANALYZE")
    connection.close()


def _schema(connection: sqlite3.Connection) -> None:
    statements: list[str] = []

    def keep(sql: Any, *_: Any, **__: Any) -> None:
        statements.append(str(sql.compile(engine)))

    engine = create_mock_engine("sqlite://", keep)
    metadata.create_all(engine, checkfirst=False)
    for statement in statements:
        connection.execute(statement)
