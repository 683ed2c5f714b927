"""Silence is an alarm: what is wrong is said once, what is over is said once, and the heartbeat is honest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import structlog
from structlog.testing import capture_logs

from outreach.domain.running import RulesStanding, Running, Waiting
from outreach.domain.trouble import Promises
from outreach.engine.watch import Looking, Watch
from tests.fakes import FakeClock

LATE = Waiting(count=3, oldest=FakeClock().now - timedelta(hours=1))


@dataclass
class Ears:
    """Somebody outside, who may be deaf for a while."""

    beats: int = 0
    heard: list[Mapping[str, object]] = field(default_factory=list)
    is_deaf: bool = False

    def beat(self) -> None:
        if self.is_deaf:
            raise ConnectionError
        self.beats += 1

    def tell(self, told: Mapping[str, object]) -> None:
        if self.is_deaf:
            raise ConnectionError
        self.heard.append(told)


@dataclass
class Scene:
    """An engine whose standing a test sets, a watch over it, and who listens."""

    clock: FakeClock = field(default_factory=FakeClock)
    ears: Ears = field(default_factory=Ears)
    queue: dict[str, Waiting] = field(default_factory=dict)
    problems: int = 0
    looks: int = 0

    def __post_init__(self) -> None:
        looking = Looking(look=self.look, clock=self.clock)
        promises = Promises(daemons=0)
        self.watch = Watch(looking=looking, promises=promises, outside=self.ears, clock=self.clock)

    def look(self) -> Running:
        self.looks += 1
        rules = RulesStanding(sha256="a", problems=self.problems)
        return Running(at=self.clock(), queue=self.queue, rules=rules)

    def go(self, rounds: int = 1) -> list[str]:
        """Let the watch run every 15 s; what it logged."""
        with capture_logs() as lines:
            for _ in range(rounds):
                self.watch.run()
                self.clock.tick(seconds=15)
        return [f"{line['event']} {line.get('trouble', line.get('address'))}" for line in lines]


@pytest.fixture
def scene() -> Iterator[Scene]:
    yield Scene()
    structlog.reset_defaults()


def test_a_trouble_is_told_once_when_it_begins_and_once_when_it_is_over(scene: Scene) -> None:
    scene.problems = 2
    began = scene.go(5)
    scene.problems = 0
    over = scene.go(5)

    assert began == ["trouble.raised rules_stand_in"]
    assert over == ["trouble.over rules_stand_in"]
    assert [(told["state"], told["trouble"], told["count"]) for told in scene.ears.heard] == [
        ("raised", "rules_stand_in", 2),
        ("over", "rules_stand_in", 2),
    ]
    assert scene.ears.heard[0]["runbook"] == "docs/operations.md#rules_stand_in"


def test_a_trouble_that_only_grows_is_no_new_one(scene: Scene) -> None:
    scene.problems = 1
    scene.go()
    scene.problems = 9

    assert scene.go() == []


def test_an_alarm_that_nobody_took_is_told_again_in_order_until_somebody_does(scene: Scene) -> None:
    scene.ears.is_deaf = True
    scene.problems = 1
    said = scene.go()
    scene.problems = 0
    scene.go()
    scene.ears.is_deaf = False
    scene.go()

    assert said == [
        "trouble.raised rules_stand_in",
        "outside.deaf watch.alarm_url",
        "outside.deaf watch.heartbeat_url",
    ]
    assert [told["state"] for told in scene.ears.heard] == ["raised", "over"]


def test_an_engine_that_is_well_beats_once_a_minute(scene: Scene) -> None:
    scene.go(12)

    assert scene.ears.beats == 3


def test_an_engine_that_does_not_get_its_warnings_out_does_not_say_that_it_is_well(scene: Scene) -> None:
    scene.queue = {"due": LATE}
    scene.go(8)

    assert scene.ears.beats == 0

    scene.queue = {}
    scene.go()

    assert scene.ears.beats == 1


def test_an_engine_that_cannot_look_at_itself_does_not_say_that_it_is_well(scene: Scene) -> None:
    def broken() -> Running:
        raise RuntimeError

    scene.watch.looking = broken
    with pytest.raises(RuntimeError):
        scene.go()

    assert scene.ears.beats == 0


def test_several_who_look_at_once_share_one_look(scene: Scene) -> None:
    looking = Looking(look=scene.look, clock=scene.clock)
    first, second = looking(), looking()
    scene.clock.tick(seconds=4)
    third = looking()
    scene.clock.tick(seconds=-3600)
    fourth = looking()

    assert first is second
    assert third is not first
    assert fourth is not third
    assert scene.looks == 3
