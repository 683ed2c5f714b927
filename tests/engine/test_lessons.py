"""Lessons: seldom, once each, and never while anything is open."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from outreach.domain.answer import Answer, Via
from outreach.domain.consent import Program
from outreach.domain.facts import FactSource, FactType, WhenNull
from outreach.domain.ladder import Ladder
from outreach.domain.lesson import Lessons
from outreach.domain.ruleset import Rulebook
from outreach.domain.scale import Channel, Severity
from outreach.engine.intake import Intake
from outreach.engine.lessons import LessonFeed
from outreach.store.database import Store
from outreach.store.lessons import taught
from outreach.store.tables import decisions, episodes, flags, messages, outreaches
from tests.build import CATALOGUE, a_fact, a_flag, a_rule, a_rule_set, a_rulebook, a_step, over
from tests.engine.world import World

ABOUT = a_fact("lesson_about", FactType.TEXT, one_of=("pig_butchering", "job_task"))
ROUND = a_fact("lesson_round", FactType.INTEGER)
LAST = a_fact("last_lesson_at", FactType.TIME, source=FactSource.ENGINE, when_null=WhenNull.NEVER)


def a_book() -> Rulebook:
    """Warnings about two patterns, and lessons by inbox."""
    steps = (a_step(Channel.INBOX, template="education/lesson"),)
    ladder = Ladder(name="lessons", steps=steps, program=Program.EDUCATION)
    lesson = a_rule(
        "lesson", when=over(0), score=None, exclusions=(), ladder=ladder, template="education/lesson"
    )
    sets = (
        a_rule_set("pig_butchering"),
        a_rule_set("job_task"),
        a_rule_set("education", lesson, severity=Severity.LOW),
    )
    book = a_rulebook(*sets)
    return Rulebook(
        catalogue={**CATALOGUE, **{s.name: s for s in (ABOUT, ROUND, LAST)}},
        lists={},
        ladders={},
        sets=book.sets,
        sha256=book.sha256,
        texts=book.texts,
    )


class School:
    """A world in which lessons come."""

    def __init__(self, store: Store) -> None:
        self.world = World(store)
        self.lessons = Lessons()

    def warned(self, user: str = "ana", **flag: Any) -> None:
        """Somebody was warned, and answered; it is over."""
        before = {row.id for row in self.world.rows(messages)}
        self.world.flag(a_flag(user, identity=f"{user}-{len(before)}", flagged_at=self.world.clock(), **flag))
        self.world.dispatch().run()
        for row in self.world.rows(messages):
            if row.id not in before:
                self.world.feedback().answer(row.id, Answer.IT_IS_MINE, Via.PAGE, self.world.clock())

    def run(self, after: float = 0) -> int:
        """So many days later: how many lessons open."""
        self.world.clock.tick(days=after)
        book = a_book()
        feed = LessonFeed(
            store=self.world.store, lessons=self.lessons, catalogue=book.catalogue, clock=self.world.clock
        )
        tools = self.world.intake().tools
        intake = Intake(feeds=lambda _: [feed], rulebook=lambda: book, tools=tools)
        opened = dict(intake.run()).get("opened", 0)
        self.world.dispatch().run()
        return opened


@pytest.fixture
def school(store: Store) -> School:
    return School(store)


def test_a_lesson_comes_three_months_after_and_one_more_later_and_then_none(school: School) -> None:
    school.warned()

    assert [school.run(after) for after in (1, 88, 2, 1, 88, 2, 1, 90, 90, 90)] == [
        0,
        0,
        1,
        0,
        0,
        1,
        0,
        0,
        0,
        0,
    ]
    lessons = [row.facts for row in school.world.rows(decisions) if row.pattern == "education"]
    assert [(each["lesson_about"], each["lesson_round"]) for each in lessons] == [
        ("pig_butchering", 1),
        ("pig_butchering", 2),
    ]


def test_at_most_one_a_quarter_over_all_patterns(school: School) -> None:
    school.warned(beneficiary="one")
    school.world.clock.tick(days=20)
    school.warned(beneficiary="two", pattern="job_task")

    assert [school.run(after) for after in (75, 20, 20, 40, 30)] == [0, 1, 0, 0, 1]


def test_never_while_something_is_open(school: School) -> None:
    school.warned()
    school.world.flag(a_flag("ben", identity="open", flagged_at=school.world.clock()))

    assert school.run(91) == 1  # ana's; ben's climb is still open

    with school.world.store.read() as tx:
        known = {
            row.person for row in tx.connection.execute(flags.select().where(flags.c.feed == "education"))
        }
    assert len(known) == 1


def test_not_soon_after_another_flag(school: School) -> None:
    school.warned()
    school.world.clock.tick(days=85)
    school.warned(beneficiary="again")

    assert school.run(10) == 0


def test_whoever_was_never_warned_gets_none(school: School) -> None:
    school.world.flag(a_flag("ana", risk_score=Decimal(70), flagged_at=school.world.clock()))

    assert school.run(91) == 0


def test_no_more_than_asked_for_in_a_run_and_the_rest_in_the_next(school: School) -> None:
    school.lessons = Lessons(per_run=2)
    for n in range(3):
        school.warned(f"user-{n}")

    assert [school.run(91), school.run(0.1), school.run(0.1)] == [2, 1, 0]


def test_what_came_of_lessons_is_counted_by_pattern_and_wording(school: School) -> None:
    school.warned()
    school.run(91)
    sent = [row for row in school.world.rows(messages) if row.template.startswith("education/")]
    school.world.feedback().answer(sent[0].id, Answer.HELP_ME, Via.APP, school.world.clock())

    with school.world.store.read() as tx:
        since = school.world.clock() - timedelta(days=1)
        (row,) = taught(tx, since, since + timedelta(days=2))

    assert (row.pattern, row.wording, row.sent, row.answered) == ("pig_butchering", "education/lesson", 1, 1)


def test_an_episode_of_a_lesson_gives_no_lesson(school: School) -> None:
    school.lessons = Lessons(rounds=1)
    school.warned()

    assert [school.run(91), school.run(91), school.run(91)] == [1, 0, 0]
    assert {row.pattern for row in school.world.rows(episodes)} == {"pig_butchering", "education"}
    assert len(school.world.rows(outreaches)) == 2


def test_patterns_without_a_tip_keep_nobody_waiting_who_has_one(school: School) -> None:
    school.lessons = Lessons(per_run=1)
    school.warned("ana")
    for n in range(5):
        school.world.clock.tick(hours=1)
        school.warned(f"user-{n}", pattern="job_task")
    with school.world.store.begin() as tx:
        untold = episodes.c.pattern == "job_task"
        tx.connection.execute(episodes.update().where(untold).values(pattern="a_pattern_without_a_tip"))

    assert school.run(91) == 1


def test_lessons_that_came_already_keep_nobody_waiting_behind_them(school: School) -> None:
    school.lessons = Lessons(per_run=1, apart=timedelta(days=1))
    school.warned("ana")
    for n in range(5):
        school.world.clock.tick(minutes=5)
        school.warned(f"user-{n}")

    assert [school.run(91), *(school.run(2) for _ in range(6))] == [1] * 6 + [0]
