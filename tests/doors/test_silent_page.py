"""The page of a silent loss: help without a story, a choice of how to be reached, and nothing by looking."""

from __future__ import annotations

from datetime import timedelta

import pytest

from outreach.domain.answer import Answer
from outreach.domain.scale import Channel
from outreach.domain.token import Purpose, Token, sign
from outreach.domain.wish import Wish
from outreach.store.database import Store
from outreach.store.tables import acknowledgments, messages, reach_wishes, tasks
from outreach.store.wishes import wish
from outreach.web.app import create_app
from tests.doors.web_world import KEYS, WORDS, Browser
from tests.engine.looking_back import Backward
from tests.engine.world import World


@pytest.fixture
def back(store: Store) -> Backward:
    made = Backward(World(store))
    made.pay("ana")
    made.turns("bad"), made.run()
    made.world.dispatch().run()
    return made


@pytest.fixture
def page(back: Backward) -> Browser:
    def keep(message: str, asked: Wish, now: object) -> bool:
        with back.world.store.begin() as tx:
            return wish(tx, message, asked, back.world.clock())

    return Browser(create_app(back.world.feedback(), back.world.clock, KEYS, WORDS, wish=keep))


def link(back: Backward) -> str:
    row = back.world.rows(messages)[0]
    token = Token(
        message=row.id,
        person=row.person,
        purpose=Purpose.ANSWER,
        expires_at=back.world.clock() + timedelta(hours=1),
        key_id="k1",
    )
    return f"/a/{sign(token, KEYS)}"


def task_text(back: Backward) -> str:
    row = next(row for row in back.world.rows(tasks) if row.kind == "help")
    return str(back.world.store.vault.open(row.text_enc))


def test_help_is_asked_for_without_a_story_and_the_choice_goes_with_it(back: Backward, page: Browser) -> None:
    answer = page.post(link(back), data={"answer": "help_me", "reach": "quiet"})

    assert answer.status_code == 200
    assert back.world.rows(acknowledgments)[0].answer == Answer.HELP_ME
    assert "do not ask how it happened" in task_text(back)
    assert "do not call" in task_text(back)


def test_looking_changes_nothing(back: Backward, page: Browser) -> None:
    shown = page.get(link(back) + "?answer=help_me&reach=call")

    assert "without my having to explain" in shown.text
    assert "checked" not in shown.text.replace("I checked", "")
    assert back.world.rows(reach_wishes) == back.world.rows(acknowledgments) == []


def test_a_choice_alone_is_kept_and_answers_nothing(back: Backward, page: Browser) -> None:
    shown = page.post(link(back), data={"reach": "email", "keep": "reach"})

    assert "We have noted how you would like to be reached" in shown.text
    assert "without my having to explain" in shown.text
    assert [row.wish for row in back.world.rows(reach_wishes)] == ["email"]
    assert back.world.rows(acknowledgments) == []


def test_a_choice_that_comes_later_reaches_whoever_is_to_help(back: Backward, page: Browser) -> None:
    page.post(link(back), data={"answer": "help_me"})
    assert "Did not say how" in task_text(back)

    page.post(link(back), data={"reach": "email", "keep": "reach"})

    assert "by email only" in task_text(back)


@pytest.mark.parametrize(
    "form", [{"reach": "pigeon"}, {"answer": "maybe", "reach": "email"}, {"keep": "reach"}, {}]
)
def test_what_is_no_choice_changes_nothing(back: Backward, page: Browser, form: dict[str, str]) -> None:
    assert page.post(link(back), data=form).status_code == 400
    assert back.world.rows(reach_wishes) == back.world.rows(acknowledgments) == []


def test_the_same_choice_twice_is_kept_once_and_the_newest_counts(back: Backward, page: Browser) -> None:
    for chosen in ("email", "email", "call"):
        page.post(link(back), data={"reach": chosen, "keep": "reach"})

    assert [row.wish for row in back.world.rows(reach_wishes)] == ["email", "call"]


@pytest.mark.parametrize(
    ("asked", "open_channels"),
    [
        (Wish.QUIET, {Channel.PUSH, Channel.SMS, Channel.EMAIL, Channel.INBOX}),
        (Wish.EMAIL, {Channel.EMAIL, Channel.INBOX}),
        (Wish.INBOX, {Channel.INBOX}),
        (Wish.CALL, set(Channel)),
    ],
)
def test_a_wish_leaves_the_inbox_and_what_was_asked_for(asked: Wish, open_channels: set[Channel]) -> None:
    assert {channel for channel in Channel if asked.allows(channel)} == open_channels


def test_the_next_step_keeps_to_the_wish(back: Backward, page: Browser) -> None:
    page.post(link(back), data={"reach": "email", "keep": "reach"})
    back.world.clock.tick(hours=2)
    back.world.dispatch().run()
    back.world.clock.tick(hours=2)
    back.world.dispatch().run()

    assert not back.world.senders[Channel.SMS].sent
    assert back.world.senders[Channel.EMAIL].sent
