"""Every command of the README is run in a fresh copy, the slow ones among them."""

from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree

from tests.prove.figures import Figure
from tests.prove.ground import Ground, environment

SUITE = "tests/house/test_readme.py"
PATIENCE = 900


def run(ground: Ground) -> dict[str, Figure]:
    """The repository's own test of its README; in full, it installs what the README installs."""
    report = ground.folder / "report.xml"
    words = [sys.executable, "-m", "pytest", SUITE, "-p", "no:cacheprovider", f"--junitxml={report}"]
    installs = {"OUTREACH_README": "install"} if ground.form == "full" else {}
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=PATIENCE, env=environment(**installs), check=False
    )
    if not report.is_file():
        raise RuntimeError(f"pytest ended with {done.returncode} and no report")
    cases = list(ElementTree.parse(report).iter("testcase"))
    broken = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    return {
        "failed": Figure(len(broken), len(cases), "promises of the README, every command among them"),
        "skipped": Figure(len(skipped), len(cases), "promises of the README"),
    }
