"""Every row of the table of failures holds for every adapter; so do what asking and grouping promise."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from xml.etree import ElementTree

from tests.adapters.failures import table
from tests.prove.figures import Figure
from tests.prove.ground import Ground

TABLE = ("test_failures", "test_breaking", "test_conformance")
AROUND = ("test_transport", "test_smtp_sender", "test_asking", "test_asking_sendgrid", "test_sendgrid_groups")
WINDOW = ("test_settle_window",)
PATIENCE = 600


def run(ground: Ground) -> dict[str, Figure]:
    """The suites in a process of their own; in full, over TLS and for every sender."""
    rows = sum(len(part) for part in table().values() if isinstance(part, list))
    cases = _cases(ground)
    skipped = sum(case.find("skipped") is not None for case in cases)
    return {
        "rows of the table": Figure(rows, rows, "rows"),
        "checks of the table that fail": _failed(cases, TABLE, "checks, many on real sockets"),
        "promises of asking and grouping that fail": _failed(cases, AROUND, "promises"),
        "promises of the settle window that fail": _failed(cases, WINDOW, "promises"),
        "skipped": Figure(skipped, len(cases), "checks"),
    }


def _cases(ground: Ground) -> list[ElementTree.Element]:
    report = ground.folder / "report.xml"
    files = [f"tests/adapters/{name}.py" for name in (*TABLE, *AROUND, *WINDOW)]
    some = [] if ground.form == "full" else ["-m", "not slow"]
    words = [sys.executable, "-m", "pytest", *files, *some, "-p", "no:cacheprovider", f"--junitxml={report}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if not report.is_file():
        raise RuntimeError(f"pytest ended with {done.returncode} and no report")
    return list(ElementTree.parse(report).iter("testcase"))


def _failed(cases: Sequence[ElementTree.Element], names: Sequence[str], of: str) -> Figure:
    ours = [case for case in cases if case.get("classname", "").rpartition(".")[2] in names]
    broken = [case for case in ours if case.find("failure") is not None or case.find("error") is not None]
    for case in broken:  # for who mends it: OUTREACH_PROVE_VERBOSE shows what a claim writes here
        sys.stderr.write(f"{case.get('name')}\n{''.join(case.itertext())[-1500:]}\n")
    return Figure(len(broken), len(ours), of)
