"""Words of self-harm in a report reach a person, whatever else is wrong with the report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from outreach.engine.reports import Limits
from outreach.errors import StoreError
from outreach.store.database import Store
from outreach.store.tables import people, reports, suggestions, tasks, welfare
from tests.conftest import sqlite_store
from tests.doors.api_world import ApiWorld
from tests.doors.report_world import EVM, ReportWorld, picture, rows
from tests.doors.web_world import Browser


@pytest.fixture
def alone(tmp_path: Path) -> ReportWorld:
    """Where the database does not matter."""
    return ReportWorld(sqlite_store(tmp_path))


CRY = "I want to kill myself"
REFUSED: dict[str, dict[str, str]] = {
    "nothing chosen": {"happened": ""},
    "too long": {"words": f"{CRY}. {'so much. ' * 400}"},
    "a form of nobody's": {"form": "nonsense"},
    "a hidden field filled": {"fax": "1"},
    "no amount": {"amount": "all of it, all"},
}


@pytest.mark.parametrize("fault", sorted(REFUSED))
def test_words_of_self_harm_in_a_report_that_does_not_fit_reach_a_person_and_nothing_else_is_kept(
    alone: ReportWorld, fault: str
) -> None:
    sent = {"words": CRY, "reach": "phone", "reach_at": "+34 600 123 456", "where": EVM, **REFUSED[fault]}
    told = alone.send(pictures=[picture()], **sent)

    assert told.status_code == 422
    assert told.text.index("You matter more than any money") < told.text.index("<form")
    assert "Example Line, day and night" in told.text
    (task,) = rows(alone, tasks)
    said = alone.store.vault.open(task.text_enc)
    assert (task.kind, CRY in said, "+34 600 123 456" in said) == ("welfare", True, True)
    assert len(said) < 3_000
    assert [row.source for row in rows(alone, welfare)] == ["report"]
    assert rows(alone, reports) == rows(alone, suggestions) == []
    assert alone.shelf.files == {}


def test_words_of_self_harm_of_whoever_reports_too_often_reach_a_person(store: Store) -> None:
    world = ReportWorld(store, limits=Limits(a_day_each=1))
    path = world.path(world.person())
    world.send(path)

    told = world.send(path, words=CRY)
    again = world.send(path, words=CRY)

    assert (told.status_code, again.status_code) == (429, 429)
    assert "You matter more than any money" in again.text
    assert sorted(task.kind for task in rows(world, tasks)) == ["report", "welfare"]
    assert {row.person for row in rows(world, tasks)} == {world.person()}


def test_a_flood_of_such_words_from_one_place_buries_nobody_and_is_still_told_whom_to_call(
    alone: ReportWorld, tmp_path: Path
) -> None:
    world = ReportWorld(alone.store, limits=Limits(an_hour_anonymous=2), page={"an_hour_each_place": 3})
    told = [world.send(happened="", words=CRY) for _ in range(5)]

    assert all("You matter more than any money" in each.text for each in told)
    assert "we do not know how to reach you" in told[-1].text
    assert len(rows(world, tasks)) == 2


def test_sent_again_from_the_same_form_the_words_are_one_task(alone: ReportWorld) -> None:
    form = alone.form()
    for _ in range(3):
        alone.send(form=form, happened="", words=CRY)

    assert len(rows(alone, tasks)) == len(rows(alone, people)) == 1


def test_a_way_to_reach_them_that_comes_with_the_second_try_reaches_a_person(alone: ReportWorld) -> None:
    form = alone.form()
    first = alone.send(form=form, happened="", words=CRY)
    told = [
        alone.send(form=form, happened="", words=CRY, reach="phone", reach_at="+34 600 123 456")
        for _ in range(2)
    ]

    assert "we do not know how to reach you" in first.text
    assert all("we do not know how to reach you" not in each.text for each in told)
    said = [alone.store.vault.open(task.text_enc) for task in rows(alone, tasks)]
    assert sum("+34 600 123 456" in each for each in said) == 1


def test_a_database_that_is_away_still_lets_the_page_say_whom_to_call(alone: ReportWorld) -> None:
    def fails(*_: object) -> None:
        raise StoreError("away")

    world = ReportWorld(alone.store, page={"take": fails, "hear": fails})
    told = world.send(words=CRY)

    assert told.status_code == 503
    assert "You matter more than any money" in told.text


SMALL = {"body_bytes": 9_000}
"""A page that takes few bytes, so that a form is soon too large."""


@pytest.mark.parametrize("times", [1, 2, 40])
def test_words_of_self_harm_beside_pictures_that_are_too_large_reach_a_person(
    tmp_path: Path, times: int
) -> None:
    world = ReportWorld(sqlite_store(tmp_path), page=SMALL)
    told = world.send(
        words=CRY, reach="phone", reach_at="+34 600 123 456", pictures=[b"\x89" * 9_000 * times]
    )

    assert told.status_code == 413
    assert told.text.index("You matter more than any money") < told.text.index("<form")
    (task,) = rows(world, tasks)
    said = world.store.vault.open(task.text_enc)
    assert (task.kind, CRY in said, "+34 600 123 456" in said) == ("welfare", True, True)
    assert (rows(world, reports), world.shelf.files) == ([], {})


WORDS = b'--b\r\nContent-Disposition: form-data; name="words"\r\n\r\n' + CRY.encode()
BROKEN = {
    "no end": WORDS,
    "no end of a later field": WORDS + b"\r\n--b\r\nCont",
    "a field too long": WORDS + b" so much" * 4_000,
    "too many parts": WORDS + b"\r\n" + b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n' * 70,
}


@pytest.mark.parametrize("how", sorted(BROKEN))
def test_words_of_self_harm_in_a_form_that_cannot_be_read_reach_a_person(
    alone: ReportWorld, how: str
) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    told = alone.browser.post("/report", content=BROKEN[how], headers=kind)

    assert told.status_code == 400
    assert "You matter more than any money" in told.text
    assert [task.kind for task in rows(alone, tasks)] == ["welfare"]
    assert rows(alone, reports) == []


@pytest.mark.parametrize("how", ["too many fields", "not of this alphabet"])
def test_words_of_self_harm_in_a_plain_form_that_cannot_be_read_reach_a_person(
    alone: ReportWorld, how: str
) -> None:
    rest = {"too many fields": b"&x=1" * 300, "not of this alphabet": b"&x=\xff"}[how]
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    content = b"words=" + CRY.replace(" ", "+").encode() + rest
    told = alone.browser.post("/report", content=content, headers=kind)

    assert (told.status_code, "You matter more than any money" in told.text) == (400, True)
    assert [task.kind for task in rows(alone, tasks)] == ["welfare"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": f"{CRY}. {'so much. ' * 400}"},
        {"happened": "my_life"},
        {"language": "?!"},
        {"pictures": ["a"] * 40},
        {"words": f"\ud800 {CRY}"},
    ],
)
def test_words_of_self_harm_in_what_does_not_have_the_shape_of_a_report_reach_a_person(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    world = ApiWorld(sqlite_store(tmp_path))
    given = {"id": "r1", "happened": "investment", "money_left": "no", "words": CRY, **wrong}
    headers = {**world.headers("user-9"), "Content-Type": "application/json"}
    told = Browser(world.app).post("/v1/reports", content=json.dumps(given), headers=headers)

    assert told.status_code in {400, 422}, told.text
    assert CRY not in told.text
    assert [task.kind for task in world.world.rows(tasks)] == ["welfare"]


def test_words_of_self_harm_in_a_report_that_the_api_refuses_reach_a_person(tmp_path: Path) -> None:
    world = ApiWorld(sqlite_store(tmp_path))
    given = {"id": "r1", "happened": "investment", "money_left": "no", "words": CRY, "amount": "everything"}
    told = Browser(world.app).post("/v1/reports", json=given, headers=world.headers("user-9"))

    assert told.status_code == 422, told.text
    assert CRY not in told.text
    assert [task.kind for task in world.world.rows(tasks)] == ["welfare"]
    assert world.world.rows(reports) == []
