"""Reports as HTML. Everything shown is escaped; an email's own HTML stays inside a sandboxed frame.

The page's own policy forbids scripts and everything remote, so that even a frame that a browser did not
sandbox could load nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from outreach.domain import wording
from outreach.domain.entry import Entry
from outreach.domain.moment import both, local, utc, utc_beside, zone_of
from outreach.domain.printable import printable
from outreach.domain.report import RunReport, Telling
from outreach.domain.wording import say, status_words

_HERE = Path(__file__).parent


class HtmlReport:
    """Writes tellings and run reports as whole HTML documents."""

    def __init__(self) -> None:
        # Text is cleaned at the one place where it is escaped: a control character is no valid HTML.
        env = Environment(
            loader=FileSystemLoader(_HERE),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_cleaned,
        )
        env.filters.update(
            both=both,
            local=local,
            utc=utc,
            utc_beside=utc_beside,
            say_kind=lambda word: say(wording.KINDS, word),
            day=_day,
            clock=_clock,
            say_channel=lambda word: say(wording.CHANNELS, word),
            say_reason=lambda word: say(wording.REASONS, word),
            say_close=lambda word: say(wording.CLOSES, word),
            say_bar=lambda word: say(wording.BARS, word),
            say_bar_verdict=lambda word: say(wording.BAR_VERDICTS, word),
            words=lambda word: word.replace("_", " "),
            share=_share,
        )
        env.globals.update(
            css=Markup((_HERE / "report.css").read_text(encoding="utf-8")),  # our own file
            status_words=status_words,
            days=_days,
        )
        self._env = env

    def person(self, telling: Telling, *, is_revealed: bool = False) -> str:
        """One person's history as a document."""
        return self._env.get_template("person.html.j2").render(telling=telling, is_revealed=is_revealed)

    def run(self, report: RunReport) -> str:
        """A run's figures as a document, with the histories of its sample people below."""
        return self._env.get_template("run.html.j2").render(
            report=report, f=report.figures, funnel=_funnel(report)
        )


def _cleaned(value: Any) -> Any:
    return printable(value) if type(value) is str else value


def _day(at: datetime, zone: str | None) -> str:
    return at.astimezone(zone_of(zone)).strftime("%A, %-d %B %Y")


def _clock(at: datetime, zone: str | None) -> str:
    return at.astimezone(zone_of(zone)).strftime("%H:%M")


def _days(telling: Telling) -> list[tuple[str, list[Entry]]]:
    """The entries by day on the person's own calendar."""
    days: list[tuple[str, list[Entry]]] = []
    for entry in telling.entries:
        day = _day(entry.at, telling.story.zone)
        if not days or days[-1][0] != day:
            days.append((day, []))
        days[-1][1].append(entry)
    return days


def _share(count: int, of: int) -> str:
    """A percentage with one decimal, as CSS and people both read it."""
    return f"{100 * count / of:.1f}%" if of else "0%"


def _funnel(report: RunReport) -> Mapping[str, tuple[int, str]]:
    """Each stage's figure, and how it is drawn: `in` the main stream, or going `out` of it."""
    f, verdicts = report.figures, report.figures.verdicts
    stages = {
        "lines read from the feeds": (f.lines, "in"),
        "quarantined, by reason below": (f.quarantined, "out"),
        "seen before": (f.counts.get("repeated", 0), "out"),
        "no rule held": (f.counts.get("no_rule_held", 0), "out"),
        "undecided: a fact was unknown": (verdicts["undecided"], "out"),
        "near misses: watched, not warned": (verdicts["near_miss"], "out"),
        "skipped, by reason below": (verdicts["skip"], "out"),
        "not warned, as an experiment's control": (verdicts["control"], "out"),
        "outreaches opened": (f.outreaches, "in"),
        "people in them": (f.people, "in"),
        "messages written": (f.messages, "in"),
        "outreaches answered": (f.answered, "in"),
    }
    kept = (
        "lines read from the feeds",
        "quarantined, by reason below",
        "outreaches opened",
        "messages written",
    )
    return {name: stage for name, stage in stages.items() if stage[0] or name in kept}
