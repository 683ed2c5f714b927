"""Suites of tests as figures: run in a process of their own, counted by file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

from tests.prove.figures import Figure
from tests.prove.ground import Ground

PATIENCE = 900
Case = ElementTree.Element


def cases_of(ground: Ground, files: Sequence[str], *, with_slow: bool) -> list[Case]:
    """Every case of these files. RuntimeError where pytest did not even come to report."""
    report = ground.folder / "report.xml"
    some = [] if with_slow else ["-m", "not slow"]
    words = [sys.executable, "-m", "pytest", *files, *some, "-p", "no:cacheprovider", f"--junitxml={report}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if not report.is_file():
        raise RuntimeError(f"pytest ended with {done.returncode} and no report")
    return list(ElementTree.parse(report).iter("testcase"))


def failed(cases: Sequence[Case], names: Sequence[str], of: str) -> Figure:
    """How many cases of these modules did not hold."""
    ours = [case for case in cases if case.get("classname", "").rpartition(".")[2] in names]
    broken = [case for case in ours if case.find("failure") is not None or case.find("error") is not None]
    for case in broken:  # for who mends it: OUTREACH_PROVE_VERBOSE shows what a claim writes here
        sys.stderr.write(f"{case.get('name')}\n{''.join(case.itertext())[-1500:]}\n")
    return Figure(len(broken), len(ours), of)


def promises(ground: Ground, parts: Mapping[str, Sequence[str]]) -> dict[str, Figure]:
    """Every part's suites (files below tests/, without ending), in one process; a figure each part."""
    files = [f"tests/{name}.py" for names in parts.values() for name in names]
    cases = cases_of(ground, files, with_slow=ground.form == "full")
    told = {
        f"promises of {part} that fail": failed(cases, [Path(name).name for name in names], "promises")
        for part, names in parts.items()
    }
    return {**told, "skipped": skipped(cases)}


def skipped(cases: Sequence[Case]) -> Figure:
    """How many cases were left out: a missing part fails a proof."""
    return Figure(sum(case.find("skipped") is not None for case in cases), len(cases), "checks")
