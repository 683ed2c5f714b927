"""The languages that are written: whoever lists them asks the templates folder."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]


def written_in(templates: Path) -> tuple[str, ...]:
    """Every language with shared lines of its own, English first."""
    found = {path.name.removesuffix(".j2") for path in (templates / "shared").glob("*.j2")}
    return ("en", *sorted(found - {"en", "layout.html"}))


LOCALES = written_in(ROOT / "templates")
FIRST = frozenset({"en", "es", "pt-BR", "ar", "hi", "zh-Hans"})
"""What was written first, and may never go again."""
