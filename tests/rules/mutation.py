"""What becomes of a mutant: errors with places, or rules on which oracle and DuckDB agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from random import Random

from outreach.adapters.matcher import DuckMatcher, fact_rows, fact_table, truth_rows
from outreach.adapters.rulebook import CODES, gather, read_edition, read_rulebook
from outreach.domain.condition import Condition
from outreach.domain.evaluate import evaluate
from outreach.domain.examples import examples_run_at
from outreach.domain.plan import Plan, plan
from outreach.domain.problem import Problem
from outreach.domain.ruleset import Rulebook
from tests.rules.mutants import Mutant, Spoiler, rows_near

TODAY = date(2026, 11, 22)
ROWS = 40
WHOLE = frozenset({"R000", "R006"})
"""Problems of a file as a whole, which have no line."""


class Mill:
    """Makes mutants of a rule folder and tells what is wrong with how they are taken."""

    def __init__(self, folder: Path, seed: int) -> None:
        book, _ = read_rulebook(folder, today=TODAY)
        assert book is not None
        self._book, self._folder = book, folder
        self._texts = {n: t.decode() for n, t in gather(folder).items() if isinstance(t, bytes)}
        self._spoiler = Spoiler(book, self._texts, seed)
        self._random = Random(seed)
        self._matcher = DuckMatcher(threads=1)
        self._now = examples_run_at(TODAY)
        self.totals: Counter[str] = Counter()
        self.wrong: list[str] = []

    def grind(self) -> None:
        """One mutant."""
        mutant = self._spoiler.mutant()
        files = self._beside(mutant)
        self.totals[mutant.way] += 1
        try:
            book, problems = read_edition(
                {n: t.encode("utf-8", "surrogatepass") for n, t in files.items()}, self._folder, today=TODAY
            )
        except Exception as error:  # the promise is: never a traceback
            self._blame("traceback", mutant, f"{type(error).__name__}: {error}")
            return
        if book is None:
            self.totals["refused"] += 1
            self._look_at(mutant, problems, files)
        else:
            self.totals["survived"] += 1
            self._hold_against_oracle(mutant, book)
            self._look_at_hash(mutant, book, files)

    def _beside(self, mutant: Mutant) -> Mapping[str, str]:
        """A pattern's file with the shelves it is read against; another file with all patterns."""
        shelves = {n: t for n, t in self._texts.items() if n in {"facts.yml", "ladders.yml"} or "/" in n}
        strangers = {_pattern(n) for n in self._texts if n not in shelves} - {_pattern(mutant.name)}
        shared = {n: t for n, t in shelves.items() if not _is_questions_of(strangers, n)}
        whole = self._texts if mutant.name in shared else shared
        return {**whole, mutant.name: mutant.text}

    def _look_at(self, mutant: Mutant, problems: tuple[Problem, ...], files: Mapping[str, str]) -> None:
        for problem in problems:
            name = Path(problem.file).relative_to(self._folder).as_posix()
            lines = len(files[name].splitlines()) + 1
            is_placed = 1 <= problem.line <= lines and problem.column >= 1
            if problem.code not in CODES or not (is_placed or problem.code in WHOLE) or not problem.message:
                self._blame("unlocated", mutant, str(problem))
            str(problem)

    def _hold_against_oracle(self, mutant: Mutant, book: Rulebook) -> None:
        probes = list(plan(book).probes)
        meant: list[Condition] = list(probes)
        if mutant.meant is not None:
            probes.append(next(iter(book.sets.values())).rules[mutant.rule].when)
            meant.append(mutant.meant)
        if not probes:
            return
        rows = rows_near(probes, book.catalogue, self._now, self._random, ROWS)
        said = self._by_oracle(meant, rows_of(rows, book))
        asked = self._by_duck(probes, rows, book, self._now)
        self.totals["answers"] += len(probes) * len(rows)
        differing = sum(
            a is not b
            for ours, theirs in zip(said, asked, strict=True)
            for a, b in zip(ours, theirs, strict=True)
        )
        if differing:
            self._blame("disagreement", mutant, f"{differing} answers differ")

    def _by_oracle(self, probes: list[Condition], rows: list[dict[str, object]]) -> list[list[bool | None]]:
        return [[evaluate(probe, row, self._now) for probe in probes] for row in rows]  # type: ignore[arg-type]

    def _by_duck(
        self, probes: list[Condition], rows: list[dict[str, object]], book: Rulebook, now: datetime
    ) -> list[list[bool | None]]:
        asked = Plan(probes=tuple(probes), mains=len(probes), rules=())
        found: list[list[bool | None]] = [[False] * len(probes) for _ in rows]
        for kept in self._matcher.match(asked, fact_table(rows, book.catalogue), now):  # type: ignore[arg-type]
            for line, truths in zip(kept.column("line").to_pylist(), truth_rows(kept, asked), strict=True):
                found[line] = list(truths)
        return found

    def _look_at_hash(self, mutant: Mutant, book: Rulebook, files: Mapping[str, str]) -> None:
        """Rules that mean something else are never taken for those that were."""
        pattern = _pattern(mutant.name)
        before, after = self._book.sets.get(pattern), book.sets.get(pattern)
        if before is None or after is None:
            return
        is_same_text = mutant.text == self._texts[mutant.name]
        is_same_rules = (before.rules, before.severity) == (after.rules, after.severity)
        self.totals["survivors that mean something else"] += not is_same_rules
        if (before.sha256 == after.sha256) != is_same_text or (is_same_text and not is_same_rules):
            self._blame("silent", mutant, "another meaning under the same hash")

    def _blame(self, kind: str, mutant: Mutant, words: str) -> None:
        self.totals[kind] += 1
        self.wrong.append(f"{kind}: {mutant.way} mutant of {mutant.name}: {words}")


def _pattern(name: str) -> str:
    return Path(name).name.split(".")[0]


def _is_questions_of(patterns: set[str], name: str) -> bool:
    """Questions of a pattern whose own file is not read with them would be an error by themselves."""
    return name.startswith("questionnaires/") and _pattern(name) in patterns


def rows_of(rows: list[dict[str, object]], book: Rulebook) -> list[dict[str, object]]:
    """The rows as a table gives them back, so that both sides see the same values."""
    return list(fact_rows(fact_table(rows, book.catalogue), book.catalogue))  # type: ignore[arg-type]
