"""The house: its walls, its measures and its words, held by a test, so that nobody has to remember them."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator

import pytest
from importlinter import cli as linter

from outreach import telemetry
from outreach.domain import wording
from outreach.domain.answer import Answer, Grade, Via
from outreach.domain.decision import Reason, Verdict
from outreach.domain.delivery import Status
from outreach.domain.gate import Bar
from outreach.domain.ladder import Close
from outreach.domain.scale import Channel
from tests.house.walls import ROOT, Function, bound_names, committed, functions, trees

LONGEST_FILE, LONGEST_FUNCTION = 300, 40

BANNED = frozenset(
    {
        "notification",
        "alert",
        "event",
        "campaign",
        "manager",
        "service",
        "handler",
        "processor",
        "helper",
        "utils",
        "util",
        "data",
        "info",
        "item",
    }
)
"""Names that say nothing, or say what the glossary says with another word."""

EXCEPTIONS = {
    ("outreach/adapters/fcm.py", "service"): "Google's own word: a service account",
    ("outreach/settings/parties.py", "service"): "Google's own word: a service account",
    ("outreach/settings/parties.py", "event"): "SendGrid's own word: the key of its event webhook",
    ("outreach/adapters/twilio/sender.py", "service"): "Twilio's own word: a messaging service",
    ("outreach/adapters/twilio/sender.py", "data"): "an argument that twilio's SDK names",
    ("outreach/store/types.py", "processor"): "hooks that SQLAlchemy names",
    ("outreach/store/asked.py", "processor"): "a hook that SQLAlchemy names",
}
"""Where a banned name is the other party's own, and the reason."""


def test_the_walls_between_the_rooms_hold() -> None:
    assert linter.lint_imports(config_filename=str(ROOT / "pyproject.toml")) == 0


@pytest.mark.parametrize("path", trees())
def test_a_file_is_read_in_one_sitting(path: str) -> None:
    lines = len((ROOT / path).read_text("utf-8").splitlines())

    assert lines <= LONGEST_FILE, f"{path} has {lines} lines"


def test_a_function_fits_the_screen() -> None:
    lengths = {f"{p}:{f.lineno} {f.name}": (f.end_lineno or f.lineno) - f.lineno + 1 for p, f in functions()}

    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def banned_names() -> Iterator[tuple[str, int, str]]:
    """Every name in the package that is banned, or has a banned word in it (`user_data`, `ItemView`)."""
    for path, tree in trees().items():
        for part in path.removesuffix(".py").split("/"):
            if words(part) & BANNED:
                yield path, 0, part
        for name, line in bound_names(tree):
            if found := words(name) & BANNED:
                yield path, line, sorted(found)[0]


def words(name: str) -> set[str]:
    """`userData`, `user_data` and `UserData` are both `user` and `data`; a plural is its singular."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    lower = {part.lower() for part in parts}
    return lower | {part.removesuffix("s") for part in lower}


def test_no_name_says_nothing_or_says_another_word_for_one_of_ours() -> None:
    found = {(path, name): line for path, line, name in banned_names()}

    assert {f"{path}:{found[path, name]} {name}" for path, name in found.keys() - EXCEPTIONS.keys()} == set()
    assert EXCEPTIONS.keys() - found.keys() == set(), "an exception that nobody needs any more"


def test_the_search_for_names_finds_them() -> None:
    tree = ast.parse(
        "def f(user_data): pass\nclass EventHandler: pass\nfor item in x: pass\nimport a as utils"
    )
    found = {name for name, _ in bound_names(tree) if words(name) & BANNED}

    assert found == {"user_data", "EventHandler", "item", "utils"}
    assert words("database") & BANNED == words("metadata") & BANNED == set()


def uses(tree: ast.AST, *dotted: str) -> list[int]:
    """The lines on which a module names one of these (`datetime.now` also finds `datetime.datetime.now`)."""
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return [n.lineno for n in attributes if any(ast.unparse(n).endswith(name) for name in dotted)]


CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns")


def test_only_wiring_reads_the_clock() -> None:
    reading = {path: lines for path, tree in trees().items() if (lines := uses(tree, *CLOCKS))}

    assert {path for path in reading if not path.startswith("outreach/wiring/")} == set()
    assert reading  # somebody must


def test_only_settings_reads_the_environment() -> None:
    reading = {p: lines for p, tree in trees().items() if (lines := uses(tree, "os.environ", "os.getenv"))}

    assert reading.keys() <= {"outreach/settings/reading.py"}


def test_nothing_is_mocked() -> None:
    tested = [file for file in committed() if file.suffix == ".py"]
    trees = {file: ast.parse(file.read_text("utf-8")) for file in tested}
    imported = {
        (file.relative_to(ROOT).as_posix(), module)
        for file, tree in trees.items()
        for module in imports(tree)
        if re.search(r"(^|\.)(mock|pytest_mock|flexmock|doublex|mockito)$", module)
    }

    assert imported == set()


def imports(tree: ast.AST) -> Iterator[str]:
    """The modules (and what is taken from them) that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


INDEX = re.compile(rb"--(extra-)?index-url|--find-links|--trusted-host|(^|\W)PIP_(EXTRA_)?INDEX_URL|"
                   rb"https?://[^\s\"']*(pypi|pythonhosted|/simple\b|artifactory|nexus)")  # fmt: skip


def test_no_file_says_where_packages_are_downloaded_from() -> None:
    found = [file for file in committed() if file != ROOT / "tests/house/test_house.py"]
    named = {file.relative_to(ROOT).as_posix() for file in found if INDEX.search(file.read_bytes())}

    assert named == set()


def is_public(name: str) -> bool:
    return not name.startswith("_")


def without_promise() -> Iterator[str]:
    """Every public module, class, function and method without a docstring."""
    for path, tree in trees().items():
        if not ast.get_docstring(tree) and tree.body:
            yield path
        yield from (f"{path}:{line} {name}" for name, line in _undocumented(tree))


def _undocumented(parent: ast.Module | ast.ClassDef) -> Iterator[tuple[str, int]]:
    for node in parent.body:
        if isinstance(node, ast.ClassDef) and is_public(node.name):
            if not ast.get_docstring(node):
                yield node.name, node.lineno
            yield from _undocumented(node)
        elif isinstance(node, Function) and is_public(node.name) and not ast.get_docstring(node):
            yield node.name, node.lineno


def test_whatever_is_public_says_what_it_promises() -> None:
    assert set(without_promise()) == set()


def test_every_name_of_a_log_line_is_used_and_no_other_is() -> None:
    names = {name for name in vars(telemetry) if name.isupper()}
    sources = {
        path: (ROOT / path).read_text("utf-8") for path in trees() if not path.endswith("telemetry.py")
    }
    unused = {n for n in names if not any(re.search(rf"\b{n}\b", source) for source in sources.values())}
    loose = {
        f"{path}:{node.lineno}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).startswith("log.")
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    }

    assert (unused, loose) == (set(), set())
    assert len({getattr(telemetry, name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("said", "scale"),
    [
        (wording.VERDICTS, Verdict),
        (wording.REASONS, Reason),
        (wording.CLOSES, Close),
        (wording.BARS, Bar),
        (wording.STATUSES, Status),
        (wording.GRADES, Grade),
        (wording.ANSWERS, Answer),
        (wording.VIAS, Via),
        (wording.CHANNELS, Channel),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_value_of_a_closed_list_has_words_for_the_history(said: object, scale: object) -> None:
    assert set(said) == set(scale)  # type: ignore[call-overload]


def test_every_task_that_is_opened_has_words_for_the_desk() -> None:
    opened = {
        node.value.value
        for path, tree in trees().items()
        if path.startswith("outreach/engine/")
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "kind" and isinstance(node.value, ast.Constant)
    }

    assert "ask_core" in opened
    assert opened <= set(wording.TASKS)


GLOSSARY = ROOT / "docs/glossary.md"


def glossary() -> list[str]:
    """The words of the glossary, in its order."""
    rows = re.findall(r"^\| \*\*(.+?)\*\* \|", GLOSSARY.read_text("utf-8"), re.M)
    return [word for row in rows for word in row.split(" / ")]


def test_every_word_of_the_glossary_is_a_word_of_the_code() -> None:
    code = " ".join((ROOT / path).read_text("utf-8").lower() for path in trees()).replace("_", " ")
    missing = [word for word in glossary() if not re.search(rf"\b{re.escape(word.lower())}s?\b", code)]

    assert len(glossary()) > 30
    assert missing == []


def test_no_word_of_the_glossary_is_a_banned_one_and_each_stands_once() -> None:
    said = glossary()

    assert not {word for word in said if words(word) & BANNED}
    assert len(said) == len(set(said))


def test_every_command_of_the_wheel_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    module, _, name = project["scripts"]["outreach"].partition(":")
    tree = trees()[f"{module.replace('.', '/')}/__init__.py"]

    assert name in {found for found, _ in bound_names(tree)}
