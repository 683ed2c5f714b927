"""Workspaces for the tests of the first steps: laid out for few people, at a known hour."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from outreach.wiring.sample import write_sample
from outreach.wiring.workspace import Laid, lay_out

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
FEW = 40
SHIPPED = Path(__file__).parents[2] / "rules"


def a_workspace(folder: Path, *, users: int = FEW, now: datetime = NOON) -> Laid:
    """A workspace with a small sample."""
    return lay_out(folder, lambda: now, users=users)


def a_slim_workspace(folder: Path, *, now: datetime = NOON) -> Path:
    """A workspace with one pattern in one language: what is checked file by file is quick."""
    a_workspace(folder, users=2 * FEW, now=now)  # some of them are warned, whatever the sample's dice say
    kept = {"facts", "ladders", "we_never", "unknown_pattern", "default", "quiet"}
    rules = folder / "rules"
    for file in (*rules.glob("*.yml"), *(rules / "questionnaires").glob("*.yml")):
        if file.stem not in kept:
            file.unlink()
    for templates in (folder / "templates").iterdir():
        if templates.is_dir() and templates.name not in {"shared", "calls", "unknown_pattern"}:
            shutil.rmtree(templates)
    for file in (folder / "templates").rglob("*.j2"):
        if not file.name.endswith((".en.j2", "en.j2", "layout.html.j2")):
            file.unlink()
    return folder


def a_sample(folder: Path, *, users: int, now: datetime = NOON, seed: int = 20) -> Path:
    """A sample alone, about the shipped rules."""
    write_sample(folder / "feeds", folder / "core.json", SHIPPED, now, users=users, seed=seed)
    return folder
