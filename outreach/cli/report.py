"""The run report: one HTML file with a run's figures and the histories of some of its people."""

from __future__ import annotations

from pathlib import Path

import click

from outreach.domain.report import RunReport, tell, vary
from outreach.store.desk import write_audit
from outreach.store.figures import examples, newest_run, run_figures
from outreach.store.history import stories
from outreach.wiring.house import House

OWNER_ONLY = 0o600
SAMPLES = 24


def run_report(house: House, path: Path, *, actor: str, people: int = SAMPLES) -> Path | None:
    """Write the report of the newest run that read flags; its path, or None where no run ever did.

    Addresses in it are masked; that it was made is audited, because it holds words that people were sent.
    """
    now = house.clock()
    with house.store.read() as tx:
        run = newest_run(tx)
        figures = run_figures(tx, run) if run else None
        if run is None or figures is None:
            return None
        told = stories(tx, vary(examples(tx, run), people))
    with house.store.begin() as tx:
        write_audit(tx, "export", run, f"run report with {len(told)} people", actor, now)
    report = RunReport(
        firm=house.settings.firm,
        figures=figures,
        samples=tuple(tell(story, now) for story in told.values()),
        made_at=now,
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=OWNER_ONLY)
        path.write_text(house.report.run(report), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None
    return path
