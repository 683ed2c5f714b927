"""The simulator: it replays, it sees, and the engine holds what it promises in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.simulation.broken import BREAKAGES
from tests.simulation.mix import draw
from tests.simulation.run import Bench, from_seed, noticed, run
from tests.simulation.turns import Crash, Process, Turns

REGRESSIONS = Path(__file__).with_name("regressions.txt")
START = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


def regressions() -> list[int]:
    """The seeds of the file: one a line, then what it showed."""
    lines = REGRESSIONS.read_text("utf-8").splitlines()
    return [int(line.split()[0]) for line in lines if line and not line.startswith("#")]


def test_a_seed_replays_to_the_last_step(bench: Bench) -> None:
    once, again = (bench.live(3, keeps_lines=True) for _ in range(2))

    assert once.lines == again.lines
    assert once.trace == again.trace == Bench().live(3).trace
    assert bench.live(4).trace != once.trace


def test_seeds_draw_mixes_of_their_own_and_some_are_clean() -> None:
    mixes = [draw(Random(seed)) for seed in range(300)]

    assert any(mix.is_clean for mix in mixes)
    assert sum(mix.crash > 0 or mix.crash_at is not None for mix in mixes) > 100
    assert all(sum(mix.faulty.values()) < 0.81 for mix in mixes)


def test_of_several_processes_one_runs_and_the_clock_jumps_to_whoever_wakes_first() -> None:
    turns, seen = Turns(START, Random(0)), []

    def sleeper(name: str, seconds: float) -> None:
        turns.sleep(seconds)
        seen.append((name, (turns.now - START).total_seconds()))

    turns.spawn(Process("late"), lambda: sleeper("late", 3600))
    turns.spawn(Process("soon"), lambda: sleeper("soon", 5))
    turns.after(60, lambda: seen.append(("outside", (turns.now - START).total_seconds())))
    turns.sleep_until(START + timedelta(days=1))
    turns.close()

    assert seen == [("soon", 5.0), ("outside", 60.0), ("late", 3600.0)]


def test_a_crash_takes_every_thread_of_its_process_and_no_other() -> None:
    turns, seen = Turns(START, Random(0)), []

    def crash() -> None:
        turns.sleep(1)
        raise Crash

    def survive(name: str) -> None:
        turns.sleep(2)
        seen.append(name)

    one, other = Process("one", lambda: seen.append("one ended")), Process("other", lambda: None)
    turns.spawn(one, crash)
    turns.spawn(one, lambda: survive("thread of one"))
    turns.spawn(other, lambda: survive("other"))
    turns.sleep(10)
    turns.close()

    assert seen == ["one ended", "other"]


def test_a_world_where_nothing_goes_wrong_sends_every_step_once(bench: Bench) -> None:
    clean = [seed for seed in range(120) if draw(Random(seed)).is_clean][:5]

    for seed in clean:
        outcome = bench.live(seed)
        assert outcome.broken == ()
        assert outcome.counts["requests"] == outcome.counts["messages"]


@pytest.mark.slow
def test_every_promise_holds_in_a_hundred_worlds() -> None:
    total = run(from_seed(0, 100))

    assert {outcome.seed: outcome.broken[0] for outcome in total.failed} == {}
    assert total.counts["crashes"] > 50


@pytest.mark.slow
@pytest.mark.parametrize("seed", regressions())
def test_what_once_broke_a_promise_does_so_no_more(bench: Bench, seed: int) -> None:
    assert bench.live(seed).broken == ()


@pytest.mark.slow
@pytest.mark.parametrize("name", [*BREAKAGES])
def test_an_engine_known_to_be_bad_is_noticed(name: str) -> None:
    assert noticed(name) is not None, f"{name} went unnoticed in {BREAKAGES[name].within} seeds"
