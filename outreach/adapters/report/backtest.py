"""A backtest as HTML: one file with its charts, that needs no network, no script and no second file."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from outreach.domain import told_backtest as told
from outreach.domain.backtest import Change, Comparison
from outreach.domain.moment import utc
from outreach.domain.printable import printable

_HERE = Path(__file__).parent
WIDTH, HEIGHT = 240, 14
"""Of a bar, in its own units; the page stretches it."""

UNCHANGED_SHOWN = 12
"""Rows without a change that are shown before the others are folded away."""


def page(found: Comparison) -> str:
    """The whole document."""
    env = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    env.filters.update(bar=_bar, utc=utc, signed=told.signed, named=told.named, n=lambda count: f"{count:,}")
    style = (_HERE / "report.css").read_text("utf-8") + (_HERE / "backtest.css").read_text("utf-8")
    env.globals.update(css=Markup(style), told=told, split=_split)  # our own files
    return env.get_template("backtest.html.j2").render(f=found, titles=told.BY)


def _split(rows: tuple[Change, ...]) -> tuple[list[Change], list[Change]]:
    """What is shown, the largest changes first, and what is folded away."""
    ordered = sorted(rows, key=lambda row: (-(row.plus + row.minus), -row.same, row.name))
    changed = sum(not row.is_none for row in ordered)
    shown = max(changed, UNCHANGED_SHOWN)
    return ordered[:shown], ordered[shown:]


def _bar(change: Change, most: int) -> Markup:
    """No more, as before, newly: one bar in three parts, in proportion to the largest row."""
    unit = WIDTH / max(most, 1)
    x, parts = 0.0, []
    for kind, count in (("minus", change.minus), ("same", change.same), ("plus", change.plus)):
        width = count * unit
        if count:
            width = max(width, 1.5)  # somebody is never invisible
            parts.append(
                Markup('<rect class="{}" x="{:.1f}" width="{:.1f}" height="{}"/>').format(
                    kind, x, width, HEIGHT
                )
            )
        x += width
    words = f"{change.same:,} as before, {change.plus:,} newly, {change.minus:,} no more"
    return Markup(
        '<svg viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        "<title>{}</title>{}</svg>"
    ).format(WIDTH + 4, HEIGHT, words, words, Markup("").join(parts))
