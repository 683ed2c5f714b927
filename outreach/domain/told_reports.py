"""What a person reported, and words of self-harm, as entries."""

from __future__ import annotations

from collections.abc import Iterator

from outreach.domain.entry import Entry, Kind, pairs
from outreach.domain.moment import both
from outreach.domain.reporting import HAPPENED, LEFT, MOMENTS, VIAS
from outreach.domain.story_reports import ReportRecord, WelfareRecord
from outreach.domain.wording import Words, say

SOURCES: Words = {"reply": "in a reply", "report": "in a report", "questionnaire": "in a questionnaire"}


def tell_report(report: ReportRecord, zone: str | None) -> Iterator[Entry]:
    """A report with its own words, and its end where it has ended."""
    amount = "" if report.amount is None else f"{report.amount.normalize():f} {report.currency}"
    yield Entry(
        at=report.at,
        kind=Kind.REPLY,
        title=f"Reported a scam {say(VIAS, report.via)}: {say(HAPPENED, report.happened)}",
        details=pairs(
            ("reference", report.reference),
            ("in their words", report.words),
            ("where to", report.where),
            ("how much", amount),
            ("money left", say(LEFT, report.money_left)),
            ("when", say(MOMENTS, report.moment)),
            ("reach them by", report.reach),
            ("pictures", "; ".join(f"{p.kind}, SHA-256 {p.sha256}" for p in report.pictures)),
            ("to be read by", both(report.due_at, zone)),
        ),
    )
    if report.closed_at is not None:
        said = report.outcome or "closed"
        title = f"Report {report.reference} closed: {said.replace('_', ' ')}"
        yield Entry(at=report.closed_at, kind=Kind.NOTE, title=title, details=pairs(("by", report.closed_by)))


def tell_welfare(stop: WelfareRecord) -> Iterator[Entry]:
    """That no machine writes to them any more, and who let it go on."""
    where = say(SOURCES, stop.source)
    title = f"Wrote of harming themselves, {where}: nothing automatic is sent until a person resumes it"
    yield Entry(at=stop.at, kind=Kind.BAR, title=title)
    if stop.lifted_at is not None:
        yield Entry(
            at=stop.lifted_at,
            kind=Kind.BAR,
            title=f"{stop.lifted_by} let automatic messages go on",
            details=pairs(("because", stop.reason)),
        )
