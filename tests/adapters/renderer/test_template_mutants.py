"""Every wrong edit of a good template is told with its code, at its line; and none ends in a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from outreach.adapters.renderer import Asked, JinjaRenderer, look
from outreach.adapters.renderer.library import read_library
from outreach.adapters.renderer.worst import worst_cases
from outreach.adapters.rulebook import load_catalogue
from outreach.domain.facts import Catalogue
from outreach.domain.problem import Problem
from outreach.domain.scale import Channel
from tests.adapters.renderer.mutants import EDITS, FILES, ROOT, Edit, lay_out, made, mutant

FIRM = "Firmenname12"
SEEDS = 120  # the proof tries 500 and more (tests/prove/claims/template_mutants.py)
WHOLE_FILES = {"T001", "T007", "T008", "T014"}
EMPTY = {"transfer": None, "on_hold": False, "hold_expires_at": None, "code": None, "zone": "Asia/Dubai"}


@lru_cache
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "rules")


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder to make wrong, one file at a time."""

    folder: Path

    def texts(self) -> dict[str, str]:
        return {name: (self.folder / name).read_text("utf-8") for name in FILES}

    def told(self) -> tuple[Problem, ...]:
        rules = self.folder.parent / "rules"
        return look(self.folder, Asked(catalogue=catalogue(), firm=FIRM, rules=rules)).problems


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(lay_out(tmp_path_factory.mktemp("mutants")))


def test_the_templates_that_are_made_wrong_are_well(bench: Bench) -> None:
    assert bench.told() == ()


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_a_wrong_edit_is_told_with_its_code_at_its_line(bench: Bench, edit: Edit) -> None:
    file = bench.folder / edit.file
    text = file.read_text("utf-8")
    changed, line = made(edit, text)
    try:
        file.write_text(changed, "utf-8")
        told = bench.told()
    finally:
        file.write_text(text, "utf-8")
    places = {(p.code, Path(p.file).name, p.line) for p in told}
    assert (edit.code, file.name, line) in places, "\n".join(map(str, told)) or "nothing is told"
    lines = changed.split("\n")
    for problem in told:
        if problem.line:
            assert problem.line <= len(lines) or problem.file != file.as_posix()
            assert problem.column >= 1
            assert problem.length >= 1


@pytest.mark.slow
def test_no_edit_by_seed_ends_in_a_traceback_or_in_a_message_that_cannot_be_said(bench: Bench) -> None:
    texts = bench.texts()
    survived = 0
    for seed in range(SEEDS):
        name, text = mutant(seed, texts)
        (bench.folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            survived += look_or_say(bench)
        except Exception as error:
            raise AssertionError(f"mutant {seed} of {name}") from error
        finally:
            (bench.folder / name).write_text(texts[name], "utf-8")
    assert SEEDS // 10 <= survived <= SEEDS * 4 // 5


def look_or_say(bench: Bench) -> bool:
    """True where the mutant passes and can be said at every worst case; else every error has its place."""
    errors = [problem for problem in bench.told() if not problem.is_warning]
    for problem in errors:
        assert problem.line >= 1 or problem.code in WHOLE_FILES, str(problem)
    if errors:
        return False
    renderer = JinjaRenderer(bench.folder, firm=FIRM, catalogue=catalogue())
    for template, locale, case in cases(bench.folder):
        for channel in Channel:
            renderer.render(template, channel, locale, case)
    return True


def cases(folder: Path) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Every page with every worst case of all that its blocks ask."""
    for (template, locale), page in read_library(folder, catalogue()).pages.items():
        names = tuple(sorted({name for speaker in page.speakers.values() for name in speaker.names}))
        for case in worst_cases(names, catalogue(), FIRM):
            yield template, locale, EMPTY | case
