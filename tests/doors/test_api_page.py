"""docs/api.md: every example on it is asked of the API as it stands there, and every scope is on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from outreach.cli import outreach
from outreach.domain.client import Scope
from outreach.web.api.operations import OPERATIONS
from tests.conftest import sqlite_store
from tests.doors.api_world import ApiWorld

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text("utf-8")
EXAMPLE = re.compile(r"```http\n(\w+) /v1(\S+)\n((?:[\w-]+: .*\n)*)(?:\n(.*)\n)?```")
EXAMPLES = EXAMPLE.findall(PAGE)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each[0]} {each[1]}")
def test_every_example_of_the_page_is_answered_well(example: tuple[str, ...], tmp_path: Path) -> None:
    method, path, head, body = example
    api = ApiWorld(sqlite_store(tmp_path), limits={"poll_seconds": 0.01})
    message = api.warn()
    headers = dict(line.split(": ", 1) for line in head.splitlines())
    if path == "/inbox/changes":
        api.end_streams()  # or it would be followed for ten minutes
    told = api.ask(
        method, path.replace("{message}", message), headers=headers, **({"content": body} if body else {})
    )

    assert told.status_code in {200, 204}
    api.store.close()


def test_the_page_has_an_example_of_every_operation_but_the_simplest() -> None:
    shown = {(method, path.partition("?")[0]) for method, path, _, _ in EXAMPLES}
    every = {(operation.method, operation.path) for operation in OPERATIONS}
    left = {
        ("GET", "/openapi.json"),
        ("GET", "/inbox/{message}"),
        ("DELETE", "/code"),
        ("POST", "/agent/verify"),
    }

    assert shown == every - left


def test_the_page_tells_every_scope_and_no_other() -> None:
    assert set(re.findall(r"^\| `([\w:]+)` \|", PAGE, re.M)) == {scope.value for scope in Scope}


def test_every_command_of_the_page_is_there() -> None:
    group = outreach.commands["clients"]
    words = set(re.findall(r"outreach clients (\w+)", PAGE))

    assert words <= set(group.commands)  # type: ignore[attr-defined]
    assert "openapi" in outreach.commands
