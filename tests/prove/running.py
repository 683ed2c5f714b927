"""Running one claim in a process of its own, in a bounded time, and hearing what it tells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from tests.prove.clone import Place, sabotaged
from tests.prove.figures import Told, read_told
from tests.prove.promises import Promise, Sabotage

TRIES = 3
UNDER_WAY: set[int] = set()
"""The claims that are running: each leads a group of its own, which nothing else would end."""


def end(leader: int) -> None:
    """End a claim and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
    UNDER_WAY.discard(leader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one claim: whether its promise is kept, and every line that says so."""

    name: str
    holds: bool
    lines: tuple[tuple[bool, str], ...]
    told: Told
    seconds: float
    left_out: bool = False


def run_claim(promise: Promise, place: Place, form: str, words: Sequence[str] = ()) -> Told:
    """One claim in this place. `words` is another command, for tests of this runner."""
    command = [*words] or [place.python, "-m", "tests.prove.claims", promise.claim]
    command += [] if words else ["--n", str(promise.n), "--form", form]
    process = subprocess.Popen(
        command,
        cwd=place.root,
        env=place.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,  # so that what it started ends with it
    )
    UNDER_WAY.add(process.pid)
    is_late = False
    try:
        output, errors = process.communicate(timeout=promise.seconds)
    except subprocess.TimeoutExpired:
        is_late = True
    end(process.pid)
    if is_late:
        process.communicate()
        return Told(claim=promise.claim, ok=False, said=f"it took longer than {promise.seconds:g} s")
    told = read_told(promise.claim, output)
    if not told.ok and os.environ.get("OUTREACH_PROVE_VERBOSE"):  # noqa: TID251  # for who mends a claim
        sys.stderr.write(errors[-4000:])
    return told


def prove(promise: Promise, place: Place, form: str) -> Outcome:
    """One claim, held against its promise."""
    begun = time.perf_counter()
    told = run_claim(promise, place, form)
    lines = promise.verdicts(told) if told.ok else [(False, told.said)]
    left_out = promise.may_be_left_out and told.left_out
    return Outcome(
        name=promise.claim,
        holds=promise.holds(told) or left_out,
        lines=tuple(lines),
        told=told,
        seconds=time.perf_counter() - begun,
        left_out=left_out,
    )


def sabotage(broken: Sabotage, promise: Promise, place: Place, form: str) -> Outcome:
    """The claim in a copy that was broken on purpose: noticed where the sabotage's own figure falls short.

    What shows only by chance (a kill, a race) may escape one run: it is tried up to `TRIES` times.
    """
    begun = time.perf_counter()
    told, noticed, line, left_out = Told(claim=promise.claim, ok=False), False, "", False
    for attempt in range(1, TRIES + 1):
        try:
            with sabotaged(place.root, broken.edits) as copy:
                here = Place(root=copy, python=place.python, variables=place.variables)
                told = run_claim(promise, here, form)
        except ValueError as error:
            line = f"the sabotage {broken.name} could not be done: {error}"
            break
        if left_out := promise.may_be_left_out and told.left_out:
            noticed, line = True, told.said
            break
        noticed, line = _noticed(broken, promise, told)
        line += f" (at try {attempt})" if attempt > 1 else ""
        if noticed or not told.ok:
            break
    return Outcome(
        name=broken.name,
        holds=noticed,
        lines=((noticed, line),),
        told=told,
        seconds=time.perf_counter() - begun,
        left_out=left_out,
    )


def _noticed(broken: Sabotage, promise: Promise, told: Told) -> tuple[bool, str]:
    thresholds = {t.figure: t for t in promise.thresholds}
    wanted = thresholds.get(broken.figure)
    if wanted is None:
        return False, f"the sabotage {broken.name} names a figure that nothing is held against"
    figure = told.figures.get(broken.figure)
    if not told.ok or figure is None:
        return False, f"the sabotage {broken.name} stopped the claim instead of turning it red: {told.said}"
    if wanted.suffices(figure):
        return False, f"the sabotage {broken.name} went unnoticed: {wanted.shown(figure)}"
    return True, wanted.shown(figure)
