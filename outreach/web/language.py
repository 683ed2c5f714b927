"""Which language a page is shown in."""

from __future__ import annotations

from collections.abc import Collection

_TRADITIONAL = {"TW", "HK", "MO"}
_LONGEST_HEADER = 500


def nearest(tag: str, known: Collection[str]) -> str | None:
    """The known locale nearest to a language tag, or None: never one Chinese script for the other."""
    parts = tag.replace("_", "-").split("-")
    if parts[0].lower() == "zh":
        return _chinese(parts[1:], known)
    folded = {k.lower(): k for k in known}
    for length in range(len(parts), 0, -1):
        if found := folded.get("-".join(parts[:length]).lower()):
            return found
    relatives = sorted(k for k in known if k.split("-")[0].lower() == parts[0].lower())
    return relatives[0] if relatives else None


def _chinese(rest: list[str], known: Collection[str]) -> str | None:
    scripts = [p.title() for p in rest if len(p) == 4]
    regions = {p.upper() for p in rest if len(p) == 2}
    script = scripts[0] if scripts else "Hant" if regions & _TRADITIONAL else "Hans"
    return f"zh-{script}" if f"zh-{script}" in known else None


def preferred(accept_language: str, known: Collection[str]) -> str | None:
    """The known locale that an Accept-Language header wants most, or None; any garbage is just ignored."""
    wishes = [_wish(piece) for piece in accept_language[:_LONGEST_HEADER].split(",")]
    for weight, tag in sorted(wishes, key=lambda wish: -wish[0]):
        if weight > 0 and (found := nearest(tag, known)):
            return found
    return None


def _wish(piece: str) -> tuple[float, str]:
    tag, _, weight = piece.replace(" ", "").partition(";q=")
    try:
        return (float(weight) if weight else 1.0), tag
    except ValueError:
        return 0.0, tag
