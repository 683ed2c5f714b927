"""A dry run: what it promises to whoever tries things on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from outreach.cli import outreach
from outreach.store.tables import metadata
from outreach.wiring.house import open_house
from outreach.wiring.workspace import lay_out


@pytest.mark.slow
def test_a_dry_run_decides_and_renders_but_hands_nothing_over_and_keeps_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path / "w")
    house = open_house(tmp_path / "w")
    house.migrate()

    def run(*words: str) -> dict[str, int]:
        done = CliRunner().invoke(
            outreach, ["-w", str(tmp_path / "w"), "run", "--once", "--format", "json", *words]
        )
        assert done.exit_code == 0, done.output
        counts: dict[str, int] = json.loads(done.stdout)
        return counts

    rehearsed = run("--dry-run")

    assert rehearsed["opened"] > 50
    assert not (tmp_path / "w" / "outbox").exists()
    assert not (tmp_path / "w" / "archive").exists()
    with house.store.read() as tx:
        kept = {t.name for t in metadata.tables.values() if tx.connection.execute(t.select()).first()}
    assert kept == set()

    real = run()
    same = [name for name in real if name.startswith(("sent.", "skip", "closed."))]

    assert {name: rehearsed[name] for name in same} == {name: real[name] for name in same}
