"""A halt acts within a second in every running process, counted where the messages arrive."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass

from click.testing import CliRunner

from outreach.cli import outreach
from tests.prove.figures import Figure
from tests.prove.ground import DATABASES, Ground
from tests.prove.kill.arena import SECRETS, Arena, arena
from tests.prove.kill.lives import daemons, until
from tests.prove.workspaces import PATTERN

PROVIDERS = {"sms": "twilio", "email": "sendgrid", "push": "fcm"}
SCOPES = {
    "--all": tuple(PROVIDERS.values()),
    "--channel sms": ("twilio",),
    f"--pattern {PATTERN}": tuple(PROVIDERS.values()),
}
ANSWER_SECONDS = 1.0
"""Answers take so long that the pieces of a round are under way for seconds, as with a provider far away."""

BETWEEN, WATCHED_FOR, PATIENCE = 40, 4.0, 90.0
"""Messages that arrive before each halt; the seconds after it in which whatever still comes is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One halt: how late the last message under it came, and how soon the first after its end."""

    after: tuple[float, ...]  # seconds after the command had returned, of each message that came under it
    resumed: float

    @property
    def too_late(self) -> int:
        """Messages later than a second."""
        return sum(seconds > 1.0 for seconds in self.after)


def run(ground: Ground) -> dict[str, Figure]:
    """Two daemons send to `ground.n` people; everything, a channel and a pattern are halted, one by one."""
    stops: list[Stop] = []
    due = handed = lost = repeated = 0
    with ground.addresses() as addresses:
        for kind in DATABASES if ground.form == "full" else DATABASES[:1]:
            with _slow_arena(ground, kind, addresses[kind]) as here:
                stops += _stops(here, ground.n)
                verdict = here.verdict()
                due, handed = due + verdict.due, handed + verdict.handed
                lost, repeated = lost + verdict.lost, repeated + verdict.repeated
    worst = max((seconds for stop in stops for seconds in stop.after), default=0.0)
    about = f"messages to two daemons' provider, {len(stops)} halts"
    return {
        "handed over later than a second after halt returned": Figure(
            sum(stop.too_late for stop in stops), handed, about
        ),
        "worst milliseconds after halt returned": Figure(round(1000 * max(worst, 0)), len(stops), "halts"),
        "halts in the middle of sending": Figure(len(stops), len(stops), "halts"),
        "worst seconds until the first message after resume": Figure(
            round(max((stop.resumed for stop in stops), default=PATIENCE), 2), len(stops), "halts that ended"
        ),
        "never handed over": Figure(lost, due, "messages due"),
        "handed over twice": Figure(repeated, due, "messages due"),
    }


def _slow_arena(ground: Ground, kind: str, url: str) -> AbstractContextManager[Arena]:
    place, fates = ground.place(kind), {"slow": 1.0}
    return arena(ground, place, url, late=0.0, fates=fates, seconds=ANSWER_SECONDS)


def _stops(here: Arena, people: int) -> list[Stop]:
    with daemons(here.workspace, 2):
        tried = []
        for words, providers in SCOPES.items():
            here.flag(people // len(SCOPES))  # a fast machine is in the middle of sending, too
            here.pull()
            tried.append(_stop(here, words, providers))
        until(lambda: not here.verdict().lost, PATIENCE)
    return [stop for stop in tried if stop is not None]


def _stop(here: Arena, words: str, providers: tuple[str, ...]) -> Stop | None:
    """One halt and its end; None where nothing was left to halt: an earlier one had let it pass."""

    def arrived() -> list[float]:
        return [float(str(e["at"])) for e in here.provider.accepted() if e["provider"] in providers]

    before = len(arrived())
    if not until(lambda: len(arrived()) >= before + BETWEEN, PATIENCE, every=0.05):
        return None
    halted = _said(here, "halt", *words.split(), "--reason", "a drill")
    time.sleep(WATCHED_FOR)
    under = tuple(at - halted for at in arrived() if at > halted)
    resumed = _said(here, "resume", *words.split())
    until(lambda: any(at > resumed for at in arrived()), PATIENCE, every=0.05)
    first = min((at for at in arrived() if at > resumed), default=resumed + PATIENCE)
    return Stop(after=under, resumed=first - resumed)


def _said(here: Arena, *words: str) -> float:
    """Run one command, in this process so that it starts at once; the moment when it had returned."""
    done = CliRunner().invoke(outreach, ["-w", str(here.workspace), *words], env=SECRETS)
    if done.exit_code != 0:
        raise RuntimeError(f"{words[0]} did not do it: {done.output[-200:]}")
    return time.time()
