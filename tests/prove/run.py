"""`make prove-loop` and its like: what an issue promises, shown on a fresh clone, with every n.

    python -m tests.prove.run loop|delivery|answers|rules|pillars|outcomes
        [--short] [--only NAME …] [--format json]

Every threshold stands in the issue's promises.toml, every sabotage in its sabotages.toml. Exit 0 only where
every claim holds and every sabotage is noticed; a claim whose promise lets it may say loudly that it was left
out. What is not committed is not proven.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from tests.prove import clone
from tests.prove.ground import SHARED
from tests.prove.promises import ISSUES, Promise, Sabotage, read_promises, read_sabotages
from tests.prove.running import UNDER_WAY, Outcome, end, prove, sabotage

AT_ONCE = 2
Work = Callable[[], Outcome]


def main(words: Sequence[str] | None = None) -> int:
    """Clone, prove, sabotage; the exit code."""
    asked = _parser().parse_args(words)
    begun = time.perf_counter()
    source = clone.repository()
    telling = _Telling(asked.format)
    with tempfile.TemporaryDirectory(prefix="prove-", ignore_cleanup_errors=True) as name:
        root = Path(name) / "outreach"
        try:
            commit = clone.clone(source, root)
            telling.begin(commit, asked, clone.uncommitted(source))
            python = sys.executable if asked.short else clone.install(root)
        except clone.CannotBegin as error:
            telling.note(f"✗ {error}")
            return 1
        telling.installed(time.perf_counter() - begun)
        with clone.postgres() as variables:
            told = {**variables, **clone.specifications(), SHARED: str(clone.shared())}
            place = clone.Place(root=root, python=python, variables=told)
            outcomes = _prove(place, asked, telling)
    return telling.end(outcomes, time.perf_counter() - begun)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("issue", choices=ISSUES)
    parser.add_argument(
        "--short", action="store_true", help="fewer rows, this interpreter's environment (CI)"
    )
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="one claim or sabotage")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    return parser


def _prove(place: clone.Place, asked: argparse.Namespace, telling: _Telling) -> list[Outcome]:
    """Every claim, then every sabotage; those that must have the machine to themselves come first."""
    form, only = "short" if asked.short else "full", asked.only
    promises = {promise.claim: promise for promise in read_promises(place.root, asked.issue, form)}
    every = read_sabotages(place.root, asked.issue)
    chosen = [s for s in every if s.claim in promises and (form == "full" or s.in_short)]
    if only:
        known = promises.keys() | {s.name for s in every}
        if strange := [name for name in only if name not in known]:
            raise SystemExit(f"no claim or sabotage is called {', '.join(strange)}")
        chosen = [s for s in every if s.claim in promises and {s.claim, s.name} & {*only}]
    claims = [p for p in promises.values() if not only or p.claim in only]
    outcomes = [telling.claim(prove(p, place, form), p) for p in claims if p.is_alone]
    smaller = promises | {p.claim: p for p in read_promises(place.root, asked.issue, "short")}
    proofs: list[tuple[Work, Promise | None]] = [
        (_proof(p, place, form), p) for p in claims if not p.is_alone
    ]
    breaks: list[tuple[Work, Promise | None]] = [
        (_break(s, (smaller if s.form == "short" else promises)[s.claim], place), None) for s in chosen
    ]
    title = f"\nSabotages: each must turn its claim red ({len(chosen)} of {len(every)})"
    return outcomes + _side_by_side([*proofs, *breaks], telling, title)


def _proof(promise: Promise, place: clone.Place, form: str) -> Work:
    return lambda: prove(promise, place, form)


def _break(broken: Sabotage, promise: Promise, place: clone.Place) -> Work:
    return lambda: sabotage(broken, promise, place, broken.form)


def _side_by_side(
    works: Sequence[tuple[Work, Promise | None]], telling: _Telling, title: str
) -> list[Outcome]:
    """Two at a time, told in order, with `title` before the first that has no promise of its own."""
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [(pool.submit(work), promise) for work, promise in works]
        try:
            for future, promise in running:
                if promise is None and title:
                    telling.note(title)
                    title = ""
                outcomes.append(telling.claim(future.result(), promise))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            for leader in [*UNDER_WAY]:
                end(leader)
            raise
    return outcomes


class _Telling:
    """What is printed, as it comes; JSON at the end."""

    def __init__(self, shape: str) -> None:
        self._is_text = shape == "text"
        self._commit = self._form = self._issue = ""

    def note(self, text: str) -> None:
        (sys.stdout if self._is_text else sys.stderr).write(text + "\n")
        sys.stdout.flush()

    def begin(self, commit: str, asked: argparse.Namespace, changes: Sequence[str]) -> None:
        self._commit, self._issue = commit, asked.issue
        self._form = "short" if asked.short else "full"
        self.note(f"Proving the {asked.issue} of commit {commit} on a fresh clone, {self._form} form.")
        if changes:
            self.note(f"!!! {len(changes)} uncommitted changes in the working tree are NOT proven:")
            self.note("\n".join(f"!!!   {change}" for change in changes[:10]))

    def installed(self, seconds: float) -> None:
        self.note(f"Cloned{' and installed' if self._form == 'full' else ''} in {seconds:.0f} s.\n")

    def claim(self, outcome: Outcome, promise: Promise | None) -> Outcome:
        if outcome.left_out:
            self.note(f"!!! {outcome.name} was LEFT OUT: {outcome.told.said}")
            return outcome
        first, *others = outcome.lines or ((False, outcome.told.said),)
        self.note(f"{_mark(outcome.holds)} {outcome.name}: {first[1]}   [{outcome.seconds:.0f} s]")
        for holds, line in others:
            self.note(f"    {_mark(holds)} {line}")
        if promise is not None and not outcome.holds:
            self.note("".join(f"      promised: “{quote}”\n" for quote in promise.quotes).rstrip("\n"))
        seen = {
            name: f for name, f in outcome.told.figures.items() if promise and not _is_held(promise, name)
        }
        for name, figure in seen.items():
            self.note(f"      seen: {figure.value:,} {name} in {figure.n:,} {figure.of}")
        return outcome

    def end(self, outcomes: Sequence[Outcome], seconds: float) -> int:
        short = [outcome.name for outcome in outcomes if not outcome.holds]
        left = [outcome.name for outcome in outcomes if outcome.left_out]
        if self._is_text:
            verdict = f"fell short: {', '.join(short)}" if short else "all hold"
            verdict += f"; LEFT OUT: {', '.join(left)}" if left else ""
            held = len(outcomes) - len(short) - len(left)
            self.note(f"\n{held} of {len(outcomes)} hold in {seconds:,.0f} s; {verdict}.")
        else:
            told = {"commit": self._commit, "issue": self._issue, "form": self._form}
            told |= {"seconds": round(seconds, 1)}
            listed = [asdict(outcome) for outcome in outcomes]
            sys.stdout.write(json.dumps({**told, "holds": not short, "outcomes": listed}, indent=1) + "\n")
        return 1 if short or len(left) == len(outcomes) else 0


def _mark(holds: bool) -> str:
    return "✓" if holds else "✗"


def _is_held(promise: Promise, name: str) -> bool:
    return any(threshold.figure == name for threshold in promise.thresholds)


if __name__ == "__main__":
    sys.exit(main())
