"""Charts of the outcome report as SVG, drawn by matplotlib: text stays text, nothing is fetched."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Drawing

from outreach.domain.outcomes.figures import OutcomeReport
from outreach.domain.outcomes.measured import Measured

STYLE: Any = {  # whose keys are named one by one in the library's types
    "svg.fonttype": "none",  # text, so that it is read aloud, found and printed sharp
    "svg.hashsalt": "outreach",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.parse_math": False,  # a rule's name is no formula
}
INK, BAR, LIGHT = "#33475b", "#4f86bb", "#c9d7e6"
WIDTH = 8.0
"""Inches."""


def drawn(told: OutcomeReport) -> dict[str, str]:
    """Every chart there is something for, by name."""
    found = {}
    if told.everybody.group.flagged:
        found["funnel"] = _svg(2.9, lambda axes: _funnel(axes, told), "From flag to end, in episodes")
    if known := sum(1 for one in told.everybody.group.lost.values() if one.matured):
        height = 0.3 + 0.5 * known
        found["lost"] = _svg(height, lambda axes: _lost(axes, told), "Share of warned episodes lost, by time")
    measured = [one for one in told.measured if one.effect is not None]
    if measured:
        height = 1.0 + 0.42 * len(measured)
        found["forest"] = _svg(
            height, lambda axes: _forest(axes, measured), "Cases prevented a thousand warned"
        )
    if any(one.curve for one in measured):
        found["curve"] = _svg(
            2.8, lambda axes: _curve(axes, measured), "Cases prevented a thousand warned, by time"
        )
    return found


def _svg(height: float, draw: Callable[[Axes], None], label: str) -> str:
    with rc_context(STYLE):
        drawing = Drawing(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasSVG(drawing)
        draw(drawing.add_subplot())
        out = io.StringIO()
        drawing.savefig(out, format="svg", metadata={"Date": None}, transparent=True)
    svg = out.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def _funnel(axes: Axes, told: OutcomeReport) -> None:
    names = ("flagged", "eligible", "sent", "delivered", "seen", "answered", "abandoned", "confirmed")
    counts = [getattr(told.everybody.group, name) for name in names]
    _bars(axes, names, counts, [f"{count:,}" for count in counts])


def _lost(axes: Axes, told: OutcomeReport) -> None:
    known = {window: one for window, one in told.everybody.group.lost.items() if one.matured}
    shares = [100 * one.lost / one.matured for one in known.values()]
    _bars(axes, tuple(known), shares, [f"{share:.2f} %" for share in shares])


def _bars(axes: Axes, names: Sequence[str], values: Sequence[float], words: Sequence[str]) -> None:
    places = list(range(len(names)))
    axes.barh(places, values, color=BAR)
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    for place, value, said in zip(places, values, words, strict=True):
        axes.text(value, place, f" {said}", va="center", color=INK)
    axes.margins(x=0.15)


def _forest(axes: Axes, measured: Sequence[Measured]) -> None:
    for place, one in enumerate(measured):
        effect = one.effect.times(1000) if one.effect else None
        if effect is None:
            continue
        axes.plot([effect.low, effect.high], [place, place], color=INK, linewidth=1.6)
        axes.plot(effect.estimate, place, "o", color=BAR, markersize=7)
    axes.set_yticks(range(len(measured)), [named(one) for one in measured])
    axes.set_ylim(len(measured) - 0.5, -0.5)
    axes.axvline(0, color=LIGHT, linewidth=1.2)
    axes.set_xlabel("cases prevented a thousand warned, interval of 95 %")


def _curve(axes: Axes, measured: Sequence[Measured]) -> None:
    windows = list(dict.fromkeys(window for one in measured for window, _ in one.curve))
    for shift, one in enumerate(one for one in measured if one.curve):
        told = {window: effect.times(1000) for window, effect in one.curve}
        places = [windows.index(window) + 0.08 * shift for window in told]
        middle = [effect.estimate for effect in told.values()]
        spread = [
            [effect.estimate - effect.low for effect in told.values()],
            [effect.high - effect.estimate for effect in told.values()],
        ]
        axes.errorbar(places, middle, yerr=spread, marker="o", capsize=3, label=named(one))
    axes.set_xticks(range(len(windows)), windows)
    axes.axhline(0, color=LIGHT, linewidth=1.2)
    axes.set_ylabel("a thousand warned")
    axes.legend(frameon=False, fontsize=9)


def named(one: Measured) -> str:
    """A comparison in a chart."""
    return f"{one.pattern}/{one.rule}, {one.design.value.replace('_', ' ')}" + (
        f" {one.versus}" if one.versus else ""
    )
