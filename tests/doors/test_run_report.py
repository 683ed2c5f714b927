"""The run report as the demo makes it."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from sqlalchemy import select

from outreach.cli.report import run_report
from outreach.store import tables
from tests.doors.desk_world import ARABIC, PHONE, USER, a_desk, warned


def test_the_run_report_shows_the_people_of_the_run_and_is_audited(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    desk.write(warned)

    path = run_report(desk.house, tmp_path / "reports" / "run.html", actor="demo")

    assert path is not None
    page = path.read_text(encoding="utf-8")
    assert USER in page
    assert ARABIC in page
    assert PHONE not in page
    assert path.stat().st_mode & 0o077 == 0
    with desk.store.read() as tx:
        assert tx.connection.execute(select(tables.audit.c.act)).scalars().all() == ["export"]


def test_there_is_no_run_report_before_a_run_has_read(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)

    assert run_report(desk.house, tmp_path / "run.html", actor="demo") is None
    assert not (tmp_path / "run.html").exists()


def test_a_report_that_cannot_be_written_is_told_without_a_traceback(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    desk.write(warned)

    with pytest.raises(click.ClickException, match="cannot be written"):
        run_report(desk.house, tmp_path, actor="demo")
