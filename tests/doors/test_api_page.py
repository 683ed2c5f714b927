"""docs/api.md: every example on it is asked of the API as it stands there, and every scope is on it."""

from __future__ import annotations

import re
from pathlib import Path

import click

from outreach.cli import outreach
from outreach.domain.client import Scope
from outreach.web.api.operations import OPERATIONS
from tests.conftest import sqlite_store
from tests.doors.api_world import ApiWorld

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text("utf-8")
EXAMPLE = re.compile(r"```http\n(\w+) /v1(\S+)\n((?:[\w-]+: .*\n)*)(?:\n(.*)\n)?```")
EXAMPLES = EXAMPLE.findall(PAGE)


def test_every_example_of_the_page_is_answered_well(tmp_path: Path) -> None:
    api = ApiWorld(sqlite_store(tmp_path), limits={"poll_seconds": 0.01})
    message = api.warn()
    api.end_streams()  # or one would be followed for ten minutes
    told = {}
    for method, path, head, body in EXAMPLES:
        headers = dict(line.split(": ", 1) for line in head.splitlines())
        given = {"content": body} if body else {}
        asked = api.ask(method, path.replace("{message}", message), headers=headers, **given)
        told[method, path] = asked.status_code
    api.store.close()

    assert len(told) == len(EXAMPLES)
    assert set(told.values()) <= {200, 204}


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
    context = click.Context(outreach)
    group = outreach.get_command(context, "clients")
    words = set(re.findall(r"outreach clients (\w+)", PAGE))

    assert words <= set(group.commands)  # type: ignore[attr-defined]
    assert "openapi" in outreach.list_commands(context)
