"""The suites of store and engine pass on SQLite and on PostgreSQL, with nothing skipped."""

from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree

from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment

SUITES = ("tests/store", "tests/engine")
PATIENCE = 540


def run(ground: Ground) -> dict[str, Figure]:
    """The clone's own tests, read from pytest's report."""
    report = ground.folder / "report.xml"
    words = [sys.executable, "-m", "pytest", *SUITES, "-p", "no:cacheprovider", f"--junitxml={report}"]
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=PATIENCE, env=environment(), check=False
    )
    if not report.is_file():
        raise RuntimeError(f"pytest ended with {done.returncode} and no report")
    cases = list(ElementTree.parse(report).iter("testcase"))
    names = [case.get("name", "") for case in cases]
    broken = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    on = {
        kind: sum(f"[{kind}" in name or f"-{kind}" in name for name in names)
        for kind in ("sqlite", "postgresql")
    }
    return {
        "failed": Figure(len(broken), len(cases), "tests of store and engine"),
        "skipped": Figure(len(skipped), len(cases), "tests of store and engine"),
        "ran on PostgreSQL": Figure(on["postgresql"], len(cases), "tests of store and engine"),
        "ran on one database only": Figure(
            abs(on["sqlite"] - on["postgresql"]), sum(on.values()), "tests by store"
        ),
    }
