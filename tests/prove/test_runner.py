"""The runner itself: it is red for anything but a claim that told its figures and keeps every threshold."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.prove.clone import Place, repository
from tests.prove.figures import Figure, Told, read_told
from tests.prove.promises import (
    FORMS,
    ISSUES,
    Edit,
    Promise,
    Sabotage,
    Threshold,
    read_promises,
    read_sabotages,
)
from tests.prove.running import prove, run_claim, sabotage

CLAIM = """
from tests.prove.figures import Figure
def run(ground):
    from part import doubled
    return {"doubled": Figure(doubled(ground.n), ground.n, "rows")}
"""


def a_promise(**changes: object) -> Promise:
    """Nothing doubled in 10 rows, within a moment."""
    threshold = Threshold(figure="doubled", how="exactly", wanted=0, n=10)
    usual = {
        "claim": "twice",
        "quotes": ("nothing twice",),
        "n": 10,
        "seconds": 30.0,
        "thresholds": (threshold,),
    }
    return Promise(**{**usual, "is_alone": False, **changes})


def a_place(root: Path) -> Place:
    return Place(root=root, python=sys.executable, variables={})


def told(value: float = 0, n: int = 10, **changes: object) -> Told:
    return Told(**{"claim": "twice", "ok": True, "figures": {"doubled": Figure(value, n, "rows")}, **changes})


def saying(text: str, **changes: object) -> Told:
    """What the runner hears of a process that prints this."""
    words = [sys.executable, "-c", f"print({text!r})"]
    return run_claim(a_promise(**changes), a_place(repository()), "short", words)


def test_a_claim_that_tells_its_figures_is_heard_and_held() -> None:
    heard = saying(told().as_line())

    assert heard == told()
    assert a_promise().holds(heard)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "all is well",
        "{}",
        "[1]",
        "null",
        json.dumps({"claim": "another", "ok": True, "figures": {}, "said": ""}),
        json.dumps({"claim": "twice", "ok": True, "figures": {"doubled": 0}, "said": ""}),
        json.dumps({"claim": "twice", "ok": True, "said": ""}),
        told().as_line().replace('"value": 0', '"value": true'),
        told().as_line().replace('"value": 0', '"value": "0"'),
        told().as_line() + "\nand more",
    ],
)
def test_a_claim_that_prints_garbage_is_red(text: str) -> None:
    heard = read_told("twice", text)

    assert not heard.ok
    assert not a_promise().holds(heard)


def test_a_claim_that_says_nothing_before_it_dies_is_red() -> None:
    words = [sys.executable, "-c", "import os; os._exit(3)"]

    assert not run_claim(a_promise(), a_place(repository()), "short", words).ok


def test_a_claim_that_takes_too_long_is_ended_and_red() -> None:
    words = [sys.executable, "-c", "import time; time.sleep(60)"]
    heard = run_claim(a_promise(seconds=0.2), a_place(repository()), "short", words)

    assert (heard.ok, heard.said) == (False, "it took longer than 0.2 s")


@pytest.mark.parametrize(
    ("heard", "why"),
    [
        (told(value=1), "one too many"),
        (told(n=9), "on too few"),
        (told(ok=False), "it did not end"),
        (told(figures={}), "the figure is missing"),
    ],
)
def test_a_promise_is_kept_by_a_figure_that_suffices_on_enough_rows_only(heard: Told, why: str) -> None:
    assert not a_promise().holds(heard), why


def test_a_promise_without_a_threshold_is_never_kept() -> None:
    assert not a_promise(thresholds=()).holds(told())


@pytest.mark.parametrize(
    ("how", "value", "holds"),
    [
        ("exactly", 1, False),
        ("at_most", 0, True),
        ("at_most", 1, False),
        ("at_least", 0, True),
        ("under", 0, False),
    ],
)
def test_each_kind_of_threshold_holds_what_it_says(how: str, value: int, holds: bool) -> None:
    threshold = Threshold(figure="doubled", how=how, wanted=0, n=1)

    assert threshold.holds(Figure(value, 1, "rows")) is holds


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A little repository with one claim about one module, and a package to be imported as ours."""
    for folder in ("outreach", "tests/prove/claims"):
        (tmp_path / folder).mkdir(parents=True)
    here = repository() / "tests" / "prove"
    for name in ("__init__.py", "figures.py", "claims/__init__.py", "claims/__main__.py"):
        (tmp_path / "tests/prove" / name).write_text((here / name).read_text("utf-8"), "utf-8")
    (tmp_path / "tests/prove/ground.py").write_text(
        "from dataclasses import dataclass\n@dataclass(kw_only=True)\nclass Ground:\n    n: int\n"
        "    form: str\n    folder: object\n    root: object\n",
        "utf-8",
    )
    (tmp_path / "tests/__init__.py").touch()
    (tmp_path / "outreach/__init__.py").touch()
    (tmp_path / "tests/prove/claims/twice.py").write_text(CLAIM, "utf-8")
    (tmp_path / "part.py").write_text("def doubled(n):\n    return 0\n", "utf-8")
    return tmp_path


def a_sabotage(old: str, new: str, figure: str = "doubled") -> Sabotage:
    edit = Edit(file="part.py", old=old, new=new)
    return Sabotage(name="break-it", claim="twice", figure=figure, in_short=True, edits=(edit,))


def test_a_sabotage_that_its_figure_notices_is_green_and_harms_only_the_copy(tree: Path) -> None:
    before = (tree / "part.py").read_text("utf-8")
    outcome = sabotage(a_sabotage("return 0", "return n"), a_promise(), a_place(tree), "short")

    assert outcome.holds, outcome.lines
    assert (tree / "part.py").read_text("utf-8") == before


def test_a_sabotage_that_shows_by_chance_is_tried_again_and_says_so(tree: Path) -> None:
    once = f"from pathlib import Path; p = Path({str(tree / 'once')!r})"
    later = f"{once}; n *= p.exists(); p.touch(); return n"
    outcome = sabotage(a_sabotage("return 0", later), a_promise(), a_place(tree), "short")

    assert outcome.holds, outcome.lines
    assert outcome.lines[0][1].endswith("(at try 2)")


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        (a_sabotage("return 0", "return 0 * n"), "went unnoticed"),
        (a_sabotage("return 0", "import sys; return 0 if n > 9 else 1"), "went unnoticed"),
        (a_sabotage("return 7", "return n"), "0 times"),
        (a_sabotage("return 0", "raise OSError"), "stopped the claim"),
        (a_sabotage("return 0", "return n", figure="lost"), "held against"),
    ],
    ids=[
        "unnoticed",
        "unnoticed on so many rows",
        "its text is missing",
        "it only stops the claim",
        "it names no figure",
    ],
)
def test_a_sabotage_is_red_unless_its_own_figure_falls(tree: Path, broken: Sabotage, word: str) -> None:
    outcome = sabotage(broken, a_promise(), a_place(tree), "short")

    assert not outcome.holds
    assert word in outcome.lines[0][1]


def test_a_claim_that_would_prove_other_code_is_red(tree: Path) -> None:
    (tree / "outreach/__init__.py").unlink()
    (tree / "outreach").rmdir()
    heard = run_claim(a_promise(), a_place(tree), "short")

    assert not heard.ok
    assert "elsewhere" in heard.said


def test_a_claim_is_left_out_only_where_its_promise_lets_it(tree: Path) -> None:
    claim = "from tests.prove.figures import LeftOut\ndef run(ground):\n    raise LeftOut('out of reach')\n"
    (tree / "tests/prove/claims/twice.py").write_text(claim, "utf-8")
    held = prove(a_promise(), a_place(tree), "short")
    let = prove(a_promise(may_be_left_out=True), a_place(tree), "short")

    assert (held.holds, held.left_out) == (False, False)
    assert (let.holds, let.left_out, let.told.said) == (True, True, "out of reach")


@pytest.mark.parametrize("issue", ISSUES)
@pytest.mark.parametrize("form", FORMS)
def test_every_promise_is_quoted_held_and_has_its_claim(form: str, issue: str) -> None:
    promises = read_promises(repository(), issue, form)

    assert promises
    for promise in promises:
        assert promise.quotes, promise.claim
        assert promise.thresholds, promise.claim
        assert (repository() / "tests/prove/claims" / f"{promise.claim}.py").is_file()


def test_every_claim_has_a_promise_and_a_sabotage_that_it_must_notice() -> None:
    root = repository()
    promised = {issue: {p.claim: p for p in read_promises(root, issue, "full")} for issue in ISSUES}
    files = {file.stem for file in (root / "tests/prove/claims").glob("[!_]*.py")}

    assert files == {claim for promises in promised.values() for claim in promises}
    for issue, promises in promised.items():
        broken = read_sabotages(root, issue)
        smaller = promises | {p.claim: p for p in read_promises(root, issue, "short")}
        assert promises.keys() == {one.claim for one in broken}
        for one in broken:
            run = (smaller if one.form == "short" else promises)[one.claim]
            assert one.figure in {threshold.figure for threshold in run.thresholds}, one.name


def test_what_a_sabotage_would_change_is_there_once() -> None:
    root = repository()
    edits = [
        (one.name, edit) for issue in ISSUES for one in read_sabotages(root, issue) for edit in one.edits
    ]

    lost = [name for name, edit in edits if (root / edit.file).read_text("utf-8").count(edit.old) != 1]
    assert not lost
