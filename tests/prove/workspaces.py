"""Workspaces for claims that use the command line: settings, fresh keys, the shipped rules, people."""

from __future__ import annotations

import base64
import csv
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from outreach.adapters.rulebook import load_rulebook
from outreach.domain.facts import Value
from outreach.wiring.chance import clock

PATTERN = "pig_butchering"
PROFILE = ("locale", "time_zone", "phone", "email", "push_token", "anti_phishing_code")


def a_workspace(folder: Path, root: Path, database: str, settings: str = "") -> Path:
    """A workspace in this folder, over the clone's rules (their limits lifted) and templates."""
    _rules_without_limits(root / "rules", folder / "rules")
    key = base64.b64encode(os.urandom(32)).decode()
    keys = f"OUTREACH_KEYS=k1:{key}\nOUTREACH_HASH_KEY={key}\nOUTREACH_ANSWER_KEYS=a1:{key}\n"
    (folder / ".env").write_text(f"{keys}OUTREACH_DATABASE={database}\n", encoding="utf-8")
    head = f'firm = "Acme"\ntemplates = "{root / "templates"}"\n'
    feed = '[feeds.risk]\nkind = "files"\npath = "feeds/*.csv"\nformat = "csv"\n'
    (folder / "outreach.toml").write_text(head + settings + feed, encoding="utf-8")
    (folder / "feeds").mkdir()
    return folder


def _rules_without_limits(source: Path, target: Path) -> None:
    """The shipped rules; a feed in which everybody is warned would wait for an approver."""
    shutil.copytree(source, target)
    for file in target.glob("*.yml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"max_share: [\d.]+%", "max_share: 100%", text), encoding="utf-8")


def warned_facts(root: Path) -> dict[str, str]:
    """The facts, as a CSV feed has them, of an example that is warned before its money leaves."""
    book = load_rulebook(root / "rules", today=clock().date())
    for example in book.sets[PATTERN].examples:
        if example.expect == "warn" and example.facts.get("transfer_state") == "pending":
            kept = {name: as_text(value) for name, value in example.facts.items() if value is not None}
            return {**kept, "pattern": PATTERN, "risk_score": "99"}
    raise ValueError(f"no example of {PATTERN} is warned while its transfer is pending")


def as_text(value: Value) -> str:
    """A fact as a CSV feed writes it."""
    match value:
        case bool():
            return str(value).lower()
        case datetime():
            return value.astimezone(UTC).isoformat()
        case Decimal():
            return format(value, "f")
        case tuple():
            return ";".join(value) or "[]"
        case _:
            return str(value)


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """The rows as one CSV file, put in place whole; how many there were."""
    listed = list(rows)
    beside = path.with_suffix(".part")
    with beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)
    beside.rename(path)
    return len(listed)


def people(n: int, facts: Mapping[str, str], **own: str) -> list[dict[str, str]]:
    """`n` flags about as many people, reachable on every channel; `own` values may hold `{n}`.

    Phones are North American fiction numbers widened to seven digits: nobody is called.
    """
    now = clock().isoformat()
    usual = {
        "source_id": "flag-{n}",
        "user_ref": "user-{n}",
        "flagged_at": now,
        "beneficiary": "payee-{n}",
        "transfer_ref": "transfer-{n}",
        "amount": "4200.00",
        "currency": "USD",
        "locale": "en",
        "time_zone": "UTC",
        "phone": "+1555{n:07d}",
        "email": "user-{n}@example.com",
        "push_token": "token-{n}",
        "anti_phishing_code": "",
    }
    columns = {**facts, **usual, **own}
    varied = {name for name, value in columns.items() if "{n" in value}
    return [
        {name: value.format(n=i) if name in varied else value for name, value in columns.items()}
        for i in range(n)
    ]
