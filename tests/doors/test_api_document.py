"""The OpenAPI document and the code are one: what is served is told, what is told is served."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.routing import BaseRoute, Mount, Route

from outreach.cli import outreach
from outreach.domain.client import Scope
from outreach.store.database import Store
from outreach.web import document
from outreach.wiring.api import CALLBACKS
from outreach.wiring.callbacks import callbacks, inbound
from outreach.wiring.house import open_house
from tests.doors.api_world import ApiWorld
from tests.doors.callback_world import callback_settings
from tests.doors.start_build import a_slim_workspace


@pytest.fixture
def api(store: Store) -> ApiWorld:
    return ApiWorld(store)


def served(routes: list[BaseRoute], above: str = "") -> Iterator[tuple[str, str]]:
    """Every path and method of an application."""
    for route in routes:
        if isinstance(route, Mount):
            yield from served(route.routes, above + route.path)
        elif isinstance(route, Route):
            for method in (route.methods or set()) - {"HEAD"}:
                yield above + route.path, method


def told() -> set[tuple[str, str]]:
    paths = document(CALLBACKS)["paths"]
    return {(path, method.upper()) for path, methods in paths.items() for method in methods}


def test_whatever_is_served_is_in_the_document_and_nothing_else_is(api: ApiWorld) -> None:
    settings = callback_settings()
    doors = {(path, "POST") for path in callbacks(settings)} | {("/callbacks/twilio/inbound", "POST")}
    pages = {each for each in served(api.app.routes) if each[0].startswith("/a/")}

    assert inbound(settings) is not None
    assert {*served(api.app.routes)} - pages | doors == told()


def test_every_reference_of_the_document_leads_somewhere() -> None:
    whole = document(CALLBACKS)
    refs = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(whole)))

    assert whole["openapi"] == "3.1.0"
    assert refs <= whole["components"]["schemas"].keys()
    assert len(refs) > 8


def test_the_document_is_served_to_anybody(api: ApiWorld) -> None:
    told = api.ask_raw("GET", "/openapi.json", [])

    assert told.status_code == 200
    assert told.json() == document(CALLBACKS)


def test_no_address_of_the_api_has_room_for_a_person() -> None:
    places = [
        place
        for path, methods in document(CALLBACKS)["paths"].items()
        for method in methods.values()
        for place in method.get("parameters", [])
        if place["in"] in {"path", "query"}
    ]

    assert {place["name"] for place in places} == {"message", "after", "limit"}


def run(folder: Path, *words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(outreach, ["-w", str(folder), *words])
    return done.exit_code, done.stdout, done.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = a_slim_workspace(tmp_path / "here")
    house = open_house(made)
    house.migrate()
    house.close()
    return made


def test_the_command_writes_the_document(tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"

    assert run(tmp_path, "openapi", "--out", str(file))[0] == 0
    assert json.loads(file.read_text("utf-8")) == document(CALLBACKS)


def test_a_client_is_let_in_rotated_listed_and_revoked_and_its_token_shown_once(folder: Path) -> None:
    code, token, _ = run(folder, "clients", "add", "app", "--scope", "inbox:read", "--scope", "verify")
    assert code == 0
    assert token.startswith("outreach_")

    code, fresh, _ = run(folder, "clients", "rotate", "app", "--keep-hours", "0")
    assert code == 0
    assert fresh not in {token, ""}

    listed = run(folder, "clients", "list")[2]
    assert "inbox:read verify" in listed
    assert token.strip() not in listed
    assert fresh.strip() not in listed
    assert run(folder, "clients", "revoke", "app")[0] == 0
    assert "revoked" in run(folder, "clients", "list")[2]
    assert run(folder, "clients", "rotate", "app")[0] == 1


def test_a_client_has_a_plain_name_of_its_own_and_at_least_one_scope(folder: Path) -> None:
    assert run(folder, "clients", "add", "app", "--scope", "agent")[0] == 0
    assert run(folder, "clients", "add", "app", "--scope", "agent")[0] == 1
    assert run(folder, "clients", "add", "App of ours", "--scope", "agent")[0] == 2
    assert run(folder, "clients", "add", "other")[0] == 2
    assert run(folder, "clients", "add", "other", "--scope", "everything")[0] == 2
    assert "No client nobody" in run(folder, "clients", "revoke", "nobody")[2]


def test_the_help_names_every_scope() -> None:
    assert all(
        scope.value in CliRunner().invoke(outreach, ["clients", "add", "--help"]).output for scope in Scope
    )
