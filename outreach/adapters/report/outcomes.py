"""The outcome report as HTML: one file with its charts, without a network, a script or a second file."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from outreach.adapters.report import charts
from outreach.domain.moment import utc
from outreach.domain.outcomes import means
from outreach.domain.outcomes.figures import OutcomeReport
from outreach.domain.outcomes.rows import measured_figures
from outreach.domain.printable import printable

_HERE = Path(__file__).parent
SHOWN = 40
"""Values of the cut that get a table of their own; the others are in the files for machines."""


def page(told: OutcomeReport) -> str:
    """The whole document."""
    env = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
    )
    style = "".join((_HERE / name).read_text("utf-8") for name in ("report.css", "year.css", "outcomes.css"))
    env.filters.update(utc=utc)
    drawn = {name: Markup(svg) for name, svg in charts.drawn(told).items()}  # our own, labels escaped by it
    env.globals.update(css=Markup(style), means=means, figures=measured_figures, charts=drawn)
    return env.get_template("outcomes.html.j2").render(
        told=told, parts=told.parts[:SHOWN], left=told.parts[SHOWN:]
    )
