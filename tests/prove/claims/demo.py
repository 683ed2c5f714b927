"""`make demo`: one command from nothing to a warning in Arabic, and where to look."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import time
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.patterns import of_scams
from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment

PATIENCE = 280
FUNNEL = (
    "lines read",
    "quarantined",
    "no rule held",
    "undecided",
    "near misses",
    "skipped",
    "to be warned",
    "outreaches opened",
    "Skipped, by reason",
    "Messages, by channel and locale",
)
"""What the funnel must say, in the words of the demo."""

ARABIC = re.compile(r"[\u0600-\u06ff]{3}")


def run(ground: Ground) -> dict[str, Figure]:
    """In full, `make demo` with the clone's own environment, installed before; in short, the command."""
    folder = ground.folder / "demo"
    venv = ground.root / ".venv"
    words = ["make", "demo", f"DEMO={folder}"] if ground.form == "full" else []
    words = words or [sys.executable, "-m", "outreach", "demo", str(folder)]
    if ground.form == "full" and not (venv / ".installed").is_file():
        raise RuntimeError("the clone has no environment of its own")
    begun = time.perf_counter()
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False
    )
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[:2])} ended with {done.returncode}: {done.stderr[-200:]}")
    return _stored(folder, seconds) | _said(folder, done.stdout)


def _stored(folder: Path, seconds: float) -> dict[str, Figure]:
    with sqlite3.connect(folder / "outreach.db") as db:
        flagged, flags = _one(db, "SELECT count(DISTINCT person), count(*) FROM flags")
        patterns = of_scams(name for (name,) in db.execute("SELECT DISTINCT pattern FROM flags"))
        locales = _one(db, "SELECT count(DISTINCT locale), count(*) FROM messages")
        zones, quarantined = (
            _one(db, "SELECT count(DISTINCT zone) FROM profiles"),
            _one(db, "SELECT coalesce(sum(quarantined), 0), coalesce(sum(lines), 0) FROM pulls"),
        )
        by_channel, handed = _one(
            db,
            "SELECT count(DISTINCT channel), count(*) FROM messages WHERE channel NOT IN ('inbox', 'call')",
        )
    files = len([path for path in (folder / "outbox").rglob("*.*") if path.is_file()])
    return {
        "seconds": Figure(round(seconds, 1), flagged, "flagged users"),
        "flagged users": Figure(flagged, flags, "flags"),
        "patterns": Figure(len(patterns), flags, "flags"),
        "time zones": Figure(zones[0], flagged, "flagged users"),
        "broken rows": Figure(quarantined[0], quarantined[1], "lines"),
        "locales": Figure(locales[0], locales[1], "messages"),
        "channels": Figure(by_channel, handed, "messages handed to the outbox"),
        "messages without a file in outbox/": Figure(abs(handed - files), handed, "messages"),
    }


def _one(db: sqlite3.Connection, query: str) -> tuple[int, ...]:
    row: tuple[int, ...] = db.execute(query).fetchone()
    return row


def _said(folder: Path, output: str) -> dict[str, Figure]:
    emails = [_read(path) for path in sorted((folder / "outbox" / "email").glob("*.eml"))]
    arabic = [html for html in emails if ARABIC.search(html)]
    leftward = [html for html in arabic if re.search(r"<html[^>]*\bdir=\"?rtl", html)]
    links = [Path(unquote(urlsplit(link).path)) for link in re.findall(r"file://\S+", output)]
    there = [path for path in links if path.is_file() and "<html" in path.read_text(encoding="utf-8")]
    pages = [path for path in there if ARABIC.search(path.read_text(encoding="utf-8"))]
    return {
        "words of the funnel missing": Figure(
            sum(w not in output for w in FUNNEL), len(FUNNEL), "words printed"
        ),
        "pages printed and there": Figure(len(there), len(links), "file addresses printed"),
        "pages in Arabic": Figure(len(pages), len(links), "file addresses printed"),
        "emails in Arabic, right to left": Figure(len(leftward), len(emails), "emails"),
        "Arabic emails not right to left": Figure(len(arabic) - len(leftward), len(arabic), "Arabic emails"),
    }


def _read(path: Path) -> str:
    """The HTML of an email file, as a mail program takes it out."""
    with path.open("rb") as file:
        message = BytesParser(policy=policy.default).parse(file)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("html",))
    return str(body.get_content()) if body is not None else ""
