"""The year in figures as HTML: one file that needs no network, no script and no second file."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from outreach.domain.moment import both
from outreach.domain.printable import printable
from outreach.domain.small_counts import FEWEST
from outreach.domain.year_figures import Year, span

_HERE = Path(__file__).parent


def page(told: Year) -> str:
    """The whole document."""
    env = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    style = "".join((_HERE / name).read_text("utf-8") for name in ("report.css", "year.css"))
    env.globals.update(css=Markup(style))  # our own files
    made = both(told.made_at, told.window.zone)
    return env.get_template("year.html.j2").render(
        told=told, span=span(told.window), made=made, fewest=FEWEST
    )
